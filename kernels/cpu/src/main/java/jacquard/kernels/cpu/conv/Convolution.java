package jacquard.kernels.cpu.conv;

import jacquard.kernels.cpu.gemm.Element;
import jacquard.kernels.cpu.gemm.KernelTable;
import jacquard.kernels.cpu.gemm.TileShape;
import jacquard.kernels.cpu.machine.VectorWidth;
import jacquard.kernels.cpu.machine.WorkerPool;
import java.util.Map;

/*
 * All three forms are matrix products, computed with the micro-kernels of jacquard.kernels.cpu.gemm. The operand that an
 * explicit "im2col" would write to memory, kh * kw times the image, exists only as one panel at a time.
 *
 * What the columns of a panel are depends on the batch. If its images fill them, they are images (BatchRun,
 * BatchGradient, NarrowGradient): a panel is then made of whole rows whatever the geometry. Else they are pixels
 * (ConvRun): an image is first copied to where neighbours in the panel are neighbours in memory (ConvPlan), and pixels
 * are counted through a group of images, because the panels of one 7x7 image would waste a quarter of their columns.
 *
 * Filters of two or three taps a stride need fewer products than they have taps (WinogradRun, WinogradGradient): with
 * enough channels that is faster by more than the sums before and after cost.
 *
 * An element of a result is one chain of multiply-adds, or a fixed sum of such chains, in an order that depends on the
 * shape only, in the weight gradient too: never a sum of threads' sums.
 */
/// 2-D convolution on Java arrays: forward, input gradient (also the forward form of a transposed
/// convolution) and weight gradient, with stride, padding, dilation and groups, for `float` and
/// `double`.
///
/// An instance keeps its working memory and the plans of recent shapes. It serves one caller at a
/// time, from outside the pool's loops. Results don't depend on the number of threads.
///
/// Taps outside an image are left out of a sum, or multiplied with zeros. That is the same unless a
/// filter (in the weight gradient, the gradient of `y`) is infinite or NaN: then elements whose
/// window reaches outside, of that filter, may be NaN, and whether they are depends on sizes and on
/// the width of vectors. Infinities of an image reach no other elements than those that see them,
/// and in a weight gradient taps of no other channels; NaN may stand for an infinite result.
public final class Convolution {
  /// Least share of the columns of panels that are images: with fewer, neighbouring pixels fill
  /// them better.
  private static final double FULL = 0.8;

  /// Elements of a block of images that is transposed as a whole; with more, every worker's own
  /// copy of a few images stays closer.
  private static final long LARGEST_BLOCK = 4 << 20;

  /// Columns of a panel of two vectors of 256 bits.
  private static final int NARROW_COLUMNS = 16;

  private final WorkerPool pool;
  private final KernelTable kernels;
  private final Operands operands;
  private final ConvRun run;
  private final BatchRun batchRun;
  private final BatchGradient batchGradient;
  private final WinogradRun winogradRun;
  private final WinogradGradient winogradGradient;
  private final NarrowForward narrowForward;
  private final NarrowGradient narrowGradient;
  private final Map<Key, Way> ways = new Recent<>();
  private final Map<Key, ConvPlan> plans = new Recent<>();
  private final Map<Key, BatchPlan> batchPlans = new Recent<>();
  private final Map<Key, WinogradPlan> winogradPlans = new Recent<>();

  /// Which of the three products.
  public enum Form {
    /// The result from image and filter.
    FORWARD,
    /// The gradient of the image.
    INPUT_GRADIENT,
    /// The gradient of the filter.
    WEIGHT_GRADIENT
  }

  /// Who computes a form of a shape.
  enum Way {
    NARROW_GRADIENT(NarrowGradient.class),
    NARROW_FORWARD(NarrowForward.class),
    WINOGRAD(WinogradRun.class),
    WINOGRAD_GRADIENT(WinogradGradient.class),
    BATCH(BatchRun.class),
    BATCH_GRADIENT(BatchGradient.class),
    PIXELS(ConvRun.class);

    private final Class<?> owner;

    Way(Class<?> owner) {
      this.owner = owner;
    }

    /// Whether rows of the left operand are read where they lie.
    private boolean readsRows(TileShape tile) {
      return this == PIXELS && tile.readsRows();
    }

