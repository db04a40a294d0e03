package jacquard.kernels.opencl;

import static org.junit.jupiter.api.Assertions.assertEquals;

import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Half;
import jacquard.tensor.Shape;
import jacquard.tensor.State;
import jacquard.tensor.Step;
import jacquard.tensor.Tensor;
import jacquard.tensor.Update;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Kernels that only large tensors get.
class OpenClLargeTest {
  private Device device = Device.CPU;

  @BeforeEach
  void needsADevice() {
    device = OpenClDevice.required();
  }

  private Tensor wave(int... dims) {
    Shape shape = Shape.of(dims);
    float[] values = new float[(int) shape.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = valueAt(i);
    }
    return Tensor.stored(DType.F32, values, shape, device);
  }

  private static float valueAt(int i) {
    return (i * 37 % 101 - 50) / 32f;
  }

  @Test
  void everyElementOfALargeMapIsComputedOnce() {
    int n = (1 << 20) + 77;
    float[] y = wave(n).mul(3).add(1).toFloatArray();
    for (int i = 0; i < n; i++) {
      assertEquals(valueAt(i) * 3 + 1, y[i], "element " + i);
    }
  }

  /// A large map keeps what it computed before it stores it.
  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16"})
  void largeMapsStore16Bits(DType dtype) {
    int n = (1 << 20) + 77;
    float[] y = wave(n).div(3).cast(dtype).toFloatArray();
    for (int i = 0; i < n; i++) {
      assertEquals(Half.round(dtype, valueAt(i) / 3), y[i], "element " + i);
    }
  }

  @Test
  void aLargeStateIsUpdatedInPlaceByAPermutedOperand() {
    int rows = 1031;
    int columns = 1024;
    State sum = new State("sum", wave(rows, columns));
    Tensor x = wave(columns, rows);
    for (int step = 0; step < 2; step++) {
      Step.run(List.of(), List.of(new Update(sum, sum.value().add(x.t()))));
    }
    float[] y = sum.value().toFloatArray();
    for (int i = 0; i < y.length; i++) {
      float added = valueAt(i % columns * rows + i / columns);
      assertEquals(valueAt(i) + added + added, y[i], "element " + i);
    }
  }

  /// Tiles of 128, 64 and 32, with edges, for each way that the operands may lie.
  @ParameterizedTest
  @CsvSource({
    "1450, 1421, 21, false, false",
    "1450, 1421, 21, true, true",
    "750, 730, 35, false, true",
    "750, 730, 35, true, false",
    "33, 70, 130, true, true"
  })
  void productsOfEveryTileAreSums(int m, int n, int k, boolean turnA, boolean turnB) {
    Tensor a = turnA ? wave(k, m).t() : wave(m, k);
    Tensor b = turnB ? wave(n, k).t() : wave(k, n);
    float[] c = a.matmul(b).toFloatArray();
    for (int at = 0; at < c.length; at += 97) {
      int i = at / n;
      int j = at % n;
      double expected = 0;
      for (int x = 0; x < k; x++) {
        expected +=
            (double) valueAt(turnA ? x * m + i : i * k + x)
                * valueAt(turnB ? j * k + x : x * n + j);
      }
      assertEquals(expected, c[at], 1e-4, "element " + i + ", " + j);
    }
  }
}
