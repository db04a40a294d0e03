package jacquard.kernels.cpu.emit;

import jacquard.kernels.cpu.emit.Lowering.Reduction;
import jacquard.kernels.cpu.emit.Lowering.Write;
import jacquard.tensor.DType;
import java.lang.classfile.CodeBuilder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Writes the innermost scalar code: one element at the loop's index. What [InnerBody] is for
/// vectors.
final class ScalarBody {
  private final LoopWriter loop;
  private final CodeBuilder code;
  private final LoopPlan plan;

  ScalarBody(LoopWriter loop) {
    this.loop = loop;
    this.code = loop.code();
    this.plan = loop.plan();
  }

  /// The values per kept index of a stage that get a place of their own.
  List<Expr> placed(int stage) {
    return plan.frontier(Scope.OUTER | Scope.INNER, stage).stream()
        .filter(e -> !(e.form() instanceof Form.Reduced))
        .toList();
  }

  /// Computes the values per kept index of a stage into their rows.
  void place(int stage) {
    List<Expr> wanted = placed(stage);
    inScope(() -> {
      compute(plan.live(), wanted, true);
      for (Expr e : wanted) {
        loop.kept().pushRow(e);
        loop.scalars().push(e);
        code.arrayStore(e.lane().kind());
      }
    });
  }

  /// What a pass does with an element. All is computed before anything is written: a kernel may
  /// write over what it has read at the same index.
  void write(int pass) {
    inScope(() -> element(pass));
  }

  private void element(int pass) {
    List<Expr> order = plan.body(pass);
    List<Expr> wanted = new ArrayList<>();
    for (Expr e : order) {
      if (plan.isReadBack(e, pass)) {
        loop.kept().push(e, 0);
        code.arrayLoad(e.lane().kind());
        bind(e);
      } else if (plan.isKeptBy(e, pass)) {
        wanted.add(e);
      }
    }
    List<Reduction> reductions = plan.reductions(pass);
    List<Write> writes = plan.innermostWrites(pass);
    reductions.forEach(r -> wanted.add(r.operand()));
    writes.forEach(w -> wanted.add(w.value()));
    compute(order, wanted, false);
    for (Expr e : order) {
      if (plan.isKeptBy(e, pass)) {
        loop.kept().push(e, 0);
        loop.scalars().push(e);
        code.arrayStore(e.lane().kind());
      }
    }
    reductions.forEach(this::accumulate);
    writes.forEach(this::storeElement);
  }

  private void accumulate(Reduction r) {
    Lane lane = r.result().lane();
    loop.kept().pushRow(r.result());
    loop.scalars().push(r.operand());
    loop.kept().pushRow(r.result());
    code.arrayLoad(lane.kind());
    loop.scalars().combine(Lowering.combine(r.kind()), lane);
    code.arrayStore(lane.kind());
  }

  /// Writes a value at the position of the current row.
  void store(Write w) {
    code.aload(loop.array(w.access()));
    loop.walk().pushStart(w.access());
    storeValue(w);
  }

  /// Writes a value at the position of the current element.
  void storeElement(Write w) {
    code.aload(loop.array(w.access()));
    loop.walk().pushIndex(w.access(), 0);
    storeValue(w);
  }

  private void storeValue(Write w) {
    DType dtype = loop.kernel().accesses().get(w.access()).dtype();
    loop.scalars().push(w.value());
    ScalarWriter.arrayStore(code, dtype);
  }

  /// Computes values into local variables of their own, with what they share.
  ///
  /// @param again whether to compute what has a row already: its row is to be filled
  private void compute(List<Expr> order, List<Expr> wanted, boolean again) {
    Map<Expr, Integer> uses = new HashMap<>();
    for (Expr e : wanted) {
      uses.put(e, 2);
    }
    for (Expr e : order.reversed()) {
      if (uses.containsKey(e) && isOpen(e, again && wanted.contains(e))) {
        for (Expr arg : e.args()) {
          uses.merge(arg, 1, Integer::sum);
        }
      }
    }
    for (Expr e : order) {
      if (uses.getOrDefault(e, 0) > 1 && isOpen(e, again && wanted.contains(e))) {
        loop.scalars().compute(e);
        bind(e);
      }
    }
  }

  private boolean isOpen(Expr e, boolean again) {
    return e.isVector()
        && !loop.values().boundScalars().containsKey(e)
        && (again || !loop.kept().isInRow(e));
  }

  /// value ->
  private void bind(Expr e) {
    int local = loop.newScalar(e.lane());
    code.storeLocal(e.lane().kind(), local);
    loop.values().bindScalar(e, local);
  }

  /// Forgets the variables made by `written` after it.
  private void inScope(Runnable written) {
    int mark = loop.mark();
    Map<Expr, Integer> outside = new HashMap<>(loop.values().boundScalars());
    written.run();
    loop.values().boundScalars().clear();
    loop.values().boundScalars().putAll(outside);
    loop.release(mark);
  }
}
