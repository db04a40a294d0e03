package jacquard.kernels.cpu.gemm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.jspecify.annotations.Nullable;

/// Random operands for a shape, laid out with gaps around them, and the product by three plain
/// loops.
final class GemmCase {
  private static final int GAP = 9;

  private final GemmShape shape;
  private final double[] a;
  private final double[] b;
  private final double[] c;
  private final int aOffset;
  private final int bOffset;
  private final double[] sums;
  private final double[] sizes;

  GemmCase(GemmShape shape, int seed) {
    this.shape = shape;
    Random random = new Random(seed);
    Batch batch = shape.batch();
    long aBack =
        batch.aExtreme(-1)
            + back(shape.m(), shape.aRowStride())
            + back(shape.k(), shape.aColStride());
    long bBack =
        batch.bExtreme(-1)
            + back(shape.k(), shape.bRowStride())
            + back(shape.n(), shape.bColStride());
    aOffset = (int) (GAP - aBack);
    bOffset = (int) (GAP - bBack);
    a =
        doubles(
            random,
            aOffset
                + GAP
                + (int)
                    (batch.aExtreme(1)
                        + forth(shape.m(), shape.aRowStride())
                        + forth(shape.k(), shape.aColStride())));
    b =
        doubles(
            random,
            bOffset
                + GAP
                + (int)
                    (batch.bExtreme(1)
                        + forth(shape.k(), shape.bRowStride())
                        + forth(shape.n(), shape.bColStride())));
    c =
        doubles(
            random,
            2 * GAP + (int) (batch.cExtreme(1) + forth(shape.m(), shape.cRowStride()) + shape.n()));
    sums = new double[c.length];
    sizes = new double[c.length];
    for (int item = 0; item < batch.count(); item++) {
      multiply(
          aOffset + batch.aOffset(item), bOffset + batch.bOffset(item), GAP + batch.cOffset(item));
    }
  }

  private void multiply(int aStart, int bStart, int cStart) {
    for (int i = 0; i < shape.m(); i++) {
      for (int j = 0; j < shape.n(); j++) {
        double sum = 0;
        double size = 0;
        for (int p = 0; p < shape.k(); p++) {
          double term =
              a[aStart + i * shape.aRowStride() + p * shape.aColStride()]
                  * b[bStart + p * shape.bRowStride() + j * shape.bColStride()];
          sum += term;
          size += Math.abs(term);
        }
        sums[cStart + i * shape.cRowStride() + j] = sum;
        sizes[cStart + i * shape.cRowStride() + j] = size + 1e-30;
      }
    }
  }

  int cOffset() {
    return GAP;
  }

  float[] runF32(Gemm gemm, boolean accumulate) {
    return runF32(gemm, toFloats(c), accumulate, null);
  }

  float[] runF32(Gemm gemm, float[] target, boolean accumulate, @Nullable Epilogue epilogue) {
    gemm.f32(shape, toFloats(a), aOffset, toFloats(b), bOffset, target, GAP, accumulate, epilogue);
    return target;
  }

  double[] runF64(Gemm gemm, boolean accumulate) {
    double[] target = c.clone();
    gemm.f64(shape, a, aOffset, b, bOffset, target, GAP, accumulate, null);
    return target;
  }

  void checkF32(Gemm gemm, boolean accumulate) {
    float[] result = runF32(gemm, accumulate);
    for (int i = 0; i < result.length; i++) {
      check(i, result[i], accumulate, 1e-6 * Math.sqrt(shape.k() + 4));
    }
  }

  void checkF64(Gemm gemm, boolean accumulate) {
    double[] result = runF64(gemm, accumulate);
    for (int i = 0; i < result.length; i++) {
      check(i, result[i], accumulate, 1e-14 * Math.sqrt(shape.k() + 4));
    }
  }

  private void check(int i, double result, boolean accumulate, double tolerance) {
    boolean written = sizes[i] > 0;
    double expected = written ? sums[i] + (accumulate ? c[i] : 0) : c[i];
    double allowed = written ? tolerance * (sizes[i] + Math.abs(expected)) : 0;
    assertEquals(expected, result, allowed, () -> "element " + (i - GAP) + " of " + shape);
  }

  private static long back(int count, int stride) {
    return Math.min(0, Math.max(0, count - 1L) * stride);
  }

  private static long forth(int count, int stride) {
    return Math.max(0, Math.max(0, count - 1L) * stride);
  }

  /// Values that are exact in `float`.
  private static double[] doubles(Random random, int length) {
    double[] values = new double[length + 1];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat() - 0.5f;
    }
    return values;
  }

  static float[] floats(Random random, int length) {
    return toFloats(doubles(random, length));
  }

  private static float[] toFloats(double[] values) {
    float[] result = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      result[i] = (float) values[i];
    }
    return result;
  }
}
