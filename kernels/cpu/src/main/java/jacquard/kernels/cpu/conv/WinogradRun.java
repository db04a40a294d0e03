package jacquard.kernels.cpu.conv;

import jacquard.kernels.cpu.gemm.Combinations;
import jacquard.kernels.cpu.gemm.Element;
import jacquard.kernels.cpu.gemm.KernelTable;
import jacquard.kernels.cpu.gemm.Loops;
import jacquard.kernels.cpu.gemm.Scratch;
import jacquard.kernels.cpu.machine.Grain;
import jacquard.kernels.cpu.machine.RangeBody;
import jacquard.kernels.cpu.machine.WorkerPool;
import java.util.Arrays;

/*
 * Images lie innermost, as in BatchRun: [pixel][channel][image]. Then the sums of pixels that a product reads are sums
 * of long stretches, and make a finished panel: parts and channels are its rows, a block of images its columns. It is
 * made when it is needed, in L1, and multiplied with all filters; so the transformed source never exists. The products
 * of some tiles stay in L2 until the results are put together from them.
 */
/// A forward form or an input gradient as a [WinogradPlan] says. Reused from call to call.
final class WinogradRun {
  /// Longest part of a product at a time: a panel and a tile of the filters stay in L1.
  private static final int DEPTH = 320;

  /// Products that are kept at a time, so that they stay in L2 beside the filters of a type.
  private static final int PRODUCTS = 80 * 1024;

  /// Elements between the products of a tile, so that their lines don't share a set of L1.
  private static final int APART = 48;

  private final WorkerPool pool;
  private final KernelTable kernels;
  private final Panels[] workers;
  private final Stretches[] stretches;
  private final Operands operands;
  private final SortedFilters filters;
  private final ImageBlocks blocks;
  private final RangeBody filterPart = this::packFilters;
  private final RangeBody tilePart = this::tiles;

  private static final Element ELEMENT = Element.F32;
  private final Loops loops = ELEMENT.loops();
  private final int start = ELEMENT.lineStart();
  private WinogradPlan plan = WinogradPlan.NONE;
  private int columns;
  private int tiles;
  private int tileSize;
  private int depth;
  private int slot;
  private int productSlot;
  private int some;

  WinogradRun(WorkerPool pool, KernelTable kernels, Panels[] workers, Operands operands) {
    this.pool = pool;
    this.kernels = kernels;
    this.workers = workers;
    this.operands = operands;
    stretches = new Stretches[workers.length];
    Arrays.setAll(stretches, i -> new Stretches());
    filters = new SortedFilters(pool, workers, operands);
    blocks = new ImageBlocks(pool, workers, operands);
  }

  /// Runs a plan. Neither operand may be empty, nor the result.
  void run(WinogradPlan newPlan) {
    plan = newPlan;
    columns = Panels.columns(kernels, ELEMENT);
    tiles = Panels.tiles(kernels, plan.rows());
    depth = plan.parts() * plan.depth();
    tileSize = Panels.tileSize(kernels, depth);
    slot = plan.rows() * columns;
    productSlot = slot + APART;
    int across = plan.x().tiles();
    some = Math.clamp(PRODUCTS / ((long) plan.types() * productSlot), 1, across);
    for (Panels worker : workers) {
      worker.use(ELEMENT, depth);
    }
    int filterTiles = plan.kinds() * plan.types() * tiles;
    operands.allocate(Scratch.Use.A_TILES, filterTiles * tileSize);
    filters.sort(plan);
    double moved = 2.0 * ELEMENT.bytes() * plan.depth() * plan.rows();
    pool.parallelFor(
        plan.kinds() * plan.types() * plan.parts(), Grain.ofTransposition(moved), filterPart);
    blocks.run(plan, columns, slot, plan.y().tiles() * across, tilePart);
  }

  /// Phase: transformed filters as tiles, counted through kinds, types and parts.
  private void packFilters(int from, int to, int worker) {
    Panels own = workers[worker];
    Stretches sum = stretches[worker];
    WinogradAxis y = plan.y();
    WinogradAxis x = plan.x();
    int rows = plan.rows();
    int length = plan.depth() * rows;
    Object packed = operands.memory(Scratch.Use.A_TILES);
    Object transformed = own.scratch().array(ELEMENT, Scratch.Use.TAPS, length + 16);
    for (int item = from; item < to; item++) {
      int part = item % plan.parts();
      int type = item / plan.parts() % plan.types();
      int kind = item / plan.parts() / plan.types();
      int[] down = y.taps(type / x.types());
      int[] across = x.taps(type % x.types());
      sum.clear();
      for (int p : down) {
        for (int q : across) {
          float factor = y.tapFactor(type / x.types(), p) * x.tapFactor(type % x.types(), q);
          sum.add(filters.tap(0, plan.filterTap(part, kind, p, q)), factor);
        }
      }
      sum.write(filters.array(), transformed, start, length);
      int step = part * plan.depth() * kernels.shape().panelStep();
      int at = tile(kind, type) + step;
      own.pack(transformed, start, rows, rows, plan.depth(), packed, at, tileSize);
    }
  }

