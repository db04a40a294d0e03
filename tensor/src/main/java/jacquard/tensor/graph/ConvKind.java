package jacquard.tensor.graph;

/// The convolution family, closed under gradient. `x` is the image, `w` the filter, `y` the result
/// of a forward convolution.
public enum ConvKind {
  /// Sources `x[N, C, H, W]`, `w[O, C/groups, kh, kw]`; result `y[N, O, OH, OW]`.
  FORWARD,
  /// Sources `y`-shaped gradient, `w`; result shaped like `x`. Also the forward pass of a
  /// transposed convolution.
  INPUT_GRADIENT,
  /// Sources `x`, `y`-shaped gradient; result shaped like `w`.
  WEIGHT_GRADIENT
}
