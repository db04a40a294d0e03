package jacquard.kernels.cpu.gemm;

import jacquard.kernels.cpu.machine.VectorWidth;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// Products of a matrix that is contiguous along its rows and a vector, as fast as the matrix can
/// be read: several rows at a time hide the latency of the sums, and share the loads of the vector.
final class F32MatrixVector {
  private static final VectorSpecies<Float> S = VectorWidth.species(float.class);
  private static final int LANES = S.length();

  /// Rows that [#dots] takes at a time, as far from each other as can be: memory is read in long
  /// runs, whose waits at the ends of pages overlap.
  static final int ROWS = 4;

  private static final VectorShuffle<Float> BY_8 = VectorShuffle.iota(S, 8 % LANES, 1, true);
  private static final VectorShuffle<Float> BY_4 = VectorShuffle.iota(S, 4 % LANES, 1, true);
  private static final VectorShuffle<Float> BY_2 = VectorShuffle.iota(S, 2 % LANES, 1, true);
  private static final VectorShuffle<Float> BY_1 = VectorShuffle.iota(S, 1 % LANES, 1, true);

  private F32MatrixVector() {}

  /// See [Loops#matrixVector].
  static void run(
      int rows,
      int k,
      Object matrix,
      int offset,
      int rowStride,
      int colStride,
      Object x,
      int xOffset,
      int xStride,
      Object y,
      int yOffset,
      int yStride,
      boolean accumulate,
      Scratch scratch) {
    float[] m = (float[]) matrix;
    float[] v = (float[]) x;
    float[] target = (float[]) y;
    if (colStride == 1 && (rowStride != 1 || k > 1)) {
      int start = xOffset;
      if (xStride != 1) {
        v = (float[]) scratch.array(Element.F32, Scratch.Use.EDGE, k);
        start = Element.F32.lineStart();
        F32Loops.INSTANCE.copy(x, xOffset, 0, xStride, v, start, 0, 1, 1, k);
      }
      int done = 0;
      if (k % (2 * F32Vectors.LANES) == 0 && VectorTier.DOTS.isReady(Element.F32)) {
        done = rows - rows % ROWS;
        dots(done, k, m, offset, rowStride, v, start, target, yOffset, yStride, accumulate);
      }
      float[] sums = (float[]) scratch.array(Element.F32, Scratch.Use.SUMS, 2 * F32Vectors.LANES);
      for (int i = done; i < rows; i++) {
        float dot = dot(m, offset + i * rowStride, v, start, k, sums);
        int t = yOffset + i * yStride;
        target[t] = accumulate ? target[t] + dot : dot;
      }
    } else if (rowStride == 1 && yStride == 1) {
      if (!accumulate) {
        Arrays.fill(target, yOffset, yOffset + rows, 0f);
      }
      addColumns(rows, k, m, offset, colStride, v, xOffset, xStride, target, yOffset);
    } else {
      for (int i = 0; i < rows; i++) {
        int s = offset + i * rowStride;
        int t = yOffset + i * yStride;
        float sum = accumulate ? target[t] : 0f;
        for (int p = 0; p < k; p++) {
          sum = Math.fma(m[s + p * colStride], v[xOffset + p * xStride], sum);
        }
        target[t] = sum;
      }
    }
  }

  /// Adds columns four at a time, so that the sums are loaded and stored once for four
  /// multiply-adds.
  private static void addColumns(
      int rows,
      int k,
      float[] m,
      int offset,
      int colStride,
      float[] x,
      int xOffset,
      int xStride,
      float[] y,
      int yOffset) {
    boolean ready = VectorTier.ADD_COLUMNS.isReady(Element.F32);
    int p = 0;
    for (; p + 4 <= k; p += 4) {
      int s0 = offset + p * colStride;
      int s1 = s0 + colStride;
      int s2 = s1 + colStride;
      int s3 = s2 + colStride;
      int at = xOffset + p * xStride;
      float x0 = x[at];
      float x1 = x[at + xStride];
      float x2 = x[at + 2 * xStride];
      float x3 = x[at + 3 * xStride];
      int done = ready ? rows - rows % F32Vectors.LANES : 0;
      if (done > 0) {
        F32Vectors.addColumns(done, m, s0, colStride, x0, x1, x2, x3, y, yOffset);
      }
      for (int i = done; i < rows; i++) {
        float sum = Math.fma(m[s0 + i], x0, y[yOffset + i]);
        sum = Math.fma(m[s1 + i], x1, sum);
        sum = Math.fma(m[s2 + i], x2, sum);
        y[yOffset + i] = Math.fma(m[s3 + i], x3, sum);
      }
    }
    for (; p < k; p++) {
      int s = offset + p * colStride;
      float factor = x[xOffset + p * xStride];
      for (int i = 0; i < rows; i++) {
        y[yOffset + i] = Math.fma(m[s + i], factor, y[yOffset + i]);
      }
    }
  }