  /// Where the packed tiles of a type begin.
  private int tile(int kind, int type) {
    return start + (kind * plan.types() + type) * tiles * tileSize;
  }

  /// Phase: tiles of the result, counted line by line; some of a line at a time.
  private void tiles(int from, int to, int worker) {
    int across = plan.x().tiles();
    Scratch scratch = workers[worker].scratch();
    Object products =
        scratch.array(ELEMENT, Scratch.Use.TAPS, some * plan.types() * productSlot + 16);
    for (int item = from, next; item < to; item = next) {
      int x = item % across;
      next = Math.min(to, item + Math.min(some, across - x));
      for (int kind = 0; kind < plan.kinds(); kind++) {
        for (int type = 0; type < plan.types(); type++) {
          for (int i = item; i < next; i++) {
            int at = start + ((i - item) * plan.types() + type) * productSlot;
            multiply(worker, kind, type, item / across, x + i - item, products, at);
          }
        }
        for (int i = item; i < next; i++) {
          int at = start + (i - item) * plan.types() * productSlot;
          finish(worker, kind, item / across, x + i - item, products, at);
        }
      }
    }
  }

  /// One product of a tile.
  private void multiply(
      int worker, int kind, int type, int tileY, int tileX, Object products, int at) {
    WinogradAxis y = plan.y();
    WinogradAxis x = plan.x();
    int typeY = type / x.types();
    int typeX = type % x.types();
    int kindY = kind / x.kinds();
    int kindX = kind % x.kinds();
    if (!y.needs(tileY, kindY, typeY) || !x.needs(tileX, kindX, typeX)) {
      return;
    }
    Panels own = workers[worker];
    Stretches sum = stretches[worker];
    int length = plan.depth() * columns;
    boolean add = false;
    int done = 0;
    int made = 0;
    int down = y.index(tileY, 0, typeY);
    int across = x.index(tileX, 0, typeX);
    for (int partY = 0; partY < y.parts(); partY++) {
      for (int partX = 0; partX < x.parts(); partX++) {
        sum.clear();
        sum.addPixels(plan, down + partY * y.types(), across + partX * x.types(), start, length);
        if (sum.isEmpty()) {
          add |= product(own, kind, type, done, made, products, at, add);
          done = made + 1;
        } else {
          sum.write(own.images(), own.panel(), start + made * length, length);
        }
        made++;
      }
    }
    add |= product(own, kind, type, done, made, products, at, add);
    if (!add) {
      loops.zero(products, at, 0, 1, slot);
    }
  }

  /// Multiplies parts `from .. to - 1` of the panel; false if there are none.
  private boolean product(
      Panels own, int kind, int type, int from, int to, Object products, int at, boolean add) {
    int k = (to - from) * plan.depth();
    int blocks = Math.ceilDiv(k, DEPTH);
    for (int block = 0; block < blocks; block++) {
      int step = from * plan.depth() + (int) ((long) k * block / blocks);
      int next = from * plan.depth() + (int) ((long) k * (block + 1) / blocks);
      own.multiply(
          operands.memory(Scratch.Use.A_TILES),
          tile(kind, type),
          tileSize,
          step,
          plan.rows(),
          0,
          tiles,
          next - step,
          own.panel(),
          start + step * columns,
          columns,
          products,
          at,
          columns,
          add || block > 0);
    }
    return blocks > 0;
  }

  /// Puts the results of a tile together.
  private void finish(int worker, int kind, int tileY, int tileX, Object products, int at) {
    WinogradAxis y = plan.y();
    WinogradAxis x = plan.x();
    int kindY = kind / x.kinds();
    int kindX = kind % x.kinds();
    int above = y.result(tileY, kindY, 0);
    int below = y.result(tileY, kindY, 1);
    int left = x.result(tileX, kindX, 0);
    int right = x.result(tileX, kindX, 1);
    if (Math.max(above, below) < 0 || Math.max(left, right) < 0) {
      return;
    }
    Combinations.tile(
        (float[]) products,
        at,
        productSlot,
        y.types(),
        (float[]) workers[worker].results(),
        place(worker, above, left),
        place(worker, above, right),
        place(worker, below, left),
        place(worker, below, right),
        slot);
  }

  /// Where a pixel of the result is, or room for one that is outside.
  private int place(int worker, int line, int column) {
    return line < 0 || column < 0
        ? start + plan.resultImage() * columns + worker * slot
        : start + (line * plan.x().result() + column) * slot;
  }
}
