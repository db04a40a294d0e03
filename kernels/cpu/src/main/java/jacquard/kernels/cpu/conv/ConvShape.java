package jacquard.kernels.cpu.conv;

/// Sizes of a 2-D convolution, named after its forward form. All tensors are contiguous and
/// row-major.
///
/// | tensor | shape                                  |
/// |--------|----------------------------------------|
/// | `x`    | `[n, c, h, w]`                         |
/// | `w`    | `[o, c / groups, kh, kw]`              |
/// | `y`    | `[n, o, oh, ow]`                       |
///
/// `y[b, o, i, j] = sum over c, p, q of w[o, c, p, q] * x[b, c, i * strideH - padTop + p *
/// dilationH, ...]`, with zeros outside `x`. The size of `y` is given, so padding below and to the
/// right is whatever it takes.
///
/// @param n images
/// @param c channels of `x`
/// @param h rows of an image of `x`
/// @param w columns of an image of `x`
/// @param o channels of `y`
/// @param oh rows of an image of `y`
/// @param ow columns of an image of `y`
/// @param kh rows of a filter
/// @param kw columns of a filter
/// @param strideH rows of `x` from one row of `y` to the next
/// @param strideW columns of `x` from one column of `y` to the next
/// @param padTop rows of zeros above an image
/// @param padLeft columns of zeros left of an image
/// @param dilationH rows of `x` from one row of a filter to the next
/// @param dilationW columns of `x` from one column of a filter to the next
/// @param groups parts that the channels are cut into, each of which sees only its own; divides `c`
///   and `o`
public record ConvShape(
    int n,
    int c,
    int h,
    int w,
    int o,
    int oh,
    int ow,
    int kh,
    int kw,
    int strideH,
    int strideW,
    int padTop,
    int padLeft,
    int dilationH,
    int dilationW,
    int groups) {

  /// Checks the sizes.
  ///
  /// @throws IllegalArgumentException for a negative size or padding, a stride or dilation below 1,
  ///   or groups that don't divide the channels
  public ConvShape {
    if (n < 0 || c < 0 || h < 0 || w < 0 || o < 0 || oh < 0 || ow < 0 || kh < 0 || kw < 0) {
      throw new IllegalArgumentException(
          "conv: x [%d, %d, %d, %d], y [.., %d, %d, %d], filter %d x %d, expected no negative size"
              .formatted(n, c, h, w, o, oh, ow, kh, kw));
    }
    if (strideH < 1 || strideW < 1 || dilationH < 1 || dilationW < 1) {
      throw new IllegalArgumentException(
          "conv: strides %d, %d, dilations %d, %d, expected at least 1"
              .formatted(strideH, strideW, dilationH, dilationW));
    }
    if (padTop < 0 || padLeft < 0) {
      throw new IllegalArgumentException(
          "conv: padding %d, %d, expected none negative".formatted(padTop, padLeft));
    }
    if (groups < 1 || c % groups != 0 || o % groups != 0) {
      throw new IllegalArgumentException(
          "conv: %d channels to %d in %d groups, expected multiples of the groups"
              .formatted(c, o, groups));
    }
  }

  /// A square filter with the same stride and padding on all sides, no dilation and one group.
  ///
  /// @param n images
  /// @param c channels of `x`
  /// @param h rows of an image of `x`
  /// @param w columns of an image of `x`
  /// @param o channels of `y`
  /// @param kernel rows and columns of a filter
  /// @param stride rows and columns from one window to the next
  /// @param pad zeros on each side
  /// @return the shape, with as many rows and columns of `y` as there are whole windows
  public static ConvShape of(int n, int c, int h, int w, int o, int kernel, int stride, int pad) {
    int oh = (h + 2 * pad - kernel) / stride + 1;
    int ow = (w + 2 * pad - kernel) / stride + 1;
    return new ConvShape(n, c, h, w, o, oh, ow, kernel, kernel, stride, stride, pad, pad, 1, 1, 1);
  }

  int channels() {
    return c / groups;
  }

  int filters() {
    return o / groups;
  }

  int taps() {
    return kh * kw;
  }

  /// Elements of one image of `x`.
  int xImage() {
    return c * h * w;
  }

  /// Elements of one image of `y`.
  int yImage() {
    return o * oh * ow;
  }

  /// {@return number of elements of `x`}
  public int xElements() {
    return Math.multiplyExact(n, Math.multiplyExact(c, Math.multiplyExact(h, w)));
  }

  /// {@return number of elements of `w`}
  public int wElements() {
    return Math.multiplyExact(o, Math.multiplyExact(channels(), Math.multiplyExact(kh, kw)));
  }

  /// {@return number of elements of `y`}
  public int yElements() {
    return Math.multiplyExact(n, Math.multiplyExact(o, Math.multiplyExact(oh, ow)));
  }

  /// {@return floating-point operations of one of the three forms, a multiply-add counted as two}
  public long flops() {
    return 2L * n * o * oh * ow * channels() * kh * kw;
  }

  void checkBounds(int xLength, int xOffset, int wLength, int wOffset, int yLength, int yOffset) {
    check("x", xLength, xOffset, xElements());
    check("w", wLength, wOffset, wElements());
    check("y", yLength, yOffset, yElements());
  }

  private void check(String name, int length, int offset, int elements) {
    if (offset < 0 || offset > length - elements) {
      throw new IndexOutOfBoundsException(
          "conv: %s takes %d elements from %d, expected within 0 .. %d; shape %s"
              .formatted(name, elements, offset, length - 1, this));
    }
  }
}
