package jacquard.kernels.cpu.attention;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import jacquard.kernels.cpu.attention.AttentionShape.Strides;
import jacquard.kernels.cpu.machine.Caches;
import jacquard.kernels.cpu.machine.VectorWidth;
import jacquard.kernels.cpu.machine.WorkerPool;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/*
 * B batch, T queries, S keys, H heads, E size of a head
 */

/// The kernels against plain loops in double precision, at sizes around blocks and vectors.
class AttentionTest {
  private static final int[][] FORWARD = {
    {1, 1, 1, 1, 1},
    {1, 7, 7, 2, 5},
    {2, 8, 8, 1, 8},
    {1, 31, 31, 2, 16},
    {1, 32, 32, 1, 32},
    {2, 33, 33, 2, 33},
    {1, 64, 64, 3, 32},
    {1, 70, 70, 1, 64},
    {1, 5, 40, 2, 12},
    {1, 40, 5, 2, 12},
    {1, 130, 260, 1, 24},
    {1, 300, 300, 1, 10}
  };

  /// What a call works on: q, k and v as parts of one projection `[B, T, 3, H, E]` if T is S, and
  /// else as tensors of their own.
  private static final class Case {
    final int batch;
    final int queries;
    final int keys;
    final int heads;
    final int size;
    final AttentionShape shape;
    final float[] q;
    final float[] k;
    final float[] v;
    final int kOffset;
    final int vOffset;
    final float[] y;
    final float[] logSum;
    final float[] g;
    final float[] result;

    Case(int[] dims, boolean causal) {
      batch = dims[0];
      queries = dims[1];
      keys = dims[2];
      heads = dims[3];
      size = dims[4];
      Random random = new Random(queries * 31L + size);
      int row = heads * size;
      if (queries == keys) {
        Strides strides = new Strides(3 * queries * row, 3 * row, size);
        shape =
            new AttentionShape(
                batch, heads, queries, keys, size, causal, 0.4f, strides, strides, strides);
        q = random(random, 3 * batch * queries * row);
        k = q;
        v = q;
        kOffset = row;
        vOffset = 2 * row;
      } else {
        Strides mine = Strides.contiguous(queries, heads, size);
        Strides other = Strides.contiguous(keys, heads, size);
        shape =
            new AttentionShape(batch, heads, queries, keys, size, causal, 0.4f, mine, other, other);
        q = random(random, batch * queries * row);
        k = random(random, batch * keys * row);
        v = random(random, batch * keys * row);
        kOffset = 0;
        vOffset = 0;
      }
      y = new float[batch * queries * row];
      logSum = new float[batch * queries * heads];
      g = random(random, y.length);
      result = new float[3 * y.length];
    }

    private static float[] random(Random random, int n) {
      float[] x = new float[n];
      for (int i = 0; i < n; i++) {
        x[i] = (float) random.nextGaussian();
      }
      return x;
    }

    void forward(Attention attention) {
      attention.forward(shape, q, 0, k, kOffset, v, vOffset, y, 0, logSum, 0);
    }

    void backward(Attention attention) {
      Strides dense = Strides.contiguous(queries, heads, size);
      attention.backward(
          shape, q, 0, k, kOffset, v, vOffset, y, 0, dense, logSum, 0, g, 0, dense, result, 0);
    }

    double q(int b, int t, int h, int e) {
      Strides s = shape.q();
      return q[b * s.batch() + t * s.position() + h * s.head() + e];
    }

    double k(int b, int t, int h, int e) {
      Strides s = shape.k();
      return k[kOffset + b * s.batch() + t * s.position() + h * s.head() + e];
    }

    double v(int b, int t, int h, int e) {
      Strides s = shape.v();
      return v[vOffset + b * s.batch() + t * s.position() + h * s.head() + e];
    }

    int at(int b, int t, int h, int e) {
      return ((b * queries + t) * heads + h) * size + e;
    }

    double[] weights(int b, int t, int h) {
      int seen = shape.causal() ? Math.min(keys, t + 1) : keys;
      double[] weights = new double[seen];
      double sum = 0;
      for (int j = 0; j < seen; j++) {
        double score = 0;
        for (int e = 0; e < size; e++) {
          score += q(b, t, h, e) * k(b, j, h, e);
        }
        weights[j] = Math.exp(shape.scale() * score);
        sum += weights[j];
      }
      for (int j = 0; j < seen; j++) {
        weights[j] /= sum;
      }
      return weights;
    }

    void checkForward(String what) {
      for (int b = 0; b < batch; b++) {
        for (int h = 0; h < heads; h++) {
          for (int t = 0; t < queries; t++) {
            double[] weights = weights(b, t, h);
            for (int e = 0; e < size; e++) {
              double expected = 0;
              for (int j = 0; j < weights.length; j++) {
                expected += weights[j] * v(b, j, h, e);
              }
              assertEquals(expected, y[at(b, t, h, e)], 2e-5, what + " at " + b + t + h + e);
            }
          }
        }
      }
    }

