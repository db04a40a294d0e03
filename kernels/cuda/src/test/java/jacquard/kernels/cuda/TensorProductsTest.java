package jacquard.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertFalse;

import jacquard.tensor.DType;
import jacquard.tensor.Tensor;
import jacquard.tensor.spi.Backend;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Products on tensor cores, without any: their text is compiled for the processor with
/// `warps.hpp`, which has PTX's description of each instruction, and its results are compared with
/// the reference's.
class TensorProductsTest {
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
    for (DType dtype : new DType[] {DType.F16, DType.BF16, DType.F32}) {
      for (boolean ta : new boolean[] {false, true}) {
        for (boolean tb : new boolean[] {false, true}) {
          products.add(MatrixProduct.plain(dtype, 72, 80, 104, ta, tb)); // 16 bytes at a time
          products.add(MatrixProduct.plain(dtype, 67, 71, 37, ta, tb)); // one by one
        }
      }
    }
    products.add(
        MatrixProduct.plain(
            DType.BF16, 1456, 1416, 40, false, false)); // large tiles, bands of them
    products.add(MatrixProduct.plain(DType.BF16, 1456, 1416, 40, true, true));
    products.add(MatrixProduct.plain(DType.F32, 1456, 1416, 40, true, true));
    products.add(MatrixProduct.plain(DType.F16, 3, 5, 0, false, false));
    products.add(MatrixProduct.plain(DType.F16, 1, 130, 9, false, true));
    Tensor q = MatrixProduct.stored(DType.BF16, 3, 2, 3, 24, 16);
    Tensor keys = MatrixProduct.stored(DType.BF16, 4, 2, 3, 40, 16);
    products.add(new MatrixProduct("batched", q, keys.t()));
    Tensor heads = MatrixProduct.stored(DType.F16, 5, 2, 24, 3, 16);
    Tensor shared = MatrixProduct.stored(DType.F16, 6, 1, 1, 16, 8);
    products.add(
        new MatrixProduct(
            "heads inside, one matrix for all",
            heads.permute(0, 2, 1, 3),
            shared.expand(2, 3, 16, 8)));
    Tensor wide = MatrixProduct.stored(DType.BF16, 7, 40, 100);
    Tensor part = MatrixProduct.stored(DType.BF16, 8, 33, 16);
    products.add(new MatrixProduct("a part that begins anywhere", wide.slice(1, 3, 36), part));
    products.add(MatrixProduct.plain(DType.BF16, 72, 40, 2100, false, false)); // in 4 parts
    products.add(MatrixProduct.plain(DType.F16, 67, 71, 1101, true, true));
    return products;
  }

  private static List<ExactCase> cases() {
    return products().stream().map(MatrixProduct::exactCase).toList();
  }

  @Test
  void kernelsCompileWithoutSpills() {
    ExactCase.compileWithoutSpills(cases(), 90);
  }

  @Tag("long")
  @Test
  void kernelsCompileWithoutSpillsFor80() {
    ExactCase.compileWithoutSpills(cases(), 80);
  }

  @Test
  void productsOfF32AreNotRoundedUnasked() {
    System.clearProperty(PRODUCTS);
    MatrixProduct product = MatrixProduct.plain(DType.F32, 72, 80, 104, false, false);
    var root = new Backend.Root(product.result().node(), null);
    Map<String, String> texts =
        CompiledKernel.textsOf(List.of(CompiledKernel.schedule(List.of(root))));
    texts.values().forEach(text -> assertFalse(text.contains("mma_"), text));
  }

  @Test
  void productsAreThoseOfTheReference() throws IOException, InterruptedException {
    ExactCase.compareWithReference(cases(), folder);
  }
}
