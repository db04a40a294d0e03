package jacquard.kernels.cpu.emit;

import jacquard.kernels.Kernel;
import jacquard.kernels.Kernel.Access;
import jacquard.kernels.Kernel.Inner;
import jacquard.kernels.Kernel.Instr;
import jacquard.kernels.Kernel.Level;
import jacquard.kernels.Launch;
import jacquard.tensor.DType;
import jacquard.tensor.Ints;
import jacquard.tensor.graph.BinaryKind;
import jacquard.tensor.graph.ReduceKind;
import jacquard.tensor.graph.UnaryKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// A random kernel with a launch and the arrays of a run.
///
/// Floats are drawn as small multiples of 1/4, and a value is called *exact* while f32 and f64
/// arithmetic agree on it; only exact values are compared, floored or cast to integers, so that the
/// results of two precisions stay close.
final class RandomKernel {
  /// What kernels compute in.
  private static final DType[] DTYPES = {
    DType.F32, DType.F64, DType.I32, DType.I64, DType.U8, DType.BOOL
  };

  private final Random random;
  private final Nest nest;
  private final int[] outer;
  private final int[] reduced;
  private final int inner;
  private final List<Access> accesses = new ArrayList<>();
  private final List<Launch.Walk> walks = new ArrayList<>();
  private final List<Object> arrays = new ArrayList<>();
  private final List<Boolean> outputs = new ArrayList<>();
  private final List<Instr> instructions = new ArrayList<>();
  private final List<Integer> exactness = new ArrayList<>();
  private final long[] scalars = new long[3];

  /// @param most limits the sizes of axes
  RandomKernel(long seed, int most, boolean wide) {
    random = new Random(seed);
    nest = Nest.values()[random.nextInt(3)];
    outer = sizes(random.nextInt(4), 4);
    reduced = sizes(nest == Nest.MAP ? 0 : random.nextInt(3) + (nest == Nest.COLUMN ? 1 : 0), 4);
    inner = random.nextInt(8) == 0 ? random.nextInt(3) : 1 + random.nextInt(most);
    scalars[0] = Double.doubleToRawLongBits(quarter());
    scalars[1] = random.nextInt(100);
    scalars[2] = random.nextLong();
    add(new Instr.Dynamic(wide && random.nextInt(8) == 0 ? DType.F64 : DType.F32, 0), 1);
    add(new Instr.Constant(DType.F32, Double.doubleToRawLongBits(quarter())), 1);
    int loads = 1 + random.nextInt(4);
    for (int k = 0; k < loads; k++) {
      DType dtype = random.nextInt(3) > 0 ? DType.F32 : dtype(wide);
      load(dtype);
    }
    index();
    int count = 2 + random.nextInt(10);
    for (int k = 0; k < count; k++) {
      step(wide);
    }
    int reduces = nest == Nest.MAP ? 0 : 1 + random.nextInt(3);
    for (int k = 0; k < reduces; k++) {
      reduce();
      step(wide);
      step(wide);
    }
    int stores = 1 + random.nextInt(3);
    for (int k = 0; k < stores; k++) {
      store();
    }
  }

  Kernel kernel() {
    return new Kernel(outer.length, reduced.length, nest == Nest.ROW, accesses, instructions);
  }

  Launch launch() {
    return new Launch(Ints.of(outer), Ints.of(reduced), inner, walks);
  }

  long[] scalars() {
    return scalars;
  }

  boolean isOutput(int access) {
    return outputs.get(access);
  }

  int outputTolerance(int access) {
    for (Instr instr : instructions) {
      if (instr instanceof Instr.Store s && s.access() == access) {
        return exactness.get(s.value());
      }
    }
    return 1;
  }

  /// Copies of the arrays: each run starts with the same contents.
  Object[] arrays() {
    return arrays.stream().map(RandomKernel::copy).toArray();
  }

  private static Object copy(Object array) {
    return switch (array) {
      case float[] a -> a.clone();
      case double[] a -> a.clone();
      case int[] a -> a.clone();
      case long[] a -> a.clone();
      case byte[] a -> a.clone();
      case null, default -> null;
    };
  }

