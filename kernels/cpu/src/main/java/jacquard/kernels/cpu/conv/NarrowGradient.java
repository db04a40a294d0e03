package jacquard.kernels.cpu.conv;

import jacquard.kernels.cpu.gemm.Element;
import jacquard.kernels.cpu.gemm.KernelTable;
import jacquard.kernels.cpu.gemm.Loops;
import jacquard.kernels.cpu.gemm.MicroKernel;
import jacquard.kernels.cpu.gemm.Scratch;
import jacquard.kernels.cpu.machine.RangeBody;
import jacquard.kernels.cpu.machine.WorkerPool;

/*
 * With one channel a tile would have one row, whose two sums wait for each other: 1.1 ms for 64 images of 28x28 from 64
 * filters of 4x4. Here the taps of a line are rows of the tile too. What a pixel of y adds to them is added to
 * neighbouring pixels of dx, which has room for those outside.
 */
/// The input gradient where a line of taps with all channels fits a tile.
final class NarrowGradient {
  private final WorkerPool pool;
  private final KernelTable kernels;
  private final Turned source;
  private final Turned result;
  private final Scratch scratch = new Scratch();
  private final RangeBody rowPart = this::rows;

  private Element element = Element.F32;
  private Loops loops = element.loops();
  private ConvShape shape = ConvShape.of(0, 1, 1, 1, 1, 1, 1, 0);
  private int columns;
  private int start;
  private int width;
  private int lineSize;
  private Object lines = NOTHING;
  private Object dy = NOTHING;
  private Object dx = NOTHING;

  private static final Object NOTHING = new float[0];

  NarrowGradient(WorkerPool pool, KernelTable kernels) {
    this.pool = pool;
    this.kernels = kernels;
    source = new Turned(pool);
    result = new Turned(pool);
  }

  /// Whether a shape is one for this class.
  static boolean fits(ConvShape s, KernelTable kernels) {
    return s.groups() == 1
        && s.dilationW() == 1
        && 3 * s.c() <= kernels.shape().rows()
        && s.c() * s.kw() <= kernels.shape().rows();
  }

  /// Neither operand may be empty, nor the result.
  void run(
      ConvShape s,
      Element newElement,
      Object y,
      int yOffset,
      Object w,
      int wOffset,
      Object x,
      int xOffset) {
    shape = s;
    element = newElement;
    loops = element.loops();
    start = element.lineStart();
    columns = Panels.columns(kernels, element);
    width = Math.max((s.ow() - 1) * s.strideW() + s.kw(), s.padLeft() + s.w());
    int xPixels = s.h() * width;
    source.use(element, columns, 1, s.o(), s.oh(), s.ow(), s.ow(), s.oh() * s.ow());
    result.use(element, columns, 1, s.c(), s.h(), s.w(), width, xPixels);
    dy = scratch.array(element, Scratch.Use.IMAGES, (s.yImage() + 1) * columns);
    dx = scratch.array(element, Scratch.Use.SUMS, (xPixels * s.c() + 1) * columns);
    pack(w, wOffset);
    for (int first = 0; first < s.n(); first += columns) {
      int count = Math.min(columns, s.n() - first);
      source.turn(y, yOffset + first * s.yImage(), count, dy);
      pool.parallelFor(s.h(), 2, rowPart);
      result.back(dx, s.padLeft(), count, x, xOffset + first * s.xImage());
    }
    dy = NOTHING;
    dx = NOTHING;
    lines = NOTHING;
  }

  /// Filters as tiles, one for each line of taps: `[line][filter][column, channel]`.
  private void pack(Object w, int wOffset) {
    ConvShape s = shape;
    int step = kernels.shape().panelStep();
    lineSize = s.o() * step;
    lines = scratch.array(element, Scratch.Use.A_TILES, s.kh() * lineSize);
    for (int p = 0; p < s.kh(); p++) {
      for (int q = 0; q < s.kw(); q++) {
        loops.copy(
            w,
            wOffset + p * s.kw() + q,
            s.c() * s.taps(),
            s.taps(),
            lines,
            start + p * lineSize + q * s.c(),
            step,
            1,
            s.o(),
            s.c());
      }
    }
  }

  /// Phase: rows of `dx`. Each sums over its lines of taps in order, and along them.
  private void rows(int from, int to, int worker) {
    ConvShape s = shape;
    int rowSize = width * s.c() * columns;
    MicroKernel kernel = kernels.get(element, s.kw() * s.c(), kernels.shape().vectors(), false);
    for (int row = from; row < to; row++) {
      int target = start + row * rowSize;
      loops.zero(dx, target, 0, 1, rowSize);
      for (int p = 0; p < s.kh(); p++) {
        int u = row + s.padTop() - p * s.dilationH();
        if (u >= 0 && u % s.strideH() == 0 && u / s.strideH() < s.oh()) {
          int right = start + u / s.strideH() * s.ow() * s.o() * columns;
          line(kernel, start + p * lineSize, right, target);
        }
      }
    }
  }

  private void line(MicroKernel kernel, int left, int right, int target) {
    ConvShape s = shape;
    for (int j = 0; j < s.ow(); j++) {
      int at = target + j * s.strideW() * s.c() * columns;
      kernel.run(
          s.o(), lines, left, 1, dy, right + j * s.o() * columns, dx, at, columns, dx, at, columns);
    }
  }
}
