package jacquard.kernels.csource;

import jacquard.kernels.Kernel;
import jacquard.kernels.Kernel.Instr;
import jacquard.kernels.Kernel.Level;
import jacquard.tensor.DType;
import jacquard.tensor.graph.ReduceKind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/*
 * Numbers of a loop kernel, after the buffers' starts: sizes of the outer and reduced axes and of the inner one, the number of
 * kept indices and of reduced ones, then for each access its offset and its strides along the outer, reduced and inner axes.
 */
/// Writes a loop kernel in C.
///
/// - A *map* has an item per index, or per [#UNROLLED] of them.
/// - With [Sharing#ITEM] a reducing kernel has an item per kept index, which walks over the reduced
///   ones alone.
/// - With [Sharing#GROUP] it has a group per kept index; its items share the reduced ones and
///   combine their parts by halves, in an order that depends on sizes only.
///
/// Innermost values are computed again in each pass that needs them. Writes of the full space
/// happen in the last pass, so that a kernel may write over what it has read at the same index.
final class LoopText {
  /// Who reduces.
  enum Sharing {
    ITEM,
    GROUP,
    /// A map, whose items have several indices each.
    UNROLLED
  }

  /// Elements of an item in a large map: so many reads are under way at once. They lie apart by the
  /// number of items, so that neighbouring items read neighbouring elements.
  static final int UNROLLED = 4;

  /// Terms after which a partial sum is put aside: long sums then lose as little as short ones.
  private static final int PART = 64;

  private final Dialect dialect;
  private final Kernel kernel;
  private final Sharing sharing;
  private final int groupSize;
  private final LoopValues values;
  private final int[] depth;
  private final StringBuilder text = new StringBuilder();
  private int passes;

  private LoopText(
      Dialect dialect, Kernel kernel, Sharing sharing, int groupSize, LoopValues values) {
    this.dialect = dialect;
    this.kernel = kernel;
    this.sharing = sharing;
    this.groupSize = groupSize;
    this.values = values;
    depth = new int[kernel.instructions().size()];
  }

  /// The kernel, without what it calls.
  static String of(Dialect dialect, Kernel kernel, Sharing sharing, int groupSize) {
    return new LoopText(dialect, kernel, sharing, groupSize, new LoopValues(kernel)).write();
  }

  private String write() {
    text.append(dialect.begin(groupSize, values.buffers()));
    text.append(values.sizes());
    findDepths();
    level(Level.UNIFORM, 0, "  ");
    line("  ", "const i32 item = " + dialect.item() + ";");
    if (values.reducing()) {
      reducing();
    } else {
      map();
    }
    return text.append("}\n").toString();
  }

  private void line(String indent, String line) {
    text.append(indent).append(line).append('\n');
  }

  /// The number of passes that must be over before a value is known.
  private void findDepths() {
    int last = 0;
    for (int i = 0; i < depth.length; i++) {
      Instr instr = kernel.instructions().get(i);
      for (int x : instr.operands()) {
        depth[i] = Math.max(depth[i], depth[x]);
      }
      if (instr instanceof Instr.Reduce r) {
        last = Math.max(last, depth[r.x()]);
        depth[i] = depth[r.x()] + 1;
      } else if (instr instanceof Instr.Store s && isInnermost(s)) {
        last = Math.max(last, depth[i]);
      }
    }
    passes = last + 1;
  }

  private boolean isInnermost(Instr.Store s) {
    return kernel.accesses().get(s.access()).level() == Level.FULL;
  }

  private void map() {
    if (sharing == Sharing.UNROLLED) {
      unrolledMap();
      return;
    }
    line("  ", dialect.each("n", "kept", groupSize) + " {");
    keptIndex("    ", true);
    level(Level.KEPT, 0, "    ");
    level(Level.FULL, 0, "    ");
    stores("    ", s -> true);
    line("  ", "}");
  }