  private int[] sizes(int n, int most) {
    int[] sizes = new int[n];
    for (int k = 0; k < n; k++) {
      sizes[k] = random.nextInt(30) == 0 ? 0 : 1 + random.nextInt(most);
    }
    return sizes;
  }

  private DType dtype(boolean wide) {
    DType d = DTYPES[random.nextInt(DTYPES.length)];
    return !wide && d.bytes() == 8 ? DType.I32 : d;
  }

  private double quarter() {
    return (random.nextInt(33) - 16) / 4.0;
  }

  private void add(Instr instr, int exact) {
    instructions.add(instr);
    exactness.add(exact);
  }

  /// Makes a walk along a random part of the axes in a random order, with gaps and backwards now
  /// and then.
  private int access(DType dtype, boolean memory, boolean output, Level most) {
    int axes = outer.length + reduced.length + 1;
    int[] size = new int[axes];
    System.arraycopy(outer, 0, size, 0, outer.length);
    System.arraycopy(reduced, 0, size, outer.length, reduced.length);
    size[axes - 1] = inner;
    int[] stride = new int[axes];
    List<Integer> order = new ArrayList<>();
    for (int axis = 0; axis < axes; axis++) {
      boolean isReduced =
          nest != Nest.MAP
              && (axis >= outer.length && axis < axes - 1 || axis == axes - 1 && nest == Nest.ROW);
      boolean moves = output ? !isReduced || most == Level.FULL : random.nextInt(5) > 0;
      if (most == Level.UNIFORM && !output) {
        moves = false;
      }
      if (moves) {
        order.add(axis);
      }
    }
    if (random.nextInt(3) == 0) {
      java.util.Collections.shuffle(order, random);
    }
    int step = random.nextInt(8) == 0 ? 2 : 1;
    int offset = random.nextInt(3);
    for (int axis : order.reversed()) {
      stride[axis] = step;
      step *= Math.max(1, size[axis]);
      if (random.nextInt(12) == 0 && size[axis] > 0) {
        offset += stride[axis] * (size[axis] - 1);
        stride[axis] = -stride[axis];
      }
    }
    boolean alongReduced = false;
    boolean alongKept = false;
    for (int axis : order) {
      boolean isReduced =
          nest != Nest.MAP
              && (axis >= outer.length && axis < axes - 1 || axis == axes - 1 && nest == Nest.ROW);
      alongReduced |= isReduced || nest == Nest.MAP;
      alongKept |= !isReduced;
    }
    Level level =
        output ? most : alongReduced ? Level.FULL : alongKept ? Level.KEPT : Level.UNIFORM;
    int s = stride[axes - 1];
    Inner in = s == 0 ? Inner.ZERO : s == 1 ? Inner.ONE : Inner.ANY;
    if (s == 1 && random.nextInt(20) == 0) {
      in = Inner.ANY;
    }
    accesses.add(new Access(dtype, memory, in, level));
    walks.add(
        new Launch.Walk(
            offset,
            Ints.of(java.util.Arrays.copyOfRange(stride, 0, outer.length)),
            Ints.of(java.util.Arrays.copyOfRange(stride, outer.length, axes - 1)),
            s));
    arrays.add(memory ? contents(dtype, step + offset + random.nextInt(3)) : null);
    outputs.add(output);
    return accesses.size() - 1;
  }

  private Object contents(DType dtype, int n) {
    switch (dtype) {
      case F32, F16, BF16 -> {
        float[] a = new float[n];
        for (int k = 0; k < n; k++) {
          a[k] = (float) quarter();
        }
        return a;
      }
      case F64 -> {
        double[] a = new double[n];
        java.util.Arrays.setAll(a, k -> quarter());
        return a;
      }
      case I32 -> {
        int[] a = new int[n];
        java.util.Arrays.setAll(
            a, k -> random.nextInt(3) == 0 ? random.nextInt() : random.nextInt(9) - 4);
        return a;
      }
      case I64 -> {
        long[] a = new long[n];
        java.util.Arrays.setAll(
            a, k -> random.nextInt(3) == 0 ? random.nextLong() : random.nextInt(9) - 4);
        return a;
      }
      case U8, BOOL -> {
        byte[] a = new byte[n];
        for (int k = 0; k < n; k++) {
          a[k] = (byte) random.nextInt(dtype == DType.BOOL ? 2 : 256);
        }
        return a;
      }
    }
    throw new AssertionError();
  }

