package jacquard.kernels.csource;

import jacquard.kernels.Kernel;
import jacquard.kernels.Kernel.Access;
import jacquard.kernels.Kernel.Instr;
import jacquard.kernels.Kernel.Level;
import jacquard.tensor.DType;
import jacquard.tensor.graph.ReduceKind;
import jacquard.tensor.reference.IntegerArithmetic;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/*
 * Numbers of a loop kernel, after the buffers' starts: sizes of the outer and reduced axes and of the inner one, the number of
 * kept indices and of reduced ones, then for each access its offset and its strides along the outer, reduced and inner axes.
 */
/// Writes a loop kernel in C.
///
/// - A *map* has an item per index.
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
    GROUP
  }

  /// Terms after which a partial sum is put aside: long sums then lose as little as short ones.
  private static final int PART = 64;

  private final Dialect dialect;
  private final Kernel kernel;
  private final Sharing sharing;
  private final int groupSize;
  private final boolean reducing;
  private final List<DType> buffers = new ArrayList<>();
  private final int[] bufferOf;
  private final int[] depth;
  private final StringBuilder text = new StringBuilder();
  private int passes;

  private LoopText(Dialect dialect, Kernel kernel, Sharing sharing, int groupSize) {
    this.dialect = dialect;
    this.kernel = kernel;
    this.sharing = sharing;
    this.groupSize = groupSize;
    reducing = kernel.reduces() || kernel.innerReduced() || kernel.reducedAxes() > 0;
    bufferOf = new int[kernel.accesses().size()];
    for (int a = 0; a < bufferOf.length; a++) {
      if (kernel.accesses().get(a).memory()) {
        bufferOf[a] = buffers.size();
        buffers.add(kernel.accesses().get(a).dtype());
      }
    }
    depth = new int[kernel.instructions().size()];
  }

  /// The whole text, with a kernel named `loop`.
  static String of(Dialect dialect, Kernel kernel, Sharing sharing, int groupSize) {
    return new LoopText(dialect, kernel, sharing, groupSize).write();
  }

  private String write() {
    text.append(dialect.begin("loop", groupSize, buffers));
    sizes();
    findDepths();
    values(Level.UNIFORM, 0, "  ");
    line("  ", "const i32 item = " + dialect.item() + ";");
    if (reducing) {
      reducing();
    } else {
      map();
    }
    return Functions.before(dialect, text.append("}\n").toString());
  }

  private void line(String indent, String line) {
    text.append(indent).append(line).append('\n');
  }

  private void sizes() {
    int at = buffers.size();
    for (int i = 0; i < kernel.outerAxes(); i++) {
      line("  ", "const i32 no" + i + " = p[" + at++ + "];");
    }
    for (int i = 0; i < kernel.reducedAxes(); i++) {
      line("  ", "const i32 nr" + i + " = p[" + at++ + "];");
    }
    line("  ", "const i32 ni = p[" + at++ + "];");
    line("  ", "const i32 kept = p[" + at++ + "], reduced = p[" + at++ + "];");
    for (int a = 0; a < kernel.accesses().size(); a++) {
      line("  ", "const i32 f" + a + " = p[" + at++ + "];");
      for (int i = 0; i < kernel.outerAxes(); i++) {
        line("  ", "const i32 s" + a + "o" + i + " = p[" + at++ + "];");
      }
      for (int i = 0; i < kernel.reducedAxes(); i++) {
        line("  ", "const i32 s" + a + "r" + i + " = p[" + at++ + "];");
      }
      line("  ", "const i32 s" + a + "i = p[" + at++ + "];");
    }
  }

  /// The number of passes that must be over before a value is known.
  private void findDepths() {
    int last = 0;
    for (int i = 0; i < depth.length; i++) {
      Instr instr = kernel.instructions().get(i);
      for (int x : operands(instr)) {
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

  private static List<Integer> operands(Instr instr) {
    return switch (instr) {
      case Instr.Constant c -> List.of();
      case Instr.Dynamic d -> List.of();
      case Instr.DynamicWord w -> List.of();
      case Instr.Load l -> List.of();
      case Instr.LoadWord w -> List.of();
      case Instr.Index x -> List.of();
      case Instr.Random r -> List.of(r.low(), r.high());
      case Instr.Unary u -> List.of(u.x());
      case Instr.Binary b -> List.of(b.x(), b.y());
      case Instr.Where w -> List.of(w.condition(), w.x(), w.y());
      case Instr.Cast c -> List.of(c.x());
      case Instr.Reduce r -> List.of(r.x());
      case Instr.Store s -> List.of(s.value());
    };
  }

  private boolean isInnermost(Instr.Store s) {
    return kernel.accesses().get(s.access()).level() == Level.FULL;
  }

  private void map() {
    line(
        "  ",
        "for (i32 n = "
            + dialect.group()
            + " * "
            + groupSize
            + " + item; n < kept; n += "
            + dialect.groups()
            + " * "
            + groupSize
            + ") {");
    keptIndex("    ", true);
    values(Level.KEPT, 0, "    ");
    values(Level.FULL, 0, "    ");
    stores("    ", s -> true);
    line("  ", "}");
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
      line(
          "  ",
          "for (i32 n = "
              + dialect.group()
              + " * "
              + groupSize
              + " + item; n < kept; n += "
              + dialect.groups()
              + " * "
              + groupSize
              + ") {");
    }
    keptIndex("    ", !kernel.innerReduced());
    values(Level.KEPT, 0, "    ");
    for (int pass = 0; pass < passes; pass++) {
      pass(pass, group);
      values(Level.KEPT, pass + 1, "    ");
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
    line(indent, "i32 rest = n;");
    if (inner) {
      line(indent, "const i32 xi = rest % ni; rest /= ni;");
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
              + identity(reduce)
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
      line("      ", "a" + r + " = " + combine(reduce, "a" + r, "v" + reduce.x()) + ";");
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
            + combine(reduce, part + "[item]", part + "[item + h]")
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
        live.addAll(operands(kernel.instructions().get(i)));
      }
    }
    return live;
  }

  /// All values of a level that are known after `stage` passes and not before.
  private void values(Level level, int stage, String indent) {
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
        line(
            indent,
            "b"
                + bufferOf[s.access()]
                + "["
                + position(s.access())
                + "] = ("
                + CText.memory(dtype)
                + ")v"
                + s.value()
                + ";");
      }
    }
  }

  private void value(String indent, int i) {
    Instr instr = kernel.instructions().get(i);
    String expression = expression(instr);
    if (expression != null) {
      line(indent, "const " + CText.value(instr.dtype()) + " v" + i + " = " + expression + ";");
    }
  }

  /// Position of an access at the current index.
  private String position(int a) {
    Access access = kernel.accesses().get(a);
    if (access.level() == Level.UNIFORM) {
      return "f" + a;
    }
    if (!reducing || access.level() == Level.KEPT) {
      return "k" + a;
    }
    StringBuilder at = new StringBuilder("k" + a);
    for (int i = 0; i < kernel.reducedAxes(); i++) {
      at.append(" + xr").append(i).append(" * s").append(a).append('r').append(i);
    }
    if (kernel.innerReduced()) {
      at.append(" + xi * s").append(a).append('i');
    }
    return at.toString();
  }

  private DType dtype(int value) {
    return kernel.instructions().get(value).dtype();
  }

  private @Nullable String expression(Instr instr) {
    return switch (instr) {
      case Instr.Constant c -> CText.literal(c.dtype(), c.bits());
      case Instr.Dynamic d -> dynamic(d);
      case Instr.DynamicWord w -> word("dyn[" + 2 * w.slot() + "]", w.high());
      case Instr.Load l -> "b" + bufferOf[l.access()] + "[" + position(l.access()) + "]";
      case Instr.LoadWord w ->
          word("b" + bufferOf[w.access()] + "[" + position(w.access()) + "]", w.high());
      case Instr.Index x -> "(" + CText.value(x.dtype()) + ")(" + position(x.access()) + ")";
      case Instr.Random r ->
          "threefry((u32)v"
              + r.low()
              + ", (u32)v"
              + r.high()
              + ", (u32)("
              + position(r.access())
              + "), "
              + Integer.toUnsignedString(r.salt())
              + "u)";
      case Instr.Unary u -> Arithmetic.unary(u.dtype(), u.kind(), "v" + u.x());
      case Instr.Binary b -> Arithmetic.binary(dtype(b.x()), b.kind(), "v" + b.x(), "v" + b.y());
      case Instr.Where w -> "v" + w.condition() + " ? v" + w.x() + " : v" + w.y();
      case Instr.Cast c -> Arithmetic.cast(dtype(c.x()), c.dtype(), "v" + c.x());
      case Instr.Reduce r -> null;
      case Instr.Store s -> null;
    };
  }

  /// A dynamic scalar: its bits, and after them those of the same number in f32.
  private static String dynamic(Instr.Dynamic d) {
    String bits = "dyn[" + 2 * d.slot() + "]";
    return switch (d.dtype()) {
      case F32 -> "F32_OF((i32)dyn[" + (2 * d.slot() + 1) + "])";
      case F64 -> "F64_OF(" + bits + ")";
      case I32, U8, BOOL -> "(i32)" + bits;
      case I64 -> bits;
    };
  }

  private static String word(String bits, boolean high) {
    return high ? "(i32)((u64)" + bits + " >> 32)" : "(i32)" + bits;
  }

  private static String combine(Instr.Reduce r, String x, String y) {
    String function =
        switch (r.kind()) {
          case SUM -> "add";
          case PROD -> "mul";
          case MAX -> "max";
          case MIN -> "min";
        };
    return function + CText.suffix(r.dtype()) + "(" + x + ", " + y + ")";
  }

  private static String identity(Instr.Reduce r) {
    DType dtype = r.dtype();
    double infinity =
        r.kind() == ReduceKind.MAX ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
    return switch (r.kind()) {
      case SUM -> "0";
      case PROD -> "1";
      case MAX, MIN ->
          CText.literal(
              dtype,
              dtype.isFloat()
                  ? Double.doubleToRawLongBits(infinity)
                  : r.kind() == ReduceKind.MAX
                      ? IntegerArithmetic.smallest(dtype)
                      : IntegerArithmetic.largest(dtype));
    };
  }
}
