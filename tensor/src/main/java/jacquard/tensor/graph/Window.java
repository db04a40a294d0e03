package jacquard.tensor.graph;

import jacquard.tensor.Shape;

/// Geometry of a 2-D convolution, as its forward form sees it.
///
/// @param image `[N, C, H, W]` shape of the image side
/// @param filter `[O, C/groups, kh, kw]` shape of the filter
/// @param strideH step between rows of the result
/// @param strideW columns from one window to the next
/// @param padTop zeros above the image, and so on for the other sides
/// @param padBottom zeros below
/// @param padLeft zeros on the left
/// @param padRight zeros on the right
/// @param dilationH distance between rows of the filter
/// @param dilationW distance between the filter's columns
/// @param groups number of independent channel groups
public record Window(
    Shape image,
    Shape filter,
    int strideH,
    int strideW,
    int padTop,
    int padBottom,
    int padLeft,
    int padRight,
    int dilationH,
    int dilationW,
    int groups) {

  /// {@return rows of the forward result}
  public int outH() {
    return out(image.dim(2), padTop + padBottom, filter.dim(2), dilationH, strideH);
  }

  /// {@return columns of the forward result}
  public int outW() {
    return out(image.dim(3), padLeft + padRight, filter.dim(3), dilationW, strideW);
  }

  /// {@return `[N, O, OH, OW]`, the shape of the forward result}
  public Shape result() {
    return Shape.of(image.dim(0), filter.dim(0), outH(), outW());
  }

  private static int out(int size, int padding, int kernel, int dilation, int stride) {
    int span = size + padding - dilation * (kernel - 1) - 1;
    return span < 0 ? 0 : span / stride + 1;
  }
}
