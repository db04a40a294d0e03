package jacquard.kernels.opencl;

import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.tensor.DType;
import jacquard.tensor.testing.BackendConformance;
import jacquard.tensor.testing.OperationRow;
import jacquard.tensor.testing.OperationTable;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The operation table on a device, some rows in each plan. Compiling its kernels takes minutes, so
/// the dtypes other than f32 run with the long tests.
class OpenClConformanceTest {
  /// Rows of a plan: a compiler takes longer to begin than for the kernels of a row.
  private static final int ROWS = 8;

  static Stream<List<OperationRow>> rows() {
    List<OperationRow> rows = OperationTable.rows();
    List<List<OperationRow>> parts = new ArrayList<>();
    for (int i = 0; i < rows.size(); i += ROWS) {
      parts.add(rows.subList(i, Math.min(rows.size(), i + ROWS)));
    }
    return parts.stream();
  }

  @ParameterizedTest
  @MethodSource("rows")
  void everyOperationInF32(List<OperationRow> rows) {
    BackendConformance.checkTogether(OpenClDevice.required(), rows, Set.of(DType.F32));
  }

  /// Loads, stores, casts, products and what only moves; the other rows in these dtypes are casts
  /// around f32.
  @Test
  void storedFloats() {
    List<OperationRow> rows =
        OperationTable.rows().stream()
            .filter(row ->
                row.name()
                    .matches(
                        "(cast to (b?f16|f32|i32)|add|sum last axis|where|gather|concat|pad|matmul"
                            + "|matmulWide|dot transposed|conv2d padded and strided|cumsum|argmax"
                            + " along axis 0)"))
            .toList();
    assertTrue(rows.size() >= 10, rows.toString());
    BackendConformance.checkTogether(
        OpenClDevice.required(), rows, EnumSet.of(DType.F16, DType.BF16));
  }

  @Tag("long")
  @ParameterizedTest
  @MethodSource("rows")
  void everyOperationInOtherDTypes(List<OperationRow> rows) {
    Set<DType> others = EnumSet.complementOf(EnumSet.of(DType.F32));
    BackendConformance.checkTogether(OpenClDevice.required(), rows, others);
  }
}
