package jacquard.tensor.testing;

import jacquard.tensor.DType;
import jacquard.tensor.Ints;
import jacquard.tensor.Movement;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/// Primitives that move elements. Their attributes follow from the shape they are applied to.
final class MovementRows {
  private static final Operand ANY = Operand.Real.of(-4, 4);

  private MovementRows() {}

  static List<OperationRow> rows() {
    return List.of(
        movement(
            "reshape to one axis",
            x -> x.reshape(Shape.of((int) x.size())),
            Shapes.ALL,
            in -> in.values().get(0)),
        movement(
            "reshape after permute",
            x -> reversed(x).reshape(x.shape()),
            Shapes.ALL,
            in -> {
              double[] y = new double[in.values().get(0).length];
              int[] at = {0};
              Plain.fill(reversed(in.shape(0)), i -> y[at[0]++] = in.at(0, reversed(i)));
              return y;
            }),
        movement(
            "permute reversed",
            MovementRows::reversed,
            Shapes.ALL,
            in -> Plain.fill(reversed(in.shape(0)), i -> in.at(0, reversed(i)))),
        movement(
            "permute rotated",
            x -> x.permute(Ints.range(x.rank()).map((i, a) -> (a + 1) % x.rank()).toArray()),
            Shapes.RANKED,
            in -> {
              int rank = in.shape(0).rank();
              int[] dims = new int[rank];
              Arrays.setAll(dims, i -> in.shape(0).dim((i + 1) % rank));
              return Plain.fill(
                  Shape.of(dims),
                  i -> {
                    int[] from = new int[rank];
                    Arrays.setAll(from, axis -> i[(axis + rank - 1) % rank]);
                    return in.at(0, from);
                  });
            }),
        expand(),
        movement(
            "pad on every side",
            x ->
                x.pad(
                    Ints.filled(x.rank(), 1),
                    Ints.filled(x.rank(), 2),
                    Ints.filled(x.rank(), 0),
                    3),
            Shapes.RANKED,
            in -> padded(in, 1, 2, 0, 3)),
        movement(
            "pad in between",
            x ->
                x.pad(
                    Ints.filled(x.rank(), 0),
                    Ints.filled(x.rank(), 1),
                    Ints.filled(x.rank(), 2),
                    0),
            Shapes.RANKED,
            in -> padded(in, 0, 1, 2, 0)),
        movement(
            "slice every second",
            x -> x.slice(dims(x).map((a, n) -> Math.min(1, n)), dims(x), Ints.filled(x.rank(), 2)),
            Shapes.RANKED,
            in -> {
              int[] dims = in.shape(0).toArray();
              Arrays.setAll(dims, axis -> dims[axis] / 2);
              return Plain.fill(
                  Shape.of(dims), i -> in.at(0, Arrays.stream(i).map(v -> 2 * v + 1).toArray()));
            }),
        movement(
            "slice inside",
            x ->
                x.slice(
                    dims(x).map((a, n) -> n / 3),
                    dims(x).map((a, n) -> n - n / 4),
                    Ints.filled(x.rank(), 1)),
            Shapes.RANKED,
            in -> {
              int[] from = Arrays.stream(in.shape(0).toArray()).map(n -> n / 3).toArray();
              int[] dims =
                  Arrays.stream(in.shape(0).toArray()).map(n -> n - n / 4 - n / 3).toArray();
              return Plain.fill(Shape.of(dims), i -> in.at(0, plus(i, from)));
            }),
        movement(
            "flip last axis",
            x -> x.flip(-1),
            Shapes.RANKED,
            in ->
                Plain.fill(
                    in.shape(0),
                    i -> {
                      int last = i.length - 1;
                      i[last] = in.shape(0).dim(last) - 1 - i[last];
                      return in.at(0, i);
                    })),
        movement(
            "flip every axis",
            x -> x.flip(Ints.range(x.rank()).toArray()),
            Shapes.RANKED,
            in ->
                Plain.fill(
                    in.shape(0),
                    i -> {
                      for (int axis = 0; axis < i.length; axis++) {
                        i[axis] = in.shape(0).dim(axis) - 1 - i[axis];
                      }
                      return in.at(0, i);
                    })),
        concat(0),
        concat(-1),
        dynamicSlice(),
        dynamicUpdate());
  }

  static OperationRow movement(
      String name, Function<Tensor, Tensor> function, List<Shape> shapes, Plain plain) {
    return OperationRow.of(name, t -> function.apply(t[0]), ANY)
        .withShapes(shapes)
        .withDTypes(OperationRow.ALL)
        .withTolerance(0, 0)
        // applied to one axis, which some can't be
        .withExtremes(
            shapes.stream().allMatch(shape -> shape.rank() >= 2) ? Extremes.NONE : Extremes.ALL)
        .withPlain(plain);
  }

  private static Ints dims(Tensor x) {
    return Ints.of(x.shape().toArray());
  }

  private static Tensor reversed(Tensor x) {
    return x.permute(Ints.range(x.rank()).map((i, a) -> x.rank() - 1 - a).toArray());
  }

  private static Shape reversed(Shape shape) {
    return Shape.of(reversed(shape.toArray()));
  }

  private static int[] reversed(int[] x) {
    int[] y = new int[x.length];
    Arrays.setAll(y, i -> x[x.length - 1 - i]);
    return y;
  }

