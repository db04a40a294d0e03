package jacquard.tensor.testing;

import jacquard.tensor.DType;
import jacquard.tensor.Half;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import java.util.EnumSet;
import java.util.List;

/// What is particular to f16 and bf16; most rows run in them as in other dtypes.
final class HalfRows {
  private HalfRows() {}

  static List<OperationRow> rows() {
    return List.of(castOfTies(DType.F16), castOfTies(DType.BF16));
  }

  /// f32 numbers around every place where rounding to `to` changes: the middle of two neighbours,
  /// and the next numbers on either side.
  private static OperationRow castOfTies(DType to) {
    float[] numbers = new float[3 << 16];
    for (int bits = 0; bits < 1 << 16; bits++) {
      float here = Half.value(to, (short) bits);
      float next = Half.value(to, (short) (bits + 1));
      float step = Float.isFinite(next) ? next - here : here - Half.value(to, (short) (bits - 1));
      float middle = Float.isFinite(here) ? here + step / 2 : here;
      numbers[3 * bits] = middle;
      numbers[3 * bits + 1] = Math.nextUp(middle);
      numbers[3 * bits + 2] = Math.nextDown(middle);
    }
    return OperationRow.of(
            "cast to " + to + " next to ties",
            t ->
                Tensor.stored(DType.F32, numbers, Shape.of(numbers.length), t[0].device()).cast(to),
            Operand.Real.of(0, 1))
        .withShapes(Shape.scalar())
        .withDTypes(EnumSet.of(DType.F32))
        .withDifferentiable()
        .withTolerance(0, 0);
  }
}
