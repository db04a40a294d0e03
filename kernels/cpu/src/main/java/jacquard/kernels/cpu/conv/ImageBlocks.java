package jacquard.kernels.cpu.conv;

import jacquard.kernels.cpu.gemm.Element;
import jacquard.kernels.cpu.gemm.Scratch;
import jacquard.kernels.cpu.machine.Grain;
import jacquard.kernels.cpu.machine.RangeBody;
import jacquard.kernels.cpu.machine.WorkerPool;
import java.util.Arrays;

/*
 * Threads take whole blocks as long as there is one for each: nobody waits for others between turning images, computing
 * and turning back, and what a thread reads is in the caches of its own core. Of a block that they share, parts are
 * seldom equal.
 */
/// What a [BlockPlan] goes through: a block of images is turned so that they lie innermost, its
/// results are computed, and turned back. Reused from call to call.
final class ImageBlocks {
  private final WorkerPool pool;
  private final Panels[] workers;
  private final Operands operands;
  private final Block[] blocks;
  private final RangeBody blockPart = this::blocks;

  private BlockPlan plan = WinogradPlan.NONE;
  private int columns;
  private int spare;
  private int items;
  private RangeBody body = (from, to, worker) -> {};

  ImageBlocks(WorkerPool pool, Panels[] workers, Operands operands) {
    this.pool = pool;
    this.workers = workers;
    this.operands = operands;
    blocks = new Block[workers.length];
    Arrays.setAll(blocks, i -> new Block(workers[i].scratch()));
  }

  /// Runs a plan.
  ///
  /// @param newColumns images of a block
  /// @param newSpare elements that a worker may write to behind the results
  /// @param newItems parts of the results of a block
  /// @param newBody computes them, from and to what its worker's [Panels] name
  void run(BlockPlan newPlan, int newColumns, int newSpare, int newItems, RangeBody newBody) {
    plan = newPlan;
    columns = newColumns;
    spare = newSpare;
    items = newItems;
    body = newBody;
    int count = Math.ceilDiv(plan.shape().n(), columns);
    pool.parallelForWhole(count, Grain.ofProduct((double) plan.shape().flops() / count), blockPart);
  }

  /// Phase: blocks of images.
  private void blocks(int from, int to, int worker) {
    for (int block = from; block < to; block++) {
      blocks[worker].run(block);
    }
  }

  /// A block under way. Its loops are shared if they are not within a loop.
  private final class Block {
    private final Scratch scratch;
    private final Turned source = new Turned(pool, workers);
    private final Turned result = new Turned(pool, workers);
    private final RangeBody part = this::compute;
    private Object images = Element.F32.nothing();
    private Object results = images;

    Block(Scratch scratch) {
      this.scratch = scratch;
    }

    void run(int block) {
      ConvShape s = plan.shape();
      Element element = operands.element();
      images = scratch.array(element, Scratch.Use.IMAGES, (plan.sourceImage() + 4) * columns);
      int length = plan.resultImage() * columns + workers.length * spare;
      results = scratch.array(element, Scratch.Use.SUMS, length + 4 * columns);
      source.use(element, columns, s.groups(), plan.depth(), plan.sourcePixels());
      result.use(element, columns, s.groups(), plan.rows(), plan.resultPixels());
      int first = block * columns;
      int count = Math.min(columns, s.n() - first);
      int from = operands.aOffset() + first * plan.sourceImage();
      source.turn(operands.a(), from, count, images);
      double flops = (double) s.flops() * count / s.n() / items;
      pool.parallelFor(items, Grain.ofProduct(flops), part);
      int to = operands.cOffset() + first * plan.resultImage();
      result.back(results, count, operands.c(), to);
    }

    private void compute(int from, int to, int worker) {
      workers[worker].use(images, results);
      body.run(from, to, worker);
    }
  }
}
