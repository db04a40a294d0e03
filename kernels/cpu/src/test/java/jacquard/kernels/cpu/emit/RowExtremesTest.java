package jacquard.kernels.cpu.emit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.kernels.Kernel;
import jacquard.kernels.Kernel.Inner;
import jacquard.kernels.Kernel.Level;
import jacquard.kernels.Launch;
import jacquard.kernels.cpu.machine.VectorWidth;
import jacquard.tensor.graph.ReduceKind;
import jacquard.tensor.graph.UnaryKind;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Maxima of rows, and the exponentials of differences from them, which have code of their own.
class RowExtremesTest {
  private static final float INF = Float.POSITIVE_INFINITY;

  /// The quiet NaN that x86 makes of `0 / 0`.
  private static final float NEGATIVE_NAN = Float.intBitsToFloat(0xffc00000);

  private static final float LARGE_NAN = Float.intBitsToFloat(0x7fffffff);
  private static final float[] SPECIAL = {
    0f,
    -0f,
    INF,
    -INF,
    Float.NaN,
    NEGATIVE_NAN,
    LARGE_NAN,
    Float.intBitsToFloat(-1),
    Float.MIN_VALUE,
    -Float.MIN_VALUE,
    Float.MAX_VALUE,
    -Float.MAX_VALUE,
    1f,
    -1f
  };

  private static float[] row(
      Kernel kernel, VectorWidth width, Tiers tiers, float[] x, int results) {
    return row(new LoopCompiler(width, tiers).compile(kernel), x, results);
  }

  private static float[] row(LoopCode code, float[] x, int results) {
    Launch launch = LoopSpeed.launch(code.kernel(), 1, x.length);
    float[] y = new float[results];
    code.run(
        new Object[] {x, y},
        code.encode(launch),
        new long[0],
        0,
        1,
        0,
        x.length,
        new LoopScratch());
    return y;
  }

  private static Kernel extreme(ReduceKind kind) {
    Draft d = new Draft(1, 0, true);
    d.store(d.reduce(kind, d.load()), Inner.ZERO, Level.KEPT);
    return d.kernel();
  }

  private static Kernel belowMax() {
    Draft d = new Draft(1, 0, true);
    int x = d.load();
    d.store(d.unary(UnaryKind.EXP, d.minus(x, d.reduce(ReduceKind.MAX, x))));
    return d.kernel();
  }

  @Test
  void extremesOfRowsAreThoseOfJava() {
    for (VectorWidth width : VectorWidth.values()) {
      for (Tiers tiers : new Tiers[] {Tiers.VECTOR, Tiers.SCALAR}) {
        LoopCompiler compiler = new LoopCompiler(width, tiers);
        LoopCode max = compiler.compile(extreme(ReduceKind.MAX));
        LoopCode min = compiler.compile(extreme(ReduceKind.MIN));
        Random random = new Random(3);
        for (int round = 0; round < 400; round++) {
          assertExtremes(max, min, draw(1 + round % 100, random), width + " " + tiers);
        }
      }
    }
  }

  /// Few different numbers, so that each is the largest at times.
  private static float[] draw(int n, Random random) {
    int kinds = 1 + random.nextInt(SPECIAL.length);
    int from = random.nextInt(SPECIAL.length);
    float[] x = new float[n];
    for (int i = 0; i < n; i++) {
      x[i] = SPECIAL[(from + random.nextInt(kinds)) % SPECIAL.length];
    }
    return x;
  }

  private static void assertExtremes(LoopCode max, LoopCode min, float[] x, String where) {
    float largest = -INF;
    float smallest = INF;
    for (float v : x) {
      largest = Math.max(largest, v);
      smallest = Math.min(smallest, v);
    }
    assertEquals(Float.floatToIntBits(largest), Float.floatToIntBits(row(max, x, 1)[0]), where);
    assertEquals(Float.floatToIntBits(smallest), Float.floatToIntBits(row(min, x, 1)[0]), where);
  }

  @Test
  void exponentialsBelowTheMaximumAreAccurate() {
    Random random = new Random(4);
    int n = 20_000;
    float[] x = new float[n];
    for (int i = 1; i < n; i++) {
      x[i] = -110 * random.nextFloat() * random.nextFloat();
    }
    for (VectorWidth width : VectorWidth.values()) {
      float[] y = row(belowMax(), width, Tiers.VECTOR, x, n);
      TiersTest.assertSameBits(
          y, row(belowMax(), width, Tiers.SCALAR, x, n), "scalar code, " + width);
      for (int i = 0; i < n; i++) {
        double exact = StrictMath.exp(x[i]);
        if (exact < Float.MIN_NORMAL) {
          assertEquals(0, y[i], "below the normal range, exp(" + x[i] + ")");
          continue;
        }
        double ulps = Math.abs(y[i] - exact) / Math.ulp((float) exact);
        assertTrue(ulps <= 1, "exp(" + x[i] + ") = " + y[i] + ": " + ulps + " ulp");
      }
    }
  }

  @Test
  void exponentialsBelowTheMaximumHaveExactExtremes() {
    float[] x = {-INF, 0f, -1e30f, -Float.MAX_VALUE, -104f, -0f};
    float[] y = row(belowMax(), VectorWidth.BITS_256, Tiers.VECTOR, x, x.length);
    float[] expected = {0, 1, 0, 0, 0, 1};
    TiersTest.assertSameBits(expected, y, "extremes");
    for (float nan : new float[] {Float.NaN, NEGATIVE_NAN, LARGE_NAN}) {
      x[3] = nan;
      for (float z : row(belowMax(), VectorWidth.BITS_256, Tiers.VECTOR, x, x.length)) {
        assertTrue(Float.isNaN(z), "one NaN makes all of them NaN, not " + z);
      }
    }
    x[3] = INF;
    y = row(belowMax(), VectorWidth.BITS_256, Tiers.VECTOR, x, x.length);
    assertTrue(Float.isNaN(y[3]) && y[1] == 0, "inf - inf is NaN, the others are 0");
  }
}
