package jacquard.kernels.opencl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Reductions by shuffles, in a process with `subgroups.cpp` between the loader and the driver.
class SubGroupsTest {
  @TempDir Path folder;

  private static Tensor wave(Device device, int... dims) {
    Shape shape = Shape.of(dims);
    float[] values = new float[(int) shape.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (i * 37 % 101 - 50) / 32f;
    }
    return Tensor.stored(DType.F32, values, shape, device);
  }

  /// Rows of a few lanes and of a group, in each dtype that is computed in.
  private static Tensor[] rows(Device on) {
    Tensor x = wave(on, 300, 384);
    return new Tensor[] {
      x.softmax(-1),
      x.max(-1),
      wave(on, 40, 100).softmax(-1),
      wave(on, 5, 1030).softmax(-1),
      wave(on, 9, 2048).layerNorm(-1, wave(on, 2048), wave(on, 2048), 1e-5),
      wave(on, 3, 9000).sum(-1),
      wave(on, 9, 3000).mul(32).cast(DType.I32).sum(-1),
      wave(on, 9, 3000).mul(32).cast(DType.I64).max(-1),
      wave(on, 9, 3000).cast(DType.F64).sum(-1),
      wave(on, 1 << 17).square().mean()
    };
  }

  /// Prints how many rows differ from the reference.
  public static void main(String[] args) {
    Tensor[] actual = rows(new Device("opencl", 0));
    Tensor[] expected = rows(Device.REFERENCE);
    for (int r = 0; r < actual.length; r++) {
      double[] right = expected[r].cast(DType.F64).toDoubleArray();
      double[] here = actual[r].cast(DType.F64).toDoubleArray();
      int wrong = 0;
      for (int i = 0; i < right.length; i++) {
        wrong += Math.abs(right[i] - here[i]) <= 1e-5 * Math.max(1, Math.abs(right[i])) ? 0 : 1;
      }
      System.out.println(r + ": " + wrong + " of " + right.length + " wrong");
    }
  }

  private String rows(Layer layer, Map<String, String> environment)
      throws IOException, InterruptedException {
    String said = layer.run(SubGroupsTest.class, List.of(), environment);
    assertEquals(10, said.lines().count(), said);
    assertTrue(said.lines().allMatch(l -> l.matches("\\d+: 0 of \\d+ wrong")), said);
    return layer.errors();
  }

  @Test
  void rowsAreReducedByShufflesWhereTheyWork() throws IOException, InterruptedException {
    OpenClDevice.required();
    Layer layer = new Layer(folder, "subgroups.cpp");
    String by = rows(layer, Map.of());
    assertTrue(by.lines().filter("shuffles"::equals).count() > 1, "the probe alone: " + by);
    String not = rows(layer, Map.of("LYING", "1"));
    assertEquals(1, not.lines().filter("shuffles"::equals).count(), "more than the probe: " + not);
    assertTrue(not.contains("are not used: items are placed otherwise"), not);
  }
}
