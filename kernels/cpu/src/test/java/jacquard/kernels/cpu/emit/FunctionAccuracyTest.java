package jacquard.kernels.cpu.emit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import jacquard.kernels.Kernel;
import jacquard.kernels.Kernel.Access;
import jacquard.kernels.Kernel.Inner;
import jacquard.kernels.Kernel.Instr;
import jacquard.kernels.Kernel.Level;
import jacquard.kernels.Launch;
import jacquard.kernels.cpu.machine.VectorWidth;
import jacquard.tensor.DType;
import jacquard.tensor.Ints;
import jacquard.tensor.graph.BinaryKind;
import jacquard.tensor.graph.UnaryKind;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Errors of the emitted functions in units in the last place, against `StrictMath` in double
/// precision, and their extremes.
class FunctionAccuracyTest {
  private static Kernel unary(DType dtype, UnaryKind kind) {
    return new Kernel(
        0,
        0,
        false,
        List.of(
            new Access(dtype, true, Inner.ONE, Level.FULL),
            new Access(dtype, true, Inner.ONE, Level.FULL)),
        List.of(
            new Instr.Load(dtype, Level.FULL, 0),
            new Instr.Unary(dtype, Level.FULL, kind, 0),
            new Instr.Store(1, 1)));
  }

  private static Kernel binary(DType dtype, BinaryKind kind) {
    Access access = new Access(dtype, true, Inner.ONE, Level.FULL);
    return new Kernel(
        0,
        0,
        false,
        List.of(access, access, access),
        List.of(
            new Instr.Load(dtype, Level.FULL, 0),
            new Instr.Load(dtype, Level.FULL, 1),
            new Instr.Binary(dtype, Level.FULL, kind, 0, 1),
            new Instr.Store(2, 2)));
  }

  private static void run(Kernel kernel, VectorWidth width, int n, Object... arrays) {
    Object[] inScalarCode = arrays.clone();
    int last = arrays.length - 1;
    inScalarCode[last] = TiersTest.copy(arrays[last]);
    run(kernel, new LoopCompiler(width, Tiers.VECTOR), n, arrays);
    run(kernel, new LoopCompiler(width, Tiers.SCALAR), n, inScalarCode);
    TiersTest.assertSameBits(arrays[last], inScalarCode[last], kernel.toString());
  }

  private static void run(Kernel kernel, LoopCompiler compiler, int n, Object... arrays) {
    LoopCode code = compiler.compile(kernel);
    Launch.Walk walk = new Launch.Walk(0, Ints.of(), Ints.of(), 1);
    Launch launch =
        new Launch(Ints.of(), Ints.of(), n, java.util.Collections.nCopies(arrays.length, walk));
    code.run(arrays, code.encode(launch), new long[0], 0, 1, 0, n, new LoopScratch());
  }

  private static float[] unaryF32(UnaryKind kind, float[] x) {
    float[] y = new float[x.length];
    run(unary(DType.F32, kind), VectorWidth.BITS_256, x.length, x, y);
    return y;
  }

  private static DoubleUnaryOperator exact(UnaryKind kind) {
    return switch (kind) {
      case NEG -> x -> -x;
      case EXP -> StrictMath::exp;
      case LOG -> StrictMath::log;
      case LOG1P -> StrictMath::log1p;
      case EXPM1 -> StrictMath::expm1;
      case SQRT -> StrictMath::sqrt;
      case RSQRT -> x -> 1 / StrictMath.sqrt(x);
      case RECIP -> x -> 1 / x;
      case SIN -> StrictMath::sin;
      case COS -> StrictMath::cos;
      case TANH -> StrictMath::tanh;
      case ERF -> ScalarMath::erf;
      case SIGMOID -> ScalarMath::sigmoid;
      case ABS -> StrictMath::abs;
      case SIGN -> StrictMath::signum;
      case FLOOR -> StrictMath::floor;
    };
  }

  /// Largest error allowed, in ulp.
  private static double allowed(UnaryKind kind) {
    return switch (kind) {
      case NEG, ABS, SIGN, FLOOR -> 0;
      case SQRT, RECIP -> 0.5000001;
      case RSQRT -> 1.5;
      case EXP -> 1;
      case LOG, SIN, COS, ERF -> 1.5;
      case LOG1P, EXPM1, SIGMOID -> 2;
      case TANH -> 2.3;
    };
  }

  /// Distance in units of the last place of the exact result as a float.
  private static double ulps(float y, double exact) {
    if (Double.isNaN(exact)) {
      return Float.isNaN(y) ? 0 : Double.POSITIVE_INFINITY;
    }
    float nearest = (float) exact;
    if (Float.isInfinite(nearest) || Float.isInfinite(y)) {
      return y == nearest
          ? 0
          : Math.abs(exact - Math.copySign(Float.MAX_VALUE, y)) / Math.ulp(Float.MAX_VALUE);
    }
    return Math.abs(y - exact) / Math.ulp(nearest);
  }

