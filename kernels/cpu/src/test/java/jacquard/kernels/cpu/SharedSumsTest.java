package jacquard.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import jacquard.kernels.PlannedBackend;
import jacquard.kernels.Schedule;
import jacquard.kernels.cpu.machine.VectorWidth;
import jacquard.kernels.cpu.testing.WidthProviders;
import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import jacquard.tensor.spi.Backend;
import jacquard.tensor.spi.Backends;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Reductions that threads share: the same bits on any number of threads, and the sum.
class SharedSumsTest {
  private static final String BLOCKS = "blocks of what is reduced";

  /// A reduction of few results or many.
  ///
  /// @param inBlocks whether what is reduced is cut into blocks; else threads share the results
  record Sum(String name, UnaryOperator<Tensor> of, boolean inBlocks, int... dims) {
    Tensor on(Device device) {
      Shape shape = Shape.of(dims);
      Random random = new Random(shape.arraySize());
      float[] x = new float[shape.arraySize()];
      for (int i = 0; i < x.length; i++) {
        x[i] = (float) random.nextGaussian() + 0.1f;
      }
      return of.apply(Tensor.stored(DType.F32, x, shape, device));
    }

    @Override
    public String toString() {
      return name + " of " + Shape.of(dims);
    }
  }

  static Stream<Sum> sums() {
    return Stream.of(
        new Sum("sum", x -> x.sum(), true, 131_072),
        new Sum("sum", x -> x.sum(), true, 200_003),
        new Sum("sum of few", x -> x.sum(), false, 65_536),
        new Sum("norm", x -> x.square().sum().sqrt().add(1), true, 300, 257),
        new Sum("largest", x -> x.max(), true, 100_001),
        new Sum("turned", x -> x.transpose(0, 2).mul(x.transpose(0, 2)).sum(), true, 31, 60, 67),
        new Sum("two rows", x -> x.sum(1), true, 2, 70_001),
        new Sum("alternate axes", x -> x.sum(0, 2), true, 60, 3, 900),
        new Sum("one column of three", x -> x.sum(0), true, 50_000, 3),
        new Sum("few columns", x -> x.square().mean(0), true, 4001, 47),
        new Sum("columns", x -> x.sum(0), false, 768, 384),
        new Sum("rows", x -> x.sum(1), false, 384, 768),
        new Sum("two passes", x -> x.sub(x.mean()).square().sum(), true, 130_001),
        new Sum("element-wise", x -> x.exp().add(x), false, 3, 30_001));
  }

  @ParameterizedTest
  @MethodSource("sums")
  void threadsDontChangeABit(Sum sum) {
    float[] alone = sum.on(WidthProviders.device(VectorWidth.BITS_256, 1)).toFloatArray();
    for (int threads = 2; threads <= 4; threads++) {
      Device device = WidthProviders.device(VectorWidth.BITS_256, threads);
      assertArrayEquals(alone, sum.on(device).toFloatArray(), threads + " threads");
    }
    assertArrayEquals(alone, sum.on(WidthProviders.SCALAR).toFloatArray(), "scalar code");
    float[] expected = sum.on(Device.REFERENCE).toFloatArray();
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], alone[i], 1e-5 * (1 + Math.abs(expected[i])), "element " + i);
    }
  }

  @ParameterizedTest
  @MethodSource("sums")
  void onlyFewResultsOfMuchWorkAreSummedInBlocks(Sum sum) {
    for (int threads = 1; threads <= 4; threads += 3) {
      Device device = WidthProviders.device(VectorWidth.BITS_256, threads);
      PlannedBackend backend = (PlannedBackend) Backends.of(device);
      Schedule schedule =
          backend.scheduleHere(List.of(new Backend.Root(sum.on(device).node(), null)));
      String code =
          schedule.tasks().stream()
              .map(task -> backend.code(schedule, task))
              .collect(Collectors.joining());
      assertEquals(sum.inBlocks, code.contains(BLOCKS), threads + " threads: " + code);
    }
  }
}
