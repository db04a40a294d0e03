package jacquard.tensor.testing;

import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import jacquard.tensor.graph.ConvKind;
import jacquard.tensor.graph.Op;
import jacquard.tensor.graph.Window;
import java.util.ArrayList;
import java.util.List;

/// Matrix products and the convolution family.
final class ContractionRows {
  private static final Operand ANY = Operand.Real.of(-2, 2);

  private ContractionRows() {}

  static List<OperationRow> rows() {
    List<OperationRow> rows = new ArrayList<>();
    rows.add(dot());
    rows.add(dotTransposed());
    rows.add(dotOfExtremes());
    for (Geometry geometry : GEOMETRIES) {
      for (ConvKind kind : ConvKind.values()) {
        rows.add(conv(geometry, kind));
      }
    }
    return rows;
  }

  /// Sizes around the tiles of a matrix product, and matrix by vector, outer product, empty.
  private static List<List<Shape>> products() {
    int[][] sizes = {
      {1, 1, 1},
      {3, 5, 7},
      {1, 33, 17},
      {29, 1, 15},
      {17, 65, 33},
      {1, 1025, 1},
      {31, 2, 65},
      {3, 0, 4},
      {0, 3, 4}
    };
    List<List<Shape>> cases = new ArrayList<>();
    for (int[] s : sizes) {
      cases.add(List.of(Shape.of(s[0], s[1]), Shape.of(s[1], s[2])));
    }
    cases.add(List.of(Shape.of(2, 3, 5), Shape.of(2, 5, 4)));
    cases.add(List.of(Shape.of(2, 3, 4, 5), Shape.of(2, 3, 5, 2)));
    cases.add(List.of(Shape.of(0, 3, 5), Shape.of(0, 5, 4)));
    return cases;
  }

  private static OperationRow dot() {
    return OperationRow.of("dot", t -> Tensor.apply(new Op.Dot(), t[0], t[1]), ANY, ANY)
        .withCases(products())
        .withDTypes(OperationRow.NUMBERS)
        .withTolerance(16, 512)
        .withPlain(in -> {
          int k = in.shape(0).dim(-1);
          int rank = in.shape(0).rank();
          return Plain.fill(
              in.shape(0).withDim(-1, in.shape(1).dim(-1)),
              i -> {
                double sum = 0;
                for (int j = 0; j < k; j++) {
                  int[] left = i.clone();
                  int[] right = i.clone();
                  left[rank - 1] = j;
                  right[rank - 2] = j;
                  sum += at(in, 0, left) * at(in, 1, right);
                }
                return sum;
              });
        });
  }

  /// Element at an index that is not broadcast, so that a mistake in a shape shows.
  private static double at(Plain.Arguments in, int operand, int... index) {
    int at = 0;
    for (int axis = 0; axis < index.length; axis++) {
      at = at * in.shape(operand).dim(axis) + index[axis];
    }
    return in.values().get(operand)[at];
  }

  /// Both sources transposed, as in the gradients of a product.
  private static OperationRow dotTransposed() {
    List<List<Shape>> cases =
        products().stream()
            .map(pair -> pair.stream().map(ContractionRows::transposed).toList())
            .toList();
    return OperationRow.of(
            "dot transposed", t -> Tensor.apply(new Op.Dot(), t[0].t(), t[1].t()), ANY, ANY)
        .withCases(cases)
        .withDTypes(OperationRow.NUMBERS)
        .withTolerance(16, 512)
        .withPlain(in -> {
          int rank = in.shape(0).rank();
          int k = in.shape(0).dim(-2);
          Shape result =
              in.shape(0).withDim(-2, in.shape(0).dim(-1)).withDim(-1, in.shape(1).dim(-2));
          return Plain.fill(
              result,
              i -> {
                double sum = 0;
                for (int j = 0; j < k; j++) {
                  int[] left = i.clone();
                  int[] right = i.clone();
                  left[rank - 2] = j;
                  left[rank - 1] = i[rank - 2];
                  right[rank - 2] = i[rank - 1];
                  right[rank - 1] = j;
                  sum += at(in, 0, left) * at(in, 1, right);
                }
                return sum;
              });
        });
  }

