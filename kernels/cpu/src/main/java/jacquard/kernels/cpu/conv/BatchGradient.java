package jacquard.kernels.cpu.conv;

import jacquard.kernels.cpu.gemm.Element;
import jacquard.kernels.cpu.gemm.KernelTable;
import jacquard.kernels.cpu.gemm.Loops;
import jacquard.kernels.cpu.gemm.Scratch;
import jacquard.kernels.cpu.machine.Grain;
import jacquard.kernels.cpu.machine.RangeBody;
import jacquard.kernels.cpu.machine.WorkerPool;

/*
 * dw[o, c, tap] = sum over pixel and image of dy[o, pixel, image] * x[c, pixel under the tap, image]
 *
 * Both operands are copied with channels innermost: x as [pixel][image][c], dy as tiles of [pixel][image][o]. Then the
 * panel of a tap and a block of channels consists of whole rows, and because pixels come before images, the pixels whose
 * tap is inside x are one stretch of the sum, or one in each line of pixels.
 */
/// The weight gradient of a convolution with at least as many channels as a vector has lanes.
/// Reused from call to call.
final class BatchGradient {
  /// Longest part of a sum that is gathered at once.
  private static final int DEPTH = 256;

  /// Sums that are added to while they stay in the second-level cache.
  private static final int SUMS = 32 * 1024;

  /// At 14x14, 3.7 ms image by image and 4.2 here; at 7x7, 8.1 and 5.2.
  private static final int MOST_PIXELS = 128;

  private final WorkerPool pool;
  private final KernelTable kernels;
  private final Panels[] workers;
  private final Operands operands;
  private final ChannelsInnermost copies;
  private final RangeBody tilePart = this::packTiles;
  private final RangeBody sumPart = this::sums;

  private Loops loops = Element.F32.loops();
  private ConvShape shape = ConvShape.of(0, 1, 1, 1, 1, 1, 1, 0);
  private AxisTaps h = AxisTaps.forward(1, 1, 1, 1, 0, 1);
  private AxisTaps w = h;
  private int[] offsets = new int[0];
  private int start;
  private int columns;
  private int blocks;
  private int tiles;
  private int tileSize;
  private int tileParts;

  BatchGradient(WorkerPool pool, KernelTable kernels, Panels[] workers, Operands operands) {
    this.pool = pool;
    this.kernels = kernels;
    this.workers = workers;
    this.operands = operands;
    copies = new ChannelsInnermost(pool, workers, operands);
  }

  /// Whether a shape is one for this class. With more pixels than [#MOST_PIXELS], the sum over one
  /// image is long enough for a product of its own, and nothing need be transposed for it.
  static boolean fits(ConvShape s, int lanes) {
    return s.channels() >= lanes && s.oh() * s.ow() <= MOST_PIXELS;
  }

  /// Neither operand may be empty, nor the result.
  void run(ConvShape newShape) {
    shape = newShape;
    loops = operands.loops();
    start = operands.start();
    Element element = operands.element();
    columns = Panels.columns(kernels, element);
    ConvShape s = shape;
    h = pixels(s.h(), s.oh(), s.kh(), s.strideH(), s.padTop(), s.dilationH());
    w = pixels(s.w(), s.ow(), s.kw(), s.strideW(), s.padLeft(), s.dilationW());
    blocks = Math.ceilDiv(s.channels(), columns);
    tiles = Panels.tiles(kernels, s.filters());
    copies.use(s, s.c());
    tileSize = Panels.tileSize(kernels, s.oh() * s.ow() * copies.chunk());
    operands.allocate(Scratch.Use.A_TILES, s.groups() * tiles * tileSize);
    int panels = s.groups() * s.taps() * blocks;
    operands.allocate(Scratch.Use.SUMS, panels * s.filters() * columns);
    for (Panels worker : workers) {
      worker.use(element, DEPTH);
    }
    tileParts = copies.tileParts(panels, tiles);
    int parts = panels * tileParts;
    for (int first = 0; first < s.n(); first += copies.count()) {
      copies.copy(first);
      locate();
      int all = s.groups() * tiles;
      double moved = 2.0 * element.bytes() * s.yImage() * copies.count();
      pool.parallelFor(all, Grain.ofCopy(moved / all), tilePart);
      double flops = (double) s.flops() * copies.count() / s.n() / parts;
      pool.parallelFor(parts, Grain.ofProduct(flops), sumPart);
    }
    copies.store(Scratch.Use.SUMS, columns);
  }

  /// For each tap, the coordinates of `y` at which it is inside `x`.
  private static AxisTaps pixels(
      int source, int result, int filter, int stride, int pad, int dilation) {
    int[] taps = new int[result];
    int[] origin = new int[filter];
    for (int t = 0; t < filter; t++) {
      origin[t] = t * dilation - pad;
    }
    return AxisTaps.of(source, stride, new int[][] {taps}, new int[filter], origin);
  }

