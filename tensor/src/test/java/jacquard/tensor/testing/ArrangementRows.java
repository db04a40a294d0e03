package jacquard.tensor.testing;

import static jacquard.tensor.testing.MovementRows.movement;

import jacquard.tensor.Arrangement;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// Composites that join, cut, repeat and pick out parts.
final class ArrangementRows {
  private static final Operand ANY = Operand.Real.of(-4, 4);
  private static final List<Shape> MATRICES =
      List.of(
          Shape.of(1, 1),
          Shape.of(3, 5),
          Shape.of(5, 3),
          Shape.of(2, 4, 4),
          Shape.of(0, 4),
          Shape.of(2, 17));

  private ArrangementRows() {}

  static List<OperationRow> rows() {
    List<OperationRow> rows = new ArrayList<>();
    rows.add(stack());
    rows.add(
        movement(
            "split",
            x -> x.split(-1, 1, x.dim(-1) - 1).get(1),
            Shapes.FULL,
            in -> lastFrom(in, 1)));
    rows.add(
        movement(
            "chunk", x -> x.tile(2).chunk(-1, 2).get(1), Shapes.RANKED, in -> in.values().get(0)));
    rows.add(movement("tile", x -> x.tile(2, 3), Shapes.MATRICES, in -> tiled(in, 2, 3)));
    rows.add(repeat());
    rows.add(roll(2));
    rows.add(roll(-1));
    for (int diagonal : new int[] {-2, 0, 1, 100}) {
      rows.add(triangle("tril", diagonal, x -> x.tril(diagonal)));
      rows.add(triangle("triu", diagonal, x -> x.triu(diagonal)));
      rows.add(diagonal(diagonal));
    }
    rows.add(
        OperationRow.of("trace", t -> t[0].trace(), ANY)
            .withShapes(MATRICES)
            .withDTypes(OperationRow.NUMBERS)
            .withTolerance(4, 16)
            .withPlain(in -> {
              Shape s = in.shape(0);
              return Plain.fill(
                  s.withDim(-1, 1).withDim(-2, 1),
                  i -> {
                    double sum = 0;
                    for (int k = 0; k < Math.min(s.dim(-1), s.dim(-2)); k++) {
                      sum += in.at(0, with(i, k, k));
                    }
                    return sum;
                  });
            }));
    rows.add(
        OperationRow.of("dot of vectors", t -> t[0].dot(t[1]), ANY, ANY)
            .withShapes(Shape.of(17), Shape.of(17))
            .withTolerance(16, 64)
            .withPlain(in -> {
              double sum = 0;
              for (int k = 0; k < 17; k++) {
                sum += in.at(0, k) * in.at(1, k);
              }
              return new double[] {sum};
            }));
    rows.add(
        OperationRow.of("outer", t -> t[0].outer(t[1]), ANY, ANY)
            .withShapes(Shape.of(3), Shape.of(17))
            .withDTypes(OperationRow.NUMBERS)
            .withPlain(in -> Plain.fill(Shape.of(3, 17), i -> in.at(0, i[0]) * in.at(1, i[1]))));
    return rows;
  }

  private static int[] with(int[] index, int row, int column) {
    int[] copy = index.clone();
    copy[copy.length - 2] = row;
    copy[copy.length - 1] = column;
    return copy;
  }

  private static OperationRow stack() {
    return OperationRow.of("stack", t -> Arrangement.stack(-1, List.of(t[0], t[1], t[0])), ANY, ANY)
        .withTolerance(0, 0)
        .withDTypes(OperationRow.ALL)
        .withPlain(in -> {
          double[] x = in.values().get(0);
          double[] y = in.values().get(1);
          double[] z = new double[3 * x.length];
          for (int i = 0; i < z.length; i++) {
            z[i] = i % 3 == 1 ? y[i / 3] : x[i / 3];
          }
          return z;
        });
  }

  private static double[] lastFrom(Plain.Arguments in, int start) {
    Shape s = in.shape(0);
    int last = s.rank() - 1;
    return Plain.fill(
        s.withDim(last, s.dim(last) - start),
        i -> {
          i[last] += start;
          return in.at(0, i);
        });
  }

  private static double[] tiled(Plain.Arguments in, int rows, int columns) {
    Shape s = in.shape(0);
    int rank = s.rank();
    Shape wide = s.withDim(-2, s.dim(-2) * rows).withDim(-1, s.dim(-1) * columns);
    return Plain.fill(
        wide, i -> in.at(0, with(i, i[rank - 2] % s.dim(-2), i[rank - 1] % s.dim(-1))));
  }

  private static OperationRow repeat() {
    return movement(
        "repeat",
        x -> x.repeat(0, 3),
        Shapes.RANKED,
        in ->
            Plain.fill(
                in.shape(0).withDim(0, in.shape(0).dim(0) * 3),
                i -> {
                  i[0] /= 3;
                  return in.at(0, i);
                }));
  }

  private static OperationRow roll(int shift) {
    return movement(
        "roll by " + shift,
        x -> x.roll(-1, shift),
        Shapes.RANKED,
        in -> {
          int last = in.shape(0).rank() - 1;
          return Plain.fill(
              in.shape(0),
              i -> {
                i[last] = Math.floorMod(i[last] - shift, in.shape(0).dim(last));
                return in.at(0, i);
              });
        });
  }

  private static OperationRow triangle(
      String name, int diagonal, Function<Tensor, Tensor> function) {
    boolean lower = name.equals("tril");
    return movement(
        name + " " + diagonal,
        function,
        MATRICES,
        in ->
            Plain.fill(
                in.shape(0),
                i -> {
                  int above = i[i.length - 1] - i[i.length - 2];
                  return (lower ? above <= diagonal : above >= diagonal) ? in.at(0, i) : 0;
                }));
  }

  private static OperationRow diagonal(int offset) {
    int column = Math.max(offset, 0);
    int row = Math.max(-offset, 0);
    return movement(
        "diagonal " + offset,
        x -> x.diagonal(offset),
        MATRICES,
        in -> {
          Shape s = in.shape(0);
          int count = Math.max(0, Math.min(s.dim(-2) - row, s.dim(-1) - column));
          return Plain.fill(
              s.withDim(-2, 1).withDim(-1, count),
              i -> in.at(0, with(i, row + i[i.length - 1], column + i[i.length - 1])));
        });
  }
}
