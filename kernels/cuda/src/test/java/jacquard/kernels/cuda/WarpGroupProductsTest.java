package jacquard.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.kernels.csource.Dialect;
import jacquard.kernels.csource.Tiles;
import jacquard.tensor.DType;
import jacquard.tensor.Tensor;
import jacquard.tensor.spi.Backend;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Products by `wgmma` of compute capability 9.0, as [TensorProductsTest] has those of single
/// warps: `warpgroups.hpp` has PTX's description, and refuses orders that PTX leaves open.
class WarpGroupProductsTest {
  private static final String PRODUCTS = "jacquard.products";

  @TempDir Path folder;

  @BeforeEach
  void allowTf32() {
    System.setProperty(PRODUCTS, "tf32");
  }

  @AfterEach
  void forbidTf32() {
    System.clearProperty(PRODUCTS);
  }

  private static List<MatrixProduct> products() {
    List<MatrixProduct> products = new ArrayList<>();
    for (DType dtype : new DType[] {DType.F16, DType.BF16}) {
      for (boolean ta : new boolean[] {false, true}) {
        for (boolean tb : new boolean[] {false, true}) {
          products.add(
              MatrixProduct.plain(dtype, 200, 392, 328, ta, tb)); // 6 rounds, 2 tiles each way
        }
      }
    }
    products.add(MatrixProduct.plain(DType.F32, 132, 268, 164, false, true));
    products.add(MatrixProduct.plain(DType.F32, 128, 256, 32, false, true));
    products.add(MatrixProduct.plain(DType.BF16, 1160, 272, 8, false, true)); // more than a band
    products.add(
        MatrixProduct.plain(DType.BF16, 130, 257, 64, false, true)); // odd rows of the result
    products.add(MatrixProduct.plain(DType.F16, 128, 256, 0, false, false));
    products.add(MatrixProduct.plain(DType.BF16, 136, 264, 2120, true, false)); // in parts
    Tensor q = MatrixProduct.stored(DType.BF16, 3, 2, 136, 3, 16);
    Tensor keys = MatrixProduct.stored(DType.BF16, 4, 2, 1, 264, 16);
    products.add(
        new MatrixProduct("batched", q.permute(0, 2, 1, 3), keys.expand(2, 3, 264, 16).t()));
    return products;
  }

  /// Also of small products.
  record Columns(int columns) implements Tiles {
    @Override
    public int of(Choice choice) {
      return columns == 0 ? choice.usual() : columns;
    }

    @Override
    public int enough() {
      return 1;
    }
  }

  private static boolean isWarpGroups(String text) {
    return text.contains("wgmma_");
  }

  private static Map<String, String> texts(MatrixProduct product, Tiles tiles) {
    var root = new Backend.Root(product.result().node(), null);
    return CompiledKernel.textsOf(
        Dialect.CUDA_90A, List.of(CompiledKernel.schedule(List.of(root))), tiles);
  }

  @Test
  void kernelsCompileWithoutSpillsNorWaitingForEachOther() {
    Map<String, String> texts = new LinkedHashMap<>();
    for (MatrixProduct product : products()) {
      for (int columns : new int[] {256, 128}) {
        texts.putAll(texts(product, new Columns(columns)));
      }
    }
    for (CompiledKernel kernel : CompiledKernel.for90Alone(texts)) {
      assertEquals(kernel.name().startsWith("product"), isWarpGroups(kernel.text()), kernel::name);
      assertEquals(0, kernel.spilledBytes(), kernel::toString);
      // of the tile of 128 columns, two groups of 256 items in 65536 registers
      boolean small = kernel.text().contains("_128_");
      assertTrue(kernel.registers() <= (small ? 128 : 255), kernel::toString);
    }
  }

  @Test
  void whatDoesNotFitIsMultipliedByWarps() {
    for (MatrixProduct product :
        List.of(
            MatrixProduct.plain(DType.BF16, 120, 256, 64, false, false),
            MatrixProduct.plain(DType.BF16, 128, 120, 64, false, false),
            MatrixProduct.plain(DType.BF16, 128, 256, 63, false, false),
            MatrixProduct.plain(DType.F32, 128, 256, 64, false, false))) {
      texts(product, new Columns(0))
          .values()
          .forEach(text -> assertFalse(isWarpGroups(text), product.name()));
    }
  }

  @Test
  void whatDoesNotFillALargeGpuIsMultipliedByWarps() {
    MatrixProduct small = MatrixProduct.plain(DType.BF16, 1280, 1152, 64, false, false);
    MatrixProduct large = MatrixProduct.plain(DType.BF16, 1280, 1280, 64, false, false);
    assertTrue(texts(small, Tiles.USUAL).values().stream().noneMatch(text -> isWarpGroups(text)));
    assertTrue(texts(large, Tiles.USUAL).values().stream().allMatch(text -> isWarpGroups(text)));
  }

  private static List<ExactCase> cases(List<MatrixProduct> products) {
    return products.stream().map(MatrixProduct::exactCase).toList();
  }

  private static Emulator emulator(List<ExactCase> cases, int columns) {
    return ExactCase.emulator(cases, Dialect.CUDA_90A, new Columns(columns), "wgmma_");
  }

  /// Sums are exact, so that tiles that add in another order would not be seen here: they don't.
  @ParameterizedTest
  @ValueSource(ints = {256, 128})
  void productsAreThoseOfTheReference(int columns) throws IOException, InterruptedException {
    List<ExactCase> cases = cases(products());
    List<ByteBuffer> results = emulator(cases, columns).run(folder, ExactCase::program);
    assertEquals("", ExactCase.wrong(cases, results));
  }

  private static final List<Lack> LACKS =
      List.of(
          Lack.of(
              "a barrier between tiles",
              "what wgmma reads is written",
              "wgmma_wait_0();\n    __syncthreads();",
              "wgmma_wait_0();"),
          Lack.of(
              "word to the proxy", "wgmma reads what is being written", "fence_proxy_async();", ""),
          Lack.of(
              "a barrier",
              "wgmma reads what is being written",
              "fence_proxy_async();\n      __syncthreads();",
              "fence_proxy_async();"),
          Lack.of(
              "a stage",
              "what wgmma reads is written",
              "copy(1);",
              "copy(1); copy(2);",
              "copy(round + 2)",
              "copy(round + 3)"),
          Lack.of("a wait", "what wgmma reads is written", "wgmma_wait_1();", ""),
          Lack.of("the last wait", "what wgmma reads is written", "wgmma_wait_0();", ""),
          Lack.of("a fence of registers", "without wgmma.fence", "wgmma_fence();", ""),
          Lack.of("alignment", " at 0:", "memory += (0u - shared_address(memory)) % 1024;", ""),
          Lack.of("the right stride", " at 2112:", ", 16, 1024)", ", 16, 512)"),
          Lack.of("the right leading stride", " at 64:", ", 8192, 1024)", ", 4096, 1024)"),
          Lack.of("the right step", " at 0:", "kk * 2048", "kk * 1024"),
          Lack.of("a swizzle", " at 0:", "(part ^ (line & 7))", "part"));

  @TestFactory
  Stream<DynamicTest> whatAKernelLacksIsSeen() throws IOException, InterruptedException {
    List<ExactCase> cases =
        cases(List.of(MatrixProduct.plain(DType.BF16, 136, 264, 328, false, false)));
    return Lack.tests(
        emulator(cases, 256),
        folder,
        kernels -> Emulator.oneGroup(ExactCase.program(kernels)),
        results -> ExactCase.wrong(cases, results),
        LACKS);
  }
}
