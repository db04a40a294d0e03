package jacquard.kernels.cpu.conv;

/// A forward form or an input gradient over blocks of images, whose source and result are stored
/// with the images innermost: `[group][pixel][channel][image]`.
sealed interface BlockPlan permits BatchPlan, WinogradPlan {
  ConvShape shape();

  /// Whether this is an input gradient.
  boolean gradient();

  /// Pixels of an image of the source.
  int sourcePixels();

  /// Pixels of an image of the result.
  int resultPixels();

  /// Channels of the source in a group: rows of the right operand for each tap.
  default int depth() {
    return gradient() ? shape().filters() : shape().channels();
  }

  /// Channels of the result in a group.
  default int rows() {
    return gradient() ? shape().channels() : shape().filters();
  }

  /// Elements of an image of the source.
  default int sourceImage() {
    return shape().groups() * depth() * sourcePixels();
  }

  /// Elements of an image of the result.
  default int resultImage() {
    return shape().groups() * rows() * resultPixels();
  }
}
