package jacquard.kernels.cpu.conv;

import jacquard.kernels.cpu.gemm.Element;
import jacquard.kernels.cpu.gemm.KernelTable;
import jacquard.kernels.cpu.gemm.Loops;
import jacquard.kernels.cpu.gemm.Scratch;
import jacquard.kernels.cpu.machine.Grain;
import jacquard.kernels.cpu.machine.RangeBody;
import jacquard.kernels.cpu.machine.WorkerPool;

/*
 * Images are transposed in blocks of as many as a tile has columns, so that a pixel of a channel is a row of the panel.
 * For each pixel of the result the panel is gathered with two vector copies a row, and multiplied with all tiles of the
 * filters. Transposing costs 0.1 ns for each element of source and result, gathering a tenth of what it cost with
 * neighbouring pixels in a panel: there a run of columns ends with each row of the image, after 7 of 16 lanes in a 7x7
 * image, and the result had to be scattered.
 */
/// A [BatchPlan] under way. Reused from call to call.
final class BatchRun {
  /// Longest part of a product that is gathered at once: the panel and a tile of the filters stay
  /// in L1, or nearly.
  private static final int DEPTH = 320;

  /// Shortest product that is worth a call of the kernel: with fewer rows in a line of taps, taps
  /// outside the source are zeros after all.
  private static final int SHORT = 48;

  /// Shortest product of a line of taps that is multiplied where it lies.
  private static final int IN_PLACE = 128;

  private final WorkerPool pool;
  private final KernelTable kernels;
  private final Panels[] workers;
  private final Operands operands;
  private final SortedFilters filters;
  private final ImageBlocks blocks;
  private final RangeBody tilePart = this::packTiles;
  private final RangeBody pixelPart = this::pixels;

  private Loops loops = Element.F32.loops();
  private BatchPlan plan = BatchPlan.forward(ConvShape.of(0, 1, 1, 1, 1, 1, 1, 0), 1);
  private int columns;
  private int tiles;
  private int start;
  private int[] kindTiles = new int[0];

  BatchRun(WorkerPool pool, KernelTable kernels, Panels[] workers, Operands operands) {
    this.pool = pool;
    this.kernels = kernels;
    this.workers = workers;
    this.operands = operands;
    filters = new SortedFilters(pool, workers, operands);
    blocks = new ImageBlocks(pool, workers, operands);
  }

  /// Runs a plan. Neither operand may be empty, nor the result.
  void run(BatchPlan newPlan) {
    plan = newPlan;
    loops = operands.loops();
    start = operands.start();
    columns = plan.columns();
    tiles = Panels.tiles(kernels, plan.rows());
    ConvShape s = plan.shape();
    allocate();
    filters.sort(plan);
    double moved = 2.0 * operands.element().bytes() * s.channels() * s.filters();
    pool.parallelFor(plan.kinds() * s.groups() * s.taps(), Grain.ofTransposition(moved), tilePart);
    blocks.run(plan, columns, 0, s.groups() * plan.resultPixels(), pixelPart);
  }

  private void allocate() {
    ConvShape s = plan.shape();
    int deepest = DEPTH;
    int size = 0;
    kindTiles = new int[plan.kinds()];
    for (int kind = 0; kind < kindTiles.length; kind++) {
      kindTiles[kind] = size;
      int k = plan.offsets()[kind].length;
      size += s.groups() * tiles * Panels.tileSize(kernels, k);
      deepest = Math.max(deepest, isShort(kind) ? k : plan.depth());
    }
    for (Panels worker : workers) {
      worker.use(operands.element(), deepest);
    }
    operands.allocate(Scratch.Use.A_TILES, size);
  }

  private boolean isShort(int kind) {
    return plan.tapsAcross(kind) * plan.depth() < SHORT;
  }

  /// Phase: tiles of the filters, counted through kinds, groups and taps.
  private void packTiles(int from, int to, int worker) {
    ConvShape s = plan.shape();
    int depth = plan.depth();
    int rows = plan.rows();
    Object packed = operands.memory(Scratch.Use.A_TILES);
    for (int item = from; item < to; item++) {
      int tap = item % s.taps();
      int group = item / s.taps() % s.groups();
      int kind = item / s.taps() / s.groups();
      if (tap < plan.taps(kind)) {
        int read = filters.tap(group, plan.filterTap(kind, tap));
        int write = tile(kind, group) + tap * depth * kernels.shape().panelStep();
        int size = Panels.tileSize(kernels, plan.offsets()[kind].length);
        workers[worker].pack(filters.array(), read, rows, rows, depth, packed, write, size);
      }
    }
  }

  /// Where the packed tiles of a group begin.
  private int tile(int kind, int group) {
    int size = Panels.tileSize(kernels, plan.offsets()[kind].length);
    return start + kindTiles[kind] + group * tiles * size;
  }

  /// Phase: products of pixels, counted through groups and pixels.
  private void pixels(int from, int to, int worker) {
    int width = plan.w().length();
    for (int item = from, next; item < to; item = next) {
      int x = item % plan.resultPixels() % width;
      next = Math.min(to, item + width - x);
      int group = item / plan.resultPixels();
      int y = item % plan.resultPixels() / width;
      for (int kind = 0; kind < plan.w().taps().length; kind++) {
        line(workers[worker], group, y, x, x + next - item, kind);
      }
    }
  }

