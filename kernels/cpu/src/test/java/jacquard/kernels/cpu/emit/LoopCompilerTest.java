package jacquard.kernels.cpu.emit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.fail;

import jacquard.kernels.Kernel;
import jacquard.kernels.KernelReference;
import jacquard.kernels.Launch;
import jacquard.kernels.cpu.machine.VectorWidth;
import org.junit.jupiter.api.Test;

/// Emitted code against the interpreter of kernels.
class LoopCompilerTest {
  private static VectorWidth width(int bits) {
    return VectorWidth.valueOf("BITS_" + bits);
  }

  private static void run(LoopCode code, RandomKernel drawn, Object[] arrays) {
    Launch launch = drawn.launch();
    code.run(
        arrays,
        code.encode(launch),
        drawn.scalars(),
        0,
        launch.outerSize(),
        0,
        launch.inner(),
        new LoopScratch());
  }

  private static void check(long seed, int bits, int most, boolean wide) {
    RandomKernel drawn = new RandomKernel(seed, most, wide);
    Kernel kernel = drawn.kernel();
    Object[] expected = drawn.arrays();
    KernelReference.run(kernel, drawn.launch(), expected, drawn.scalars());
    Object[] actual = drawn.arrays();
    try {
      run(new LoopCompiler(width(bits), Tiers.VECTOR).compile(kernel), drawn, actual);
    } catch (RuntimeException | LinkageError e) {
      throw new AssertionError("seed " + seed + " bits " + bits + " " + kernel + drawn.launch(), e);
    }
    String where = "seed " + seed + " bits " + bits + " " + kernel + drawn.launch();
    assertNear(drawn, expected, actual, where);
  }

  /// Compares the arrays of a drawn kernel after a run, exactly where it is exact.
  static void assertNear(RandomKernel drawn, Object[] expected, Object[] actual, String of) {
    for (int a = 0; a < expected.length; a++) {
      String where = "access " + a + " " + of;
      boolean exact = drawn.isOutput(a) ? drawn.outputTolerance(a) > 0 : true;
      switch (expected[a]) {
        case float[] e -> near(e, (float[]) actual[a], exact ? 0 : 2e-4, where);
        case double[] e -> near(e, (double[]) actual[a], exact ? 0 : 2e-4, where);
        case int[] e -> assertArrayEquals(e, (int[]) actual[a], where);
        case long[] e -> assertArrayEquals(e, (long[]) actual[a], where);
        case byte[] e -> assertArrayEquals(e, (byte[]) actual[a], where);
        case null, default -> {}
      }
    }
  }

  private static void near(float[] expected, float[] actual, double tolerance, String where) {
    for (int i = 0; i < expected.length; i++) {
      near(expected[i], actual[i], tolerance, i, where);
    }
  }

  private static void near(double[] expected, double[] actual, double tolerance, String where) {
    for (int i = 0; i < expected.length; i++) {
      near(expected[i], actual[i], tolerance, i, where);
    }
  }

  private static void near(double expected, double actual, double tolerance, int i, String where) {
    boolean same = Double.compare(expected, actual) == 0 || expected == actual;
    if (!same && !(Math.abs(expected - actual) <= tolerance * (1 + Math.abs(expected)))) {
      fail("element " + i + ": " + actual + ", expected " + expected + "; " + where);
    }
  }

  @Test
  void randomKernelsMatchTheInterpreter() {
    for (int seed = 0; seed < 250; seed++) {
      check(seed, 256, 70, false);
      check(seed, 128, 40, false);
    }
  }

  @Test
  void randomKernelsOfEveryDtypeMatchTheInterpreter() {
    for (int seed = 0; seed < 250; seed++) {
      check(seed, 256, 40, true);
      check(seed, 128, 20, true);
    }
  }

  @Test
  void randomKernelsMatchAtFiveHundredTwelveBits() {
    for (int seed = 0; seed < 60; seed++) {
      check(seed, 512, 70, seed % 2 == 0);
    }
  }

  @Test
  void equalKernelsShareTheirCode() {
    LoopCompiler compiler = new LoopCompiler(VectorWidth.BITS_256);
    assertSame(
        compiler.compile(new RandomKernel(7, 9, false).kernel()),
        compiler.compile(new RandomKernel(7, 9, false).kernel()));
  }
}