  /// A dot product as [F32Vectors#dot] forms it, whole blocks there or here, the rest here; then
  /// the partial sums are added in pairs.
  private static float dot(float[] a, int aOffset, float[] b, int bOffset, int k, float[] sums) {
    int block = 2 * F32Vectors.LANES;
    int whole = k / block * block;
    if (whole > 0 && VectorTier.DOT.isReady(Element.F32)) {
      F32Vectors.dot(a, aOffset, b, bOffset, whole, sums);
    } else {
      Arrays.fill(sums, 0, block, 0f);
      for (int p = 0; p < whole; p += block) {
        for (int q = 0; q < block; q++) {
          sums[q] = Math.fma(a[aOffset + p + q], b[bOffset + p + q], sums[q]);
        }
      }
    }
    for (int p = whole; p < k; p++) {
      sums[p - whole] = Math.fma(a[aOffset + p], b[bOffset + p], sums[p - whole]);
    }
    for (int half = block / 2; half > 0; half /= 2) {
      for (int q = 0; q < half; q++) {
        sums[q] += sums[q + half];
      }
    }
    return sums[0];
  }

  /// `y[yOffset + i * yStride] (=|+=) sum over p of m[offset + i * rowStride + p] * x[xOffset + p]`
  /// for a multiple of 4 of rows and a `k` that is a multiple of two vectors. Partial sums and
  /// their order are those of [F32Vectors#dot] and the pairwise sum that follows it.
  static void dots(
      int rows,
      int k,
      float[] m,
      int offset,
      int rowStride,
      float[] x,
      int xOffset,
      float[] y,
      int yOffset,
      int yStride,
      boolean accumulate) {
    int run = rows / ROWS;
    int step = run * rowStride;
    int yStep = run * yStride;
    for (int i = 0; i < run; i++) {
      int s0 = offset + i * rowStride;
      int s1 = s0 + step;
      int s2 = s1 + step;
      int s3 = s2 + step;
      FloatVector a0 = FloatVector.zero(S);
      FloatVector a1 = FloatVector.zero(S);
      FloatVector a2 = FloatVector.zero(S);
      FloatVector a3 = FloatVector.zero(S);
      FloatVector b0 = FloatVector.zero(S);
      FloatVector b1 = FloatVector.zero(S);
      FloatVector b2 = FloatVector.zero(S);
      FloatVector b3 = FloatVector.zero(S);
      for (int p = 0; p < k; p += 2 * LANES) {
        FloatVector xa = FloatVector.fromArray(S, x, xOffset + p);
        FloatVector xb = FloatVector.fromArray(S, x, xOffset + p + LANES);
        a0 = FloatVector.fromArray(S, m, s0 + p).fma(xa, a0);
        b0 = FloatVector.fromArray(S, m, s0 + p + LANES).fma(xb, b0);
        a1 = FloatVector.fromArray(S, m, s1 + p).fma(xa, a1);
        b1 = FloatVector.fromArray(S, m, s1 + p + LANES).fma(xb, b1);
        a2 = FloatVector.fromArray(S, m, s2 + p).fma(xa, a2);
        b2 = FloatVector.fromArray(S, m, s2 + p + LANES).fma(xb, b2);
        a3 = FloatVector.fromArray(S, m, s3 + p).fma(xa, a3);
        b3 = FloatVector.fromArray(S, m, s3 + p + LANES).fma(xb, b3);
      }
      a0 = a0.add(b0);
      a1 = a1.add(b1);
      a2 = a2.add(b2);
      a3 = a3.add(b3);
      if (LANES > 8) {
        a0 = a0.add(a0.rearrange(BY_8));
        a1 = a1.add(a1.rearrange(BY_8));
        a2 = a2.add(a2.rearrange(BY_8));
        a3 = a3.add(a3.rearrange(BY_8));
      }
      if (LANES > 4) {
        a0 = a0.add(a0.rearrange(BY_4));
        a1 = a1.add(a1.rearrange(BY_4));
        a2 = a2.add(a2.rearrange(BY_4));
        a3 = a3.add(a3.rearrange(BY_4));
      }
      if (LANES > 2) {
        a0 = a0.add(a0.rearrange(BY_2));
        a1 = a1.add(a1.rearrange(BY_2));
        a2 = a2.add(a2.rearrange(BY_2));
        a3 = a3.add(a3.rearrange(BY_2));
      }
      a0 = a0.add(a0.rearrange(BY_1));
      a1 = a1.add(a1.rearrange(BY_1));
      a2 = a2.add(a2.rearrange(BY_1));
      a3 = a3.add(a3.rearrange(BY_1));
      int t = yOffset + i * yStride;
      if (accumulate) {
        y[t] += a0.lane(0);
        y[t + yStep] += a1.lane(0);
        y[t + 2 * yStep] += a2.lane(0);
        y[t + 3 * yStep] += a3.lane(0);
      } else {
        y[t] = a0.lane(0);
        y[t + yStep] = a1.lane(0);
        y[t + 2 * yStep] = a2.lane(0);
        y[t + 3 * yStep] = a3.lane(0);
      }
    }
  }
}