  /// Pixels `from .. to - 1` of a line, those of a kind. A line of taps is multiplied at all of
  /// them before the next one, so that its tiles stay in L2.
  private void line(Panels own, int group, int y, int from, int to, int kindAcross) {
    AxisTaps h = plan.h();
    AxisTaps w = plan.w();
    int kind = h.kind()[y] * w.taps().length + kindAcross;
    int across = plan.tapsAcross(kind);
    int top = h.from()[y];
    int bottom = h.to()[y];
    int parts = parts(across);
    for (int x = from; x < to; x++) {
      if (w.kind()[x] == kindAcross && !isByLine(kind, y, x)) {
        pixel(own, group, kind, y, x);
      }
    }
    for (int t = top; t < bottom; t++) {
      for (int part = 0; part < parts; part++) {
        for (int x = from; x < to; x++) {
          if (w.kind()[x] == kindAcross && isByLine(kind, y, x)) {
            int left = t * across + w.from()[x];
            int right = t * across + w.to()[x];
            if (part < parts(right - left)) {
              int base = base(group, y, x);
              int target = target(group, y, x);
              part(own, group, kind, base, target, left, right, part, t > top);
            }
          }
        }
      }
    }
  }

  /// Whether a pixel's taps are multiplied line by line.
  private boolean isByLine(int kind, int y, int x) {
    AxisTaps w = plan.w();
    int across = plan.tapsAcross(kind);
    int taps = w.to()[x] - w.from()[x];
    boolean gathered = taps == across && (across * plan.depth() < IN_PLACE || w.step() > 1);
    return plan.h().from()[y] < plan.h().to()[y] && taps > 0 && !isShort(kind) && !gathered;
  }

  private int base(int group, int y, int x) {
    AxisTaps w = plan.w();
    int origin = group * plan.sourcePixels() + plan.h().origin()[y] * w.source() + w.origin()[x];
    return start + origin * plan.depth() * columns;
  }

  private int target(int group, int y, int x) {
    int pixel = group * plan.resultPixels() + y * plan.w().length() + x;
    return start + pixel * plan.rows() * columns;
  }

  /// A pixel all of whose taps are multiplied at once.
  private void pixel(Panels own, int group, int kind, int y, int x) {
    AxisTaps h = plan.h();
    AxisTaps w = plan.w();
    int across = plan.tapsAcross(kind);
    int base = base(group, y, x);
    int target = target(group, y, x);
    int top = h.from()[y];
    int bottom = h.to()[y];
    int left = w.from()[x];
    int right = w.to()[x];
    if (top == bottom || left == right) {
      loops.zero(own.results(), target, 0, 1, plan.rows() * columns);
    } else if (isShort(kind)) {
      whole(own, group, kind, base, target, top, bottom, left, right);
    } else {
      int end = bottom * across;
      int parts = parts(end - top * across);
      for (int part = 0; part < parts; part++) {
        part(own, group, kind, base, target, top * across, end, part, false);
      }
    }
  }

  /// All taps of a pixel in one panel, zeros for those outside the source.
  private void whole(
      Panels own,
      int group,
      int kind,
      int base,
      int target,
      int top,
      int bottom,
      int left,
      int right) {
    int across = plan.tapsAcross(kind);
    int depth = plan.depth();
    int[] offsets = plan.offsets()[kind];
    int line = across * depth;
    int k = (right - left) * depth;
    // in the order of the rows: a gathered vector may reach into the next one
    for (int first = 0; first < offsets.length; first += line) {
      int t = first / line;
      if (t < top || t >= bottom) {
        own.zero(first, line, columns);
      } else {
        int at = first + left * depth;
        own.zero(first, left * depth, columns);
        own.gather(own.images(), base, offsets, at, k, at, columns);
        own.zero(at + k, line - left * depth - k, columns);
      }
    }
    multiply(own, group, kind, 0, offsets.length, own.panel(), start, target, false);
  }

  /// Parts in which so many taps of a pixel are multiplied.
  private int parts(int taps) {
    return Math.ceilDiv(taps, Math.max(1, DEPTH / plan.depth()));
  }

  /// A part of taps `first .. end - 1` of a pixel.
  private void part(
      Panels own,
      int group,
      int kind,
      int base,
      int target,
      int first,
      int end,
      int part,
      boolean add) {
    int depth = plan.depth();
    int parts = parts(end - first);
    int tap = first + (end - first) * part / parts;
    int next = first + (end - first) * (part + 1) / parts;
    int step = tap * depth;
    int k = (next - tap) * depth;
    int[] offsets = plan.offsets()[kind];
    int across = plan.tapsAcross(kind);
    boolean addPart = add || part > 0;
    if (plan.w().step() == 1 && first / across == (end - 1) / across) {
      multiply(own, group, kind, step, k, own.images(), base + offsets[step], target, addPart);
    } else {
      own.gather(own.images(), base, offsets, step, k, 0, columns);
      multiply(own, group, kind, step, k, own.panel(), start, target, addPart);
    }
  }

  private void multiply(
      Panels own,
      int group,
      int kind,
      int firstStep,
      int k,
      Object right,
      int rightOffset,
      int target,
      boolean add) {
    own.multiply(
        operands.memory(Scratch.Use.A_TILES),
        tile(kind, group),
        Panels.tileSize(kernels, plan.offsets()[kind].length),
        firstStep,
        plan.rows(),
        0,
        tiles,
        k,
        right,
        rightOffset,
        columns,
        own.results(),
        target,
        columns,
        add);
  }
}