  /// All reads of an item before its first write, which the compiler could not exchange itself:
  /// buffers may be the same memory.
  private void unrolledMap() {
    line("  ", "const i32 step = " + dialect.groups() + " * " + groupSize + ";");
    line(
        "  ",
        "for (i32 first = %s * %d + item; first < kept; first += step * %d) {"
            .formatted(dialect.group(), groupSize, UNROLLED));
    results("    ", Integer.toString(UNROLLED));
    String each = "for (i32 u = 0; u < " + UNROLLED + "; u++) {";
    line("    ", each);
    line("      ", "const i32 n = first + u * step;");
    line("      ", "if (n < kept) {");
    computeResults("        ", "u");
    line("      ", "}");
    line("    ", "}");
    line("    ", each);
    line("      ", "const i32 n = first + u * step;");
    line("      ", "if (n < kept) {");
    storeResults("        ", "u");
    line("      ", "}");
    line("    ", "}");
    line("  ", "}");
  }

  private List<Instr.Store> stores() {
    List<Instr.Store> stores = new ArrayList<>();
    for (Instr i : kernel.instructions()) {
      if (i instanceof Instr.Store s) {
        stores.add(s);
      }
    }
    return stores;
  }

  private String kept(Instr.Store s) {
    return CText.kept(kernel.accesses().get(s.access()).dtype());
  }

  /// An array for each result of a map.
  private void results(String indent, String count) {
    for (Instr.Store s : stores()) {
      line(indent, kept(s) + " o" + s.access() + "[" + count + "];");
    }
  }

  /// Results at index `n`, as element `at` of their arrays.
  private void computeResults(String indent, String at) {
    keptIndex(indent, true);
    level(Level.KEPT, 0, indent);
    level(Level.FULL, 0, indent);
    for (Instr.Store s : stores()) {
      line(indent, "o" + s.access() + "[" + at + "] = (" + kept(s) + ")v" + s.value() + ";");
    }
  }

  private void storeResults(String indent, String at) {
    keptIndex(indent, true);
    for (Instr.Store s : stores()) {
      line(indent, values.store(s.access(), "o" + s.access() + "[" + at + "]"));
    }
  }

  private void reducing() {
    boolean group = sharing == Sharing.GROUP;
    if (group) {
      Set<DType> shared = new HashSet<>();
      for (Instr instr : kernel.instructions()) {
        if (instr instanceof Instr.Reduce r && shared.add(r.dtype())) {
          line(
              "  ",
              dialect.local()
                  + CText.value(r.dtype())
                  + " part"
                  + r.dtype()
                  + "["
                  + groupSize
                  + "];");
        }
      }
      line(
          "  ", "for (i32 n = " + dialect.group() + "; n < kept; n += " + dialect.groups() + ") {");
    } else {
      line("  ", dialect.each("n", "kept", groupSize) + " {");
    }
    keptIndex("    ", !kernel.innerReduced());
    level(Level.KEPT, 0, "    ");
    for (int pass = 0; pass < passes; pass++) {
      pass(pass, group);
      level(Level.KEPT, pass + 1, "    ");
    }
    String indent = "    ";
    if (group) {
      line("    ", "if (item == 0) {");
      indent = "      ";
    }
    stores(indent, s -> !isInnermost(s));
    if (group) {
      line("    ", "}");
    }
    line("  ", "}");
  }

  /// Outer and, if it is kept, inner index from the number `n` of a kept one.
  private void keptIndex(String indent, boolean inner) {
    if (inner && kernel.outerAxes() == 0) {
      line(indent, "const i32 xi = n;");
    } else {
      line(indent, "i32 rest = n;");
      if (inner) {
        line(indent, "const i32 xi = rest % ni; rest /= ni;");
      }
    }
    for (int i = kernel.outerAxes() - 1; i >= 0; i--) {
      line(
          indent,
          i == 0
              ? "const i32 xo0 = rest;"
              : "const i32 xo" + i + " = rest % no" + i + "; rest /= no" + i + ";");
    }
    for (int a = 0; a < kernel.accesses().size(); a++) {
      StringBuilder at = new StringBuilder("const i32 k" + a + " = f" + a);
      for (int i = 0; i < kernel.outerAxes(); i++) {
        at.append(" + xo").append(i).append(" * s").append(a).append('o').append(i);
      }
      if (inner) {
        at.append(" + xi * s").append(a).append('i');
      }
      line(indent, at + ";");
    }
  }