    /// Rows that are shared out among tiles.
    private int rows(Form form, ConvShape s) {
      int ofInput = this == NARROW_GRADIENT ? s.c() * s.taps() : s.channels();
      return form == Form.INPUT_GRADIENT ? ofInput : s.filters();
    }

    /// Whether parts of a product are added to others.
    private boolean adds() {
      return this != NARROW_GRADIENT && this != NARROW_FORWARD;
    }
  }

  private record Key(Form form, Element element, ConvShape shape) {}

  /// With micro-kernels of its own.
  ///
  /// @param pool threads that share the work
  /// @param width vector width of the kernels
  public Convolution(WorkerPool pool, VectorWidth width) {
    this(pool, new KernelTable(width, false));
  }

  /// With micro-kernels given.
  ///
  /// @param pool threads that share the work
  /// @param kernels may serve others too, which then share its patience with compilers
  public Convolution(WorkerPool pool, KernelTable kernels) {
    this.pool = pool;
    this.kernels = kernels;
    run = new ConvRun(pool, kernels);
    Panels[] workers = new Panels[pool.threads()];
    for (int i = 0; i < workers.length; i++) {
      workers[i] = new Panels(kernels);
    }
    operands = new Operands(workers[0].scratch());
    batchRun = new BatchRun(pool, kernels, workers, operands);
    batchGradient = new BatchGradient(pool, kernels, workers, operands);
    winogradRun = new WinogradRun(pool, kernels, workers, operands);
    winogradGradient = new WinogradGradient(pool, kernels, workers, operands);
    narrowForward = new NarrowForward(pool, kernels, workers, operands);
    narrowGradient = new NarrowGradient(pool, kernels, workers, operands);
  }

  /// `y = x * w`.
  ///
  /// @param s sizes
  /// @param x images `[n, c, h, w]`
  /// @param xo index of `x`'s first element
  /// @param w filters `[o, c / groups, kh, kw]`
  /// @param wo index of `w`'s first element
  /// @param y result `[n, o, oh, ow]`, overwritten
  /// @param yo index of `y`'s first element
  /// @throws IndexOutOfBoundsException if the shape reaches outside an array
  public void forward(ConvShape s, float[] x, int xo, float[] w, int wo, float[] y, int yo) {
    s.checkBounds(x.length, xo, w.length, wo, y.length, yo);
    multiply(Form.FORWARD, s, Element.F32, x, xo, w, wo, y, yo);
  }

  /// `dx`, the gradient of `x` for a given gradient `dy` of `y`; overwrites `dx`.
  ///
  /// @param s sizes
  /// @param dy gradient of `y`
  /// @param dyo index of `dy`'s first element
  /// @param w filters `[o, c / groups, kh, kw]`
  /// @param wo index of `w`'s first element
  /// @param dx gradient of `x`, overwritten
  /// @param dxo index of `dx`'s first element
  public void inputGradient(
      ConvShape s, float[] dy, int dyo, float[] w, int wo, float[] dx, int dxo) {
    s.checkBounds(dx.length, dxo, w.length, wo, dy.length, dyo);
    multiply(Form.INPUT_GRADIENT, s, Element.F32, dy, dyo, w, wo, dx, dxo);
  }

  /// `dw`, the gradient of `w` for a given gradient `dy` of `y`; overwrites `dw`.
  ///
  /// @param s sizes
  /// @param x images `[n, c, h, w]`
  /// @param xo index of `x`'s first element
  /// @param dy gradient of `y`
  /// @param dyo index of `dy`'s first element
  /// @param dw gradient of `w`, overwritten
  /// @param dwo index of `dw`'s first element
  public void weightGradient(
      ConvShape s, float[] x, int xo, float[] dy, int dyo, float[] dw, int dwo) {
    s.checkBounds(x.length, xo, dw.length, dwo, dy.length, dyo);
    multiply(Form.WEIGHT_GRADIENT, s, Element.F32, x, xo, dy, dyo, dw, dwo);
  }

