package jacquard.nn;

import jacquard.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// 2-D transposed convolution of `[N, in, H, W]` to `[N, out, H', W']`: the gradient of a
/// convolution by its image.
///
/// `H' = (H - 1) stride - 2 padding + kernel + outputPadding`.
///
/// @param weight `[in, out, kernel, kernel]`
/// @param bias `[out]`, or null for none
/// @param stride places from one window to the next, on both axes
/// @param padding zeros around each side
/// @param outputPadding rows and columns added at the bottom and right, below `stride`
public record ConvTranspose2d(
    Parameter weight, @Nullable Parameter bias, int stride, int padding, int outputPadding)
    implements Layer {

  /// With a bias, both uniform within `1 / sqrt(out kernel^2)`.
  ///
  /// @param init where the layer stands in the model: names and seed
  /// @param in size of the last axis, or channels, of what comes in
  /// @param out size of the last axis, or channels, of what goes out
  /// @param kernel height and width of the window
  /// @param stride places from one window to the next, on both axes
  /// @param padding zeros around each side
  /// @param outputPadding rows and columns more at the end of the result
  /// @return the layer
  public static ConvTranspose2d of(
      Init init, int in, int out, int kernel, int stride, int padding, int outputPadding) {
    double bound = 1 / Math.sqrt((double) out * kernel * kernel);
    return of(
        init,
        in,
        out,
        kernel,
        stride,
        padding,
        outputPadding,
        Initialiser.standard(),
        Initialiser.uniform(bound));
  }

  /// A layer with values drawn as one likes.
  ///
  /// @param init where the layer stands in the model: names and seed
  /// @param in size of the last axis, or channels, of what comes in
  /// @param out size of the last axis, or channels, of what goes out
  /// @param kernel height and width of the window
  /// @param stride places from one window to the next, on both axes
  /// @param padding zeros around each side
  /// @param outputPadding rows and columns more at the end of the result
  /// @param weight how the first values are drawn
  /// @param bias null for a layer without bias
  /// @return the layer
  public static ConvTranspose2d of(
      Init init,
      int in,
      int out,
      int kernel,
      int stride,
      int padding,
      int outputPadding,
      Initialiser weight,
      @Nullable Initialiser bias) {
    return new ConvTranspose2d(
        init.parameter("weight", weight, in, out, kernel, kernel),
        bias == null ? null : init.parameter("bias", bias, out),
        stride,
        padding,
        outputPadding);
  }

  @Override
  public Tensor forward(Tensor x, Pass pass) {
    Tensor y =
        pass.operand(x)
            .convTranspose2d(pass.operand(pass.value(weight)), stride, padding, outputPadding)
            .cast(x.dtype());
    return bias == null
        ? y
        : y.add(pass.value(bias).reshape(Channels.shape(4, bias.shape().dim(0))));
  }

  @Override
  public Parts parts() {
    return Parts.of(weight, bias);
  }
}
