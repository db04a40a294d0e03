package jacquard.kernels.cpu.conv;

import jacquard.kernels.cpu.gemm.Element;
import jacquard.kernels.cpu.gemm.KernelTable;
import jacquard.kernels.cpu.gemm.Loops;
import jacquard.kernels.cpu.gemm.Scratch;
import jacquard.kernels.cpu.machine.Grain;
import jacquard.kernels.cpu.machine.RangeBody;
import jacquard.kernels.cpu.machine.WorkerPool;

/*
 * With one channel a tile would have one row, whose two sums wait for each other. Here channels and taps are the rows:
 *
 *     t[c, tap, pixel of y] = w[o, c, tap] · dy[o, pixel of y]
 *
 * is a product of dy as it lies, which is read once and in order. What a tap adds to dx is then a row of t, line by line
 * and sorted by the remainder by the stride, so that neighbours stay neighbours. All of an image stays in L2.
 */
/// The input gradient where a sum over the filters gives a pixel few elements of `dx`: those of all
/// taps and channels.
final class NarrowGradient {
  /// Most channels times taps: with more, what is added afterwards takes as long as the product.
  private static final int MOST_ROWS = 48;

  /// Elements of the panels that are made at a time.
  private static final int PANEL_ELEMENTS = 32 * 1024;

  private final WorkerPool pool;
  private final KernelTable kernels;
  private final Panels[] workers;
  private final Operands operands;
  private final RangeBody imagePart = this::images;

  private Element element = Element.F32;
  private Loops loops = element.loops();
  private ConvShape shape = ConvShape.of(0, 1, 1, 1, 1, 1, 1, 0);
  private int start;
  private int columns;
  private int rows;
  private int tiles;
  private int tileSize;
  private int lines;
  private int pitch;
  private int height;
  private int width;

  NarrowGradient(WorkerPool pool, KernelTable kernels, Panels[] workers, Operands operands) {
    this.pool = pool;
    this.kernels = kernels;
    this.workers = workers;
    this.operands = operands;
  }

  /// Whether a shape is one for this class.
  static boolean fits(ConvShape s) {
    return s.groups() == 1 && s.c() * s.taps() <= MOST_ROWS;
  }

  /// Neither operand may be empty, nor the result.
  void run(ConvShape s) {
    shape = s;
    element = operands.element();
    loops = element.loops();
    start = element.lineStart();
    columns = Panels.columns(kernels, element);
    rows = s.c() * s.taps();
    tiles = Panels.tiles(kernels, rows);
    tileSize = Panels.tileSize(kernels, s.o());
    lines = Math.clamp(PANEL_ELEMENTS / ((long) s.o() * s.ow()), 1, s.oh());
    pitch = Math.ceilDiv(lines * s.ow(), columns) * columns;
    height =
        Math.max(
            s.oh() + (s.kh() - 1) * s.dilationH() / s.strideH(),
            Math.ceilDiv(s.padTop() + s.h(), s.strideH()));
    width =
        Math.max(
            s.ow() + (s.kw() - 1) * s.dilationW() / s.strideW(),
            Math.ceilDiv(s.padLeft() + s.w(), s.strideW()));
    pack();
    int panels = pitch / columns;
    for (Panels worker : workers) {
      worker.use(element, panels * s.o());
    }
    double flops = (double) s.flops() / s.n();
    pool.parallelFor(s.n(), Grain.ofProduct(flops), imagePart);
  }

  /// Filters as tiles of `[filter][channel, tap]`.
  private void pack() {
    Object filters = operands.allocate(Scratch.Use.A_TILES, tiles * tileSize);
    for (int tile = 0; tile < tiles; tile++) {
      int row = Panels.tileRow(rows, tiles, tile);
      int count = Panels.tileRow(rows, tiles, tile + 1) - row;
      int to = start + tile * tileSize;
      int step = kernels.shape().panelStep();
      loops.pack(
          operands.b(), operands.bOffset() + row, rows, 1, shape.o(), count, filters, to, step);
    }
  }

  /// Phase: images `from .. to - 1`.
  private void images(int from, int to, int worker) {
    ConvShape s = shape;
    Panels own = workers[worker];
    int planes = s.c() * s.strideH() * s.strideW();
    Object sums = own.scratch().array(element, Scratch.Use.SUMS, planes * height * width);
    Object added = own.scratch().array(element, Scratch.Use.TAPS, rows * pitch);
    for (int image = from; image < to; image++) {
      loops.zero(sums, start, 0, 1, planes * height * width);
      for (int line = 0; line < s.oh(); line += lines) {
        int count = Math.min(lines, s.oh() - line);
        multiply(
            own, operands.aOffset() + image * s.yImage() + line * s.ow(), count * s.ow(), added);
        add(added, sums, line, count);
      }
      store(sums, operands.cOffset() + image * s.xImage());
    }
  }

  /// What pixels of `y` add to `dx`, by channel and tap.
  private void multiply(Panels own, int offset, int pixels, Object added) {
    ConvShape s = shape;
    int panels = Math.ceilDiv(pixels, columns);
    int[] starts = own.scratch().starts(panels + 1);
    for (int i = 0; i <= panels; i++) {
      starts[i] = i * columns;
    }
    int stride = s.oh() * s.ow();
    loops.packPanels(
        operands.a(), offset, stride, starts, panels, pixels, s.o(), own.panel(), start);
    for (int panel = 0; panel < panels; panel++) {
      int right = start + panel * s.o() * columns;
      own.multiply(
          operands.memory(Scratch.Use.A_TILES),
          start,
          tileSize,
          0,
          rows,
          0,
          tiles,
          s.o(),
          own.panel(),
          right,
          columns,
          added,
          start + panel * columns,
          pitch,
          false);
    }
  }

  /// Adds what `count` lines of `y` from `line` on add, tap by tap.
  private void add(Object added, Object sums, int line, int count) {
    ConvShape s = shape;
    int from = start;
    for (int c = 0; c < s.c(); c++) {
      for (int p = 0; p < s.kh(); p++) {
        for (int q = 0; q < s.kw(); q++) {
          int y = p * s.dilationH();
          int x = q * s.dilationW();
          int plane = (c * s.strideH() + y % s.strideH()) * s.strideW() + x % s.strideW();
          int first = plane * height + line + y / s.strideH();
          int to = start + first * width + x / s.strideW();
          loops.add(added, from, s.ow(), sums, to, width, count, s.ow());
          from += pitch;
        }
      }
    }
  }

  /// Copies an image of `dx` from between its padding, remainder by remainder.
  private void store(Object sums, int to) {
    ConvShape s = shape;
    for (int c = 0; c < s.c(); c++) {
      for (int y = 0; y < Math.min(s.strideH(), s.h()); y++) {
        for (int x = 0; x < Math.min(s.strideW(), s.w()); x++) {
          int line = y + s.padTop();
          int column = x + s.padLeft();
          int plane = (c * s.strideH() + line % s.strideH()) * s.strideW() + column % s.strideW();
          int first = plane * height + line / s.strideH();
          loops.copy(
              sums,
              start + first * width + column / s.strideW(),
              width,
              1,
              operands.c(),
              to + (c * s.h() + y) * s.w() + x,
              s.strideH() * s.w(),
              s.strideW(),
              Math.ceilDiv(s.h() - y, s.strideH()),
              Math.ceilDiv(s.w() - x, s.strideW()));
        }
      }
    }
  }
}
