package jacquard.kernels.csource;

import jacquard.kernels.Kernel;
import jacquard.kernels.Kernel.Instr;
import jacquard.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Innermost values of several indices at a time: reads all of them into arrays, then computes,
/// then writes all. Arrays are indexed by constants when loops are unrolled, and so are registers;
/// and reads are under way together, which the compiler could not arrange itself, because buffers
/// may be the same memory.
///
/// Access `a` is read into `xa` and written from `ya`; value `i` is kept for later passes in `hi`.
final class Gathered {
  private final Dialect dialect;
  private final Kernel kernel;
  private final LoopValues values;
  private final Arrangement arrangement;
  private final Set<Integer> kept;
  private final Lines lines;

  Gathered(
      Dialect dialect,
      Kernel kernel,
      LoopValues values,
      Arrangement arrangement,
      Passes passes,
      Lines lines) {
    this.dialect = dialect;
    this.kernel = kernel;
    this.values = values;
    this.arrangement = arrangement;
    this.kept = passes.kept();
    this.lines = lines;
  }

  /// The indices of an item: where they come from, and which of them there are.
  ///
  /// @param first the declaration of the first index of a vector; with chunks, of chunk `c`
  /// @param position declarations that positions in memory need
  /// @param exists whether a chunk has indices of its own; empty if always
  record Indices(String first, List<String> position, String exists) {}

  private Instr instr(int i) {
    return kernel.instructions().get(i);
  }

  private String size() {
    return "[" + arrangement.vector() * Math.max(1, arrangement.chunks()) + "]";
  }

  private DType stored(Instr.Store s) {
    return kernel.accesses().get(s.access()).dtype();
  }

  /// What a pass does at the item's indices.
  ///
  /// @param combine statements that combine the values of one index
  /// @param whenStored condition of stores; empty for always
  void pass(Passes.Pass pass, Indices indices, List<String> combine, String whenStored) {
    List<Integer> read = new ArrayList<>();
    boolean moves = false;
    for (int i : pass.values()) {
      switch (instr(i)) {
        case Instr.Load l -> read.add(l.access());
        case Instr.Index x -> moves = true;
        case Instr.Random r -> moves = true;
        case Instr.Constant c -> {}
        case Instr.Dynamic d -> {}
        case Instr.DynamicWord w -> {}
        case Instr.LoadWord w -> {}
        case Instr.Unary u -> {}
        case Instr.Binary b -> {}
        case Instr.Where w -> {}
        case Instr.Cast c -> {}
        case Instr.Reduce r -> {}
        case Instr.Store s -> {}
      }
      if (kept.contains(i) && !(instr(i) instanceof Instr.Load)) {
        lines.add(CText.value(instr(i).dtype()) + " h" + i + size() + ";");
      }
    }
    List<Integer> distinct = read.stream().distinct().toList();
    for (int a : distinct) {
      lines.add(CText.kept(kernel.accesses().get(a).dtype()) + " x" + a + size() + ";");
    }
    for (Instr.Store s : pass.stores()) {
      lines.add(CText.kept(stored(s)) + " y" + s.access() + size() + ";");
    }
    if (!distinct.isEmpty()) {
      each(indices, true, () -> distinct.forEach(this::read));
    }
    each(indices, moves, () -> compute(pass, indices, combine));
    if (!pass.stores().isEmpty()) {
      String exists = indices.exists;
      String when =
          exists.isEmpty() || whenStored.isEmpty()
              ? exists + whenStored
              : exists + " && " + whenStored;
      each(
          indices,
          true,
          () -> {
            lines.open(when);
            pass.stores().forEach(this::write);
            lines.close(when);
          });
    }
  }

  /// For each chunk, or for the one vector that there is.
  private void each(Indices indices, boolean positions, Runnable body) {
    boolean chunks = arrangement.chunks() > 0;
    if (chunks) {
      unroll();
      lines.add("for (i32 c = 0; c < " + arrangement.chunks() + "; c++) {");
      lines.add(indices.first);
    }
    if (positions) {
      if (!chunks) {
        lines.add("{");
      }
      lines.addAll(indices.position);
    }
    body.run();
    if (chunks || positions) {
      lines.add("}");
    }
  }

  private void unroll() {
    if (!dialect.unroll().isEmpty()) {
      lines.add(dialect.unroll());
    }
  }

  /// The element of an array that belongs to element `j` of the vector.
  private String element() {
    if (arrangement.chunks() == 0) {
      return "j";
    }
    return arrangement.vector() == 1 ? "c" : "c * " + arrangement.vector() + " + j";
  }

  /// The array from its chunk on.
  private String chunk(String array) {
    return arrangement.chunks() == 0 ? array : array + " + c * " + arrangement.vector();
  }

  private void read(int a) {
    if (arrangement.wide().contains(a)) {
      lines.add(values.loadWide(a, chunk("x" + a)));
    } else {
      oneByOne("x" + a + "[" + element() + "] = " + values.load(a) + ";");
    }
  }

  private void write(Instr.Store s) {
    int a = s.access();
    if (arrangement.wide().contains(a)) {
      lines.add(values.storeWide(a, chunk("y" + a)));
    } else {
      oneByOne(values.store(a, "y" + a + "[" + element() + "]"));
    }
  }

  private void oneByOne(String line) {
    if (arrangement.vector() > 1) {
      unroll();
      lines.add("for (i32 j = 0; j < " + arrangement.vector() + "; j++) " + line);
    } else {
      lines.add(line);
    }
  }

  private void compute(Passes.Pass pass, Indices indices, List<String> combine) {
    boolean several = arrangement.vector() > 1;
    if (several) {
      unroll();
      lines.add("for (i32 j = 0; j < " + arrangement.vector() + "; j++) {");
    }
    lines.add("const i32 e = " + element() + ";");
    for (int i : pass.recalled()) {
      String expression =
          instr(i) instanceof Instr.Load ? values.expression(instr(i)) : "h" + i + "[e]";
      lines.add("const " + CText.value(instr(i).dtype()) + " v" + i + " = " + expression + ";");
    }
    for (int i : pass.values()) {
      lines.add(
          "const "
              + CText.value(instr(i).dtype())
              + " v"
              + i
              + " = "
              + values.expression(instr(i))
              + ";");
      if (kept.contains(i) && !(instr(i) instanceof Instr.Load)) {
        lines.add("h" + i + "[e] = v" + i + ";");
      }
    }
    if (!combine.isEmpty()) {
      lines.open(indices.exists);
      lines.addAll(combine);
      lines.close(indices.exists);
    }
    for (Instr.Store s : pass.stores()) {
      lines.add("y" + s.access() + "[e] = (" + CText.kept(stored(s)) + ")v" + s.value() + ";");
    }
    if (several) {
      lines.add("}");
    }
  }
}