  /// See the form for `float`.
  ///
  /// @param s sizes
  /// @param x images `[n, c, h, w]`
  /// @param xo index of `x`'s first element
  /// @param w filters `[o, c / groups, kh, kw]`
  /// @param wo index of `w`'s first element
  /// @param y result `[n, o, oh, ow]`, overwritten
  /// @param yo index of `y`'s first element
  public void forward(ConvShape s, double[] x, int xo, double[] w, int wo, double[] y, int yo) {
    s.checkBounds(x.length, xo, w.length, wo, y.length, yo);
    multiply(Form.FORWARD, s, Element.F64, x, xo, w, wo, y, yo);
  }

  /// See the form for `float`.
  ///
  /// @param s sizes
  /// @param dy gradient of `y`
  /// @param dyo index of `dy`'s first element
  /// @param w filters `[o, c / groups, kh, kw]`
  /// @param wo index of `w`'s first element
  /// @param dx gradient of `x`, overwritten
  /// @param dxo index of `dx`'s first element
  public void inputGradient(
      ConvShape s, double[] dy, int dyo, double[] w, int wo, double[] dx, int dxo) {
    s.checkBounds(dx.length, dxo, w.length, wo, dy.length, dyo);
    multiply(Form.INPUT_GRADIENT, s, Element.F64, dy, dyo, w, wo, dx, dxo);
  }

  /// See the form for `float`.
  ///
  /// @param s sizes
  /// @param x images `[n, c, h, w]`
  /// @param xo index of `x`'s first element
  /// @param dy gradient of `y`
  /// @param dyo index of `dy`'s first element
  /// @param dw gradient of `w`, overwritten
  /// @param dwo index of `dw`'s first element
  public void weightGradient(
      ConvShape s, double[] x, int xo, double[] dy, int dyo, double[] dw, int dwo) {
    s.checkBounds(x.length, xo, dw.length, dwo, dy.length, dyo);
    multiply(Form.WEIGHT_GRADIENT, s, Element.F64, x, xo, dy, dyo, dw, dwo);
  }

  /// Asks for the kernels of a large convolution that is to come.
  ///
  /// @param form which product
  /// @param s sizes, strides and padding
  /// @param element type of the elements
  public void expect(Form form, ConvShape s, Element element) {
    Way way = way(form, s, element);
    boolean readsRows = way.readsRows(kernels.shape());
    kernels.expect(element, readsRows, way.rows(form, s), way.adds(), s.flops());
  }

  private void multiply(
      Form form,
      ConvShape s,
      Element element,
      Object a,
      int aOffset,
      Object b,
      int bOffset,
      Object c,
      int cOffset) {
    Key key = new Key(form, element, s);
    Way way = ways.computeIfAbsent(key, k -> way(k.form(), k.shape(), k.element()));
    boolean readsRows = way.readsRows(kernels.shape());
    kernels.prepare(element, readsRows, way.rows(form, s), way.adds(), s.flops(), pool);
    multiply(way, key, a, aOffset, b, bOffset, c, cOffset);
  }

  /// A form by a class of the caller's choice, which must be able to.
  void multiply(
      Way way, Form form, ConvShape s, float[] a, int ao, float[] b, int bo, float[] c, int co) {
    multiply(way, new Key(form, Element.F32, s), a, ao, b, bo, c, co);
  }

  private void multiply(
      Way way, Key key, Object a, int aOffset, Object b, int bOffset, Object c, int cOffset) {
    operands.use(key.element(), a, aOffset, b, bOffset, c, cOffset);
    try {
      run(way, key);
    } finally {
      operands.release();
    }
  }

  private void run(Way way, Key key) {
    switch (way) {
      case NARROW_GRADIENT -> narrowGradient.run(key.shape());
      case NARROW_FORWARD -> narrowForward.run(plan(key));
      case WINOGRAD -> winogradRun.run(winogradPlan(key));
      case WINOGRAD_GRADIENT -> winogradGradient.run(winogradPlan(key));
      case BATCH -> batchRun.run(batchPlan(key));
      case BATCH_GRADIENT -> batchGradient.run(key.shape());
      case PIXELS -> {
        switch (key.form()) {
          case FORWARD -> run.forward(plan(key), operands);
          case INPUT_GRADIENT -> run.inputGradient(plan(key), operands);
          case WEIGHT_GRADIENT -> run.weightGradient(plan(key), operands);
        }
      }
    }
  }