  /// Error of a function's value. A sigmoid may be 0 where its reciprocal is beyond 2^127.5.
  private static double error(UnaryKind kind, float y, double exact) {
    return kind == UnaryKind.SIGMOID && y == 0 && exact < 0x1.6bp-128 ? 0 : ulps(y, exact);
  }

  /// Floats of both signs at every exponent, and the neighbourhoods of the points where the code
  /// changes its method.
  private static float[] arguments() {
    int perExponent = 512;
    float[] points = {
      0.625f,
      0.92f,
      0.34f,
      0.34657359f,
      0.70710678f,
      1.41421356f,
      88.376262f,
      88.722839f,
      87.33654f,
      89f,
      104f,
      20f,
      4f,
      1f,
      10f,
      1.5707963f,
      3.1415927f,
      6.2831853f,
      1e5f
    };
    int near = 64;
    float[] x = new float[2 * (255 * perExponent + points.length * 2 * near)];
    java.util.Random random = new java.util.Random(42);
    int at = 0;
    for (int e = 0; e < 255; e++) {
      for (int k = 0; k < perExponent; k++) {
        int bits = e << 23 | random.nextInt(1 << 23);
        x[at++] = Float.intBitsToFloat(bits);
        x[at++] = Float.intBitsToFloat(bits | Integer.MIN_VALUE);
      }
    }
    for (float p : points) {
      for (int k = -near; k < near; k++) {
        float v = Float.intBitsToFloat(Float.floatToIntBits(p) + k);
        x[at++] = v;
        x[at++] = -v;
      }
    }
    return x;
  }

  @ParameterizedTest
  @EnumSource
  void f32FunctionsAreAccurate(UnaryKind kind) {
    float[] x = arguments();
    float[] y = unaryF32(kind, x);
    DoubleUnaryOperator exact = exact(kind);
    double worst = 0;
    float at = 0;
    for (int i = 0; i < x.length; i++) {
      double error = error(kind, y[i], exact.applyAsDouble(x[i]));
      if (!(error <= worst)) {
        worst = error;
        at = x[i];
      }
    }
    System.out.printf("%s: %.3f ulp at %s%n", kind, worst, at);
    assertTrue(worst <= allowed(kind), kind + ": " + worst + " ulp at " + at);
  }