  /// Matrices of one element: the zeros that fill up a tile must not meet an infinity.
  private static OperationRow dotOfExtremes() {
    return OperationRow.of(
            "dot of single elements",
            t ->
                Tensor.apply(
                        new Op.Dot(),
                        t[0].reshape((int) t[0].size(), 1, 1),
                        t[1].reshape((int) t[1].size(), 1, 1))
                    .reshape(t[0].shape()),
            ANY,
            ANY)
        .withDTypes(OperationRow.NUMBERS)
        .withExtremes(Extremes.ALL)
        .withPlain(in -> Plain.fill(in.shape(0), i -> in.at(0, i) * in.at(1, i)));
  }

  private static Shape transposed(Shape s) {
    return s.withDim(-2, s.dim(-1)).withDim(-1, s.dim(-2));
  }

  private record Geometry(String name, Window window) {}

  private static final List<Geometry> GEOMETRIES =
      List.of(
          geometry("", new int[] {2, 3, 6, 7}, new int[] {4, 3, 3, 3}, 1, 1, 0, 0, 0, 0, 1, 1, 1),
          geometry(
              " padded", new int[] {2, 3, 5, 5}, new int[] {4, 3, 3, 3}, 1, 1, 1, 1, 1, 1, 1, 1, 1),
          geometry(
              " strided",
              new int[] {1, 2, 8, 7},
              new int[] {3, 2, 3, 2},
              2,
              3,
              1,
              0,
              0,
              1,
              1,
              1,
              1),
          geometry(
              " dilated",
              new int[] {1, 2, 9, 8},
              new int[] {3, 2, 3, 2},
              1,
              2,
              2,
              2,
              1,
              0,
              2,
              3,
              1),
          geometry(
              " in groups",
              new int[] {2, 4, 5, 4},
              new int[] {6, 2, 2, 3},
              1,
              1,
              1,
              0,
              0,
              1,
              1,
              1,
              2),
          geometry(
              " by channel",
              new int[] {1, 3, 5, 5},
              new int[] {3, 1, 3, 3},
              1,
              1,
              1,
              1,
              1,
              1,
              1,
              1,
              3),
          geometry(
              " of points",
              new int[] {2, 5, 3, 3},
              new int[] {17, 5, 1, 1},
              1,
              1,
              0,
              0,
              0,
              0,
              1,
              1,
              1),
          // batches that fill vectors with images at each width, up to the last one
          geometry(
              " of a batch",
              new int[] {29, 17, 3, 3},
              new int[] {3, 17, 2, 2},
              1,
              1,
              1,
              0,
              0,
              1,
              1,
              1,
              1),
          geometry(
              " of a batch, strided",
              new int[] {29, 7, 5, 5},
              new int[] {2, 7, 3, 3},
              2,
              2,
              1,
              1,
              1,
              1,
              1,
              1,
              1),
          geometry(
              " of a batch of one channel",
              new int[] {29, 1, 12, 13},
              new int[] {3, 1, 4, 4},
              2,
              2,
              1,
              1,
              1,
              1,
              1,
              1,
              1),
          geometry(
              " of nothing",
              new int[] {0, 2, 3, 3},
              new int[] {2, 2, 2, 2},
              1,
              1,
              0,
              0,
              0,
              0,
              1,
              1,
              1));

  // strides, paddings top bottom left right, dilations, groups
  private static Geometry geometry(String name, int[] image, int[] filter, int... g) {
    return new Geometry(
        name,
        new Window(
            Shape.of(image),
            Shape.of(filter),
            g[0],
            g[1],
            g[2],
            g[3],
            g[4],
            g[5],
            g[6],
            g[7],
            g[8]));
  }

