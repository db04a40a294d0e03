package jacquard.kernels.cpu.conv;

import jacquard.kernels.cpu.gemm.Element;
import jacquard.kernels.cpu.gemm.KernelTable;
import jacquard.kernels.cpu.machine.VectorWidth;
import jacquard.kernels.cpu.machine.WorkerPool;
import java.util.LinkedHashMap;
import java.util.Map;

/*
 * All three forms are matrix products, computed with the micro-kernels of jacquard.kernels.cpu.gemm. The operand that an
 * explicit "im2col" would write to memory, kh * kw times the image, exists only as one panel at a time: up to 320 rows
 * of 16 columns (with 256 bits), gathered into L1 and multiplied with all rows of the other operand at once. To gather
 * with vector copies, an image is first copied to where neighbours in the panel are neighbours in memory (ConvPlan).
 *
 * Pixels are counted through a group of images, because the panels of one 7x7 image would waste a quarter of their
 * columns. Threads share the panels. An element of a result is one chain of multiply-adds in an order that depends on
 * the shape only, in the weight gradient too: images in order, never a sum of threads' sums.
 */
/// 2-D convolution on Java arrays: forward, input gradient (also the forward form of a transposed
/// convolution) and weight gradient, with stride, padding, dilation and groups, for `float` and
/// `double`.
///
/// An instance keeps its working memory and the plans of recent shapes. It serves one caller at a
/// time, from outside the pool's loops. Results don't depend on the number of threads.
public final class Convolution {
  private static final int KEPT_PLANS = 128;

  private final ConvRun run;
  private final Map<Key, ConvPlan> plans =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, ConvPlan> eldest) {
          return size() > KEPT_PLANS;
        }
      };

  private enum Form {
    FORWARD,
    INPUT_GRADIENT,
    WEIGHT_GRADIENT
  }

  private record Key(Form form, ConvShape shape) {}

  public Convolution(WorkerPool pool, VectorWidth width) {
    this(pool, new KernelTable(width, false));
  }

  /// For tests.
  Convolution(WorkerPool pool, KernelTable kernels) {
    run = new ConvRun(pool, kernels);
  }

  /// `y = x * w`.
  ///
  /// @throws IndexOutOfBoundsException if the shape reaches outside an array
  public void forward(ConvShape s, float[] x, int xo, float[] w, int wo, float[] y, int yo) {
    s.checkBounds(x.length, xo, w.length, wo, y.length, yo);
    run.forward(plan(Form.FORWARD, s), Element.F32, x, xo, w, wo, y, yo);
  }

  /// `dx`, the gradient of `x` for a given gradient `dy` of `y`; overwrites `dx`.
  public void inputGradient(
      ConvShape s, float[] dy, int dyo, float[] w, int wo, float[] dx, int dxo) {
    s.checkBounds(dx.length, dxo, w.length, wo, dy.length, dyo);
    run.inputGradient(plan(Form.INPUT_GRADIENT, s), Element.F32, dy, dyo, w, wo, dx, dxo);
  }

  /// `dw`, the gradient of `w` for a given gradient `dy` of `y`; overwrites `dw`.
  public void weightGradient(
      ConvShape s, float[] x, int xo, float[] dy, int dyo, float[] dw, int dwo) {
    s.checkBounds(x.length, xo, dw.length, dwo, dy.length, dyo);
    run.weightGradient(plan(Form.WEIGHT_GRADIENT, s), Element.F32, x, xo, dy, dyo, dw, dwo);
  }

  /// See the form for `float`.
  public void forward(ConvShape s, double[] x, int xo, double[] w, int wo, double[] y, int yo) {
    s.checkBounds(x.length, xo, w.length, wo, y.length, yo);
    run.forward(plan(Form.FORWARD, s), Element.F64, x, xo, w, wo, y, yo);
  }

  /// See the form for `float`.
  public void inputGradient(
      ConvShape s, double[] dy, int dyo, double[] w, int wo, double[] dx, int dxo) {
    s.checkBounds(dx.length, dxo, w.length, wo, dy.length, dyo);
    run.inputGradient(plan(Form.INPUT_GRADIENT, s), Element.F64, dy, dyo, w, wo, dx, dxo);
  }

  /// See the form for `float`.
  public void weightGradient(
      ConvShape s, double[] x, int xo, double[] dy, int dyo, double[] dw, int dwo) {
    s.checkBounds(x.length, xo, dw.length, dwo, dy.length, dyo);
    run.weightGradient(plan(Form.WEIGHT_GRADIENT, s), Element.F64, x, xo, dy, dyo, dw, dwo);
  }

  private ConvPlan plan(Form form, ConvShape shape) {
    Key key = new Key(form, shape);
    ConvPlan plan = plans.get(key);
    if (plan == null) {
      plan =
          switch (form) {
            case FORWARD -> ConvPlan.forward(shape);
            case INPUT_GRADIENT -> ConvPlan.inputGradient(shape);
            case WEIGHT_GRADIENT -> ConvPlan.weightGradient(shape);
          };
      plans.put(key, plan);
    }
    return plan;
  }
}
