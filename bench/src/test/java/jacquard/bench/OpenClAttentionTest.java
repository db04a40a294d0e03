package jacquard.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import jacquard.autograd.Gradients;
import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Shape;
import jacquard.tensor.Step;
import jacquard.tensor.Tensor;
import jacquard.tensor.spi.BackendProvider;
import jacquard.tensor.spi.Backends;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Attention and its gradient on an OpenCL device against the reference: heads of each width, tiles
/// with edges, one position and several tiles.
class OpenClAttentionTest {
  private static final double TOLERANCE = 2e-5;

  @ParameterizedTest
  @CsvSource({
    "2, 2, 1, 8, false",
    "1, 3, 5, 16, true",
    "2, 1, 37, 20, true",
    "1, 2, 70, 33, true",
    "1, 2, 70, 64, false",
    "1, 1, 35, 100, true"
  })
  void resultAndGradientAreThoseOfTheReference(
      int batch, int heads, int time, int size, boolean causal) {
    BackendProvider provider =
        Backends.providers().stream()
            .filter(p -> p.kind().equals("opencl"))
            .findFirst()
            .orElseThrow();
    if (provider.devices().isEmpty()) {
      System.err.println("SKIPPED: no OpenCL device: " + provider.trouble());
    }
    assumeTrue(!provider.devices().isEmpty(), provider.trouble());
    Shape shape = Shape.of(batch, heads, time, size);
    List<float[]> expected = compute(Device.REFERENCE, shape, causal);
    List<float[]> found = compute(new Device("opencl", 0), shape, causal);
    for (int i = 0; i < expected.size(); i++) {
      double scale = 1e-3;
      for (float x : expected.get(i)) {
        scale = Math.max(scale, Math.abs(x));
      }
      for (int at = 0; at < expected.get(i).length; at++) {
        String what = List.of("y", "q", "k", "v").get(i) + " element " + at;
        assertEquals(expected.get(i)[at], found.get(i)[at], TOLERANCE * scale, what);
      }
    }
  }

  /// Result and cotangents of queries, keys and values.
  private static List<float[]> compute(Device device, Shape shape, boolean causal) {
    Tensor q = wave(shape, 0.37, device);
    Tensor k = wave(shape, 0.53, device);
    Tensor v = wave(shape, 0.71, device);
    Tensor y = q.attention(k, v, causal);
    Tensor loss = y.mul(wave(shape, 0.29, device)).sum();
    List<Tensor> all = new ArrayList<>(List.of(y));
    all.addAll(Gradients.of(loss, q, k, v));
    Step.realise(all.toArray(Tensor[]::new));
    return all.stream().map(Tensor::toFloatArray).toList();
  }

  private static Tensor wave(Shape shape, double step, Device device) {
    float[] values = new float[shape.arraySize()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (2 * Math.sin(step * i));
    }
    return Tensor.stored(DType.F32, values, shape, device);
  }
}
