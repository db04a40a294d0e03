package jacquard.tensor.graph;

import jacquard.tensor.Shape;
import jacquard.tensor.ShapeException;

/// Shapes of what multiplies and adds: products of matrices, convolutions, attention.
final class ProductShapes {
  private ProductShapes() {}

  static Shape dot(String name, Shape a, Shape b) {
    int rank = a.rank();
    boolean fits = rank >= 2 && b.rank() == rank && a.dim(rank - 1) == b.dim(rank - 2);
    int[] dims = new int[Math.max(rank, 2)];
    for (int i = 0; fits && i < rank - 2; i++) {
      fits = a.dim(i) == b.dim(i);
      dims[i] = a.dim(i);
    }
    if (!fits) {
      throw new ShapeException(
          name
              + ": "
              + a
              + " by "
              + b
              + ", expected [..., m, k] by [..., k, n] with equal leading axes");
    }
    dims[rank - 2] = a.dim(rank - 2);
    dims[rank - 1] = b.dim(rank - 1);
    return Shape.of(dims);
  }

  static Shape conv(String name, Op.Conv c, Shape a, Shape b) {
    Window w = c.window();
    Shape image = w.image();
    Shape filter = w.filter();
    boolean fits =
        image.rank() == 4
            && filter.rank() == 4
            && w.groups() >= 1
            && w.strideH() >= 1
            && w.strideW() >= 1
            && w.dilationH() >= 1
            && w.dilationW() >= 1
            && w.padTop() >= 0
            && w.padBottom() >= 0
            && w.padLeft() >= 0
            && w.padRight() >= 0;
    if (!fits) {
      throw new ShapeException(
          name
              + ": "
              + w
              + ", expected 4 axes, strides, dilations and groups of 1 or more, paddings of 0 or"
              + " more");
    }
    if (image.dim(1) != filter.dim(1) * w.groups() || filter.dim(0) % w.groups() != 0) {
      throw new ShapeException(
          name
              + ": image "
              + image
              + ", filter "
              + filter
              + ", groups "
              + w.groups()
              + ", expected image channels = filter channels * groups and filters divisible by"
              + " groups");
    }
    if (filter.dim(2) < 1 || filter.dim(3) < 1 || w.outH() < 1 || w.outW() < 1) {
      throw new ShapeException(
          name
              + ": image "
              + image
              + " is smaller than the filter "
              + filter
              + " after padding, expected at least one position; pad more");
    }
    return switch (c.kind()) {
      case FORWARD -> {
        ShapeInference.equalShapes(name + ": image", image, a);
        ShapeInference.equalShapes(name + ": filter", filter, b);
        yield w.result();
      }
      case INPUT_GRADIENT -> {
        ShapeInference.equalShapes(name + ": result gradient", w.result(), a);
        ShapeInference.equalShapes(name + ": filter", filter, b);
        yield image;
      }
      case WEIGHT_GRADIENT -> {
        ShapeInference.equalShapes(name + ": image", image, a);
        ShapeInference.equalShapes(name + ": result gradient", w.result(), b);
        yield filter;
      }
    };
  }

  static void attention(String name, Shape q, Shape k, Shape v) {
    boolean fits =
        q.rank() == 4 && k.rank() == 4 && k.equals(v) && q.withDim(1, 0).equals(k.withDim(1, 0));
    if (!fits) {
      throw new ShapeException(
          name
              + ": shapes "
              + q
              + ", "
              + k
              + " and "
              + v
              + ", expected [B, T, H, E], [B, S, H, E] and [B, S, H, E]");
    }
  }
}
