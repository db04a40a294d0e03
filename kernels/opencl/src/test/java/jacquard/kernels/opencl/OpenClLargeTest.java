package jacquard.kernels.opencl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Half;
import jacquard.tensor.Shape;
import jacquard.tensor.State;
import jacquard.tensor.Step;
import jacquard.tensor.Tensor;
import jacquard.tensor.Update;
import jacquard.tensor.graph.ConvKind;
import jacquard.tensor.graph.Op;
import jacquard.tensor.graph.Window;
import java.util.ArrayList;
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
    return wave(device, dims);
  }

  private static Tensor wave(Device device, int... dims) {
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

  /// More updates than one launch has buffers for, of one group and of many; then each alone.
  @Test
  void updatesOfManyStatesAreThoseOfEach() {
    List<State> states = new ArrayList<>();
    for (int i = 0; i < 45; i++) {
      states.add(new State("s" + i, wave(1 + 61 * i)));
    }
    try {
      for (int step = 1; step <= 4; step++) {
        System.setProperty("jacquard.validate", "" + (step == 4));
        Step.run(
            List.of(), states.stream().map(s -> new Update(s, s.value().mul(2).add(1))).toList());
      }
    } finally {
      System.clearProperty("jacquard.validate");
    }
    for (State state : states) {
      float[] now = state.value().toFloatArray();
      for (int i = 0; i < now.length; i++) {
        assertEquals(16 * valueAt(i) + 15, now[i], state.name() + ", element " + i);
      }
    }
  }

  /// Vectors, rows of a few lanes and of a group, with their elements in registers or not, columns,
  /// and sums in parts.
  @Test
  void loopsOfManyElementsAreThoseOfTheReference() {
    Tensor[] actual = loops(device);
    Step.realise(actual);
    Tensor[] expected = loops(Device.REFERENCE);
    for (int l = 0; l < actual.length; l++) {
      assertEquals(expected[l].shape(), actual[l].shape());
      float[] right = expected[l].toFloatArray();
      float[] here = actual[l].toFloatArray();
      for (int i = 0; i < right.length; i++) {
        float tolerance = 1e-5f * Math.max(1, Math.abs(right[i]));
        assertEquals(right[i], here[i], tolerance, "loop " + l + ", element " + i);
      }
    }
  }

  private static Tensor[] loops(Device on) {
    Tensor x = wave(on, 300, 384);
    Tensor bias = wave(on, 384);
    Tensor half = x.cast(DType.BF16);
    Tensor f16 = x.cast(DType.F16);
    Step.realise(half, f16);
    return new Tensor[] {
      x.add(bias).gelu(),
      half.mul(half),
      f16.neg(),
      f16.cast(DType.F32).mul(half.cast(DType.F32)),
      x.add(bias).softmax(-1),
      x.slice(1, 1, 102).layerNorm(-1, 1e-5),
      wave(on, 5, 1030).softmax(-1),
      wave(on, 3, 9000).softmax(-1),
      wave(on, 9, 2048).layerNorm(-1, wave(on, 2048), wave(on, 2048), 1e-5),
      wave(on, 700, 100).square().sum(0),
      wave(on, 1000, 3).max(0),
      wave(on, 20000, 48).square().mean(0),
      wave(on, 1 << 17).square().mean()
    };
  }

  /// Tiles of 128, 64 and 32, with edges, for each way that the operands may lie; and a sum in
  /// parts.
  @ParameterizedTest
  @CsvSource({
    "1450, 1421, 21, false, false",
    "1450, 1421, 21, true, true",
    "750, 730, 35, false, true",
    "750, 730, 35, true, false",
    "33, 70, 130, true, true",
    "33, 70, 5003, false, true"
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
      assertEquals(expected, c[at], 1e-4 * Math.max(1, k / 1000), "element " + i + ", " + j);
    }
  }

  /// 6,400 terms for each of 72 weights.
  @Test
  void aFilterWithManyTermsIsASumOfPartsInTheirOrder() {
    Tensor x = wave(4, 2, 40, 40);
    Tensor g = wave(4, 4, 40, 40);
    Window window = new Window(x.shape(), Shape.of(4, 2, 3, 3), 1, 1, 1, 1, 1, 1, 1, 1, 1);
    float[][] gradients = new float[2][];
    for (int run = 0; run < 2; run++) {
      gradients[run] =
          Tensor.apply(new Op.Conv(ConvKind.WEIGHT_GRADIENT, window), x, g).toFloatArray();
    }
    assertArrayEquals(gradients[0], gradients[1]);
    for (int at = 0; at < gradients[0].length; at++) {
      double expected = 0;
      for (int image = 0; image < 4; image++) {
        for (int i = 0; i < 1600; i++) {
          int h = i / 40 + at / 3 % 3 - 1;
          int w = i % 40 + at % 3 - 1;
          if (h >= 0 && h < 40 && w >= 0 && w < 40) {
            expected +=
                (double) valueAt(((image * 2 + at / 9 % 2) * 40 + h) * 40 + w)
                    * valueAt((image * 4 + at / 18) * 1600 + i);
          }
        }
      }
      assertEquals(expected, gradients[0][at], 1e-2, "weight " + at);
    }
  }

  /// With few rows a group looks for its own; with as many as here an item has a column.
  @ParameterizedTest
  @CsvSource({"70, 100", "70001, 2"})
  void updatesOfARowAreAddedInTheirOrder(int rows, int columns) {
    int count = 2000;
    int[] index = new int[count];
    float[] expected = new float[rows * columns];
    for (int i = 0; i < count; i++) {
      index[i] = i * 31 % 67;
      for (int j = 0; j < columns; j++) {
        expected[index[i] * columns + j] += valueAt(i * columns + j) * 1.1f;
      }
    }
    Tensor zeros = Tensor.full(DType.F32, 0, Shape.of(rows, columns), device);
    Tensor at = Tensor.stored(DType.I32, index, Shape.of(count), device);
    Tensor sums = zeros.scatterAdd(at, wave(count, columns).mul(1.1f));
    assertArrayEquals(expected, sums.toFloatArray());
  }

  /// More than all parts that are on their way at the same time, while kernels read what came
  /// before.
  @Test
  void uploadsArriveInTheOrderOfTheQueue() {
    int n = 9 << 20;
    float[] values = new float[n];
    State sum = new State("sum", Tensor.full(DType.F32, 0, Shape.of(n), device));
    for (int round = 1; round <= 3; round++) {
      for (int i = 0; i < n; i++) {
        values[i] = round + i % 5;
      }
      Tensor x = Tensor.stored(DType.F32, values.clone(), Shape.of(n), device);
      Step.run(List.of(), List.of(new Update(sum, sum.value().add(x))));
    }
    float[] y = sum.value().toFloatArray();
    for (int i = 0; i < n; i++) {
      if (y[i] != 6 + 3 * (i % 5)) {
        assertEquals(6 + 3 * (i % 5), y[i], "element " + i);
      }
    }
  }
}
