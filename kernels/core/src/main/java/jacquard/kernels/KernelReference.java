package jacquard.kernels;

import jacquard.kernels.Kernel.Instr;
import jacquard.tensor.DType;
import jacquard.tensor.graph.BinaryKind;
import jacquard.tensor.graph.ReduceKind;
import jacquard.tensor.reference.FloatArithmetic;
import jacquard.tensor.reference.IntegerArithmetic;
import jacquard.tensor.reference.Threefry;
import java.util.ArrayList;
import java.util.List;

/// The meaning of a loop kernel: it interprets one in double precision, one index after another.
/// Emitted code is tested against it.
public final class KernelReference {
  private final Kernel kernel;
  private final Launch launch;
  private final Object[] arrays;
  private final long[] dynamics;

  /// Value of each instruction at the current index: floats here,
  private final double[] floats;

  /// integers and bools here.
  private final long[] integers;

  private final int[] outer;
  private final int[] reduced;
  private int inner;

  private KernelReference(Kernel kernel, Launch launch, Object[] arrays, long[] dynamics) {
    this.kernel = kernel;
    this.launch = launch;
    this.arrays = arrays;
    this.dynamics = dynamics;
    this.floats = new double[kernel.instructions().size()];
    this.integers = new long[kernel.instructions().size()];
    this.outer = new int[kernel.outerAxes()];
    this.reduced = new int[kernel.reducedAxes()];
  }

  /// Runs a kernel.
  ///
  /// @param kernel what to run
  /// @param launch sizes, strides and offsets
  /// @param arrays the array of each access, null for those without memory
  /// @param dynamics dynamic scalars as constant bits
  public static void run(Kernel kernel, Launch launch, Object[] arrays, long[] dynamics) {
    new KernelReference(kernel, launch, arrays, dynamics).run();
  }

  private void run() {
    int outerSize = launch.outerSize();
    for (int o = 0; o < outerSize; o++) {
      decode(o, launch.outer(), outer);
      if (kernel.innerReduced()) {
        kept();
      } else {
        for (inner = 0; inner < launch.inner(); inner++) {
          kept();
        }
      }
    }
  }

  private static void decode(int linear, jacquard.tensor.Ints sizes, int[] index) {
    int rest = linear;
    for (int axis = index.length - 1; axis >= 0; axis--) {
      index[axis] = rest % sizes.get(axis);
      rest /= sizes.get(axis);
    }
  }

  /// Everything at one kept index: the reductions in order, then the stores.
  private void kept() {
    List<Integer> stores = new ArrayList<>();
    for (int i = 0; i < kernel.instructions().size(); i++) {
      Instr instr = kernel.instructions().get(i);
      if (instr instanceof Instr.Reduce r) {
        reduce(i, r);
      } else if (instr instanceof Instr.Store) {
        stores.add(i);
      }
    }
    overReduced(() -> {
      evaluate(kernel.instructions().size(), Kernel.Level.FULL);
      for (int i : stores) {
        store((Instr.Store) kernel.instructions().get(i));
      }
    });
    if (isEmptyRow()) {
      // nothing to walk over, but each kept value is stored all the same
      evaluate(kernel.instructions().size(), Kernel.Level.KEPT);
      for (int i : stores) {
        Instr.Store s = (Instr.Store) kernel.instructions().get(i);
        if (kernel.accesses().get(s.access()).level() != Kernel.Level.FULL) {
          store(s);
        }
      }
    }
  }

  private boolean isEmptyRow() {
    boolean empty = kernel.innerReduced() && launch.inner() == 0;
    for (int i = 0; i < reduced.length; i++) {
      empty |= launch.reduced().get(i) == 0;
    }
    return empty;
  }

  private void overReduced(Runnable body) {
    int n = 1;
    for (int i = 0; i < reduced.length; i++) {
      n *= launch.reduced().get(i);
    }
    for (int r = 0; r < n; r++) {
      decode(r, launch.reduced(), reduced);
      if (kernel.innerReduced()) {
        for (inner = 0; inner < launch.inner(); inner++) {
          body.run();
        }
      } else {
        body.run();
      }
    }
    java.util.Arrays.fill(reduced, 0);
    if (kernel.innerReduced()) {
      inner = 0;
    }
  }

  private void reduce(int at, Instr.Reduce r) {
    boolean isFloat = r.dtype().isFloat();
    double[] f = {
      switch (r.kind()) {
        case SUM -> 0;
        case PROD -> 1;
        case MAX -> Double.NEGATIVE_INFINITY;
        case MIN -> Double.POSITIVE_INFINITY;
      }
    };
    long[] n = {
      isFloat
          ? 0
          : switch (r.kind()) {
            case SUM -> 0;
            case PROD -> 1;
            case MAX -> IntegerArithmetic.smallest(r.dtype());
            case MIN -> IntegerArithmetic.largest(r.dtype());
          }
    };
    double[] lost = {0};
    BinaryKind kind =
        switch (r.kind()) {
          case SUM -> BinaryKind.ADD;
          case PROD -> BinaryKind.MUL;
          case MAX -> BinaryKind.MAX;
          case MIN -> BinaryKind.MIN;
        };
    overReduced(() -> {
      evaluate(at, Kernel.Level.FULL);
      if (isFloat) {
        double before = f[0];
        f[0] = FloatArithmetic.binary(kind, before, floats[r.x()]);
        lost[0] +=
            r.kind() == ReduceKind.SUM ? FloatArithmetic.lost(before, floats[r.x()], f[0]) : 0;
      } else {
        n[0] = IntegerArithmetic.binary(r.dtype(), kind, n[0], integers[r.x()]);
      }
    });
    floats[at] = f[0] + lost[0];
    integers[at] = n[0];
  }

