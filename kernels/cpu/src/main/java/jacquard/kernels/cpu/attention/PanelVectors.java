package jacquard.kernels.cpu.attention;

import static jacquard.kernels.cpu.attention.PanelLoops.C0;
import static jacquard.kernels.cpu.attention.PanelLoops.C1;
import static jacquard.kernels.cpu.attention.PanelLoops.C2;
import static jacquard.kernels.cpu.attention.PanelLoops.C3;
import static jacquard.kernels.cpu.attention.PanelLoops.C4;
import static jacquard.kernels.cpu.attention.PanelLoops.LN2_HIGH;
import static jacquard.kernels.cpu.attention.PanelLoops.LN2_LOW;
import static jacquard.kernels.cpu.attention.PanelLoops.LOG2E;
import static jacquard.kernels.cpu.attention.PanelLoops.LOWEST;
import static jacquard.kernels.cpu.attention.PanelLoops.MAGIC;

import jacquard.kernels.cpu.machine.VectorWidth;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// The element-wise work on panels in the hardware's preferred vectors, for panels of two vectors a
/// row. Slow until compiled; [PanelTier] says when it is.
///
/// The power is written out where it is used: a method of its own might not be inlined, and would
/// then box every vector.
final class PanelVectors {
  private static final VectorSpecies<Float> S = VectorWidth.species(float.class);
  private static final VectorSpecies<Integer> I = VectorWidth.species(int.class);
  static final int LANES = S.length();

  private PanelVectors() {}

  /// See [PanelMath#softmax].
  static void softmax(float[] p, int offset, int rows, int width, float[] highest, float[] sums) {
    FloatVector high0 = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
    FloatVector high1 = high0;
    int end = offset + rows * width;
    for (int i = offset; i < end; i += width) {
      FloatVector x0 = FloatVector.fromArray(S, p, i);
      FloatVector x1 = FloatVector.fromArray(S, p, i + LANES);
      high0 = high0.blend(x0, high0.compare(VectorOperators.LT, x0));
      high1 = high1.blend(x1, high1.compare(VectorOperators.LT, x1));
    }
    high0.intoArray(highest, 0);
    high1.intoArray(highest, LANES);
    powers(p, offset, end, width, highest, sums, 0);
    powers(p, offset + LANES, end, width, highest, sums, LANES);
  }

  /// `e^(x - high)` in place, for one vector of each row. It reads `high` from memory: C2 may call
  /// this method and not inline it, and a vector that is passed is boxed then.
  private static void powers(
      float[] p, int offset, int end, int width, float[] highest, float[] sums, int at) {
    FloatVector high = FloatVector.fromArray(S, highest, at);
    FloatVector sum = FloatVector.zero(S);
    for (int i = offset; i < end; i += width) {
      FloatVector x = FloatVector.fromArray(S, p, i).sub(high);
      VectorMask<Float> low = x.compare(VectorOperators.LT, LOWEST);
      FloatVector shifted = x.fma(FloatVector.broadcast(S, LOG2E), FloatVector.broadcast(S, MAGIC));
      FloatVector n = shifted.sub(MAGIC);
      FloatVector r =
          n.fma(FloatVector.broadcast(S, -LN2_LOW), n.fma(FloatVector.broadcast(S, -LN2_HIGH), x));
      FloatVector square = r.mul(r);
      FloatVector odd = square.fma(FloatVector.broadcast(S, C3), FloatVector.broadcast(S, C1));
      FloatVector even =
          square
              .fma(FloatVector.broadcast(S, C4), FloatVector.broadcast(S, C2))
              .fma(square, FloatVector.broadcast(S, C0));
      FloatVector y = odd.fma(r, even).fma(square, r.add(1));
      IntVector power = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
      y = y.reinterpretAsInts().add(power).reinterpretAsFloats().blend(0, low);
      y.intoArray(p, i);
      sum = sum.add(y);
    }
    sum.intoArray(sums, at);
  }

  /// See [PanelMath#gradient].
  static void gradient(
      float[] p,
      float[] g,
      int offset,
      int rows,
      int width,
      float[] logSums,
      float[] means,
      int row) {
    for (int part = 0; part < width; part += LANES) {
      for (int k = 0; k < rows; k++) {
        int i = offset + part + k * width;
        FloatVector x = FloatVector.fromArray(S, p, i).sub(logSums[row + k]);
        VectorMask<Float> low = x.compare(VectorOperators.LT, LOWEST);
        FloatVector shifted =
            x.fma(FloatVector.broadcast(S, LOG2E), FloatVector.broadcast(S, MAGIC));
        FloatVector n = shifted.sub(MAGIC);
        FloatVector r =
            n.fma(
                FloatVector.broadcast(S, -LN2_LOW), n.fma(FloatVector.broadcast(S, -LN2_HIGH), x));
        FloatVector square = r.mul(r);
        FloatVector odd = square.fma(FloatVector.broadcast(S, C3), FloatVector.broadcast(S, C1));
        FloatVector even =
            square
                .fma(FloatVector.broadcast(S, C4), FloatVector.broadcast(S, C2))
                .fma(square, FloatVector.broadcast(S, C0));
        FloatVector y = odd.fma(r, even).fma(square, r.add(1));
        IntVector power = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
        y = y.reinterpretAsInts().add(power).reinterpretAsFloats().blend(0, low);
        y.intoArray(p, i);
        FloatVector.fromArray(S, g, i).sub(means[row + k]).mul(y).intoArray(g, i);
      }
    }
  }

  /// See [PanelMath#products].
  static void products(
      float[] a,
      int aOffset,
      int aStride,
      float[] b,
      int bOffset,
      int bStride,
      int rows,
      int size,
      float[] partial,
      float[] y) {
    int whole = size - size % LANES;
    for (int r = 0; r < rows; r++) {
      int s = aOffset + r * aStride;
      int t = bOffset + r * bStride;
      FloatVector sum = FloatVector.zero(S);
      for (int e = 0; e < whole; e += LANES) {
        sum = FloatVector.fromArray(S, a, s + e).fma(FloatVector.fromArray(S, b, t + e), sum);
      }
      sum.intoArray(partial, 0);
      for (int e = whole; e < size; e++) {
        partial[e - whole] = Math.fma(a[s + e], b[t + e], partial[e - whole]);
      }
      y[r] = PanelLoops.sum(partial, LANES);
    }
  }

  /// See [PanelMath#copy]; `width` columns of two vectors.
  static void copy(
      float[] x, int offset, int stride, int rows, float factor, float[] to, int toOffset) {
    int s = offset;
    int end = toOffset + rows * 2 * LANES;
    for (int t = toOffset; t < end; t += 2 * LANES) {
      FloatVector.fromArray(S, x, s).mul(factor).intoArray(to, t);
      FloatVector.fromArray(S, x, s + LANES).mul(factor).intoArray(to, t + LANES);
      s += stride;
    }
  }

  /// See [PanelMath#scale].
  static void scale(float[] x, int offset, int count, float factor) {
    int i = offset;
    int end = offset + count;
    for (; i <= end - LANES; i += LANES) {
      FloatVector.fromArray(S, x, i).mul(factor).intoArray(x, i);
    }
    for (; i < end; i++) {
      x[i] *= factor;
    }
  }
}