    void checkBackward(String what) {
      double[] expected = new double[result.length];
      int row = heads * size;
      for (int b = 0; b < batch; b++) {
        for (int h = 0; h < heads; h++) {
          for (int t = 0; t < queries; t++) {
            double[] weights = weights(b, t, h);
            double[] byWeight = new double[weights.length];
            double mean = 0;
            for (int j = 0; j < weights.length; j++) {
              for (int e = 0; e < size; e++) {
                byWeight[j] += g[at(b, t, h, e)] * v(b, j, h, e);
              }
              mean += byWeight[j] * weights[j];
            }
            for (int j = 0; j < weights.length; j++) {
              double byScore = shape.scale() * weights[j] * (byWeight[j] - mean);
              for (int e = 0; e < size; e++) {
                int query = (b * queries + t) * 3 * row + h * size + e;
                int key = (b * queries + j) * 3 * row + row + h * size + e;
                expected[query] += byScore * k(b, j, h, e);
                expected[key] += byScore * q(b, t, h, e);
                expected[key + row] += weights[j] * g[at(b, t, h, e)];
              }
            }
          }
        }
      }
      for (int i = 0; i < expected.length; i++) {
        assertEquals(expected[i], result[i], 2e-4 * (1 + Math.abs(expected[i])), what + " at " + i);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void equalsPlainLoops(VectorWidth width) {
    try (WorkerPool pool = new WorkerPool(2)) {
      Attention attention = new Attention(pool, width, Caches.read());
      for (int[] dims : FORWARD) {
        for (boolean causal : new boolean[] {false, true}) {
          Case c = new Case(dims, causal);
          String what = java.util.Arrays.toString(dims) + (causal ? " causal" : "");
          c.forward(attention);
          c.checkForward(what);
          if (c.queries == c.keys) {
            c.backward(attention);
            c.checkBackward(what);
          }
        }
      }
    }
  }

  @Test
  void threadsDontChangeABit() {
    Case one = run(1);
    Case three = run(3);
    assertArrayEquals(one.y, three.y);
    assertArrayEquals(one.logSum, three.logSum);
    assertArrayEquals(one.result, three.result);
  }

  private static Case run(int threads) {
    Case c = new Case(new int[] {2, 150, 150, 3, 40}, true);
    try (WorkerPool pool = new WorkerPool(threads)) {
      Attention attention = new Attention(pool, VectorWidth.preferred(), Caches.read());
      c.forward(attention);
      c.backward(attention);
    }
    return c;
  }

  /// The first run takes plain loops; later ones the vectors as they get compiled.
  @Test
  void compilationDoesntChangeABit() {
    try (WorkerPool pool = new WorkerPool(1)) {
      Attention attention = new Attention(pool, VectorWidth.preferred(), Caches.read());
      Case first = new Case(new int[] {1, 70, 70, 2, 40}, true);
      first.forward(attention);
      first.backward(attention);
      // until some runs after it is compiled, or long enough on a busy machine
      int compiled = 0;
      for (int i = 0; compiled < 20 && i < 2000; i++) {
        compiled += PanelTier.isReady() ? 1 : 0;
        Case again = new Case(new int[] {1, 70, 70, 2, 40}, true);
        again.forward(attention);
        again.backward(attention);
        assertArrayEquals(first.y, again.y);
        assertArrayEquals(first.logSum, again.logSum);
        assertArrayEquals(first.result, again.result);
      }
      assumeTrue(compiled > 0, "SKIPPED in part: the vector code was not compiled in time");
    }
  }

  @Test
  void vectorsAndLoopsGiveTheSameBits() {
    int width = 2 * PanelVectors.LANES;
    Random random = new Random(5);
    float[] p = Case.random(random, 40 * width);
    for (int i = 0; i < p.length; i++) {
      p[i] *= i % 7 == 0 ? 60 : 3;
    }
    p[3 * width] = Float.NEGATIVE_INFINITY;
    p[4 * width + 1] = Float.NaN;
    float[] g = Case.random(random, p.length);
    float[][] a = {p.clone(), g.clone(), new float[40], new float[40]};
    float[][] b = {p.clone(), g.clone(), new float[40], new float[40]};
    PanelVectors.products(p, 3, 29, g, 5, 31, 9, 27, a[2], a[3]);
    PanelLoops.products(p, 3, 29, g, 5, 31, 9, 27, b[2], b[3]);
    assertArrayEquals(b[3], a[3]);
    PanelVectors.softmax(a[0], 0, 40, width, a[2], a[3]);
    PanelLoops.softmax(b[0], 0, 40, width, b[2], b[3]);
    assertArrayEquals(b, a);
    a[0] = p.clone();
    b[0] = p.clone();
    float[] high = new float[40];
    java.util.Arrays.fill(high, 150);
    PanelVectors.gradient(a[0], a[1], 0, 40, width, high, g, 0);
    PanelLoops.gradient(b[0], b[1], 0, 40, width, high, g, 0);
    PanelVectors.scale(a[0], 3, 37, 1.7f);
    PanelLoops.scale(b[0], 3, 37, 1.7f);
    assertArrayEquals(b, a);
  }
}
