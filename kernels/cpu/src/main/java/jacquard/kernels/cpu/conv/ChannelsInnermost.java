package jacquard.kernels.cpu.conv;

import jacquard.kernels.cpu.gemm.CacheLines;
import jacquard.kernels.cpu.gemm.Scratch;
import jacquard.kernels.cpu.machine.Grain;
import jacquard.kernels.cpu.machine.RangeBody;
import jacquard.kernels.cpu.machine.WorkerPool;

/// What a weight gradient whose sums go over pixels and images reads and writes: copies of some
/// images at a time with channels innermost, `x` as `[block][pixel][image][channel]`, where a block
/// is all channels or some, and `dy` as `[pixel][image][o]`; and its sums in the order of `dw`.
/// Reused from call to call.
final class ChannelsInnermost {
  /// Elements of `x` or `dy`, whichever has more, that are copied at a time.
  private static final int COPIED = 420_000;

  /// Pixels that are transposed at a time: the lines that they are written to, often a power of two
  /// apart, should stay in L1 until they are full.
  private static final int PIXELS = 16;

  private final WorkerPool pool;
  private final Panels[] workers;
  private final Operands operands;
  private final RangeBody copyPart = this::copy;
  private final RangeBody storePart = this::store;

  private ConvShape shape = ConvShape.of(0, 1, 1, 1, 1, 1, 1, 0);
  private int blockChannels;
  private int first;
  private int count;
  private int columns;
  private Scratch.Use sums = Scratch.Use.SUMS;

  ChannelsInnermost(WorkerPool pool, Panels[] workers, Operands operands) {
    this.pool = pool;
    this.workers = workers;
    this.operands = operands;
  }

  /// Begins a call.
  ///
  /// @param newBlockChannels channels of a block of `x`: they divide all of them
  void use(ConvShape newShape, int newBlockChannels) {
    shape = newShape;
    blockChannels = newBlockChannels;
    operands.allocate(Scratch.Use.IMAGES, chunk() * shape.xImage() + 64);
    operands.allocate(Scratch.Use.FILTERS, chunk() * shape.yImage() + 64);
  }

  /// Most images that are copied at a time.
  int chunk() {
    int image = Math.max(shape.xImage(), shape.yImage());
    int chunks = Math.ceilDiv(shape.n(), Math.clamp(COPIED / image, 1, shape.n()));
    return Math.ceilDiv(shape.n(), chunks);
  }

  /// Copies images from `newFirst` on, as many as there are and fit.
  void copy(int newFirst) {
    first = newFirst;
    count = Math.min(chunk(), shape.n() - first);
    double moved = 2.0 * operands.element().bytes() * (shape.xImage() + shape.yImage());
    pool.parallelFor(count, Grain.ofTransposition(moved), copyPart);
  }

  /// The first image of the copies.
  int first() {
    return first;
  }

  /// Images of the copies.
  int count() {
    return count;
  }

  /// The copy of `x`.
  Object x() {
    return operands.memory(Scratch.Use.IMAGES);
  }

  /// The copy of `dy`.
  Object dy() {
    return operands.memory(Scratch.Use.FILTERS);
  }

  /// Parts that the tiles of a panel are cut into, so that threads have enough to share.
  int tileParts(int panels, int tiles) {
    int threads = pool.threads();
    return threads == 1 ? 1 : Math.clamp(Math.ceilDiv(4 * threads, panels), 1, tiles);
  }

  /// Writes sums `[group][tap][block of channels][filter][column]` to `dw`.
  ///
  /// @param newSums where they are
  /// @param newColumns channels of a panel
  void store(Scratch.Use newSums, int newColumns) {
    sums = newSums;
    columns = newColumns;
    int items = shape.o() * Math.ceilDiv(shape.channels(), columns);
    double moved = 2.0 * operands.element().bytes() * shape.wElements();
    pool.parallelFor(items, Grain.ofTransposition(moved / items), storePart);
  }

  /// Phase: copies of images.
  private void copy(int from, int to, int worker) {
    ConvShape s = shape;
    for (int image = from; image < to; image++) {
      int x = operands.aOffset() + (first + image) * s.xImage();
      int dy = operands.bOffset() + (first + image) * s.yImage();
      workers[worker].touched =
          CacheLines.touchImage(operands.a(), x, s.xImage())
              + CacheLines.touchImage(operands.b(), dy, s.yImage());
      int block = blockChannels * s.h() * s.w();
      for (int at = 0; at < s.xImage(); at += block) {
        copy(operands.a(), x + at, s.h() * s.w(), blockChannels, x(), at * count, image);
      }
      copy(operands.b(), dy, s.oh() * s.ow(), s.o(), dy(), 0, image);
    }
  }

  private void copy(
      Object from, int offset, int pixels, int channels, Object to, int at, int image) {
    for (int p = 0; p < pixels; p += PIXELS) {
      Transposition.run(
          operands.loops(),
          from,
          offset + p,
          pixels,
          channels,
          Math.min(PIXELS, pixels - p),
          to,
          operands.start() + at + (p * count + image) * channels,
          count * channels);
    }
  }

  /// Phase: taps of a filter and a block of channels, counted through filters and blocks.
  private void store(int from, int to, int worker) {
    ConvShape s = shape;
    int blocks = Math.ceilDiv(s.channels(), columns);
    for (int item = from; item < to; item++) {
      int block = item % blocks;
      int o = item / blocks;
      int panel = o / s.filters() * s.taps() * blocks + block;
      Transposition.run(
          operands.loops(),
          operands.memory(sums),
          operands.start() + (panel * s.filters() + o % s.filters()) * columns,
          blocks * s.filters() * columns,
          s.taps(),
          Math.min(columns, s.channels() - block * columns),
          operands.c(),
          operands.cOffset() + (o * s.channels() + block * columns) * s.taps(),
          s.taps());
    }
  }
}
