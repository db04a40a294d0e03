package jacquard.tensor.testing;

import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/// Einstein sums against one loop per letter.
final class EinsumRows {
  private static final Operand ANY = Operand.Real.of(-2, 2);

  private EinsumRows() {}

  static List<OperationRow> rows() {
    return List.of(
        row("ij,jk->ik", Shape.of(3, 17), Shape.of(17, 5)),
        row("ij,kj->ki", Shape.of(3, 5), Shape.of(4, 5)),
        row("bhqd,bhkd->bhqk", Shape.of(2, 3, 4, 5), Shape.of(2, 3, 7, 5)),
        row("bqhd,bkhd->bhqk", Shape.of(2, 4, 3, 5), Shape.of(2, 7, 3, 5)),
        row("bhqk,bkhd->bqhd", Shape.of(2, 3, 4, 7), Shape.of(2, 7, 3, 5)),
        row("ijk,ik->j", Shape.of(2, 5, 3), Shape.of(2, 3)),
        row("i,j->ji", Shape.of(3), Shape.of(17)),
        row("i,i->", Shape.of(1025), Shape.of(1025)),
        row("ij,ij->ij", Shape.of(3, 5), Shape.of(3, 5)),
        row("ij,k->k", Shape.of(3, 5), Shape.of(4)),
        row("ij,jk,kl->il", Shape.of(2, 3), Shape.of(3, 5), Shape.of(5, 4)),
        row("ij->ji", Shape.of(3, 5)),
        row("ijk->k", Shape.of(2, 3, 17)),
        row("ii->i", Shape.of(5, 5)),
        row("ii->", Shape.of(5, 5)),
        row("ij,jk->ik", Shape.of(0, 3), Shape.of(3, 4)),
        row("ij,jk->ik", Shape.of(2, 0), Shape.of(0, 4)));
  }

  private static OperationRow row(String spec, Shape... shapes) {
    String letters = spec.substring(0, spec.indexOf("->"));
    String name = "einsum " + spec + (shapes[0].isEmpty() ? " of " + shapes[0] : "");
    Operand[] operands = new Operand[shapes.length];
    java.util.Arrays.fill(operands, ANY);
    return OperationRow.of(name, t -> Tensor.einsum(spec, t), operands)
        .withShapes(shapes)
        .withTolerance(16, 512)
        .withPlain(in -> loops(letters.split(","), spec.substring(spec.indexOf("->") + 2), in));
  }

  private static double[] loops(String[] operands, String result, Plain.Arguments in) {
    StringBuilder all = new StringBuilder(result);
    for (String operand : operands) {
      for (char letter : operand.toCharArray()) {
        if (all.indexOf(String.valueOf(letter)) < 0) {
          all.append(letter);
        }
      }
    }
    List<Integer> sizes = new ArrayList<>();
    for (char letter : all.toString().toCharArray()) {
      sizes.add(size(letter, operands, in));
    }
    int[] dims = sizes.stream().mapToInt(Integer::intValue).toArray();
    Shape kept = Shape.of(java.util.Arrays.copyOf(dims, result.length()));
    double[] y = new double[kept.arraySize()];
    Plain.fill(
        Shape.of(dims),
        i -> {
          double product = 1;
          for (int k = 0; k < operands.length; k++) {
            product *= in.at(k, operands[k].chars().map(c -> i[all.indexOf(letter(c))]).toArray());
          }
          int at = 0;
          for (int axis = 0; axis < kept.rank(); axis++) {
            at = at * kept.dim(axis) + i[axis];
          }
          return y[at] += product;
        });
    return y;
  }

  private static String letter(int c) {
    return String.valueOf((char) c);
  }

  private static int size(char letter, String[] operands, Plain.Arguments in) {
    for (int k = 0; k < operands.length; k++) {
      if (operands[k].indexOf(letter) >= 0) {
        return in.shape(k).dim(operands[k].indexOf(letter));
      }
    }
    throw new IllegalArgumentException("einsum rows: no operand has " + letter);
  }
}