  private void pass(int pass, boolean group) {
    List<Integer> reductions = new ArrayList<>();
    List<Integer> needed = new ArrayList<>();
    boolean stores = false;
    for (int i = 0; i < depth.length; i++) {
      Instr instr = kernel.instructions().get(i);
      if (instr instanceof Instr.Reduce r && depth[r.x()] == pass) {
        reductions.add(i);
        needed.add(r.x());
      } else if (instr instanceof Instr.Store s && isInnermost(s) && pass == passes - 1) {
        stores = true;
        needed.add(s.value());
      }
    }
    if (needed.isEmpty()) {
      return;
    }
    for (int r : reductions) {
      Instr.Reduce reduce = (Instr.Reduce) kernel.instructions().get(r);
      line(
          "    ",
          CText.value(reduce.dtype())
              + " a"
              + r
              + " = "
              + LoopValues.identity(reduce)
              + (isLongSum(reduce) ? ", t" + r + " = 0; i32 c" + r + " = 0;" : ";"));
    }
    String from = group ? "item" : "0";
    String step = group ? Integer.toString(groupSize) : "1";
    line("    ", "for (i32 r = " + from + "; r < reduced; r += " + step + ") {");
    reducedIndex("      ");
    Set<Integer> live = live(needed);
    for (int i = 0; i < depth.length; i++) {
      Instr instr = kernel.instructions().get(i);
      if (live.contains(i) && instr.level() == Level.FULL) {
        value("      ", i);
      }
    }
    for (int r : reductions) {
      Instr.Reduce reduce = (Instr.Reduce) kernel.instructions().get(r);
      line("      ", "a" + r + " = " + LoopValues.combine(reduce, "a" + r, "v" + reduce.x()) + ";");
      if (isLongSum(reduce)) {
        line(
            "      ",
            "if (++c" + r + " == " + PART + ") { t" + r + " += a" + r + "; a" + r + " = 0; c" + r
                + " = 0; }");
      }
    }
    if (stores) {
      stores("      ", this::isInnermost);
    }
    line("    ", "}");
    for (int r : reductions) {
      Instr.Reduce reduce = (Instr.Reduce) kernel.instructions().get(r);
      if (isLongSum(reduce)) {
        line("    ", "a" + r + " += t" + r + ";");
      }
      finish(r, reduce, group);
    }
  }

  private void finish(int r, Instr.Reduce reduce, boolean group) {
    String type = CText.value(reduce.dtype());
    if (!group) {
      line(
          "    ",
          "const " + type + " v" + r + " = " + CText.wrapped(reduce.dtype(), "a" + r) + ";");
      return;
    }
    String part = "part" + reduce.dtype();
    line("    ", part + "[item] = a" + r + ";");
    line("    ", dialect.barrier() + ";");
    line("    ", "for (i32 h = " + groupSize / 2 + "; h > 0; h >>= 1) {");
    line(
        "      ",
        "if (item < h) "
            + part
            + "[item] = "
            + LoopValues.combine(reduce, part + "[item]", part + "[item + h]")
            + ";");
    line("      ", dialect.barrier() + ";");
    line("    ", "}");
    line(
        "    ",
        "const " + type + " v" + r + " = " + CText.wrapped(reduce.dtype(), part + "[0]") + ";");
    line("    ", dialect.barrier() + ";");
  }

  private static boolean isLongSum(Instr.Reduce r) {
    return r.kind() == ReduceKind.SUM && r.dtype().isFloat();
  }