  private void load(DType dtype) {
    int access = access(dtype, true, false, Level.FULL);
    add(new Instr.Load(dtype, accesses.get(access).level(), access), 1);
  }

  private void index() {
    DType dtype = random.nextBoolean() ? DType.F32 : DType.I32;
    int access = access(dtype, false, false, Level.FULL);
    Level level = accesses.get(access).level();
    if (random.nextInt(4) == 0) {
      accesses.set(access, new Access(DType.I32, false, accesses.get(access).inner(), level));
      add(new Instr.DynamicWord(2, false), 1);
      add(new Instr.DynamicWord(2, true), 1);
      int n = instructions.size();
      add(new Instr.Random(level, access, n - 2, n - 1, 7), 1);
    } else {
      add(new Instr.Index(dtype, level, access), 1);
    }
  }

  private int any(java.util.function.Predicate<DType> wanted, boolean exact) {
    for (int tries = 0; tries < 30; tries++) {
      int i = random.nextInt(instructions.size());
      if (wanted.test(instructions.get(i).dtype()) && (!exact || exactness.get(i) > 0)) {
        return i;
      }
    }
    return -1;
  }

  private Level level(int... values) {
    Level level = Level.UNIFORM;
    for (int v : values) {
      Level other = instructions.get(v).level();
      level = other.compareTo(level) > 0 ? other : level;
    }
    return level;
  }

  private int exact(int... values) {
    int least = 3;
    for (int v : values) {
      least = Math.min(least, exactness.get(v));
    }
    return least;
  }

  private void step(boolean wide) {
    switch (random.nextInt(8)) {
      case 0 -> cast(wide);
      case 1 -> {
        int c = any(d -> d == DType.BOOL, false);
        int x = any(d -> true, false);
        int y = x < 0 ? -1 : any(d -> d == instructions.get(x).dtype(), false);
        if (c >= 0 && y >= 0) {
          DType d = instructions.get(x).dtype();
          add(new Instr.Where(d, level(c, x, y), c, x, y), exact(x, y));
        }
      }
      case 2, 3 -> unary();
      default -> binary();
    }
  }

  private void cast(boolean wide) {
    DType to = dtype(wide);
    int x = any(d -> d != to, true);
    if (x >= 0) {
      DType from = instructions.get(x).dtype();
      // an i64 or i32 as a float has more digits than f32: inexact
      boolean keeps = from == DType.F32 || from == DType.U8 || from == DType.BOOL || !to.isFloat();
      add(new Instr.Cast(to, level(x), x), keeps ? exact(x) : 0);
      if (!keeps) {
        add(new Instr.Unary(to, level(x), UnaryKind.SIGN, instructions.size() - 1), 1);
      }
    }
  }

  private void unary() {
    UnaryKind kind = UnaryKind.values()[random.nextInt(UnaryKind.values().length)];
    switch (kind) {
      case NEG, ABS, SIGN -> {
        int x = any(d -> d != DType.BOOL, kind == UnaryKind.SIGN);
        if (x >= 0) {
          add(new Instr.Unary(instructions.get(x).dtype(), level(x), kind, x), exact(x));
        }
      }
      case FLOOR -> {
        int x = any(DType::isFloat, true);
        if (x >= 0) {
          add(new Instr.Unary(instructions.get(x).dtype(), level(x), kind, x), exact(x));
        }
      }
      case TANH, SIGMOID, ERF, SIN, COS -> {
        // large arguments magnify the rounding of what came before
        int x = any(DType::isFloat, kind == UnaryKind.SIN || kind == UnaryKind.COS);
        if (x >= 0) {
          add(new Instr.Unary(instructions.get(x).dtype(), level(x), kind, x), 0);
        }
      }
      case EXP, LOG, LOG1P, EXPM1, SQRT, RSQRT, RECIP -> {
        int x = any(DType::isFloat, false);
        if (x >= 0) {
          // into a harmless range first
          DType d = instructions.get(x).dtype();
          add(new Instr.Unary(d, level(x), UnaryKind.TANH, x), 0);
          boolean positive = kind != UnaryKind.EXP && kind != UnaryKind.EXPM1;
          if (positive) {
            add(new Instr.Unary(d, level(x), UnaryKind.EXP, instructions.size() - 1), 0);
          }
          add(new Instr.Unary(d, level(x), kind, instructions.size() - 1), 0);
        }
      }
    }
  }

