package jacquard.nn;

import jacquard.tensor.ShapeException;
import jacquard.tensor.Tensor;
import jacquard.tensor.graph.Window;
import org.jspecify.annotations.Nullable;

/// 2-D convolution of `[N, in, H, W]`, zero-padded, to `[N, out, H', W']`.
///
/// `H' = (H + 2 padding - dilation (kernel - 1) - 1) / stride + 1`, rounded down.
///
/// @param weight `[out, in / groups, kernel, kernel]`
/// @param bias `[out]`, or null for none
/// @param stride places from one window to the next, on both axes
/// @param padding zeros around each side
/// @param dilation distance between the filter's elements
/// @param groups groups of channels that don't see each other
public record Conv2d(
    Parameter weight, @Nullable Parameter bias, int stride, int padding, int dilation, int groups)
    implements Layer {

  /// With a bias, both uniform within `1 / sqrt(in kernel^2)`.
  ///
  /// @param init where the layer stands in the model: names and seed
  /// @param in size of the last axis, or channels, of what comes in
  /// @param out size of the last axis, or channels, of what goes out
  /// @param kernel height and width of the window
  /// @param stride places from one window to the next, on both axes
  /// @param padding zeros around each side
  /// @return the layer
  public static Conv2d of(Init init, int in, int out, int kernel, int stride, int padding) {
    double bound = 1 / Math.sqrt((double) in * kernel * kernel);
    return of(
        init, in, out, kernel, stride, padding, Initialiser.standard(), Initialiser.uniform(bound));
  }

  /// A layer with values drawn as one likes.
  ///
  /// @param init where the layer stands in the model: names and seed
  /// @param in size of the last axis, or channels, of what comes in
  /// @param out size of the last axis, or channels, of what goes out
  /// @param kernel height and width of the window
  /// @param stride places from one window to the next, on both axes
  /// @param padding zeros around each side
  /// @param weight how the first values are drawn
  /// @param bias null for a layer without bias
  /// @return the layer
  public static Conv2d of(
      Init init,
      int in,
      int out,
      int kernel,
      int stride,
      int padding,
      Initialiser weight,
      @Nullable Initialiser bias) {
    return new Conv2d(
        init.parameter("weight", weight, out, in, kernel, kernel),
        bias == null ? null : init.parameter("bias", bias, out),
        stride,
        padding,
        1,
        1);
  }

  @Override
  public Tensor forward(Tensor x, Pass pass) {
    if (x.rank() != 4 || x.dim(1) != weight.shape().dim(1) * groups) {
      throw new ShapeException(
          "conv2d: shape "
              + x.shape()
              + ", expected [N, "
              + weight.shape().dim(1) * groups
              + ", H, W]");
    }
    Window window =
        new Window(
            x.shape(),
            weight.shape(),
            stride,
            stride,
            padding,
            padding,
            padding,
            padding,
            dilation,
            dilation,
            groups);
    Tensor y = pass.operand(x).conv2d(pass.operand(pass.value(weight)), window).cast(x.dtype());
    return bias == null
        ? y
        : y.add(pass.value(bias).reshape(Channels.shape(4, bias.shape().dim(0))));
  }

  @Override
  public Parts parts() {
    return Parts.of(weight, bias);
  }
}
