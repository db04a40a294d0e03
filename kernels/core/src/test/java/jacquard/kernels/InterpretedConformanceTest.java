package jacquard.kernels;

import jacquard.kernels.testing.InterpretedProvider;
import jacquard.tensor.testing.BackendConformance;
import jacquard.tensor.testing.OperationRow;
import jacquard.tensor.testing.OperationTable;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class InterpretedConformanceTest {

  static Stream<OperationRow> rows() {
    return OperationTable.rows().stream();
  }

  @ParameterizedTest
  @MethodSource("rows")
  void passesKeepTheMeaning(OperationRow row) {
    BackendConformance.check(InterpretedProvider.DEVICE, row);
  }
}
