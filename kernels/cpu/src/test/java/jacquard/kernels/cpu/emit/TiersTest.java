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
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
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

  /// The drawn numbers are so round that sums of them are exact in any order; these are not.
  private static Object[] rough(Object[] arrays, long seed) {
    Random random = new Random(seed);
    for (Object array : arrays) {
      switch (array) {
        case float[] a -> {
          for (int i = 0; i < a.length; i++) {
            a[i] += a[i] * random.nextFloat();
          }
        }
        case double[] a -> {
          for (int i = 0; i < a.length; i++) {
            a[i] += a[i] * random.nextDouble();
          }
        }
        case null, default -> {}
      }
    }
    return arrays;
  }

  private static void check(long seed, VectorWidth width, int most, boolean wide) {
    RandomKernel drawn = new RandomKernel(seed, most, wide);
    Kernel kernel = drawn.kernel();
    Object[] expected = rough(drawn.arrays(), seed);
    run(new LoopCompiler(width, Tiers.VECTOR).compile(kernel), drawn, expected);
    Object[] actual = rough(drawn.arrays(), seed);
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

  /// The arrays of a typical kernel after a run; its sums depend on the order.
  private static Object[] afterRun(LoopCode code, int rows, int columns) {
    Launch launch = LoopSpeed.launch(code.kernel(), rows, columns);
    Object[] arrays = new Object[launch.walks().size()];
    Random random = new Random(columns);
    for (int a = 0; a < arrays.length; a++) {
      float[] x = new float[rows * columns];
      for (int i = 0; i < x.length; i++) {
        x[i] = random.nextFloat();
      }
      arrays[a] = x;
    }
    long[] scalars = {Double.doubleToRawLongBits(1e-3), Double.doubleToRawLongBits(1)};
    code.run(
        arrays, code.encode(launch), scalars, 0, launch.outerSize(), 0, columns, new LoopScratch());
    return arrays;
  }

  private static void assertSameBits(Object[] expected, Object[] actual, String where) {
    for (int a = 0; a < expected.length; a++) {
      assertSameBits(expected[a], actual[a], where + " access " + a);
    }
  }

  @Test
  void sumsAreAddedInTheOrderOfTheLanes() {
    for (VectorWidth width : VectorWidth.values()) {
      LoopCompiler vectors = new LoopCompiler(width, Tiers.VECTOR);
      LoopCompiler scalars = new LoopCompiler(width, Tiers.SCALAR);
      TypicalKernels.all(0)
          .forEach((name, kernel) -> {
            for (int columns : new int[] {1, 7, 16, 31, 64, 65, 113, 128, 207}) {
              assertSameBits(
                  afterRun(vectors.compile(kernel), 5, columns),
                  afterRun(scalars.compile(kernel), 5, columns),
                  name + " " + columns + " " + width);
            }
          });
    }
  }

  @Test
  void compiledVectorCodeTakesThePlaceOfScalarCodeUnseen() throws InterruptedException {
    LoopCompiler compiler = new LoopCompiler(VectorWidth.preferred());
    for (String name : List.of("softmax", "layerNorm", "gelu")) {
      LoopCode code = compiler.compile(Objects.requireNonNull(TypicalKernels.all(0).get(name)));
      for (int columns : new int[] {128, 150}) {
        Object[] before = afterRun(code, 40, columns);
        assertFalse(code.isVector(columns), name);
        code.warm(columns);
        assertTrue(compiler.awaitWarm(Duration.ofMinutes(2)), name);
        assertTrue(code.isVector(columns), name);
        assertSameBits(before, afterRun(code, 40, columns), name + " " + columns);
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

  @Test
  void vectorCodeWaitsForWhatIsMoreUrgent() throws InterruptedException {
    AtomicBoolean othersFirst = new AtomicBoolean(true);
    LoopCompiler compiler =
        new LoopCompiler(VectorWidth.preferred(), Tiers.AS_COMPILED, othersFirst::get);
    LoopCode code = compiler.compile(Objects.requireNonNull(TypicalKernels.all(2).get("gelu")));
    code.warm(128);
    assertFalse(compiler.awaitWarm(Duration.ofMillis(200)));
    assertFalse(code.isVector(128));
    othersFirst.set(false);
    assertTrue(compiler.awaitWarm(Duration.ofMinutes(2)));
    assertTrue(code.isVector(128));
  }

  /// The launcher keeps the second of the JVM's compilers from classes of this name.
  @Test
  void scalarCodeThatIsToBeReplacedHasANameOfItsOwn() {
    Kernel kernel = Objects.requireNonNull(TypicalKernels.all(3).get("gelu"));
    int bits = VectorWidth.preferred().bits();
    LoopPlan plan = new LoopPlan(kernel, new Lowering(kernel), bits);
    LoopWarmer warmer = new LoopWarmer(() -> false);
    String name = LoopClasses.class.getPackageName() + ".";
    for (Tiers tiers : Tiers.values()) {
      String interim = new LoopClasses(tiers, warmer).scalar(kernel, plan).getClass().getName();
      String expected = tiers == Tiers.AS_COMPILED ? "InterimLoop/" : "ScalarLoop/";
      assertTrue(interim.startsWith(name + expected), interim);
    }
  }
}