  private static int[] plus(int[] x, int[] y) {
    int[] z = new int[x.length];
    Arrays.setAll(z, i -> x[i] + y[i]);
    return z;
  }

  private static OperationRow expand() {
    List<Shape> from =
        List.of(
            Shape.scalar(),
            Shape.of(1),
            Shape.of(3, 1),
            Shape.of(1, 5),
            Shape.of(2, 1, 17),
            Shape.of(1, 0));
    Function<Shape, Shape> to =
        shape -> {
          int[] dims = new int[shape.rank() + 1];
          dims[0] = 2;
          for (int axis = 0; axis < shape.rank(); axis++) {
            dims[axis + 1] = shape.dim(axis) == 1 ? 3 : shape.dim(axis);
          }
          return Shape.of(dims);
        };
    return movement(
        "expand",
        x -> x.expand(to.apply(x.shape())),
        from,
        in -> Plain.fill(to.apply(in.shape(0)), i -> in.at(0, i)));
  }

  private static double[] padded(
      Plain.Arguments in, int before, int after, int interior, double value) {
    int step = interior + 1;
    int[] dims = in.shape(0).toArray();
    Arrays.setAll(dims, a -> before + after + (dims[a] == 0 ? 0 : (dims[a] - 1) * step + 1));
    double fill = in.dtype() == DType.BOOL ? Math.min(value, 1) : value;
    return Plain.fill(
        Shape.of(dims),
        i -> {
          for (int axis = 0; axis < i.length; axis++) {
            int at = i[axis] - before;
            if (at < 0 || at % step != 0 || at / step >= in.shape(0).dim(axis)) {
              return fill;
            }
            i[axis] = at / step;
          }
          return in.at(0, i);
        });
  }

  private static OperationRow concat(int axis) {
    List<List<Shape>> cases = new ArrayList<>();
    for (Shape shape : Shapes.RANKED) {
      int at = shape.axis("concat", axis);
      cases.add(List.of(shape, shape.withDim(at, 2 * shape.dim(at) + 1), shape.withDim(at, 0)));
      cases.add(List.of(shape.withDim(at, 1), shape, shape));
    }
    return OperationRow.of(
            "concat along axis " + axis, t -> Movement.concat(axis, List.of(t)), ANY, ANY, ANY)
        .withCases(cases)
        .withDTypes(OperationRow.ALL)
        .withTolerance(0, 0)
        .withPlain(in -> {
          int at = in.shape(0).axis("concat", axis);
          int total = in.shape(0).dim(at) + in.shape(1).dim(at) + in.shape(2).dim(at);
          return Plain.fill(
              in.shape(0).withDim(at, total),
              i -> {
                int part = 0;
                while (i[at] >= in.shape(part).dim(at)) {
                  i[at] -= in.shape(part++).dim(at);
                }
                int[] dims = in.shape(part).toArray();
                int index = 0;
                for (int a = 0; a < dims.length; a++) {
                  index = index * dims[a] + i[a];
                }
                return in.values().get(part)[index];
              });
        });
  }

  /// Half of every axis, rounded up.
  private static int[] half(Shape shape) {
    return Arrays.stream(shape.toArray()).map(n -> (n + 1) / 2).toArray();
  }

  private static int[] clamped(Plain.Arguments in, int start, Shape part, Shape whole) {
    int[] at = new int[whole.rank()];
    Arrays.setAll(
        at, a -> Math.clamp((long) in.values().get(start)[a], 0, whole.dim(a) - part.dim(a)));
    return at;
  }

  private static final Operand START = new Operand.Whole(DType.I32, -2, 6);

  private static OperationRow dynamicSlice() {
    return OperationRow.of(
            "dynamicSlice", t -> t[0].dynamicSlice(t[1], half(t[0].shape())), ANY, START)
        .withCases(
            Shapes.RANKED.stream().map(shape -> List.of(shape, Shape.of(shape.rank()))).toList())
        .withDTypes(OperationRow.ALL)
        .withTolerance(0, 0)
        .withPlain(in -> {
          Shape part = Shape.of(half(in.shape(0)));
          int[] start = clamped(in, 1, part, in.shape(0));
          return Plain.fill(part, i -> in.at(0, plus(i, start)));
        });
  }

  private static OperationRow dynamicUpdate() {
    return OperationRow.of("dynamicUpdate", t -> t[0].dynamicUpdate(t[1], t[2]), ANY, ANY, START)
        .withCases(
            Shapes.RANKED.stream()
                .map(shape -> List.of(shape, Shape.of(half(shape)), Shape.of(shape.rank())))
                .toList())
        .withDTypes(OperationRow.ALL)
        .withTolerance(0, 0)
        .withPlain(in -> {
          int[] start = clamped(in, 2, in.shape(1), in.shape(0));
          return Plain.fill(
              in.shape(0),
              i -> {
                int[] inner = new int[i.length];
                boolean inside = true;
                for (int a = 0; a < i.length; a++) {
                  inner[a] = i[a] - start[a];
                  inside &= inner[a] >= 0 && inner[a] < in.shape(1).dim(a);
                }
                return inside ? in.at(1, inner) : in.at(0, i);
              });
        });
  }
}
