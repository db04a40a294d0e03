package jacquard.nn.metrics;

import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import java.util.Arrays;

/// Vectors of pictures, one a row.
///
/// @param values `[rows, dim]`; not copied
/// @param rows number of pictures
/// @param dim elements of a vector
public record Features(float[] values, int rows, int dim) {

  /// Refuses sizes that don't fit the array.
  ///
  /// @throws IllegalArgumentException if there is nothing, the array has another length, or a value
  ///   is not finite
  public Features {
    if (rows < 1 || dim < 1 || values.length != (long) rows * dim) {
      throw new IllegalArgumentException(
          "features: %d values, expected %d for %d vectors of %d, 1 or more each"
              .formatted(values.length, (long) rows * dim, rows, dim));
    }
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw new IllegalArgumentException(
            "features: %s at row %d, expected finite values; has the model diverged?"
                .formatted(values[i], i / dim));
      }
    }
  }

  /// Of pictures, so many at a time.
  ///
  /// @param network gives the vectors
  /// @param pictures `[count, channels, height, width]`, black 0 and white 1
  /// @param count number of pictures
  /// @param picture shape of one, without the batch axis
  /// @return the vectors
  public static Features of(FeatureNetwork network, float[] pictures, int count, Shape picture) {
    int each = picture.arraySize();
    int atOnce = Math.min(count, 500);
    float[] block = new float[atOnce * each];
    float[] values = new float[0];
    int dim = 0;
    for (int from = 0; from < count; from += atOnce) {
      int valid = Math.min(atOnce, count - from);
      // The last block keeps the size, so that there is one plan for all; its tail is not read.
      System.arraycopy(pictures, from * each, block, 0, valid * each);
      float[] made = network.features(Tensor.of(block, batched(atOnce, picture))).toFloatArray();
      if (from == 0) {
        dim = made.length / atOnce;
        values = new float[count * dim];
      }
      System.arraycopy(made, 0, values, from * dim, valid * dim);
    }
    return new Features(values, count, dim);
  }

  private static int[] batched(int rows, Shape picture) {
    int[] dims = new int[picture.rank() + 1];
    dims[0] = rows;
    System.arraycopy(picture.toArray(), 0, dims, 1, picture.rank());
    return dims;
  }

  /// {@return the rows from `from` to `to` (exclusive)}
  ///
  /// @param from the first row
  /// @param to the end, which is left out
  public Features slice(int from, int to) {
    return new Features(Arrays.copyOfRange(values, from * dim, to * dim), to - from, dim);
  }

  /// These rows in that order.
  Features rows(int[] order, int count) {
    float[] chosen = new float[count * dim];
    for (int i = 0; i < count; i++) {
      System.arraycopy(values, order[i] * dim, chosen, i * dim, dim);
    }
    return new Features(chosen, count, dim);
  }

  /// f32 `[rows, dim]`; its memory is this array where the device is the host.
  Tensor tensor() {
    return Tensor.stored(DType.F32, values, Shape.of(rows, dim), Device.standard());
  }

  static void requireSameDim(String metric, Features a, Features b) {
    if (a.dim != b.dim) {
      throw new IllegalArgumentException(
          metric
              + ": vectors of "
              + a.dim
              + " and "
              + b.dim
              + " features, expected both from one network");
    }
  }
}
