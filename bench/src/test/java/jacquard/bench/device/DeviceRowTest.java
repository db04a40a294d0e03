package jacquard.bench.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.kernels.Schedule;
import jacquard.kernels.csource.Dialect;
import jacquard.kernels.csource.Listing;
import jacquard.kernels.csource.Tiles;
import jacquard.kernels.cuda.CompiledKernel;
import jacquard.tensor.DType;
import jacquard.tensor.Tensor;
import jacquard.tensor.spi.Backend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DeviceRowTest {
  private static final int SIDE = 256;

  private static double variance(double[] values) {
    double mean = Arrays.stream(values).average().orElseThrow();
    return Arrays.stream(values).map(v -> (v - mean) * (v - mean)).average().orElseThrow();
  }

  private static double[] computed(Tensor result) {
    return result.cast(DType.F64).toDoubleArray();
  }

  /// The rounding is the product's epilogue: what is timed writes 16-bit numbers, once.
  @ParameterizedTest
  @EnumSource(names = {"F32", "BF16", "F16"})
  void aProductIsOneKernelThatWritesWhatItReads(DType dtype) {
    for (DeviceRow row : DeviceRow.products(dtype, SIDE)) {
      Tensor result = row.result().get();
      assertEquals(dtype, result.dtype(), row.name());
      assertEquals(3.0 * dtype.bytes() * SIDE * SIDE, row.bytes());
      Schedule schedule = CompiledKernel.schedule(List.of(new Backend.Root(result.node(), null)));
      for (Dialect dialect : List.of(Dialect.OPENCL, Dialect.CUDA, Dialect.CUDA_90A)) {
        Listing listing = Listing.of(dialect, schedule, Tiles.USUAL);
        assertEquals(1, listing.tasks().stream().mapToInt(List::size).sum(), row.name());
      }
    }
  }

  /// A sum of `SIDE` products of two independent standard normal numbers has the variance `SIDE`.
  @ParameterizedTest
  @EnumSource(names = {"F32", "BF16", "F16"})
  void factorsAreStandardNormalNumbers(DType dtype) {
    for (DeviceRow row : DeviceRow.products(dtype, SIDE)) {
      double[] values = computed(row.result().get());
      assertTrue(Arrays.stream(values).allMatch(Double::isFinite), row.name());
      assertEquals(SIDE, variance(values), 0.05 * SIDE, row.name());
    }
  }

  @Test
  void whatIsCopiedIsStandardNormalToo() {
    List<DeviceRow> rows = DeviceRow.all(64 * DeviceRow.ROW, 8);
    assertEquals("copy", rows.getFirst().name());
    double[] values = computed(rows.getFirst().result().get());
    assertEquals(1, variance(values), 0.05);
    assertTrue(Arrays.stream(values).max().orElseThrow() > 3);
  }

  /// Whoever changes one side changes the other.
  @Test
  void pyTorchHasOperandsOfTheSameKind() throws IOException {
    String program = Files.readString(Path.of("gpu_torch.py"));
    for (String line : program.lines().filter(l -> l.matches(" +[abx] = torch.*")).toList()) {
      assertTrue(line.contains(" = torch.randn("), line);
    }
    assertEquals(3, program.split("torch\\.randn\\(", -1).length - 1, "a, b and x");
  }
}
