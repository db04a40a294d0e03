package jacquard.tensor.testing;

import static jacquard.tensor.testing.CompositeRows.each;

import java.util.List;
import java.util.stream.Stream;

/// Element-wise functions composed from primitives.
final class FunctionRows {
  private static final Operand ANY = Operand.Real.of(-3, 3);

  /// Halves, so that ties are among them, and no gradient is asked for at the jumps.
  private static final Operand HALVES = Operand.Real.stepped(-6, 6, 0.25, 0);

  private FunctionRows() {}

  static List<OperationRow> rows() {
    return Stream.of(smooth(), rounding(), classes()).flatMap(List::stream).toList();
  }

  private static List<OperationRow> smooth() {
    return List.of(
        each(
                "clamp",
                t -> t[0].clamp(1, 2),
                x -> Math.min(Math.max(x[0], 1), 2),
                Operand.Real.of(-3, 3).withKinks(1.0, 2.0))
            .withDTypes(OperationRow.NUMBERS),
        each(
            "clamp between tensors",
            t -> t[0].clamp(t[1], t[2]),
            x -> Math.min(Math.max(x[0], x[1]), x[2]),
            Operand.Real.stepped(-3, 3, 0.25, 0.1),
            Operand.Real.stepped(-2, 0, 0.25, 0),
            Operand.Real.stepped(0.25, 2, 0.25, 0.05)),
        each("lerp", t -> t[0].lerp(t[1], 0.25), x -> x[0] + 0.25 * (x[1] - x[0]), ANY, ANY)
            .withTolerance(2, 4),
        each(
                "lerp by a tensor",
                t -> t[0].lerp(t[1], t[2]),
                x -> x[0] + x[2] * (x[1] - x[0]),
                ANY,
                ANY,
                Operand.Real.of(0, 1))
            .withTolerance(2, 8),
        each("tan", t -> t[0].tan(), x -> Math.tan(x[0]), Operand.Real.of(-1.2, 1.2))
            .withTolerance(32, 0),
        each("log2", t -> t[0].log2(), x -> Math.log(x[0]) / Math.log(2), Operand.Real.of(0.3, 3))
            .withTolerance(16, 4),
        each("exp2", t -> t[0].exp2(), x -> Math.pow(2, x[0]), ANY).withTolerance(32, 0));
  }

  private static List<OperationRow> rounding() {
    return Stream.of(
            each("ceil", t -> t[0].ceil(), x -> Math.ceil(x[0]), HALVES),
            each(
                "trunc",
                t -> t[0].trunc(),
                x -> x[0] < 0 ? Math.ceil(x[0]) : Math.floor(x[0]),
                HALVES),
            each("round", t -> t[0].round(), x -> Math.rint(x[0]), HALVES))
        .map(row -> row.withDifferentiable().withTolerance(0, 0).withExtremes(Extremes.ALL))
        .toList();
  }

  private static List<OperationRow> classes() {
    return Stream.of(
            each("isNaN", t -> t[0].isNaN(), x -> 0, ANY),
            each("isFinite", t -> t[0].isFinite(), x -> 1, ANY),
            each("isInfinite", t -> t[0].isInfinite(), x -> 0, ANY))
        .map(row ->
            row.withDTypes(OperationRow.NUMBERS).withDifferentiable().withExtremes(Extremes.ALL))
        .toList();
  }
}
