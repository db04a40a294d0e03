package jacquard.autograd;

import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import jacquard.tensor.testing.OperationRow;
import jacquard.tensor.testing.OperationTable;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every row of the operation table that has a gradient, against central differences to second
/// order.
class OperationGradientTest {
  private static final GradientCheck CHECK = GradientCheck.standard().withElements(6);

  static Stream<OperationRow> rows() {
    return OperationTable.differentiable().stream();
  }

  @ParameterizedTest
  @MethodSource("rows")
  void gradientMatchesCentralDifferences(OperationRow row) {
    assertTrue(row.dtypes().contains(DType.F64), row + " has no f64");
    for (List<Shape> shapes : row.cases()) {
      long seed = row.seed(DType.F64, shapes);
      List<Tensor> all = row.arguments(DType.F64, shapes, Device.REFERENCE, seed);
      List<Integer> variable = row.differentiable().stream().sorted().toList();
      GradientCheck.Report report =
          CHECK.run(
              x -> {
                Tensor[] arguments = all.toArray(Tensor[]::new);
                IntStream.range(0, x.length).forEach(i -> arguments[variable.get(i)] = x[i]);
                return row.apply(List.of(arguments));
              },
              variable.stream().map(all::get).toArray(Tensor[]::new));
      assertTrue(report.passed(), () -> row + " " + shapes + ", seed " + seed + ": " + report);
    }
  }
}