  private void reducedIndex(String indent) {
    line(indent, "i32 left = r;");
    if (kernel.innerReduced()) {
      line(
          indent,
          kernel.reducedAxes() == 0
              ? "const i32 xi = left;"
              : "const i32 xi = left % ni; left /= ni;");
    }
    for (int i = kernel.reducedAxes() - 1; i >= 0; i--) {
      line(
          indent,
          i == 0
              ? "const i32 xr0 = left;"
              : "const i32 xr" + i + " = left % nr" + i + "; left /= nr" + i + ";");
    }
  }

  /// What these values need, themselves included.
  private Set<Integer> live(List<Integer> needed) {
    Set<Integer> live = new HashSet<>(needed);
    for (int i = depth.length - 1; i >= 0; i--) {
      if (live.contains(i)) {
        live.addAll(kernel.instructions().get(i).operands());
      }
    }
    return live;
  }

  /// All values of a level that are known after `stage` passes and not before.
  private void level(Level level, int stage, String indent) {
    for (int i = 0; i < depth.length; i++) {
      Instr instr = kernel.instructions().get(i);
      boolean inPlace =
          instr.level() == level
              && depth[i] == stage
              && !(instr instanceof Instr.Reduce)
              && !(instr instanceof Instr.Store);
      if (inPlace) {
        value(indent, i);
      }
    }
  }

  private interface Choice {
    boolean accepts(Instr.Store store);
  }

  private void stores(String indent, Choice choice) {
    for (Instr instr : kernel.instructions()) {
      if (instr instanceof Instr.Store s && choice.accepts(s)) {
        DType dtype = kernel.accesses().get(s.access()).dtype();
        line(indent, values.store(s.access(), "(" + CText.kept(dtype) + ")v" + s.value()));
      }
    }
  }

  private void value(String indent, int i) {
    Instr instr = kernel.instructions().get(i);
    String expression = values.expression(instr);
    if (expression != null) {
      line(indent, "const " + CText.value(instr.dtype()) + " v" + i + " = " + expression + ";");
    }
  }

  /// A map as statements of another kernel, which computes some of what the map reads.
  ///
  /// @param head numbers and what is the same everywhere
  /// @param results declares an array of [Epilogue#AT_ONCE] elements for each result
  /// @param compute element `x` of the results from index `n` and, where the map reads what the
  ///   other kernel has computed, `computed`
  /// @param store stores element `x` of the results at index `n`
  record Inlined(String head, String results, String compute, String store) {
    /// Statements for the one element that `n` and `computed` are for.
    String single() {
      return """
      {
        const i32 x = 0;
        RESULTS{
          COMPUTE}
        {
          STORE}
      }
      """
          .replace("RESULTS", results.strip() + "\n")
          .replace("COMPUTE", compute.strip() + "\n")
          .replace("STORE", store.strip() + "\n");
    }
  }

  /// @param computed accesses whose element is `computed`
  /// @param firstBuffer number of the first buffer that is the map's own
  /// @param firstNumber place of its first number
  static Inlined inlined(
      Dialect dialect, Kernel kernel, Set<Integer> computed, int firstBuffer, int firstNumber) {
    LoopValues values = new LoopValues(kernel, computed, firstBuffer, firstNumber);
    LoopText map = new LoopText(dialect, kernel, Sharing.UNROLLED, 0, values);
    map.findDepths();
    map.text.append(values.sizes());
    map.level(Level.UNIFORM, 0, "  ");
    String head = map.taken();
    map.results("    ", Integer.toString(Epilogue.AT_ONCE));
    String results = map.taken();
    map.computeResults("        ", "x");
    String compute = map.taken();
    map.storeResults("        ", "x");
    return new Inlined(head, results, compute, map.taken());
  }

  /// What was written since the last call.
  private String taken() {
    String taken = text.toString();
    text.setLength(0);
    return taken;
  }
}
