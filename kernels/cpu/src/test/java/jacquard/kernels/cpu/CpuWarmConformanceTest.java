package jacquard.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.kernels.PlannedBackend;
import jacquard.tensor.DType;
import jacquard.tensor.spi.Backends;
import jacquard.tensor.testing.BackendConformance;
import jacquard.tensor.testing.OperationRow;
import jacquard.tensor.testing.OperationTable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The operation table in compiled code. Code that the interpreter runs takes the Vector API's way
/// through Java, where a wrong intrinsic can't show.
class CpuWarmConformanceTest {
  private static final Duration LIMIT = Duration.ofMinutes(10);

  /// Rows whose kernels are compiled together.
  private static final int ROWS = 8;

  private static boolean warm() {
    try {
      return ((PlannedBackend) Backends.of(WarmProvider.DEVICE)).awaitWarm(LIMIT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static void check(List<OperationRow> rows, Set<DType> dtypes) {
    BackendConformance.checkWarm(WarmProvider.DEVICE, rows, dtypes, CpuWarmConformanceTest::warm);
  }

  /// Products, every class of convolutions, attention, rows, reductions across and along,
  /// functions.
  @Test
  void rowsWhoseKernelsMatter() {
    List<OperationRow> rows =
        OperationTable.rows().stream()
            .filter(row ->
                row.name()
                    .matches(
                        "dot( transposed)?|conv.* of a batch.*|attention(Gradient)?|softmax.*"
                            + "|layerNorm.*|sum (first|last) axis|argmax along axis 0|gelu"))
            .toList();
    assertTrue(rows.size() >= 17, rows.toString());
    check(rows, Set.of(DType.F32));
  }

  static Stream<List<OperationRow>> parts() {
    List<OperationRow> rows = OperationTable.rows();
    List<List<OperationRow>> parts = new ArrayList<>();
    for (int i = 0; i < rows.size(); i += ROWS) {
      parts.add(rows.subList(i, Math.min(rows.size(), i + ROWS)));
    }
    return parts.stream();
  }

  @Tag("long")
  @ParameterizedTest
  @MethodSource("parts")
  void everyRow(List<OperationRow> rows) {
    check(rows, EnumSet.allOf(DType.class));
  }
}