  /// Row `pixel * count + image` of a tap's panel, from the row of the pixel that its origins name.
  private void locate() {
    ConvShape s = shape;
    int count = copies.count();
    int length = s.oh() * s.ow() * count;
    if (offsets.length < length) {
      offsets = new int[length];
    }
    int i = 0;
    for (int y = 0; y < s.oh(); y++) {
      for (int column = 0; column < s.ow(); column++) {
        int at = (y * s.strideH() * s.w() + column * s.strideW()) * count * s.c();
        for (int image = 0; image < count; image++) {
          offsets[i++] = at + image * s.c();
        }
      }
    }
  }

  /// Phase: tiles of the filters' gradients, counted through groups and tiles.
  private void packTiles(int from, int to, int worker) {
    int step = kernels.shape().panelStep();
    Object packed = operands.memory(Scratch.Use.A_TILES);
    for (int item = from; item < to; item++) {
      int row = Panels.tileRow(shape.filters(), tiles, item % tiles);
      int height = Panels.tileRow(shape.filters(), tiles, item % tiles + 1) - row;
      loops.pack(
          copies.dy(),
          start + item / tiles * shape.filters() + row,
          shape.o(),
          1,
          shape.oh() * shape.ow() * copies.count(),
          height,
          packed,
          start + item * tileSize,
          step);
    }
  }

  /// Phase: sums over a chunk of images, counted through groups, taps, blocks of channels and parts
  /// of the tiles. Some lines of pixels are added to some panels before the next ones, so that both
  /// their tiles and the sums stay in L2.
  private void sums(int from, int to, int worker) {
    ConvShape s = shape;
    int lines = Math.max(1, DEPTH / (s.ow() * copies.count()));
    int some = Math.max(1, SUMS / (s.filters() * columns));
    for (int first = from; first < to; first += some) {
      for (int line = 0; line < s.oh(); line += lines) {
        int end = Math.min(s.oh(), line + lines);
        for (int item = first, next; item < Math.min(to, first + some); item = next) {
          int part = item % tileParts;
          next = Math.min(Math.min(to, first + some), item - part + tileParts);
          int firstTile = tiles * part / tileParts;
          int endTile = tiles * (part + next - item) / tileParts;
          sum(workers[worker], item / tileParts, line, end, firstTile, endTile);
        }
      }
    }
  }

  private void sum(Panels own, int panel, int line, int endLine, int fromTile, int toTile) {
    ConvShape s = shape;
    int block = panel % blocks;
    int tap = panel / blocks % s.taps();
    int group = panel / blocks / s.taps();
    int p = tap / s.kw();
    int q = tap % s.kw();
    int base =
        start
            + (h.origin()[p] * s.w() + w.origin()[q]) * copies.count() * s.c()
            + group * s.channels()
            + block * columns;
    int left = w.from()[q];
    int right = w.to()[q];
    if (copies.first() == 0 && line == 0 && (h.from()[p] == h.to()[p] || left == right)) {
      int first = Panels.tileRow(s.filters(), tiles, fromTile);
      int rows = Panels.tileRow(s.filters(), tiles, toTile) - first;
      int at = start + (panel * s.filters() + first) * columns;
      loops.zero(operands.memory(Scratch.Use.SUMS), at, 0, 1, rows * columns);
    }
    int top = Math.max(line, h.from()[p]);
    int bottom = Math.min(endLine, h.to()[p]);
    if (top >= bottom || left == right) {
      return;
    }
    boolean add = copies.first() > 0 || top > h.from()[p];
    if (right - left == s.ow()) {
      stretch(own, panel, base, top * s.ow(), bottom * s.ow(), fromTile, toTile, add);
      return;
    }
    for (int y = top; y < bottom; y++) {
      int at = y * s.ow();
      stretch(own, panel, base, at + left, at + right, fromTile, toTile, add || y > top);
    }
  }

  /// Pixels `first .. end - 1` of a sum, all images of the chunk.
  private void stretch(
      Panels own, int panel, int base, int first, int end, int fromTile, int toTile, boolean add) {
    ConvShape s = shape;
    int from = first * copies.count();
    int length = (end - first) * copies.count();
    int parts = Math.ceilDiv(length, DEPTH);
    int width = Math.min(columns, s.channels() - panel % blocks * columns);
    int group = panel / blocks / s.taps();
    int at = 0;
    for (int part = 1; part <= parts; part++) {
      int next = (int) ((long) length * part / parts);
      own.gather(copies.x(), base, offsets, from + at, next - at, 0, width);
      own.multiply(
          operands.memory(Scratch.Use.A_TILES),
          start + group * tiles * tileSize,
          tileSize,
          from + at,
          s.filters(),
          fromTile,
          toTile,
          next - at,
          own.panel(),
          start,
          width,
          operands.memory(Scratch.Use.SUMS),
          start + panel * s.filters() * columns,
          columns,
          add || part > 1);
      at = next;
    }
  }
}
