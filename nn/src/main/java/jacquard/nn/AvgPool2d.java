package jacquard.nn;

import jacquard.tensor.Tensor;

/// Mean of each window of `[N, C, H, W]`, the padding counted as zeros.
///
/// @param kernel rows and columns of a window
/// @param stride rows and columns between windows
/// @param padding rows and columns added on each side, at most `kernel / 2`
public record AvgPool2d(int kernel, int stride, int padding) implements Layer {

  /// Windows side by side.
  ///
  /// @param kernel height and width of the window
  /// @return the layer
  public static AvgPool2d of(int kernel) {
    return new AvgPool2d(kernel, kernel, 0);
  }

  @Override
  public Tensor forward(Tensor x, Pass pass) {
    return x.avgPool2d(kernel, stride, padding);
  }

  @Override
  public Parts parts() {
    return Parts.none();
  }
}
