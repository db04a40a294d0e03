package jacquard.kernels.cpu.emit;

import jacquard.kernels.cpu.emit.Lowering.Reduction;
import jacquard.kernels.cpu.emit.Lowering.Write;
import java.lang.classfile.CodeBuilder;
import java.util.ArrayList;
import java.util.List;

/// Writes the innermost code of a pass for one vector.
final class InnerBody {
  private final LoopWriter loop;
  private final CodeBuilder code;
  private final LoopPlan plan;
  private final int pass;
  private final int displacement;
  private final boolean partial;
  private final VectorWriter vectors;

  InnerBody(LoopWriter loop, int pass, int displacement, boolean partial) {
    this(loop, pass, displacement, partial, new VectorWriter(loop, displacement, partial));
  }

  private InnerBody(
      LoopWriter loop, int pass, int displacement, boolean partial, VectorWriter vectors) {
    this.loop = loop;
    this.code = loop.code();
    this.plan = loop.plan();
    this.pass = pass;
    this.displacement = displacement;
    this.partial = partial;
    this.vectors = vectors;
  }

  /// The same vector in a pass, whose values are forgotten after it.
  InnerBody inPass(int pass) {
    return new InnerBody(loop, pass, displacement, partial, vectors.inside());
  }

  /// Computes the values per kept index of a stage.
  void place(int stage) {
    List<Expr> wanted = plan.frontier(Scope.OUTER | Scope.INNER, stage);
    vectors.compute(plan.live(), wanted);
  }

  /// Computes what the pass needs in local variables, and keeps what later passes need.
  void compute() {
    List<Expr> order = plan.body(pass);
    for (Expr e : order) {
      if (plan.isReadBack(e, pass)) {
        int local = loop.newReference();
        loop.api().load(e.lane(), () -> loop.kept().push(e, displacement));
        code.astore(local);
        vectors.bind(e, local);
      }
    }
    List<Expr> wanted = new ArrayList<>();
    List<Write> writes = plan.innermostWrites(pass);
    for (Reduction r : plan.reductions(pass)) {
      wanted.add(r.operand());
    }
    for (Write w : writes) {
      wanted.add(w.value());
    }
    for (Expr e : order) {
      if (plan.isKeptBy(e, pass)) {
        wanted.add(e);
      }
    }
    vectors.compute(order, wanted);
    for (Expr e : order) {
      if (plan.isKeptBy(e, pass)) {
        vectors.push(e);
        loop.kept().push(e, displacement);
        loop.api().store(e.lane().vector(), e.lane().array());
      }
    }
  }

  /// Adds the pass's vector to an accumulator; lanes out of range count as the identity.
  void accumulate(Reduction r, int sum) {
    vectors.combine(r, () -> vectors.pushOperand(r.operand(), r.identity()), sum);
    code.astore(sum);
  }

  /// The same for lanes that are not combined with each other, where those out of range don't
  /// matter.
  void accumulateAll(Reduction r, int sum) {
    vectors.combine(r, () -> vectors.push(r.operand()), sum);
    code.astore(sum);
  }

  /// Gives the result of a reduction its value.
  void finish(Reduction r, int sum) {
    vectors.combine(r, () -> vectors.push(r.identity()), sum);
    code.astore(sum);
    vectors.bind(r.result(), sum);
  }

  /// The pass's writes.
  void store() {
    for (Write w : plan.innermostWrites(pass)) {
      store(w);
    }
  }

  void store(Write w) {
    vectors.store(w.access(), w.value());
  }
}
