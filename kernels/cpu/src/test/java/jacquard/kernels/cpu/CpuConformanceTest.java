package jacquard.kernels.cpu;

import jacquard.kernels.cpu.machine.VectorWidth;
import jacquard.kernels.cpu.testing.WidthProviders;
import jacquard.tensor.testing.BackendConformance;
import jacquard.tensor.testing.OperationRow;
import jacquard.tensor.testing.OperationTable;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CpuConformanceTest {

  static Stream<OperationRow> rows() {
    return OperationTable.rows().stream();
  }

  @ParameterizedTest
  @MethodSource("rows")
  void everyOperationWith256Bits(OperationRow row) {
    BackendConformance.check(WidthProviders.device(VectorWidth.BITS_256, 2), row);
  }

  @ParameterizedTest
  @MethodSource("rows")
  void everyOperationWith128Bits(OperationRow row) {
    BackendConformance.check(WidthProviders.device(VectorWidth.BITS_128, 1), row);
  }

  @ParameterizedTest
  @MethodSource("rows")
  void everyOperationWith512Bits(OperationRow row) {
    BackendConformance.check(WidthProviders.device(VectorWidth.BITS_512, 1), row);
  }

  @ParameterizedTest
  @MethodSource("rows")
  void everyOperationInScalarCode(OperationRow row) {
    BackendConformance.check(WidthProviders.SCALAR, row);
  }
}
