package jacquard.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.IndexException;
import jacquard.tensor.Key;
import jacquard.tensor.Shape;
import jacquard.tensor.State;
import jacquard.tensor.Step;
import jacquard.tensor.Tensor;
import jacquard.tensor.Update;
import jacquard.tensor.testing.BackendConformance;
import jacquard.tensor.testing.OperationRow;
import jacquard.tensor.testing.OperationTable;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The operation table on a device; skipped, and said so, where there is none.
class CudaDeviceTest {
  private static final Device DEVICE = new Device("cuda", 0);

  @BeforeAll
  static void needsADevice() {
    String trouble = new CudaProvider().trouble();
    if (!trouble.isEmpty()) {
      System.err.println("SKIPPED: no CUDA device: " + trouble);
    }
    assumeFalse(new CudaProvider().devices().isEmpty(), trouble);
  }

  static Stream<OperationRow> rows() {
    return OperationTable.rows().stream();
  }

  @ParameterizedTest
  @MethodSource("rows")
  void everyOperation(OperationRow row) {
    BackendConformance.check(DEVICE, row);
  }

  @Test
  void randomBitsAreThoseOfTheReference() {
    Shape shape = Shape.of(3, 1001);
    int[] bits = Key.of(7, DEVICE).bits(shape, 3).toIntArray();
    assertArrayEquals(Key.of(7, Device.REFERENCE).bits(shape, 3).toIntArray(), bits);
  }

  @Test
  void anIndexOutsideIsNamedWhenAValueIsRead() {
    Tensor x = Tensor.stored(DType.F32, new float[] {1, 2, 3, 4}, Shape.of(2, 2), DEVICE);
    Tensor index = Tensor.stored(DType.I32, new int[] {0, 5}, Shape.of(2), DEVICE);
    IndexException e = assertThrows(IndexException.class, () -> x.gather(index).toFloatArray());
    assertEquals(
        "gather: index 5 at position 1 of the index tensor, expected 0 to 1", e.getMessage());
  }

  /// The first run launches kernels, the second records them, later ones replay the record.
  @Test
  void aPlanThatIsReplayedReadsThisRunsBuffers() {
    State sum = new State("sum", Tensor.full(DType.F32, 0, Shape.of(5), DEVICE));
    for (int step = 1; step <= 6; step++) {
      Tensor x = Tensor.stored(DType.F32, new float[] {step, 0, 1, 2, 3}, Shape.of(5), DEVICE);
      Tensor next = sum.value().add(x);
      Step.run(List.of(), List.of(new Update(sum, next)));
    }
    float[] expected = {21, 0, 6, 12, 18};
    assertArrayEquals(expected, sum.value().toFloatArray());
    assertTrue(sum.value().device().equals(DEVICE));
  }
}
