package jacquard.bench.rows;

import java.util.function.BiConsumer;

/// Row and element-wise kernels by plain loops, in `float` with `Math`'s functions.
final class PlainRows {
  private PlainRows() {}

  private static Body body(float[] x, BiConsumer<float[], float[]> loops) {
    float[] y = new float[x.length];
    return new Body() {
      @Override
      public void run() {
        loops.accept(x, y);
      }

      @Override
      public float[] result() {
        return y;
      }
    };
  }

  static Body softmax(float[] input, int n) {
    return body(
        input,
        (x, y) -> {
          for (int row = 0; row < x.length; row += n) {
            float max = Float.NEGATIVE_INFINITY;
            for (int i = row; i < row + n; i++) {
              max = Math.max(max, x[i]);
            }
            float sum = 0;
            for (int i = row; i < row + n; i++) {
              y[i] = (float) Math.exp(x[i] - max);
              sum += y[i];
            }
            for (int i = row; i < row + n; i++) {
              y[i] /= sum;
            }
          }
        });
  }

  static Body layerNorm(float[] input, float[] weight, float[] bias, float eps) {
    int n = weight.length;
    return body(
        input,
        (x, y) -> {
          for (int row = 0; row < x.length; row += n) {
            float sum = 0;
            for (int i = 0; i < n; i++) {
              sum += x[row + i];
            }
            float mean = sum / n;
            float squares = 0;
            for (int i = 0; i < n; i++) {
              squares += (x[row + i] - mean) * (x[row + i] - mean);
            }
            float scale = (float) (1 / Math.sqrt(squares / n + eps));
            for (int i = 0; i < n; i++) {
              y[row + i] = (x[row + i] - mean) * scale * weight[i] + bias[i];
            }
          }
        });
  }

  static Body gelu(float[] input) {
    float c = (float) Math.sqrt(2 / Math.PI);
    return body(
        input,
        (x, y) -> {
          for (int i = 0; i < x.length; i++) {
            float u = c * (x[i] + 0.044715f * x[i] * x[i] * x[i]);
            y[i] = 0.5f * x[i] * (1 + (float) Math.tanh(u));
          }
        });
  }
}
