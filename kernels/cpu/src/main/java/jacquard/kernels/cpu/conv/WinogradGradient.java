package jacquard.kernels.cpu.conv;

import jacquard.kernels.cpu.gemm.Element;
import jacquard.kernels.cpu.gemm.KernelTable;
import jacquard.kernels.cpu.gemm.Loops;
import jacquard.kernels.cpu.gemm.Scratch;
import jacquard.kernels.cpu.machine.Grain;
import jacquard.kernels.cpu.machine.RangeBody;
import jacquard.kernels.cpu.machine.WorkerPool;
import java.util.Arrays;

/*
 * s[type, part, o, c] = sum over tile and image of dy'[type, tile, image, o] * x'[type, part, tile, image, c]
 *
 * where x' are the sums of pixels that a type reads, dy' those of the pixels of dy for which it counts. Both operands
 * are copied with channels innermost: dy as [pixel][image][o], x as [block of channels][pixel][image][channel] with
 * blocks as wide as a panel. So sums of pixels are sums of long stretches, and those of x finished panels. The taps are
 * put together from s at the end.
 */
/// A weight gradient as a [WinogradPlan] says. Reused from call to call.
final class WinogradGradient {
  /// Longest part of a sum whose panel is made at once.
  private static final int DEPTH = 256;

  private static final Element ELEMENT = Element.F32;

  private final WorkerPool pool;
  private final KernelTable kernels;
  private final Panels[] workers;
  private final Stretches[] stretches;
  private final Operands operands;
  private final ChannelsInnermost copies;
  private final Type[] under;
  private final RangeBody typePart = this::types;
  private final RangeBody tapPart = this::taps;

  private final Loops loops = ELEMENT.loops();
  private final int start = ELEMENT.lineStart();
  private WinogradPlan plan = WinogradPlan.NONE;
  private int columns;
  private int blocks;
  private int tiles;
  private int tileSize;
  private int tileParts;
  private int slot;

  WinogradGradient(WorkerPool pool, KernelTable kernels, Panels[] workers, Operands operands) {
    this.pool = pool;
    this.kernels = kernels;
    this.workers = workers;
    this.operands = operands;
    copies = new ChannelsInnermost(pool, workers, operands);
    stretches = new Stretches[workers.length];
    Arrays.setAll(stretches, i -> new Stretches());
    under = new Type[workers.length];
    Arrays.setAll(under, i -> new Type(workers[i].scratch()));
  }

  /// Whether channels fill panels.
  static boolean fits(ConvShape s, int columns) {
    return s.c() % columns == 0;
  }

  /// Neither operand may be empty, nor the result.
  void run(WinogradPlan newPlan) {
    plan = newPlan;
    ConvShape s = plan.shape();
    columns = Panels.columns(kernels, ELEMENT);
    blocks = s.c() / columns;
    tiles = Panels.tiles(kernels, s.o());
    slot = s.o() * columns;
    copies.use(s, columns);
    tileSize = Panels.tileSize(kernels, plan.y().tiles() * plan.x().tiles() * copies.chunk());
    int panels = plan.parts() * blocks;
    operands.allocate(Scratch.Use.SUMS, plan.types() * panels * slot);
    operands.allocate(Scratch.Use.ROWS, s.wElements());
    for (Panels worker : workers) {
      worker.use(ELEMENT, Math.max(DEPTH, copies.chunk()));
    }
    tileParts = copies.tileParts(panels, tiles);
    for (int first = 0; first < s.n(); first += copies.count()) {
      copies.copy(first);
      pool.parallelForWhole(plan.types(), Grain.ofProduct(flops()), typePart);
    }
    double moved = 2.0 * ELEMENT.bytes() * s.wElements();
    int taps = s.taps() * blocks;
    pool.parallelFor(taps, Grain.ofCopy(moved / taps), tapPart);
    copies.store(Scratch.Use.ROWS, columns);
  }

  /// Operations of a type in the chunk of images, as if there were no fewer.
  private double flops() {
    return (double) plan.shape().flops() * copies.count() / plan.shape().n() / plan.types();
  }

  /// Phase: types, for the chunk of images.
  private void types(int from, int to, int worker) {
    for (int type = from; type < to; type++) {
      under[worker].run(type);
    }
  }

  /// Phase: taps put together from types, counted through taps and blocks of channels.
  private void taps(int from, int to, int worker) {
    ConvShape s = plan.shape();
    WinogradAxis y = plan.y();
    WinogradAxis w = plan.x();
    Stretches sum = stretches[worker];
    for (int item = from; item < to; item++) {
      int p = item / blocks / s.kw();
      int q = item / blocks % s.kw();
      int part = p % y.parts() * w.parts() + q % w.parts();
      sum.clear();
      for (int typeY = 0; typeY < y.types(); typeY++) {
        for (int typeX = 0; typeX < w.types(); typeX++) {
          float factor = y.tapFactor(typeY, p / y.parts()) * w.tapFactor(typeX, q / w.parts());
          if (factor != 0) {
            int panel = (typeY * w.types() + typeX) * plan.parts() + part;
            sum.add(start + (panel * blocks + item % blocks) * slot, factor);
          }
        }
      }
      sum.write(
          operands.memory(Scratch.Use.SUMS),
          operands.memory(Scratch.Use.ROWS),
          start + item * slot,
          slot);
    }
  }