  /// Every instruction before `end` of at most this level at the current index; reductions keep the
  /// value they have.
  private void evaluate(int end, Kernel.Level most) {
    for (int i = 0; i < end; i++) {
      Instr instr = kernel.instructions().get(i);
      if (instr.level().compareTo(most) > 0) {
        continue;
      }
      switch (instr) {
        case Instr.Reduce r -> {}
        case Instr.Store s -> {}
        case Instr.Constant c -> bits(i, c.dtype(), c.bits());
        case Instr.Dynamic d -> bits(i, d.dtype(), dynamics[d.slot()]);
        case Instr.DynamicWord d -> integers[i] = word(dynamics[d.slot()], d.high());
        case Instr.Load l -> load(i, l.dtype(), l.access());
        case Instr.LoadWord l ->
            integers[i] = word(((long[]) arrays[l.access()])[position(l.access())], l.high());
        case Instr.Index x -> number(i, x.dtype(), position(x.access()));
        case Instr.Random r ->
            integers[i] =
                Threefry.bits(
                    (integers[r.low()] & 0xffffffffL) | (integers[r.high()] << 32),
                    position(r.access()),
                    r.salt());
        case Instr.Unary u -> {
          if (u.dtype().isFloat()) {
            floats[i] = FloatArithmetic.unary(u.kind(), floats[u.x()]);
          } else {
            integers[i] = IntegerArithmetic.unary(u.dtype(), u.kind(), integers[u.x()]);
          }
        }
        case Instr.Binary b -> binary(i, b);
        case Instr.Where w -> {
          int chosen = integers[w.condition()] != 0 ? w.x() : w.y();
          floats[i] = floats[chosen];
          integers[i] = integers[chosen];
        }
        case Instr.Cast c -> cast(i, c.dtype(), dtype(c.x()), c.x());
      }
    }
  }

  private DType dtype(int value) {
    return kernel.instructions().get(value).dtype();
  }

  private static int word(long bits, boolean high) {
    return high ? (int) (bits >>> 32) : (int) bits;
  }

  private void bits(int i, DType dtype, long bits) {
    if (dtype.isFloat()) {
      floats[i] = FloatArithmetic.round(dtype, Double.longBitsToDouble(bits));
    } else {
      integers[i] = bits;
    }
  }

  private void number(int i, DType dtype, long value) {
    if (dtype.isFloat()) {
      floats[i] = value;
    } else {
      integers[i] = value;
    }
  }

  private void binary(int i, Instr.Binary b) {
    DType operands = dtype(b.x());
    if (!operands.isFloat()) {
      integers[i] = IntegerArithmetic.binary(operands, b.kind(), integers[b.x()], integers[b.y()]);
    } else if (b.kind().isComparison()) {
      integers[i] = FloatArithmetic.compare(b.kind(), floats[b.x()], floats[b.y()]) ? 1 : 0;
    } else {
      floats[i] = FloatArithmetic.binary(b.kind(), floats[b.x()], floats[b.y()]);
    }
  }

  private void cast(int i, DType to, DType from, int x) {
    if (from.isFloat()) {
      if (to.isFloat()) {
        floats[i] = FloatArithmetic.round(to, floats[x]);
      } else {
        integers[i] = FloatArithmetic.toInteger(to, floats[x]);
      }
    } else if (to.isFloat()) {
      floats[i] = FloatArithmetic.ofInteger(to, integers[x]);
    } else {
      integers[i] = IntegerArithmetic.wrap(to, integers[x]);
    }
  }

  private int position(int access) {
    Launch.Walk walk = launch.walks().get(access);
    int at = walk.offset() + inner * walk.inner();
    for (int axis = 0; axis < outer.length; axis++) {
      at += outer[axis] * walk.outer().get(axis);
    }
    for (int axis = 0; axis < reduced.length; axis++) {
      at += reduced[axis] * walk.reduced().get(axis);
    }
    return at;
  }

  private void load(int i, DType dtype, int access) {
    int at = position(access);
    switch (dtype) {
      case F32, F16, BF16 -> floats[i] = ((float[]) arrays[access])[at];
      case F64 -> floats[i] = ((double[]) arrays[access])[at];
      case I32 -> integers[i] = ((int[]) arrays[access])[at];
      case I64 -> integers[i] = ((long[]) arrays[access])[at];
      case U8, BOOL -> integers[i] = Byte.toUnsignedInt(((byte[]) arrays[access])[at]);
    }
  }

  private void store(Instr.Store s) {
    int at = position(s.access());
    Object array = arrays[s.access()];
    switch (kernel.accesses().get(s.access()).dtype()) {
      case F32, F16, BF16 -> ((float[]) array)[at] = (float) floats[s.value()];
      case F64 -> ((double[]) array)[at] = floats[s.value()];
      case I32 -> ((int[]) array)[at] = (int) integers[s.value()];
      case I64 -> ((long[]) array)[at] = integers[s.value()];
      case U8, BOOL -> ((byte[]) array)[at] = (byte) integers[s.value()];
    }
  }
}
