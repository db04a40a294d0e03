package jacquard.kernels.cuda;

import static jacquard.kernels.cuda.MatrixProduct.stored;
import static org.junit.jupiter.api.Assertions.assertFalse;

import jacquard.tensor.DType;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import jacquard.tensor.graph.ConvKind;
import jacquard.tensor.graph.Node;
import jacquard.tensor.graph.Op;
import jacquard.tensor.graph.Window;
import jacquard.tensor.spi.Backend;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// Convolutions and their gradients on tensor cores, without any, as in [TensorProductsTest].
class TensorConvolutionsTest {
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

  /// The same padding on all sides, no dilation.
  static Window window(Shape image, Shape filter, int stride, int padding, int groups) {
    return new Window(
        image, filter, stride, stride, padding, padding, padding, padding, 1, 1, groups);
  }

  static ExactCase convolution(DType dtype, ConvKind kind, Window w) {
    Tensor x = stored(dtype, 1, w.image().toArray());
    Tensor filter = stored(dtype, 2, w.filter().toArray());
    Tensor y = stored(dtype, 3, w.result().toArray());
    var op = new Op.Conv(kind, w);
    Tensor result =
        switch (kind) {
          case FORWARD -> Tensor.apply(op, x, filter);
          case INPUT_GRADIENT -> Tensor.apply(op, y, filter);
          case WEIGHT_GRADIENT -> Tensor.apply(op, x, y);
        };
    // what is rounded to halves is the sum in f32
    Node sum = dtype.isHalf() ? result.node().sources().getFirst() : result.node();
    return new ExactCase("%s %s %s".formatted(dtype, kind, w), sum);
  }

  private static void add(List<ExactCase> cases, Window w, DType... dtypes) {
    for (DType dtype : dtypes) {
      for (ConvKind kind : ConvKind.values()) {
        cases.add(convolution(dtype, kind, w));
      }
    }
  }

  private static List<ExactCase> cases() {
    List<ExactCase> cases = new ArrayList<>();
    DType[] all = {DType.F16, DType.BF16, DType.F32};
    // filters are copied, places don't fill 16 bytes
    add(cases, window(Shape.of(2, 8, 9, 11), Shape.of(24, 8, 3, 3), 1, 1, 1), all);
    // terms of the filter fill no 16 bytes, places do
    add(cases, window(Shape.of(3, 3, 8, 8), Shape.of(7, 3, 3, 3), 1, 1, 1), DType.BF16);
    add(cases, window(Shape.of(2, 6, 12, 12), Shape.of(10, 6, 4, 4), 2, 1, 1), all);
    add(cases, window(Shape.of(2, 3, 9, 10), Shape.of(5, 3, 4, 4), 3, 2, 1), DType.F16);
    // matrices: copies only
    add(cases, window(Shape.of(3, 16, 8, 8), Shape.of(24, 16, 1, 1), 1, 0, 1), all);
    add(cases, window(Shape.of(2, 5, 7, 7), Shape.of(6, 5, 1, 1), 1, 0, 1), DType.BF16);
    add(cases, window(Shape.of(2, 8, 8, 8), Shape.of(8, 8, 1, 1), 2, 0, 1), DType.F16);
    add(cases, window(Shape.of(2, 8, 6, 6), Shape.of(8, 8, 1, 1), 1, 1, 1), DType.F16);
    Shape odd = Shape.of(2, 4, 13, 10);
    add(cases, new Window(odd, Shape.of(9, 4, 3, 2), 2, 1, 1, 0, 2, 3, 2, 3, 1), all);
    add(cases, new Window(odd, Shape.of(9, 4, 2, 3), 1, 1, 0, 2, 3, 1, 3, 2, 1), DType.BF16);
    add(cases, window(Shape.of(2, 12, 7, 5), Shape.of(15, 4, 3, 3), 1, 1, 3), all);
    add(cases, window(Shape.of(2, 12, 8, 8), Shape.of(16, 6, 1, 1), 1, 0, 2), DType.F16);
    add(cases, window(Shape.of(2, 5, 6, 6), Shape.of(5, 1, 3, 3), 2, 1, 5), DType.BF16);
    // large tiles
    Window places = window(Shape.of(4, 8, 64, 64), Shape.of(72, 8, 3, 3), 1, 1, 1);
    Window stepping = window(Shape.of(4, 72, 64, 64), Shape.of(2, 72, 4, 4), 2, 1, 1);
    Window groups = window(Shape.of(1, 1024, 6, 6), Shape.of(9216, 8, 3, 3), 1, 0, 128);
    for (DType dtype : new DType[] {DType.BF16, DType.F32}) {
      cases.add(convolution(dtype, ConvKind.FORWARD, places));
      cases.add(convolution(dtype, ConvKind.INPUT_GRADIENT, stepping));
      cases.add(convolution(dtype, ConvKind.WEIGHT_GRADIENT, groups));
    }
    // sums in several parts
    add(cases, window(Shape.of(5, 128, 5, 5), Shape.of(120, 128, 3, 3), 1, 1, 1), DType.BF16);
    add(cases, window(Shape.of(4, 3, 33, 31), Shape.of(8, 3, 3, 3), 1, 1, 1), DType.F16);
    return cases;
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
  void convolutionsOfF32AreNotRoundedUnasked() {
    System.clearProperty(PRODUCTS);
    Window w = window(Shape.of(2, 8, 9, 11), Shape.of(24, 8, 3, 3), 1, 1, 1);
    for (ConvKind kind : ConvKind.values()) {
      var root = new Backend.Root(convolution(DType.F32, kind, w).result(), null);
      CompiledKernel.textsOf(List.of(CompiledKernel.schedule(List.of(root))))
          .values()
          .forEach(text -> assertFalse(text.contains("mma_"), text));
    }
  }

  @Test
  void convolutionsAreThoseOfTheReference() throws IOException, InterruptedException {
    ExactCase.compareWithReference(cases(), folder);
  }

  private static final List<Lack> LACKS =
      List.of(
          Lack.of("rows of padding", Lack.READS_OUTSIDE, "h < H && w < W", "w < W"),
          Lack.of("columns of padding", Lack.READS_OUTSIDE, "h < H && w < W", "h < H"),
          Lack.of(
              "a barrier after the first table",
              "order of items",
              "if (round < 0) __syncthreads();",
              ""),
          Lack.of(
              "a barrier after the table of a tile",
              "order of items",
              "tap[2] = x;\n}\n__syncthreads();",
              "tap[2] = x;\n}"),
          Lack.of(
              "a barrier of rounds",
              "order of items",
              "cp_async_wait_all(); __syncthreads();",
              "cp_async_wait_all();"),
          Lack.of("a wait", ", expected ", "cp_async_wait_all();", ""),
          Lack.of("a second table", "order of items", "taps[next + 1 & 1]", "taps[0]"),
          Lack.of(
              "what is looked up",
              ", expected ",
              "kk < 1 && next < rounds",
              "kk < 0 && next < rounds"));

  @TestFactory
  Stream<DynamicTest> whatAKernelLacksIsSeen() throws IOException, InterruptedException {
    Window w = window(Shape.of(2, 8, 9, 11), Shape.of(24, 8, 3, 3), 1, 1, 1);
    List<ExactCase> cases =
        List.of(
            convolution(DType.BF16, ConvKind.FORWARD, w),
            convolution(DType.BF16, ConvKind.WEIGHT_GRADIENT, w));
    return Lack.tests(
        ExactCase.emulator(cases),
        folder,
        kernels -> Emulator.oneGroup(ExactCase.program(kernels)),
        results -> ExactCase.wrong(cases, results),
        LACKS);
  }
}