  @ParameterizedTest
  @EnumSource
  void f32ExtremesAreExact(UnaryKind kind) {
    float inf = Float.POSITIVE_INFINITY;
    float[] x = {
      0f,
      -0f,
      inf,
      -inf,
      Float.NaN,
      Float.MIN_VALUE,
      -Float.MIN_VALUE,
      Float.MIN_NORMAL,
      Float.MAX_VALUE,
      -Float.MAX_VALUE,
      1,
      -1,
      -2,
      89,
      -104,
      1e30f,
      -1e30f
    };
    float[] y = unaryF32(kind, x);
    for (int i = 0; i < x.length; i++) {
      double e = exact(kind).applyAsDouble(x[i]);
      float expected = (float) e;
      boolean special = Float.isNaN(expected) || Float.isInfinite(expected) || expected == 0;
      if (special) {
        assertEquals(expected, y[i], kind + " of " + x[i]);
      } else if (error(kind, y[i], e) > 2) {
        fail(kind + " of " + x[i] + ": " + y[i] + ", expected " + expected);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void f64FunctionsAreAccurate(UnaryKind kind) {
    java.util.Random random = new java.util.Random(43);
    double[] x = new double[4003];
    for (int i = 0; i < x.length; i++) {
      x[i] =
          i < 9
              ? new double[] {
                    0,
                    -0.0,
                    1,
                    -1,
                    Double.NaN,
                    Double.POSITIVE_INFINITY,
                    Double.NEGATIVE_INFINITY,
                    1e300,
                    -1e300
                  }
                  [i]
              : random.nextGaussian() * Math.pow(10, random.nextInt(6) - 3);
    }
    double[] y = new double[x.length];
    run(unary(DType.F64, kind), VectorWidth.BITS_256, x.length, x, y);
    for (int i = 0; i < x.length; i++) {
      double e = exact(kind).applyAsDouble(x[i]);
      if (Double.compare(e, y[i]) != 0 && !(Math.abs(e - y[i]) <= 2 * Math.ulp(e))) {
        fail(kind + " of " + x[i] + ": " + y[i] + ", expected " + e);
      }
    }
  }

  @Test
  void doublesWithoutAJavaFunctionMatchKnownValues() {
    // x, erf(x), sigmoid(x), evaluated with 30 digits
    double[][] known = {
      {1e-300, 0x1.82e6d98711d3ap-997, 0x1.0000000000000p-1},
      {1e-10, 0x1.f044332d68161p-34, 0x1.0000000036f9cp-1},
      {0.1, 0x1.cca5ea24fb334p-4, 0x1.0cca12729afb8p-1},
      {0.3, 0x1.50838881dea0fp-2, 0x1.261d545e46a8bp-1},
      {0.5, 0x1.0a7ef5c18edd2p-1, 0x1.3eb2fd4d34391p-1},
      {0.84375, 0x1.88d1cd474a2e0p-1, 0x1.6604acec0fc29p-1},
      {1.0, 0x1.af767a741088bp-1, 0x1.764d4f5d5a2bdp-1},
      {1.25, 0x1.d8865d98abe01p-1, 0x1.8dfa3f55dc7cbp-1},
      {1.5, 0x1.eea5557137ae0p-1, 0x1.a2991f2a97914p-1},
      {1.75, 0x1.f92d077f8d56dp-1, 0x1.b433285c6100bp-1},
      {1.9, 0x1.fc4f06f2b1c89p-1, 0x1.bd626c0b5b606p-1},
      {1.999, 0x1.fd982a66f3786p-1, 0x1.c2ea115121b05p-1},
      {2.001, 0x1.fd9d9557e2638p-1, 0x1.c30597514e23bp-1},
      {2.5, 0x1.ffcaa8f4c9beap-1, 0x1.d9291ddb596f7p-1},
      {2.999, 0x1.fffd16144e463p-1, 0x1.e7b1df33357b4p-1},
      {3.001, 0x1.fffd1f6cab24dp-1, 0x1.e7bdb6f468554p-1},
      {4, 0x1.ffffff7b91176p-1, 0x1.f6ca82f0de1eap-1},
      {5.5, 0x1.fffffffffffbep-1, 0x1.fdea84d73d71fp-1},
    };
    for (double[] k : known) {
      assertEquals(k[1], ScalarMath.erf(k[0]), 4 * Math.ulp(k[1]), "erf of " + k[0]);
      assertEquals(-k[1], ScalarMath.erf(-k[0]), 4 * Math.ulp(k[1]), "erf of " + -k[0]);
      assertEquals(k[2], ScalarMath.sigmoid(k[0]), 2 * Math.ulp(k[2]), "sigmoid of " + k[0]);
    }
  }

  @Test
  void powIsAccurateAndHasTheExtremesOfMathPow() {
    float inf = Float.POSITIVE_INFINITY;
    float[] special = {
      0f,
      -0f,
      1,
      -1,
      2,
      -2,
      3,
      -3,
      0.5f,
      -0.5f,
      inf,
      -inf,
      Float.NaN,
      1e10f,
      -1e10f,
      16777216f,
      16777215f,
      -7,
      1e-40f,
      Float.MIN_VALUE,
      Float.MAX_VALUE
    };
    int random = 20000;
    int n = special.length * special.length + random;
    float[] x = new float[n];
    float[] y = new float[n];
    int at = 0;
    for (float a : special) {
      for (float b : special) {
        x[at] = a;
        y[at++] = b;
      }
    }
    java.util.Random r = new java.util.Random(44);
    while (at < n) {
      x[at] = (float) Math.exp(r.nextGaussian() * 10);
      y[at++] = (float) (r.nextGaussian() * Math.pow(10, r.nextInt(5) - 3));
    }
    float[] z = new float[n];
    run(binary(DType.F32, BinaryKind.POW), VectorWidth.BITS_256, n, x, y, z);
    for (int i = 0; i < n; i++) {
      double e = StrictMath.pow(x[i], y[i]);
      if (!(ulps(z[i], e) <= 0.51)) {
        fail(x[i] + " ^ " + y[i] + ": " + z[i] + ", expected " + e);
      }
      if (e == 0) {
        assertEquals((float) e, z[i], x[i] + " ^ " + y[i]);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyWidthGivesTheSameBits(UnaryKind kind) {
    float[] all = arguments();
    float[] x = new float[2000];
    for (int i = 0; i < x.length; i++) {
      x[i] = all[(int) ((long) i * all.length / x.length)];
    }
    float[] y = unaryF32(kind, x);
    for (VectorWidth width : List.of(VectorWidth.BITS_128, VectorWidth.BITS_512)) {
      float[] z = new float[x.length];
      run(unary(DType.F32, kind), width, x.length, x, z);
      for (int i = 0; i < x.length; i++) {
        assertEquals(Float.floatToIntBits(y[i]), Float.floatToIntBits(z[i]), kind + " of " + x[i]);
      }
    }
  }
}
