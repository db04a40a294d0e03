package jacquard.nn;

import jacquard.tensor.Tensor;

/// Largest element of each window of `[N, C, H, W]`.
///
/// @param kernel rows and columns of a window
/// @param stride rows and columns between windows
/// @param padding rows and columns added on each side, at most `kernel / 2`
public record MaxPool2d(int kernel, int stride, int padding) implements Layer {

  /// Windows side by side.
  ///
  /// @param kernel height and width of the window
  /// @return the layer
  public static MaxPool2d of(int kernel) {
    return new MaxPool2d(kernel, kernel, 0);
  }

  @Override
  public Tensor forward(Tensor x, Pass pass) {
    return x.maxPool2d(kernel, stride, padding);
  }

  @Override
  public Parts parts() {
    return Parts.none();
  }
}
