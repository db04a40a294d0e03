package jacquard.kernels.opencl;

import jacquard.tensor.DType;
import jacquard.tensor.testing.BackendConformance;
import jacquard.tensor.testing.OperationRow;
import jacquard.tensor.testing.OperationTable;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The operation table on a device. Compiling its kernels takes minutes, so the dtypes other than
/// f32 run with the long tests.
class OpenClConformanceTest {

  static Stream<OperationRow> rows() {
    return OperationTable.rows().stream();
  }

  @ParameterizedTest
  @MethodSource("rows")
  void everyOperationInF32(OperationRow row) {
    BackendConformance.check(OpenClDevice.required(), row, Set.of(DType.F32));
  }

  @Tag("long")
  @ParameterizedTest
  @MethodSource("rows")
  void everyOperation(OperationRow row) {
    BackendConformance.check(OpenClDevice.required(), row);
  }
}
