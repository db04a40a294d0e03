package jacquard.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.tensor.DType;
import jacquard.tensor.Tensor;
import jacquard.tensor.spi.Backend;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Products of f32 without tensor cores, in emulated groups of items: operands that are read by
/// vectors and one by one.
class ProductsTest {
  @TempDir Path folder;

  private static final String VECTORS = "load4_f32.next";

  private static List<MatrixProduct> products(boolean vectors) {
    List<MatrixProduct> products = new ArrayList<>();
    int odd = vectors ? 0 : 1;
    for (boolean ta : new boolean[] {false, true}) {
      for (boolean tb : new boolean[] {false, true}) {
        products.add(MatrixProduct.plain(DType.F32, 136 + odd, 268 - odd, 44 + odd, ta, tb));
      }
    }
    Tensor q = MatrixProduct.stored(DType.F32, 3, 2, 72 + odd, 3, 16 + odd);
    Tensor keys = MatrixProduct.stored(DType.F32, 4, 2, 1, 84 + odd, 16 + odd);
    products.add(
        new MatrixProduct(
            "batched", q.permute(0, 2, 1, 3), keys.expand(2, 3, 84 + odd, 16 + odd).t()));
    products.add(MatrixProduct.plain(DType.F32, 72 + odd, 76 + odd, 2100 + odd, false, true));
    Tensor wide = MatrixProduct.stored(DType.F32, 7, 68, 100);
    products.add(
        new MatrixProduct(
            "a part",
            wide.slice(1, 4 + odd, 36 + odd),
            MatrixProduct.stored(DType.F32, 8, 32, vectors ? 72 : 67)
                .slice(1, 0, vectors ? 64 : 66)));
    return products;
  }

  private void compare(boolean vectors, int tile) throws IOException, InterruptedException {
    List<ExactCase> cases = products(vectors).stream().map(MatrixProduct::exactCase).toList();
    Emulator emulator =
        ExactCase.emulator(
            cases,
            KernelOrderTest.PLAIN,
            new WarpGroupProductsTest.Columns(tile),
            "][" + tile + " + 4]");
    assertEquals("", ExactCase.wrong(cases, emulator.run(folder, KernelOrderTest.PLAIN::program)));
  }

  @ParameterizedTest
  @ValueSource(ints = {128, 64, 32})
  void operandsAreReadByVectors(int tile) throws IOException, InterruptedException {
    compare(true, tile);
  }

  @ParameterizedTest
  @ValueSource(ints = {128, 64, 32})
  void operandsAreReadOneByOne(int tile) throws IOException, InterruptedException {
    compare(false, tile);
  }

  private static Map<String, String> texts(boolean vectors) {
    Map<String, String> texts = new LinkedHashMap<>();
    for (MatrixProduct product : products(vectors)) {
      var root = new Backend.Root(product.result().node(), null);
      texts.putAll(CompiledKernel.textsOf(List.of(CompiledKernel.schedule(List.of(root)))));
    }
    texts.keySet().removeIf(name -> !name.startsWith("product"));
    return texts;
  }

  @Test
  void whatIsAlignedIsReadByVectors() {
    texts(true).forEach((name, text) -> assertEquals(3, text.split(VECTORS).length, text));
    texts(false).forEach((name, text) -> assertEquals(1, text.split(VECTORS).length, text));
  }

  /// A multiprocessor has two groups of 256 items.
  @Test
  void twoGroupsShareRegisters() {
    Map<String, String> texts = texts(true);
    texts.putAll(texts(false));
    for (boolean ta : new boolean[] {false, true}) {
      for (boolean tb : new boolean[] {false, true}) {
        Tensor large = MatrixProduct.plain(DType.F32, 4096, 4096, 16, ta, tb).result();
        var root = new Backend.Root(large.node(), null);
        texts.putAll(CompiledKernel.textsOf(List.of(CompiledKernel.schedule(List.of(root)))));
      }
    }
    for (CompiledKernel kernel : CompiledKernel.of(texts, 90)) {
      assertEquals(0, kernel.spilledBytes(), kernel::toString);
      assertTrue(kernel.registers() <= 128, kernel::toString);
    }
  }
}
