package jacquard.kernels.cpu.conv;

import static org.junit.jupiter.api.Assertions.assertEquals;

import jacquard.kernels.cpu.conv.Convolution.Form;
import jacquard.kernels.cpu.conv.Convolution.Way;
import jacquard.kernels.cpu.gemm.Element;
import jacquard.kernels.cpu.gemm.KernelTable;
import jacquard.kernels.cpu.machine.VectorWidth;
import jacquard.kernels.cpu.machine.WorkerPool;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What an infinite operand reaches, in each class that computes a convolution.
///
/// Taps outside an image are left out by the reference. Some classes multiply them with zeros
/// instead, so that an infinite filter makes NaN there. Classes that compute with fewer products
/// than taps subtract, so that NaN may stand where the reference is infinite, and in a weight
/// gradient at all taps of the channel. Nothing else may differ.
class ConvExtremesTest {
  private static final WorkerPool POOL = new WorkerPool(2);

  /// Sums of up to some hundred products below 1/4.
  private static final double TOLERANCE = 1e-4;

  private static final boolean[] NOWHERE = new boolean[0];

  private static final ConvShape[] SHAPES = {
    // pixels as columns; the same with strides, dilation and groups
    ConvShape.of(2, 4, 9, 9, 5, 3, 1, 1),
    new ConvShape(2, 4, 9, 8, 6, 5, 4, 3, 2, 2, 2, 1, 1, 1, 2, 2),
    // a sum of few products
    ConvShape.of(1, 1, 14, 13, 5, 4, 2, 1),
    // images as columns: few channels, taps in one panel, line by line, weights by images
    ConvShape.of(32, 1, 9, 9, 3, 3, 1, 1),
    ConvShape.of(32, 6, 4, 4, 3, 3, 1, 1),
    ConvShape.of(32, 20, 4, 5, 3, 3, 2, 1),
    // fewer products than taps
    ConvShape.of(32, 32, 6, 5, 32, 3, 1, 1),
    ConvShape.of(32, 32, 6, 5, 32, 4, 2, 1),
  };

  @AfterAll
  static void closePool() {
    POOL.close();
  }

  @ParameterizedTest
  @EnumSource(VectorWidth.class)
  void infinitiesReachWhoSeesThem(VectorWidth width) {
    Convolution convolution = new Convolution(POOL, new KernelTable(width, true));
    for (ConvShape shape : SHAPES) {
      // the first element, which borders see, and one further in
      for (int place : new int[] {0, 7}) {
        inAnImage(shape, place, convolution);
        inAFilter(shape, place, convolution);
      }
    }
  }

  private static void inAnImage(ConvShape shape, int place, Convolution convolution) {
    ConvCase data = new ConvCase(shape, 3);
    data.x[ConvCase.GAP + place] = Double.POSITIVE_INFINITY;
    String what = shape + ", x[" + place + "] infinite, ";
    assertReference(
        what + "y",
        forward(data),
        data.forwardF32(convolution),
        NOWHERE,
        subtracts(convolution, Form.FORWARD, shape));
    double[] dw = weightGradient(data);
    boolean subtracts = subtracts(convolution, Form.WEIGHT_GRADIENT, shape);
    boolean[] taps = new boolean[data.w.length];
    for (int i = 0; subtracts && i < shape.wElements(); i++) {
      taps[ConvCase.GAP + i] = i / shape.taps() % shape.c() == place / (shape.h() * shape.w());
    }
    assertReference(what + "dw", dw, data.weightGradientF32(convolution), taps, subtracts);
    data = new ConvCase(shape, 3);
    data.y[ConvCase.GAP + place] = Double.NEGATIVE_INFINITY;
    what = shape + ", dy[" + place + "] infinite, ";
    assertReference(
        what + "dx",
        inputGradient(data),
        data.inputGradientF32(convolution),
        NOWHERE,
        subtracts(convolution, Form.INPUT_GRADIENT, shape));
  }

  private static void inAFilter(ConvShape s, int place, Convolution convolution) {
    ConvCase data = new ConvCase(s, 3);
    data.w[ConvCase.GAP + place] = Double.POSITIVE_INFINITY;
    String what = s + ", w[" + place + "] infinite, ";
    int filter = place / (s.channels() * s.taps());
    boolean[] y = new boolean[data.y.length];
    boolean[] dx = new boolean[data.x.length];
    for (int i = 0; i < s.yElements(); i++) {
      y[ConvCase.GAP + i] = i / (s.oh() * s.ow()) % s.o() == filter;
    }
    for (int i = 0; i < s.xElements(); i++) {
      int channel = i / (s.h() * s.w()) % s.c();
      dx[ConvCase.GAP + i] =
          channel / s.channels() == filter / s.filters()
              && channel % s.channels() == place / s.taps() % s.channels();
    }
    assertReference(
        what + "y",
        forward(data),
        data.forwardF32(convolution),
        y,
        subtracts(convolution, Form.FORWARD, s));
    assertReference(
        what + "dx",
        inputGradient(data),
        data.inputGradientF32(convolution),
        dx,
        subtracts(convolution, Form.INPUT_GRADIENT, s));
    data = new ConvCase(s, 3);
    data.y[ConvCase.GAP + place] = Double.POSITIVE_INFINITY;
    what = s + ", dy[" + place + "] infinite, ";
    boolean[] dw = new boolean[data.w.length];
    for (int i = 0; i < s.wElements(); i++) {
      int o = i / (s.channels() * s.taps());
      dw[ConvCase.GAP + i] = o == place / (s.oh() * s.ow()) % s.o();
    }
    assertReference(
        what + "dw",
        weightGradient(data),
        data.weightGradientF32(convolution),
        dw,
        subtracts(convolution, Form.WEIGHT_GRADIENT, s));
  }

  private static boolean subtracts(Convolution convolution, Form form, ConvShape shape) {
    Way way = convolution.way(form, shape, Element.F32);
    return way == Way.WINOGRAD || way == Way.WINOGRAD_GRADIENT;
  }

  private static double[] forward(ConvCase data) {
    double[] y = ConvCase.cleared(data.y);
    data.forEach((a, b, c) -> y[c] += data.x[a] * data.w[b]);
    return y;
  }

  private static double[] inputGradient(ConvCase data) {
    double[] dx = ConvCase.cleared(data.x);
    data.forEach((a, b, c) -> dx[a] += data.y[c] * data.w[b]);
    return dx;
  }

  private static double[] weightGradient(ConvCase data) {
    double[] dw = ConvCase.cleared(data.w);
    data.forEach((a, b, c) -> dw[b] += data.y[c] * data.x[a]);
    return dw;
  }

  /// @param mayBeNaN elements of the infinite filter, which may meet zeros outside the image
  private static void assertReference(
      String what, double[] expected, double[] actual, boolean[] mayBeNaN, boolean subtracts) {
    for (int i = 0; i < expected.length; i++) {
      if (Double.isNaN(actual[i]) && i < mayBeNaN.length && mayBeNaN[i]) {
        continue;
      }
      String where = what + "[" + (i - ConvCase.GAP) + "]";
      if (Double.isFinite(expected[i])) {
        assertEquals(expected[i], actual[i], TOLERANCE, where);
      } else if (!Double.isNaN(actual[i]) || !subtracts) {
        assertEquals(expected[i], actual[i], where);
      }
    }
  }
}
