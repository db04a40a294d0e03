package jacquard.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import jacquard.kernels.Schedule;
import jacquard.kernels.csource.Dialect;
import jacquard.kernels.csource.Listing;
import jacquard.kernels.csource.Tiles;
import jacquard.tensor.DType;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import jacquard.tensor.graph.ConvKind;
import jacquard.tensor.graph.Node;
import jacquard.tensor.graph.Window;
import jacquard.tensor.spi.Backend;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
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

  private static Map<String, String> texts(Node result, int tile) {
    var root = new Backend.Root(result, null);
    Map<String, String> texts =
        CompiledKernel.textsOf(
            Dialect.CUDA,
            List.of(CompiledKernel.schedule(List.of(root))),
            new WarpGroupProductsTest.Columns(tile));
    texts.keySet().removeIf(name -> !name.startsWith("product"));
    return texts;
  }

  private static Map<String, String> texts(boolean vectors) {
    Map<String, String> texts = new LinkedHashMap<>();
    for (MatrixProduct product : products(vectors)) {
      for (int tile : new int[] {128, 64, 32}) {
        texts.putAll(texts(product.result().node(), tile));
      }
    }
    return texts;
  }

  @Test
  void whatIsAlignedIsReadByVectors() {
    texts(true).forEach((name, text) -> assertEquals(3, text.split(VECTORS).length, text));
    texts(false).forEach((name, text) -> assertEquals(1, text.split(VECTORS).length, text));
  }

  private static Map<String, String> convolutions() {
    Map<String, String> texts = new LinkedHashMap<>();
    Window w =
        TensorConvolutionsTest.window(Shape.of(4, 96, 20, 20), Shape.of(160, 96, 3, 3), 2, 1, 1);
    for (ConvKind kind : ConvKind.values()) {
      texts.putAll(texts(TensorConvolutionsTest.convolution(DType.F32, kind, w).result(), 128));
    }
    return texts;
  }

  /// Whether elements of an operand of the largest tiles are read one by one.
  static boolean isLargeOneByOne(CompiledKernel kernel) {
    return kernel.text().contains("[128 + 4]") && kernel.text().split(VECTORS).length < 3;
  }

  /// A multiprocessor has two groups of 256 items; of the largest tiles, where elements that are
  /// read one by one take addresses, one.
  private static void twoGroupsShareRegisters(int architecture) {
    Map<String, String> texts = texts(true);
    texts.putAll(texts(false));
    texts.putAll(convolutions());
    assertTrue(texts.size() > 30, texts.keySet()::toString);
    for (CompiledKernel kernel : CompiledKernel.of(texts, architecture)) {
      assertEquals(0, kernel.spilledBytes(), kernel::toString);
      assertTrue(kernel.registers() <= (isLargeOneByOne(kernel) ? 192 : 128), kernel::toString);
    }
  }

  @Test
  void twoGroupsShareRegisters() {
    twoGroupsShareRegisters(90);
  }

  @Tag("long")
  @Test
  void twoGroupsShareRegistersOf80() {
    twoGroupsShareRegisters(80);
  }

  /// A multiprocessor begins as many multiply-adds in a cycle as other instructions: their share of
  /// the inner loop bounds the share of the peak.
  @Test
  void innerLoopsAreMostlyMultiplyAdds() throws CudaCompiler.Refused {
    Nvcc nvcc = Nvcc.find();
    assumeTrue(nvcc != null, "no nvcc on the PATH");
    Tensor a = MatrixProduct.stored(DType.F32, 1, 512, 512); // sizes are no part of the text
    for (Tensor product :
        List.of(a.matmul(a), a.matmul(a.t()), a.t().matmul(a), a.t().matmul(a.t()))) {
      String program = Dialect.CUDA.program(List.copyOf(texts(product.node(), 128).values()));
      byte[] code = nvcc.compile(program, Architecture.since(90), List.of()).code;
      Sass.Loop loop = Sass.busiest(code);
      System.out.println(loop + ", " + loop.share());
      assertEquals(512, loop.multiplyAdds());
      assertTrue(loop.share() > 0.8, loop::toString);
    }
  }

  /// What an OpenCL device may have for a group at least.
  @Test
  void tilesOfAllSizesFit() {
    for (DType dtype : new DType[] {DType.F32, DType.F64, DType.I32, DType.I64, DType.U8}) {
      Tensor a = MatrixProduct.stored(DType.F32, 1, 136, 136).cast(dtype);
      Tensor product = a.matmul(a);
      var root = new Backend.Root(product.node(), null);
      Schedule schedule = CompiledKernel.schedule(List.of(root));
      List<Integer> sizes = new ArrayList<>();
      Tiles tiles =
          asked -> {
            sizes.addAll(asked.options());
            return asked.usual();
          };
      Listing.of(Dialect.OPENCL, schedule, tiles);
      for (int size : List.copyOf(sizes)) {
        for (Listing.Placed placed :
            Listing.of(Dialect.OPENCL, schedule, asked -> size).launches()) {
          assertTrue(placed.call().localBytes() <= 24 << 10, dtype + ", tiles of " + size);
        }
      }
      assertTrue(sizes.size() >= 2, sizes::toString);
    }
  }

  @TestFactory
  Stream<DynamicTest> whatAKernelLacksIsSeen() throws IOException, InterruptedException {
    List<ExactCase> cases =
        List.of(
            MatrixProduct.plain(DType.F32, 136, 140, 44, false, false).exactCase(),
            MatrixProduct.plain(DType.F32, 132, 72, 40, true, true).exactCase());
    Emulator emulator =
        ExactCase.emulator(
            cases, KernelOrderTest.PLAIN, new WarpGroupProductsTest.Columns(64), "load4_f32(next");
    return Lack.tests(
        emulator,
        folder,
        kernels -> Emulator.oneGroup(KernelOrderTest.PLAIN.program(kernels)),
        results -> ExactCase.wrong(cases, results),
        List.of(
            Lack.of("a barrier", "order of items", "__syncthreads();", ""),
            Lack.of("a second place", "order of items", "stage ^= 16;", ""),
            Lack.of("the next terms", ", expected ", "froma += 16;", ""),
            Lack.of(
                "an end of terms",
                Lack.READS_OUTSIDE,
                "last - xa : first",
                "last + 16 : first",
                "last - xb : first",
                "last + 16 : first")));
  }
}
