package jacquard.kernels.cpu.emit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.kernels.Kernel;
import jacquard.kernels.Launch;
import jacquard.kernels.cpu.machine.VectorWidth;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// Scalar code against vector code, bit for bit: a kernel may change from one to the other at any
/// time.
class TiersTest {
  private static void run(LoopCode code, RandomKernel drawn, Object[] arrays) {
    Launch launch = drawn.launch();
    LoopScratch scratch = new LoopScratch();
    int[] args = code.encode(launch);
    // in parts, as threads do: which part runs in which tier must not matter
    int outer = launch.outerSize();
    int middle = outer / 2;
    code.run(arrays, args, drawn.scalars(), 0, middle, 0, launch.inner(), scratch);
    code.run(arrays, args, drawn.scalars(), middle, outer, 0, launch.inner(), scratch);
  }

  static void assertSameBits(Object expected, Object actual, String where) {
    switch (expected) {
      case float[] e -> assertArrayEquals(bits(e), bits((float[]) actual), where);
      case double[] e -> assertArrayEquals(bits(e), bits((double[]) actual), where);
      case int[] e -> assertArrayEquals(e, (int[]) actual, where);
      case long[] e -> assertArrayEquals(e, (long[]) actual, where);
      case byte[] e -> assertArrayEquals(e, (byte[]) actual, where);
      default -> throw new AssertionError(where);
    }
  }

  static Object copy(Object array) {
    return switch (array) {
      case float[] a -> a.clone();
      case double[] a -> a.clone();
      case int[] a -> a.clone();
      case long[] a -> a.clone();
      case byte[] a -> a.clone();
      default -> throw new AssertionError(array);
    };
  }

  /// All NaN are one: which of two comes out of a sum is the processor's choice.
  private static int[] bits(float[] a) {
    int[] bits = new int[a.length];
    Arrays.setAll(bits, i -> Float.floatToIntBits(a[i]));
    return bits;
  }

  private static long[] bits(double[] a) {
    return Arrays.stream(a).mapToLong(Double::doubleToLongBits).toArray();
  }

  private static void check(long seed, VectorWidth width, int most, boolean wide) {
    RandomKernel drawn = new RandomKernel(seed, most, wide);
    Kernel kernel = drawn.kernel();
    Object[] expected = drawn.arrays();
    run(new LoopCompiler(width, Tiers.VECTOR).compile(kernel), drawn, expected);
    Object[] actual = drawn.arrays();
    run(new LoopCompiler(width, Tiers.SCALAR).compile(kernel), drawn, actual);
    for (int a = 0; a < expected.length; a++) {
      if (expected[a] != null) {
        String where = "seed " + seed + " " + width + " access " + a + " " + kernel;
        assertSameBits(expected[a], actual[a], where + drawn.launch());
      }
    }
  }

  private static void check(VectorWidth width, long from, long to, int most) {
    for (long seed = from; seed < to; seed++) {
      check(seed, width, most, seed % 2 == 0);
    }
  }

  @Test
  void scalarCodeHasTheBitsOf128BitVectors() {
    check(VectorWidth.BITS_128, 1000, 1250, 40);
  }

  @Test
  void scalarCodeHasTheBitsOf256BitVectors() {
    check(VectorWidth.BITS_256, 2000, 2250, 80);
  }

  @Test
  void scalarCodeHasTheBitsOf512BitVectors() {
    check(VectorWidth.BITS_512, 3000, 3200, 150);
  }

  /// A row sum whose result depends on the order, in whole blocks and not.
  private static float[] sums(LoopCode code, int columns) {
    int rows = 40;
    Launch launch = LoopSpeed.launch(code.kernel(), rows, columns);
    Object[] arrays = new Object[launch.walks().size()];
    java.util.Random random = new java.util.Random(columns);
    for (int a = 0; a < arrays.length; a++) {
      float[] x = new float[rows * columns];
      for (int i = 0; i < x.length; i++) {
        x[i] = random.nextFloat();
      }
      arrays[a] = x;
    }
    long[] scalars = new long[2];
    code.run(arrays, code.encode(launch), scalars, 0, rows, 0, columns, new LoopScratch());
    return (float[]) arrays[arrays.length - 1];
  }

  @Test
  void compiledVectorCodeTakesThePlaceOfScalarCodeUnseen() throws InterruptedException {
    LoopCompiler compiler = new LoopCompiler(VectorWidth.preferred());
    for (String name : List.of("softmax", "layerNorm", "gelu")) {
      LoopCode code = compiler.compile(Objects.requireNonNull(TypicalKernels.all(0).get(name)));
      for (int columns : new int[] {128, 150}) {
        float[] before = sums(code, columns);
        assertFalse(code.isVector(columns), name);
        code.warm(columns);
        assertTrue(compiler.awaitWarm(Duration.ofMinutes(2)), name);
        assertTrue(code.isVector(columns), name);
        assertSameBits(before, sums(code, columns), name + " " + columns);
      }
    }
  }

  @Test
  void workBringsVectorCode() throws InterruptedException {
    LoopCompiler compiler = new LoopCompiler(VectorWidth.preferred());
    LoopCode code = compiler.compile(Objects.requireNonNull(TypicalKernels.all(1).get("gelu")));
    code.expect(128, 1000);
    assertTrue(compiler.awaitWarm(Duration.ZERO), "nothing to wait for");
    code.expect(128, 1L << 30);
    assertTrue(compiler.awaitWarm(Duration.ofMinutes(2)));
    assertTrue(code.isVector(128));
    assertFalse(code.isVector(129), "nobody asked for it");
  }
}
