package jacquard.bench.rows;

import java.util.function.BiConsumer;

/// Row and element-wise kernels by plain loops, in `float` with `Math`'s functions.
final class PlainRows {
  private static final float GELU = (float) Math.sqrt(2 / Math.PI);

  private PlainRows() {}

  private static Body body(float[] x, BiConsumer<float[], float[]> loops) {
    float[] y = new float[x.length];
    return Body.of(y, () -> loops.accept(x, y));
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
    return body(input, (x, y) -> layerNorm(x, weight, bias, eps, y));
  }

  /// Of a sum.
  static Body layerNorm(float[] input, float[] residual, float[] weight, float[] bias, float eps) {
    float[] sum = new float[input.length];
    return body(
        input,
        (x, y) -> {
          for (int i = 0; i < x.length; i++) {
            sum[i] = x[i] + residual[i];
          }
          layerNorm(sum, weight, bias, eps, y);
        });
  }

  private static void layerNorm(float[] x, float[] weight, float[] bias, float eps, float[] y) {
    int n = weight.length;
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
  }

  static Body rmsNorm(float[] input, float[] weight, float eps) {
    int n = weight.length;
    return body(
        input,
        (x, y) -> {
          for (int row = 0; row < x.length; row += n) {
            float squares = 0;
            for (int i = 0; i < n; i++) {
              squares += x[row + i] * x[row + i];
            }
            float scale = (float) (1 / Math.sqrt(squares / n + eps));
            for (int i = 0; i < n; i++) {
              y[row + i] = x[row + i] * scale * weight[i];
            }
          }
        });
  }

  /// Over batch and places of `[N, C, place]`.
  static Body batchNorm(float[] input, int places, float[] weight, float[] bias, float eps) {
    int channels = weight.length;
    return body(
        input,
        (x, y) -> {
          int count = x.length / channels;
          for (int c = 0; c < channels; c++) {
            float sum = 0;
            for (int at = c * places; at < x.length; at += channels * places) {
              for (int i = at; i < at + places; i++) {
                sum += x[i];
              }
            }
            float mean = sum / count;
            float squares = 0;
            for (int at = c * places; at < x.length; at += channels * places) {
              for (int i = at; i < at + places; i++) {
                squares += (x[i] - mean) * (x[i] - mean);
              }
            }
            float scale = (float) (1 / Math.sqrt(squares / count + eps)) * weight[c];
            for (int at = c * places; at < x.length; at += channels * places) {
              for (int i = at; i < at + places; i++) {
                y[i] = (x[i] - mean) * scale + bias[c];
              }
            }
          }
        });
  }

  /// The mean over rows of `log(sum(exp(x))) - x[target]`.
  static Body crossEntropy(float[] x, int[] target) {
    int n = x.length / target.length;
    float[] mean = new float[1];
    return Body.of(
        mean,
        () -> {
          double losses = 0;
          for (int row = 0; row < target.length; row++) {
            float max = Float.NEGATIVE_INFINITY;
            for (int i = row * n; i < (row + 1) * n; i++) {
              max = Math.max(max, x[i]);
            }
            float sum = 0;
            for (int i = row * n; i < (row + 1) * n; i++) {
              sum += (float) Math.exp(x[i] - max);
            }
            losses += Math.log(sum) + max - x[row * n + target[row]];
          }
          mean[0] = (float) (losses / target.length);
        });
  }

  static Body gelu(float[] input) {
    return body(
        input,
        (x, y) -> {
          for (int i = 0; i < x.length; i++) {
            y[i] = gelu(x[i]);
          }
        });
  }

  static float gelu(float x) {
    float u = GELU * (x + 0.044715f * x * x * x);
    return 0.5f * x * (1 + (float) Math.tanh(u));
  }
}
