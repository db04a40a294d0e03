package jacquard.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.kernels.csource.Dialect;
import jacquard.kernels.csource.Tiles;
import jacquard.tensor.DType;
import jacquard.tensor.Tensor;
import jacquard.tensor.reference.Evaluator;
import jacquard.tensor.spi.Backend;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
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
    public int of(Product product) {
      return columns == 0 ? product.usual() : columns;
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

  /// Sums are exact, so that tiles that add in another order would not be seen here: they don't.
  @ParameterizedTest
  @ValueSource(ints = {256, 128})
  void productsAreThoseOfTheReference(int columns) throws IOException, InterruptedException {
    assertEquals("", trouble(products(), columns, text -> text));
  }

  private static final String TILES = "for (i32 tile = group; tile < all; tile += groups)";

  /// A kernel that lacks what it says here multiplies wrong, or does what PTX leaves open.
  enum Lacking {
    NOTHING(TILES, "for (i32 tile = 0; group == 0 && tile < all; tile++)", ""),
    A_BARRIER_BETWEEN_TILES(
        "wgmma_wait_0();\n    __syncthreads();", "wgmma_wait_0();", "what wgmma reads is written"),
    WORD_TO_THE_PROXY("fence_proxy_async();", "", "wgmma reads what is being written"),
    A_BARRIER(
        "fence_proxy_async();\n      __syncthreads();",
        "fence_proxy_async();",
        "wgmma reads what is being written"),
    A_STAGE("copy(1);", "copy(1); copy(2);", "what wgmma reads is written"),
    A_WAIT("wgmma_wait_1();", "", "what wgmma reads is written"),
    THE_LAST_WAIT("wgmma_wait_0();", "", "what wgmma reads is written"),
    A_FENCE_OF_REGISTERS("wgmma_fence();", "", "without wgmma.fence"),
    ALIGNMENT("memory += (0u - shared_address(memory)) % 1024;", "", "at 0"),
    THE_RIGHT_STRIDE(", 16, 1024)", ", 16, 512)", "at 2112"),
    THE_RIGHT_LEADING_STRIDE(", 8192, 1024)", ", 4096, 1024)", "at 64"),
    THE_RIGHT_STEP("kk * 2048", "kk * 1024", "at 0"),
    A_SWIZZLE("(part ^ (line & 7))", "part", "at 0");

    private final String text;
    private final String instead;
    private final String trouble;

    Lacking(String text, String instead, String trouble) {
      this.text = text;
      this.instead = instead;
      this.trouble = trouble;
    }

    /// With all tiles computed by one group.
    String changed(String program) {
      String tiles = program.replace(NOTHING.text, NOTHING.instead);
      String changed = tiles.replace(text, instead);
      assertEquals(this == NOTHING, tiles.equals(changed), program);
      return this == A_STAGE ? changed.replace("copy(round + 2)", "copy(round + 3)") : changed;
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatAKernelLacksIsSeen(Lacking lacking) throws IOException, InterruptedException {
    MatrixProduct product = MatrixProduct.plain(DType.BF16, 136, 264, 328, false, false);
    String trouble = trouble(List.of(product), 256, lacking::changed);
    assertTrue(
        lacking.trouble.isEmpty() ? trouble.isEmpty() : trouble.contains(lacking.trouble), trouble);
  }

  /// What is wrong with the products of an emulated kernel; empty if nothing is.
  private String trouble(List<MatrixProduct> products, int columns, UnaryOperator<String> changed)
      throws IOException, InterruptedException {
    Emulator emulator = new Emulator(Dialect.CUDA_90A, new Columns(columns));
    for (MatrixProduct product : products) {
      emulator.add(
          product.result(),
          plan -> {
            assertEquals(1, plan.schedule().tasks().size(), product.name());
            assertTrue(
                isWarpGroups(plan.listing().kernels().values().iterator().next()), product.name());
            return true;
          });
    }
    List<ByteBuffer> results;
    try {
      results =
          emulator.run(
              folder, texts -> changed.apply(Dialect.sharedTiles() + String.join("\n", texts)));
    } catch (AssertionError e) {
      return String.valueOf(e.getMessage());
    }
    for (int p = 0; p < products.size(); p++) {
      MatrixProduct product = products.get(p);
      double[] expected =
          Evaluator.evaluate(List.of(product.result().node())).getFirst().toDoubles();
      for (int i = 0; i < expected.length; i++) {
        float found = results.get(p).getFloat(4 * i);
        if (found != expected[i]) {
          return "%s at %d: %f, expected %f".formatted(product.name(), i, found, expected[i]);
        }
      }
    }
    return "";
  }
}
