package jacquard.kernels.csource;

import jacquard.kernels.Kernel;
import jacquard.kernels.Kernel.Access;
import jacquard.kernels.Kernel.Instr;
import jacquard.kernels.Kernel.Level;
import jacquard.tensor.DType;
import jacquard.tensor.graph.ReduceKind;
import jacquard.tensor.reference.IntegerArithmetic;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The values of a loop kernel as C expressions. Value `i` is the variable `vi`, buffer `i` is
/// `bi`; an access `a` begins at `fa`, and at the present kept index stands at `ka`.
final class LoopValues {
  private final Kernel kernel;
  private final Arrangement arrangement;
  private final boolean reducing;
  private final List<DType> buffers = new ArrayList<>();
  private final int[] bufferOf;
  private final Set<Integer> computed;
  private final int firstNumber;

  LoopValues(Kernel kernel, Arrangement arrangement) {
    this(kernel, arrangement, Set.of(), 0, -1);
  }

  /// A kernel inside of another one.
  ///
  /// @param computed accesses whose element is the variable `computed`
  /// @param firstBuffer number of the first buffer
  /// @param firstNumber place of the first number; -1 behind the starts of the buffers
  LoopValues(Kernel kernel, Set<Integer> computed, int firstBuffer, int firstNumber) {
    this(kernel, Arrangement.ALONE, computed, firstBuffer, firstNumber);
  }

  private LoopValues(
      Kernel kernel,
      Arrangement arrangement,
      Set<Integer> computed,
      int firstBuffer,
      int firstNumber) {
    this.kernel = kernel;
    this.arrangement = arrangement;
    this.computed = Set.copyOf(computed);
    reducing = isReducing(kernel);
    bufferOf = new int[kernel.accesses().size()];
    for (int a = 0; a < bufferOf.length; a++) {
      if (kernel.accesses().get(a).memory() && !computed.contains(a)) {
        bufferOf[a] = firstBuffer + buffers.size();
        buffers.add(kernel.accesses().get(a).dtype());
      }
    }
    this.firstNumber = firstNumber < 0 ? buffers.size() : firstNumber;
  }

  /// Element dtypes of the buffers, in the order of the accesses that have one.
  List<DType> buffers() {
    return buffers;
  }

  /// Whether there is an index that not every value has.
  boolean reducing() {
    return reducing;
  }

  static boolean isReducing(Kernel kernel) {
    return kernel.reduces() || kernel.innerReduced() || kernel.reducedAxes() > 0;
  }

  /// Names for the numbers: sizes, then the walk of each access.
  String sizes() {
    StringBuilder text = new StringBuilder();
    int at = firstNumber;
    for (int i = 0; i < kernel.outerAxes(); i++) {
      number(text, "const i32 no" + i + " = p[" + at++ + "];");
    }
    for (int i = 0; i < kernel.reducedAxes(); i++) {
      number(text, "const i32 nr" + i + " = p[" + at++ + "];");
    }
    number(text, "const i32 ni = p[" + at++ + "];");
    number(text, "const i32 kept = p[" + at++ + "], reduced = p[" + at++ + "];");
    for (int a = 0; a < kernel.accesses().size(); a++) {
      number(text, "const i32 f" + a + " = p[" + at++ + "];");
      for (int i = 0; i < kernel.outerAxes(); i++) {
        number(text, "const i32 s" + a + "o" + i + " = p[" + at++ + "];");
      }
      for (int i = 0; i < kernel.reducedAxes(); i++) {
        number(text, "const i32 s" + a + "r" + i + " = p[" + at++ + "];");
      }
      number(text, "const i32 s" + a + "i = p[" + at++ + "];");
    }
    if (arrangement.parts()) {
      number(text, "const i32 terms = p[" + at + "];");
    }
    return text.toString();
  }

  private static void number(StringBuilder text, String line) {
    text.append("  ").append(line).append('\n');
  }

  /// The element of an access at the current index. With several indices at a time, what changes
  /// with them was read into an array before.
  private String element(int a) {
    if (computed.contains(a)) {
      return "computed";
    }
    Access access = kernel.accesses().get(a);
    return arrangement.gathers() && access.level() == Level.FULL ? "x" + a + "[e]" : load(a);
  }

  /// The element in memory.
  String load(int a) {
    return CText.load(kernel.accesses().get(a).dtype(), "b" + bufferOf[a], position(a));
  }

  /// A statement that reads a vector of elements from the current index on into `array`.
  String loadWide(int a, String array) {
    DType dtype = kernel.accesses().get(a).dtype();
    return CText.loadWide(dtype, arrangement.vector(), array, "b" + bufferOf[a], start(a));
  }

  /// A statement that writes a vector.
  String storeWide(int a, String array) {
    DType dtype = kernel.accesses().get(a).dtype();
    return CText.storeWide(dtype, arrangement.vector(), array, "b" + bufferOf[a], start(a));
  }

  /// A statement that makes `x` the element of an access at the current index.
  ///
  /// @param x of the type [CText#kept]
  String store(int a, String x) {
    return CText.store(kernel.accesses().get(a).dtype(), "b" + bufferOf[a], position(a), x);
  }

  /// Position of an access at the current index: element `j` of a vector.
  private String position(int a) {
    Access access = kernel.accesses().get(a);
    boolean moves = access.level() == Level.FULL && (!reducing || kernel.innerReduced());
    if (arrangement.vector() == 1 || !moves) {
      return start(a);
    }
    return switch (access.inner()) {
      case ZERO -> start(a);
      case ONE -> start(a) + " + j";
      case ANY -> start(a) + " + j * s" + a + "i";
    };
  }

  /// Position of an access at the current index, the first of a vector.
  private String start(int a) {
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

  /// Null for what is no value of an index: reductions and stores.
  @Nullable String expression(Instr instr) {
    return switch (instr) {
      case Instr.Constant c -> CText.literal(c.dtype(), c.bits());
      case Instr.Dynamic d -> dynamic(d);
      case Instr.DynamicWord w -> word("dyn[" + 2 * w.slot() + "]", w.high());
      case Instr.Load l -> element(l.access());
      case Instr.LoadWord w -> word(element(w.access()), w.high());
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
      case F32, F16, BF16 -> "F32_OF((i32)dyn[" + (2 * d.slot() + 1) + "])";
      case F64 -> "F64_OF(" + bits + ")";
      case I32, U8, BOOL -> "(i32)" + bits;
      case I64 -> bits;
    };
  }

  private static String word(String bits, boolean high) {
    return high ? "(i32)((u64)" + bits + " >> 32)" : "(i32)" + bits;
  }

  /// Two parts of a reduction as one.
  static String combine(Instr.Reduce r, String x, String y) {
    String function =
        switch (r.kind()) {
          case SUM -> "add";
          case PROD -> "mul";
          case MAX -> "max";
          case MIN -> "min";
        };
    return function + CText.suffix(r.dtype()) + "(" + x + ", " + y + ")";
  }

  /// What a reduction begins with.
  static String identity(Instr.Reduce r) {
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
