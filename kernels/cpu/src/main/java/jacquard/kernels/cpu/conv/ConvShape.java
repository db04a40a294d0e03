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

  public int xElements() {
    return Math.multiplyExact(n, Math.multiplyExact(c, Math.multiplyExact(h, w)));
  }

  public int wElements() {
    return Math.multiplyExact(o, Math.multiplyExact(channels(), Math.multiplyExact(kh, kw)));
  }

  public int yElements() {
    return Math.multiplyExact(n, Math.multiplyExact(o, Math.multiplyExact(oh, ow)));
  }

  /// Floating-point operations of one of the three forms, a multiply-add counted as two.
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