  /// Which class computes a form of a shape.
  Way way(Form form, ConvShape s, Element element) {
    boolean batched = s.flops() > 0 && s.h() > 0 && s.w() > 0 && fillsPanels(s, element);
    return switch (form) {
      case FORWARD -> {
        if (s.flops() > 0 && NarrowForward.fits(s, Panels.columns(kernels, element))) {
          yield Way.NARROW_FORWARD;
        }
        if (batched && isWinograd(form, s, element)) {
          yield Way.WINOGRAD;
        }
        yield batched && !pixelsFillPanels(form, s, element) ? Way.BATCH : Way.PIXELS;
      }
      case INPUT_GRADIENT -> {
        if (batched && NarrowGradient.fits(s)) {
          yield Way.NARROW_GRADIENT;
        }
        if (batched && isWinograd(form, s, element)) {
          yield Way.WINOGRAD;
        }
        yield batched && !pixelsFillPanels(form, s, element) ? Way.BATCH : Way.PIXELS;
      }
      case WEIGHT_GRADIENT -> {
        if (batched
            && isWinograd(form, s, element)
            && WinogradGradient.fits(s, Panels.columns(kernels, element))) {
          yield Way.WINOGRAD_GRADIENT;
        }
        yield batched && BatchGradient.fits(s, kernels.width().lanes(element.bytes()))
            ? Way.BATCH_GRADIENT
            : Way.PIXELS;
      }
    };
  }

  /// {@return the code that computes most of a form, as text for people: of the highest tile there
  /// is}
  ///
  /// @param form which product
  /// @param s sizes
  /// @param element type of the elements
  public String listing(Form form, ConvShape s, Element element) {
    TileShape tile = kernels.shape();
    Way way = way(form, s, element);
    return """
    // the highest tile, of which lower and narrower ones have fewer lines; %s packs and loops
    %s\
    """
        .formatted(
            way.owner.getName(),
            kernels.listing(element, tile.rows(), tile.vectors(), way.readsRows(tile), false));
  }

  /// Whether a form is faster with pixels as columns all the same: forward, if there is so little
  /// to multiply for a pixel that turning the images costs more than it saves; and if panels are so
  /// narrow that rows of pixels fill them too, which are neighbours in the source at stride 1. A
  /// panel is then gathered for all channels of the result: it takes enough of them.
  private boolean pixelsFillPanels(Form form, ConvShape s, Element element) {
    boolean forward = form == Form.FORWARD;
    int columns = Panels.columns(kernels, element);
    boolean narrow = columns <= NARROW_COLUMNS && 2 * (forward ? s.ow() : s.w()) >= columns;
    boolean gathered = forward ? s.o() >= s.c() : s.c() >= s.o();
    return forward && s.channels() * s.taps() <= NarrowForward.MOST_TERMS
        || narrow && gathered && s.strideH() == 1 && s.strideW() == 1;
  }

  /// Whether rows of images fill panels, up to the last vector, and a block of images is not too
  /// large.
  private boolean fillsPanels(ConvShape s, Element element) {
    int columns = Panels.columns(kernels, element);
    return s.n() >= FULL * columns * Math.ceilDiv(s.n(), columns)
        && (long) columns * Math.max(s.xImage(), s.yImage()) <= LARGEST_BLOCK;
  }

  /// Whether a form is computed with fewer products than it has taps: in `float` only, whoever asks
  /// for `double` wants the digits.
  private static boolean isWinograd(Form form, ConvShape s, Element element) {
    return element == Element.F32 && WinogradPlan.fits(s, form);
  }

  private WinogradPlan winogradPlan(Key key) {
    return winogradPlans.computeIfAbsent(key, k -> WinogradPlan.of(k.shape(), k.form()));
  }

  private ConvPlan plan(Key key) {
    return plans.computeIfAbsent(
        key,
        k ->
            switch (k.form()) {
              case FORWARD -> ConvPlan.forward(k.shape());
              case INPUT_GRADIENT -> ConvPlan.inputGradient(k.shape());
              case WEIGHT_GRADIENT -> ConvPlan.weightGradient(k.shape());
            });
  }

  private BatchPlan batchPlan(Key key) {
    int columns = Panels.columns(kernels, key.element());
    return batchPlans.computeIfAbsent(
        key,
        k ->
            k.form() == Form.FORWARD
                ? BatchPlan.forward(k.shape(), columns)
                : BatchPlan.inputGradient(k.shape(), columns));
  }
}