  private void binary() {
    BinaryKind kind = BinaryKind.values()[random.nextInt(BinaryKind.values().length)];
    boolean discontinuous =
        kind == BinaryKind.LT || kind == BinaryKind.EQ || kind == BinaryKind.MOD;
    int x =
        any(
            d ->
                switch (kind) {
                  case ADD, SUB, MUL, DIV, MAX, MIN, MOD, LT -> d != DType.BOOL;
                  case POW -> d.isFloat();
                  case EQ -> true;
                  case AND, OR, XOR -> !d.isFloat();
                  case SHL, SHR -> d.isInteger();
                },
            discontinuous);
    int y = x < 0 ? -1 : any(d -> d == instructions.get(x).dtype(), discontinuous);
    if (y < 0) {
      return;
    }
    DType d = instructions.get(x).dtype();
    int exact = exact(x, y);
    switch (kind) {
      case LT, EQ -> add(new Instr.Binary(DType.BOOL, level(x, y), kind, x, y), 1);
      case POW -> {
        add(new Instr.Unary(d, level(x), UnaryKind.SIGMOID, x), 0);
        int base = instructions.size() - 1;
        add(new Instr.Unary(d, level(y), UnaryKind.TANH, y), 0);
        add(new Instr.Binary(d, level(x, y), kind, base, base + 1), 0);
      }
      case DIV -> {
        if (d.isFloat()) {
          add(new Instr.Unary(d, level(y), UnaryKind.TANH, y), 0);
          add(new Instr.Unary(d, level(y), UnaryKind.EXP, instructions.size() - 1), 0);
          add(new Instr.Binary(d, level(x, y), kind, x, instructions.size() - 1), 0);
        } else {
          add(new Instr.Binary(d, level(x, y), kind, x, y), exact);
        }
      }
      case MOD -> add(new Instr.Binary(d, level(x, y), kind, x, y), d.isFloat() ? 0 : exact);
      case ADD, SUB, MAX, MIN, AND, OR, XOR, SHL, SHR ->
          add(
              new Instr.Binary(d, level(x, y), kind, x, y),
              d == DType.F32 || d == DType.F64 ? exact : 1);
      case MUL -> {
        // each product needs more digits: exact no longer
        add(new Instr.Binary(d, level(x, y), kind, x, y), d.isFloat() ? 0 : 1);
      }
    }
  }

  private void reduce() {
    ReduceKind kind = ReduceKind.values()[random.nextInt(ReduceKind.values().length)];
    int x = any(d -> d != DType.BOOL, false);
    if (x < 0) {
      return;
    }
    DType d = instructions.get(x).dtype();
    if (kind == ReduceKind.PROD && d.isFloat()) {
      add(new Instr.Unary(d, level(x), UnaryKind.SIGMOID, x), 0);
      x = instructions.size() - 1;
    }
    add(
        new Instr.Reduce(d, kind, x),
        kind == ReduceKind.MAX || kind == ReduceKind.MIN || !d.isFloat() ? exact(x) : 0);
  }

  private void store() {
    int value =
        random.nextInt(3) == 0 ? random.nextInt(instructions.size()) : instructions.size() - 1;
    while (instructions.get(value) instanceof Instr.Store) {
      value--;
    }
    DType d = instructions.get(value).dtype();
    Level level = instructions.get(value).level();
    Level most =
        nest == Nest.MAP || level == Level.FULL || random.nextInt(4) == 0 ? Level.FULL : Level.KEPT;
    int access = access(d, true, true, most);
    add(new Instr.Store(access, value), 1);
  }
}
