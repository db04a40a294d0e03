package jacquard.kernels.cpu.conv;

import jacquard.kernels.cpu.gemm.Element;
import jacquard.kernels.cpu.gemm.KernelTable;
import jacquard.kernels.cpu.gemm.Loops;
import jacquard.kernels.cpu.gemm.Scratch;
import jacquard.kernels.cpu.machine.Grain;
import jacquard.kernels.cpu.machine.RangeBody;
import jacquard.kernels.cpu.machine.WorkerPool;

/*
 * With 16 terms in a sum, a tile is computed faster than the lines that it writes come from memory. Panel by panel, the
 * lines of all filters are written in turns, and none of them follows another. So the panels of some lines of pixels are
 * made first, which stay in L1, and tiles go along them: each writes its 6 rows from end to end.
 */
/// The forward form where a sum has few terms: `y[o, pixel] = w[o, tap] · x[tap, pixel]`, some
/// lines of pixels at a time.
final class NarrowForward {
  /// Most terms of a sum. With more, computing takes longer than writing.
  static final int MOST_TERMS = 32;

  /// Elements of the panels that are made at a time: half of a first-level cache.
  private static final int PANEL_ELEMENTS = 4096;

  private final WorkerPool pool;
  private final KernelTable kernels;
  private final Panels[] workers;
  private final Operands operands;
  private final RangeBody bandPart = this::bands;

  private Element element = Element.F32;
  private Loops loops = element.loops();
  private ConvPlan plan = ConvPlan.forward(ConvShape.of(0, 1, 1, 1, 1, 1, 1, 0));
  private int[] taps = new int[0];
  private int start;
  private int columns;
  private int tiles;
  private int tileSize;
  private int bands;
  private int pitch;

  NarrowForward(WorkerPool pool, KernelTable kernels, Panels[] workers, Operands operands) {
    this.pool = pool;
    this.kernels = kernels;
    this.workers = workers;
    this.operands = operands;
  }

  /// Whether a shape is one for this class: the pixels of an image must fill a panel.
  static boolean fits(ConvShape s, int columns) {
    return s.groups() == 1
        && s.channels() * s.taps() <= MOST_TERMS
        && (long) s.oh() * s.ow() >= columns;
  }

  /// Neither operand may be empty, nor the result.
  void run(ConvPlan newPlan) {
    plan = newPlan;
    element = operands.element();
    loops = element.loops();
    start = element.lineStart();
    columns = Panels.columns(kernels, element);
    ConvShape s = plan.shape();
    taps = plan.products().getFirst().taps();
    tiles = Panels.tiles(kernels, s.o());
    tileSize = Panels.tileSize(kernels, taps.length);
    pack();
    int least = Math.ceilDiv(columns, s.ow());
    bands = Math.max(1, s.oh() / Math.max(least, PANEL_ELEMENTS / (s.ow() * taps.length)));
    int lines = Math.ceilDiv(s.oh(), bands);
    pitch = Math.ceilDiv(lines * s.ow(), columns) * columns;
    int panels = pitch / columns;
    for (Panels worker : workers) {
      worker.use(element, panels * taps.length);
    }
    int items = s.n() * bands;
    double flops = (double) s.flops() / items;
    pool.parallelFor(items, Grain.ofProduct(flops), bandPart);
  }

  private void pack() {
    int terms = taps.length;
    int filterCount = plan.shape().o();
    Object filters = operands.allocate(Scratch.Use.A_TILES, tiles * tileSize);
    for (int tile = 0; tile < tiles; tile++) {
      int row = Panels.tileRow(filterCount, tiles, tile);
      int height = Panels.tileRow(filterCount, tiles, tile + 1) - row;
      loops.pack(
          operands.b(),
          operands.bOffset() + row * terms,
          1,
          terms,
          terms,
          height,
          filters,
          start + tile * tileSize,
          kernels.shape().panelStep());
    }
  }

  /// Phase: bands of lines of pixels, counted through the images. Of an image only the rows that
  /// the worker's own bands read are copied.
  private void bands(int from, int to, int worker) {
    ConvShape s = plan.shape();
    Panels own = workers[worker];
    Object copy = own.scratch().array(element, Scratch.Use.IMAGES, plan.sourceImage() + columns);
    Object lines = own.scratch().array(element, Scratch.Use.TAPS, (taps.length + 2) * pitch);
    boolean one = from / bands == (to - 1) / bands;
    zero(copy, one ? line(from % bands) : 0, one ? line((to - 1) % bands + 1) : s.oh());
    for (int item = from; item < to; ) {
      int image = item / bands;
      int band = item % bands;
      int endBand = Math.min(bands, band + to - item);
      int source = operands.aOffset() + image * s.xImage();
      int firstRow = row(line(band));
      int endRow = rowsBefore(line(endBand));
      PaddedImage.forward(plan, element, operands.a(), source, copy, start, firstRow, endRow);
      for (; band < endBand; band++, item++) {
        int first = line(band);
        int end = line(band + 1);
        fill(own, copy, lines, first, end);
        multiply(own, image, first * s.ow(), (end - first) * s.ow());
      }
    }
  }

  /// The first line of a band.
  private int line(int band) {
    return plan.shape().oh() * band / bands;
  }

  /// The first row of the copy that a line reads.
  private int row(int line) {
    return line * plan.shape().strideH();
  }

  /// Behind the last row that lines before `line` read.
  private int rowsBefore(int line) {
    ConvShape s = plan.shape();
    return row(line - 1) + (s.kh() - 1) * s.dilationH() + 1;
  }

  /// Sets what lines `first .. end - 1` read to zero.
  private void zero(Object copy, int first, int end) {
    int rowLength = plan.rowLength();
    int from = row(first);
    int length = (rowsBefore(end) - from) * rowLength;
    loops.zero(copy, start + from * rowLength, plan.plane(), plan.shape().c(), length);
  }

  /// Makes the panels of lines `first .. end - 1`.
  private void fill(Panels own, Object copy, Object lines, int first, int end) {
    ConvShape s = plan.shape();
    int step = s.strideH() * plan.rowLength();
    // in the order of the taps: zeros behind the last line of one may reach into the next
    for (int t = 0; t < taps.length; t++) {
      int at = start + taps[t] + first * step;
      loops.copyPadded(copy, at, step, lines, start + t * pitch, s.ow(), end - first, s.ow());
    }
    int pixels = (end - first) * s.ow();
    int size = taps.length * columns;
    for (int pixel = 0, to = start; pixel < pixels; pixel += columns, to += size) {
      int at = start + Math.min(pixel, pixels - columns);
      loops.pack(lines, at, pitch, 1, taps.length, columns, own.panel(), to, columns);
    }
  }

  /// Multiplies the filters with panels of `pixels` pixels. The last one is moved left until it is
  /// full.
  private void multiply(Panels own, int image, int firstPixel, int pixels) {
    ConvShape s = plan.shape();
    int terms = taps.length;
    int rowStride = s.oh() * s.ow();
    int target = operands.cOffset() + image * s.yImage() + firstPixel;
    int right = start;
    for (int pixel = 0; pixel < pixels; pixel += columns, right += terms * columns) {
      own.multiply(
          operands.memory(Scratch.Use.A_TILES),
          start,
          tileSize,
          0,
          s.o(),
          0,
          tiles,
          terms,
          own.panel(),
          right,
          columns,
          operands.c(),
          target + Math.min(pixel, pixels - columns),
          rowStride,
          false);
    }
  }
}