  /// A type under way. Its loops are shared if they are not within a loop.
  private final class Type {
    private final Scratch scratch;
    private final RangeBody outerPart = this::outer;
    private final RangeBody sumPart = this::sums;
    private Object packed = ELEMENT.nothing();
    private int type;

    // The tiles that have pixels of dy for it.
    private int firstLine;
    private int lines;
    private int firstTile;
    private int across;

    Type(Scratch scratch) {
      this.scratch = scratch;
    }

    void run(int newType) {
      type = newType;
      locate();
      packed = scratch.array(ELEMENT, Scratch.Use.A_TILES, tiles * tileSize);
      double moved = 2.0 * ELEMENT.bytes() * copies.count() * plan.shape().o();
      pool.parallelFor(lines * across, Grain.ofTransposition(moved), outerPart);
      int parts = plan.parts() * blocks * tileParts;
      pool.parallelFor(parts, Grain.ofProduct(flops() / parts), sumPart);
    }

    private void locate() {
      WinogradAxis y = plan.y();
      WinogradAxis w = plan.x();
      int typeY = type / w.types();
      int typeX = type % w.types();
      firstLine = y.needs(0, 0, typeY) ? 0 : 1;
      firstTile = w.needs(0, 0, typeX) ? 0 : 1;
      lines = y.tiles() - firstLine - (y.needs(y.tiles() - 1, 0, typeY) ? 0 : 1);
      across = w.tiles() - firstTile - (w.needs(w.tiles() - 1, 0, typeX) ? 0 : 1);
      lines = Math.max(0, lines);
      across = Math.max(0, across);
    }

    /// Phase: what a type takes of `dy`, packed as tiles, counted through the tiles of pixels.
    private void outer(int from, int to, int worker) {
      ConvShape s = plan.shape();
      WinogradAxis y = plan.y();
      WinogradAxis w = plan.x();
      Stretches sum = stretches[worker];
      Panels own = workers[worker];
      int count = copies.count();
      int length = count * s.o();
      Object rows = own.scratch().array(ELEMENT, Scratch.Use.TAPS, length + 16);
      for (int item = from; item < to; item++) {
        int tileY = firstLine + item / across;
        int tileX = firstTile + item % across;
        sum.clear();
        for (int i = 0; i < 2; i++) {
          for (int j = 0; j < 2; j++) {
            int line = y.result(tileY, 0, i);
            int column = w.result(tileX, 0, j);
            float factor = y.factor(type / w.types(), i) * w.factor(type % w.types(), j);
            if (line >= 0 && column >= 0 && factor != 0) {
              sum.add(start + (line * s.ow() + column) * length, factor);
            }
          }
        }
        sum.write(copies.dy(), rows, start, length);
        int at = start + item * count * kernels.shape().panelStep();
        own.pack(rows, start, s.o(), s.o(), count, packed, at, tileSize);
      }
    }

    /// Phase: sums over a chunk of images, counted through parts, blocks of channels and parts of
    /// the tiles of filters.
    private void sums(int from, int to, int worker) {
      for (int item = from, next; item < to; item = next) {
        int share = item % tileParts;
        next = Math.min(to, item - share + tileParts);
        int endTile = tiles * (share + next - item) / tileParts;
        sum(worker, item / tileParts, tiles * share / tileParts, endTile);
      }
    }

    private void sum(int worker, int panel, int fromTile, int toTile) {
      ConvShape s = plan.shape();
      Panels own = workers[worker];
      Stretches sum = stretches[worker];
      Object sums = operands.memory(Scratch.Use.SUMS);
      int count = copies.count();
      int length = count * columns;
      int base = start + panel % blocks * s.h() * s.w() * length;
      int at = start + (type * plan.parts() * blocks + panel) * slot;
      int most = Math.max(1, DEPTH / count);
      WinogradAxis y = plan.y();
      WinogradAxis w = plan.x();
      int part = panel / blocks;
      int down = y.index(firstLine, part / w.parts(), type / w.types());
      int right = w.index(firstTile, part % w.parts(), type % w.types());
      int made = 0;
      boolean add = copies.first() > 0;
      for (int tile = 0; tile < lines * across; tile++) {
        sum.clear();
        sum.addPixels(
            plan,
            down + tile / across * y.parts() * y.types(),
            right + tile % across * w.parts() * w.types(),
            base,
            length);
        if (!sum.isEmpty()) {
          sum.write(copies.x(), own.panel(), start + made * length, length);
          made++;
        }
        boolean last = tile == lines * across - 1;
        if (made > 0 && (sum.isEmpty() || last || made == most)) {
          int first = (sum.isEmpty() ? tile : tile + 1) - made;
          own.multiply(
              packed,
              start,
              tileSize,
              first * count,
              s.o(),
              fromTile,
              toTile,
              made * count,
              own.panel(),
              start,
              columns,
              sums,
              at,
              columns,
              add);
          add = true;
          made = 0;
        }
      }
      if (!add) {
        int row = Panels.tileRow(s.o(), tiles, fromTile);
        int rows = Panels.tileRow(s.o(), tiles, toTile) - row;
        loops.zero(sums, at + row * columns, 0, 1, rows * columns);
      }
    }
  }
}
