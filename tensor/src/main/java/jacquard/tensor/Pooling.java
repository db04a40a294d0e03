package jacquard.tensor;

import java.util.function.BinaryOperator;

/// Pooling of images, as element-wise combinations of strided slices: one slice for each position
/// in the window.
public sealed interface Pooling permits Tensor {
  /// {@return this tensor, for the methods of this family}
  Tensor self();

  /// {@return largest element of each `kernel` by `kernel` window; NaN if one is}
  ///
  /// | name   | shape              | dtype        |
  /// |--------|--------------------|--------------|
  /// | this   | `[N, C, H, W]`     | f32, f64     |
  /// | result | `[N, C, H', W']`, `H' = (H + 2 padding - kernel) / stride + 1` rounded down | same as this |
  ///
  /// @param kernel height and width of the window
  /// @param stride rows and columns between windows, 1 or more
  /// @param padding rows and columns on each side that don't count, at most `kernel / 2`
  /// @throws ShapeException if there is no whole window, or an argument is outside its range
  default Tensor maxPool2d(int kernel, int stride, int padding) {
    return pool("maxPool2d", kernel, stride, padding, Double.NEGATIVE_INFINITY, Tensor::maximum);
  }

  /// {@return mean of each `kernel` by `kernel` window, the padding counted as zeros; shapes,
  /// dtypes and errors as [#maxPool2d]}
  ///
  /// @param kernel height and width of the window
  /// @param stride places from one window to the next, on both axes
  /// @param padding zeros around each side
  default Tensor avgPool2d(int kernel, int stride, int padding) {
    return pool("avgPool2d", kernel, stride, padding, 0, Tensor::add)
        .mul(1.0 / ((double) kernel * kernel));
  }

  private Tensor pool(
      String op,
      int kernel,
      int stride,
      int padding,
      double around,
      BinaryOperator<Tensor> combine) {
    Tensor x = self();
    if (!x.dtype().isFloat()) {
      throw new DTypeException(
          op + ": not defined for " + x.dtype() + ", expected f32 or f64; cast first");
    }
    if (x.rank() != 4) {
      throw new ShapeException(op + ": shape " + x.shape() + ", expected [N, C, H, W]");
    }
    if (kernel < 1 || stride < 1 || padding < 0 || padding > kernel / 2) {
      throw new ShapeException(
          op
              + ": kernel "
              + kernel
              + ", stride "
              + stride
              + ", padding "
              + padding
              + ", expected kernel and stride of 1 or more and padding of 0 to kernel / 2");
    }
    int rows = (x.dim(2) + 2 * padding - kernel) / stride + 1;
    int columns = (x.dim(3) + 2 * padding - kernel) / stride + 1;
    if (Math.min(x.dim(2), x.dim(3)) + 2 * padding < kernel) {
      throw new ShapeException(
          op
              + ": kernel "
              + kernel
              + " on "
              + x.shape()
              + " with padding "
              + padding
              + ", expected a window that fits; pad more or pool less");
    }
    Ints sides = Ints.of(0, 0, padding, padding);
    Tensor image = x.pad(sides, sides, Ints.filled(4, 0), around);
    Tensor pooled = window(image, 0, 0, rows, columns, stride);
    for (int at = 1; at < kernel * kernel; at++) {
      pooled =
          combine.apply(pooled, window(image, at / kernel, at % kernel, rows, columns, stride));
    }
    return pooled;
  }

  /// The element at `row`, `column` of every window.
  private static Tensor window(
      Tensor image, int row, int column, int rows, int columns, int stride) {
    return image.slice(
        Ints.of(0, 0, row, column),
        Ints.of(
            image.dim(0),
            image.dim(1),
            row + (rows - 1) * stride + 1,
            column + (columns - 1) * stride + 1),
        Ints.of(1, 1, stride, stride));
  }
}
