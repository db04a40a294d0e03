package jacquard.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.kernels.csource.Dialect;
import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Shape;
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
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Products on tensor cores, without any: their text is compiled for the processor with
/// `warps.hpp`, which has PTX's description of each instruction, and its results are compared with
/// the reference's.
class TensorProductsTest {
  private record Product(String name, Tensor a, Tensor b, Tensor left, Tensor right) {
    Tensor result() {
      return left.matmulWide(right);
    }
  }

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

  /// A stored matrix whose elements, multiples of 1/8 up to 2, and sums of products are exact.
  private static Tensor stored(DType dtype, long seed, int... dims) {
    Shape shape = Shape.of(dims);
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[shape.arraySize()];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextInt(-16, 17) / 8f;
    }
    return Tensor.stored(dtype, values, shape, Device.REFERENCE);
  }

  /// `[m, k]` by `[k, n]`, either of them stored transposed.
  private static Product plain(DType dtype, int m, int n, int k, boolean ta, boolean tb) {
    Tensor a = ta ? stored(dtype, 1, k, m) : stored(dtype, 1, m, k);
    Tensor b = tb ? stored(dtype, 2, n, k) : stored(dtype, 2, k, n);
    String name = "%s %d %d %d %s %s".formatted(dtype, m, n, k, ta, tb);
    return new Product(name, a, b, ta ? a.t() : a, tb ? b.t() : b);
  }

  private static List<Product> products() {
    List<Product> products = new ArrayList<>();
    for (DType dtype : new DType[] {DType.F16, DType.BF16, DType.F32}) {
      for (boolean ta : new boolean[] {false, true}) {
        for (boolean tb : new boolean[] {false, true}) {
          products.add(plain(dtype, 72, 80, 104, ta, tb)); // 16 bytes at a time
          products.add(plain(dtype, 67, 71, 37, ta, tb)); // one by one
        }
      }
    }
    products.add(plain(DType.BF16, 1456, 1416, 40, false, false)); // large tiles, bands of them
    products.add(plain(DType.BF16, 1456, 1416, 40, true, true));
    products.add(plain(DType.F32, 1456, 1416, 40, true, true));
    products.add(plain(DType.F16, 3, 5, 0, false, false));
    products.add(plain(DType.F16, 1, 130, 9, false, true));
    Tensor q = stored(DType.BF16, 3, 2, 3, 24, 16);
    Tensor keys = stored(DType.BF16, 4, 2, 3, 40, 16);
    products.add(new Product("batched", q, keys, q, keys.t()));
    Tensor heads = stored(DType.F16, 5, 2, 24, 3, 16);
    Tensor shared = stored(DType.F16, 6, 1, 1, 16, 8);
    products.add(
        new Product(
            "heads inside, one matrix for all",
            heads,
            shared,
            heads.permute(0, 2, 1, 3),
            shared.expand(2, 3, 16, 8)));
    Tensor wide = stored(DType.BF16, 7, 40, 100);
    Tensor part = stored(DType.BF16, 8, 33, 16);
    products.add(
        new Product("a part that begins anywhere", wide, part, wide.slice(1, 3, 36), part));
    products.add(plain(DType.BF16, 72, 40, 2100, false, false)); // in 4 parts
    products.add(plain(DType.F16, 67, 71, 1101, true, true));
    return products;
  }

  @ParameterizedTest
  @ValueSource(ints = {80, 90})
  void kernelsCompileWithoutSpills(int architecture) {
    Map<String, String> texts = new LinkedHashMap<>();
    for (Product product : products()) {
      var root = new Backend.Root(product.result().node(), null);
      texts.putAll(CompiledKernel.textsOf(List.of(CompiledKernel.schedule(List.of(root)))));
    }
    for (CompiledKernel kernel : CompiledKernel.of(texts, architecture)) {
      boolean product = kernel.name().startsWith("product");
      assertEquals(product, kernel.text().contains("mma_"), kernel::name);
      assertEquals(0, kernel.spilledBytes(), kernel::toString);
      // two groups of 256 items in the 65536 registers of a multiprocessor; one of f32, where
      // elements that are read one by one take addresses
      boolean narrow = !kernel.text().contains("mma_tf32");
      assertTrue(kernel.registers() <= (narrow ? 128 : 192), kernel::toString);
    }
  }

  @Test
  void productsOfF32AreNotRoundedUnasked() {
    System.clearProperty(PRODUCTS);
    Product product = plain(DType.F32, 72, 80, 104, false, false);
    var root = new Backend.Root(product.result().node(), null);
    Map<String, String> texts =
        CompiledKernel.textsOf(List.of(CompiledKernel.schedule(List.of(root))));
    texts.values().forEach(text -> assertFalse(text.contains("mma_"), text));
  }

  @Test
  void productsAreThoseOfTheReference() throws IOException, InterruptedException {
    List<Product> products = products();
    Emulator emulator = new Emulator(Dialect.CUDA);
    for (Product product : products) {
      emulator.add(
          product.result(),
          plan -> {
            assertEquals(1, plan.schedule().tasks().size(), product.name);
            String first = plan.listing().kernels().values().iterator().next();
            assertTrue(first.contains("mma_"), product.name);
            return true;
          });
    }
    List<ByteBuffer> results =
        emulator.run(folder, texts -> Dialect.sharedTiles() + String.join("\n", texts));
    for (int p = 0; p < products.size(); p++) {
      Product product = products.get(p);
      double[] expected =
          Evaluator.evaluate(List.of(product.result().node())).getFirst().toDoubles();
      for (int i = 0; i < expected.length; i++) {
        assertEquals(expected[i], results.get(p).getFloat(4 * i), product.name + " at " + i);
      }
    }
  }
}
