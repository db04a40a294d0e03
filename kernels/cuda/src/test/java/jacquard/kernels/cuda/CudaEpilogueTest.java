package jacquard.kernels.cuda;

import static jacquard.kernels.csource.Dialect.TensorCores.NONE;
import static jacquard.kernels.csource.Dialect.TensorCores.WARPS;
import static jacquard.kernels.csource.Dialect.TensorCores.WARP_GROUPS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.kernels.Schedule;
import jacquard.kernels.csource.Dialect;
import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Half;
import jacquard.tensor.spi.Backend;
import jacquard.tensor.testing.ProductEpilogues;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Loops that kernels of products run on what they have computed: no launch of their own, and what
/// the reference computes.
class CudaEpilogueTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "NONE, F32, 0",
    "NONE, F32, 128",
    "WARPS, F16, 0",
    "WARPS, BF16, 0",
    "WARP_GROUPS, BF16, 0"
  })
  void productsRunThemWithoutALaunch(Dialect.TensorCores cores, DType dtype, int columns)
      throws IOException, InterruptedException {
    List<ProductEpilogues.Case> cases = ProductEpilogues.of(dtype, Device.REFERENCE);
    Dialect dialect = Emulator.dialect(cores);
    Emulator emulator = new Emulator(dialect, new WarpGroupProductsTest.Columns(columns));
    String instruction = Map.of(NONE, "", WARPS, "mma_", WARP_GROUPS, "wgmma_").get(cores);
    Set<String> kernels = new HashSet<>();
    for (ProductEpilogues.Case c : cases) {
      emulator.add(
          c.result(),
          plan -> {
            kernels.addAll(plan.listing().kernels().values());
            assertTrue(
                plan.listing().kernels().keySet().stream()
                    .allMatch(name -> name.startsWith("product") || name.startsWith("parts")),
                () -> c.name() + ": " + plan.listing().kernels().keySet());
            assertEquals(c.products(), plan.schedule().tasks().size(), c::name);
            return true;
          });
    }
    assertTrue(kernels.stream().anyMatch(text -> text.contains(instruction)));
    List<ByteBuffer> results =
        emulator.run(
            folder,
            texts -> {
              String program = Emulator.withoutPtx(dialect.program(texts));
              // a group has one of the largest tiles of f32 anyway
              return columns == 128 ? program : Emulator.oneGroup(program);
            });
    for (int i = 0; i < cases.size(); i++) {
      ByteBuffer result = results.get(i);
      DType of = cases.get(i).result().dtype();
      ProductEpilogues.check(
          cases.get(i),
          at -> of.isHalf() ? Half.value(of, result.getShort(2 * at)) : result.getFloat(4 * at));
    }
  }

  private static Map<String, String> texts(Dialect dialect, int columns, DType... dtypes) {
    Map<String, String> texts = new LinkedHashMap<>();
    for (DType dtype : dtypes) {
      for (ProductEpilogues.Case c : ProductEpilogues.of(dtype, Device.REFERENCE)) {
        Backend.Root root = new Backend.Root(c.result().node(), null);
        Schedule schedule = CompiledKernel.schedule(List.of(root));
        texts.putAll(
            CompiledKernel.textsOf(
                dialect, List.of(schedule), new WarpGroupProductsTest.Columns(columns)));
      }
    }
    return texts;
  }

  private static void hasRegisters(CompiledKernel kernel) {
    assertEquals(0, kernel.spilledBytes(), kernel::toString);
    int most = ProductsTest.isLargeOneByOne(kernel) ? 192 : 128;
    assertTrue(kernel.registers() <= most, kernel::toString);
  }

  @ParameterizedTest
  @ValueSource(ints = 80)
  void kernelsCompileWithoutSpills(int architecture) {
    Map<String, String> texts = texts(Dialect.CUDA, 0, DType.F32, DType.BF16);
    texts.putAll(texts(Dialect.CUDA, 128, DType.F32));
    CompiledKernel.of(texts, architecture).forEach(CudaEpilogueTest::hasRegisters);
  }

  @Test
  void kernelsOfWarpGroupsCompileWithoutSpills() {
    CompiledKernel.for90Alone(texts(Dialect.CUDA_90A, 0, DType.BF16))
        .forEach(CudaEpilogueTest::hasRegisters);
  }
}