  private static OperationRow conv(Geometry geometry, ConvKind kind) {
    Window w = geometry.window;
    Op.Conv op = new Op.Conv(kind, w);
    // sums of some hundred products through a batch
    int absolute = w.image().dim(0) > 8 ? 2048 : 64;
    OperationRow row =
        OperationRow.of(op.label() + geometry.name, t -> Tensor.apply(op, t[0], t[1]), ANY, ANY)
            .withTolerance(16, absolute);
    return switch (kind) {
      case FORWARD -> row.withShapes(w.image(), w.filter()).withPlain(in -> forward(w, in));
      case INPUT_GRADIENT ->
          row.withShapes(w.result(), w.filter()).withPlain(in -> inputGradient(w, in));
      case WEIGHT_GRADIENT ->
          row.withShapes(w.image(), w.result()).withPlain(in -> weightGradient(w, in));
    };
  }

  /// Row of the image that row `k` of the filter meets at row `o` of the result.
  private static int row(Window w, int o, int k) {
    return o * w.strideH() + k * w.dilationH() - w.padTop();
  }

  private static int column(Window w, int o, int k) {
    return o * w.strideW() + k * w.dilationW() - w.padLeft();
  }

  private static boolean inside(Window w, int h, int v) {
    return h >= 0 && h < w.image().dim(2) && v >= 0 && v < w.image().dim(3);
  }

  /// First image channel that result channel `o` reads.
  private static int firstChannel(Window w, int o) {
    int resultChannelsPerGroup = w.filter().dim(0) / w.groups();
    return o / resultChannelsPerGroup * w.filter().dim(1);
  }

  private static double[] forward(Window w, Plain.Arguments in) {
    return Plain.fill(
        w.result(),
        i -> {
          double sum = 0;
          for (int c = 0; c < w.filter().dim(1); c++) {
            for (int p = 0; p < w.filter().dim(2); p++) {
              for (int q = 0; q < w.filter().dim(3); q++) {
                int h = row(w, i[2], p);
                int v = column(w, i[3], q);
                if (inside(w, h, v)) {
                  sum +=
                      at(in, 0, i[0], firstChannel(w, i[1]) + c, h, v) * at(in, 1, i[1], c, p, q);
                }
              }
            }
          }
          return sum;
        });
  }

  /// Each image element gathers from every result element whose window holds it.
  private static double[] inputGradient(Window w, Plain.Arguments in) {
    return Plain.fill(
        w.image(),
        i -> {
          double sum = 0;
          for (int o = 0; o < w.filter().dim(0); o++) {
            int c = i[1] - firstChannel(w, o);
            if (c < 0 || c >= w.filter().dim(1)) {
              continue;
            }
            for (int p = 0; p < w.filter().dim(2); p++) {
              for (int q = 0; q < w.filter().dim(3); q++) {
                int top = i[2] + w.padTop() - p * w.dilationH();
                int left = i[3] + w.padLeft() - q * w.dilationW();
                if (top % w.strideH() == 0
                    && left % w.strideW() == 0
                    && top >= 0
                    && left >= 0
                    && top / w.strideH() < w.outH()
                    && left / w.strideW() < w.outW()) {
                  sum +=
                      at(in, 0, i[0], o, top / w.strideH(), left / w.strideW())
                          * at(in, 1, o, c, p, q);
                }
              }
            }
          }
          return sum;
        });
  }

  private static double[] weightGradient(Window w, Plain.Arguments in) {
    return Plain.fill(
        w.filter(),
        i -> {
          double sum = 0;
          for (int n = 0; n < w.image().dim(0); n++) {
            for (int oh = 0; oh < w.outH(); oh++) {
              for (int ow = 0; ow < w.outW(); ow++) {
                int h = row(w, oh, i[2]);
                int v = column(w, ow, i[3]);
                if (inside(w, h, v)) {
                  sum +=
                      at(in, 0, n, firstChannel(w, i[0]) + i[1], h, v) * at(in, 1, n, i[0], oh, ow);
                }
              }
            }
          }
          return sum;
        });
  }
}
