package jacquard.kernels.cpu.conv;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import jacquard.kernels.cpu.conv.Convolution.Form;
import jacquard.kernels.cpu.conv.Convolution.Way;
import jacquard.kernels.cpu.gemm.KernelTable;
import jacquard.kernels.cpu.machine.VectorWidth;
import jacquard.kernels.cpu.machine.WorkerPool;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Convolutions with fewer products than taps, against plain loops in double precision: also of
/// sizes for which others are faster.
class WinogradTest {
  private static final WorkerPool ONE = new WorkerPool(1);
  private static final WorkerPool THREE = new WorkerPool(3);

  @AfterAll
  static void closePools() {
    ONE.close();
    THREE.close();
  }

  /// Odd and even counts of results, two and three taps along an axis, strides up to 3, padding
  /// beyond the filter, results that leave part of the image unread.
  @ParameterizedTest
  @EnumSource(VectorWidth.class)
  void randomShapesAgreeWithPlainLoops(VectorWidth width) {
    int seed = 7;
    Random random = new Random(seed);
    Convolution one = new Convolution(ONE, new KernelTable(width, true));
    Convolution three = new Convolution(THREE, new KernelTable(width, true));
    for (int i = 0; i < 40; i++) {
      ConvShape shape = random(random, 1 + random.nextInt(6), 1 + random.nextInt(20));
      ConvCase data = new ConvCase(shape, seed + i);
      Convolution convolution = i % 2 == 0 ? one : three;
      data.check(convolution, Way.WINOGRAD, Form.FORWARD);
      data.check(convolution, Way.WINOGRAD, Form.INPUT_GRADIENT);
    }
    int columns = 2 * width.lanes(Float.BYTES);
    for (int i = 0; i < 10; i++) {
      ConvShape shape = random(random, columns * (1 + i % 2), columns * (1 + i / 2 % 2));
      ConvCase data = new ConvCase(shape, seed + i);
      data.check(i % 3 == 0 ? three : one, Way.WINOGRAD_GRADIENT, Form.WEIGHT_GRADIENT);
    }
  }

  private static ConvShape random(Random random, int c, int o) {
    int strideH = 1 + random.nextInt(3);
    int strideW = 1 + random.nextInt(3);
    int taps = 2 + random.nextInt(2);
    int kh = taps * strideH;
    int kw = taps * strideW;
    int top = random.nextInt(kh + 2);
    int left = random.nextInt(kw + 2);
    int h = 1 + random.nextInt(9);
    int w = 1 + random.nextInt(9);
    int oh = 1 + random.nextInt((h + 2 * top) / strideH + 1);
    int ow = 1 + random.nextInt((w + 2 * left) / strideW + 1);
    int n = 1 + random.nextInt(3);
    return new ConvShape(n, c, h, w, o, oh, ow, kh, kw, strideH, strideW, top, left, 1, 1, 1);
  }

  /// Of five blocks of 16 images three threads take one each and share two; of nine or sixteen
  /// types of the weight gradient they take all, or share one; of four that are left of two images
  /// and few channels they share everything.
  @Test
  void threadsGiveTheSameBits() {
    Convolution one = new Convolution(ONE, new KernelTable(VectorWidth.BITS_256, true));
    Convolution three = new Convolution(THREE, new KernelTable(VectorWidth.BITS_256, true));
    ConvShape[] shapes = {
      ConvShape.of(70, 16, 7, 6, 40, 4, 2, 1),
      ConvShape.of(70, 32, 5, 6, 25, 3, 1, 1),
      ConvShape.of(2, 16, 6, 6, 7, 2, 1, 1),
    };
    for (ConvShape shape : shapes) {
      ConvCase data = new ConvCase(shape, 5);
      for (Form form : Form.values()) {
        Way way = form == Form.WEIGHT_GRADIENT ? Way.WINOGRAD_GRADIENT : Way.WINOGRAD;
        float[] expected = data.result(one, way, form);
        assertArrayEquals(expected, data.result(three, way, form), () -> form + " of " + shape);
      }
    }
  }

  /// Padding so wide that tiles begin one result before the first.
  @Test
  void tilesMayBeginBeforeTheResult() {
    ConvShape shape = new ConvShape(2, 16, 5, 5, 16, 3, 3, 4, 4, 2, 2, 3, 3, 1, 1, 1);
    assertEquals(-1, WinogradAxis.forward(5, 3, 4, 2, 3).first());
    Convolution convolution = new Convolution(THREE, new KernelTable(VectorWidth.BITS_256, true));
    ConvCase data = new ConvCase(shape, 4);
    data.check(convolution, Way.WINOGRAD, Form.FORWARD);
    data.check(convolution, Way.WINOGRAD, Form.INPUT_GRADIENT);
    data.check(convolution, Way.WINOGRAD_GRADIENT, Form.WEIGHT_GRADIENT);
  }

  /// Sums that are longer than what is multiplied at once, and batches of more than one block.
  @Test
  void longSumsAndManyImages() {
    Convolution convolution = new Convolution(THREE, new KernelTable(VectorWidth.BITS_256, true));
    ConvCase deep = new ConvCase(ConvShape.of(3, 90, 4, 5, 48, 4, 2, 1), 1);
    deep.check(convolution, Way.WINOGRAD, Form.FORWARD);
    deep.check(convolution, Way.WINOGRAD, Form.INPUT_GRADIENT);
    ConvCase many = new ConvCase(ConvShape.of(150, 16, 6, 6, 16, 2, 1, 1), 2);
    many.check(convolution, Way.WINOGRAD, Form.FORWARD);
    many.check(convolution, Way.WINOGRAD_GRADIENT, Form.WEIGHT_GRADIENT);
  }

  /// Of 4x4 filters with stride 2 on 14x14 pixels, 26 taps an axis are inside; of 3x3 filters, 40.
  @Test
  void productsOfAnAxis() {
    assertEquals(21, WinogradAxis.forward(14, 7, 4, 2, 1).products());
    assertEquals(20, WinogradAxis.gradient(7, 14, 4, 2, 1).products());
    assertEquals(28, WinogradAxis.forward(14, 14, 3, 1, 1).products());
    assertEquals(28, WinogradAxis.gradient(14, 14, 3, 1, 1).products());
  }
}
