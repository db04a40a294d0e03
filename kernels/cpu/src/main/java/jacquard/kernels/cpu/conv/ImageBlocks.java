package jacquard.kernels.cpu.conv;

import jacquard.kernels.cpu.gemm.Element;
import jacquard.kernels.cpu.gemm.Scratch;
import jacquard.kernels.cpu.machine.Grain;
import jacquard.kernels.cpu.machine.RangeBody;
import jacquard.kernels.cpu.machine.WorkerPool;

/// What a [BlockPlan] goes through: a block of images after the other is turned so that they lie
/// innermost, its results are computed, and turned back. Reused from call to call.
final class ImageBlocks {
  private final WorkerPool pool;
  private final Panels[] workers;
  private final Operands operands;
  private final Turned source;
  private final Turned result;

  ImageBlocks(WorkerPool pool, Panels[] workers, Operands operands) {
    this.pool = pool;
    this.workers = workers;
    this.operands = operands;
    source = new Turned(pool, workers);
    result = new Turned(pool, workers);
  }

  /// Runs a plan.
  ///
  /// @param columns images of a block
  /// @param spare elements that a worker may write to behind the results
  /// @param items parts of the results of a block
  /// @param body computes them, from and to what its worker's [Panels] name
  void run(BlockPlan plan, int columns, int spare, int items, RangeBody body) {
    ConvShape s = plan.shape();
    Element element = operands.element();
    Object images = operands.allocate(Scratch.Use.IMAGES, (plan.sourceImage() + 4) * columns);
    int length = plan.resultImage() * columns + workers.length * spare;
    Object results = operands.allocate(Scratch.Use.SUMS, length + 4 * columns);
    source.use(element, columns, s.groups(), plan.depth(), plan.sourcePixels());
    result.use(element, columns, s.groups(), plan.rows(), plan.resultPixels());
    for (Panels worker : workers) {
      worker.use(images, results);
    }
    for (int first = 0; first < s.n(); first += columns) {
      int count = Math.min(columns, s.n() - first);
      int from = operands.aOffset() + first * plan.sourceImage();
      source.turn(operands.a(), from, count, images);
      double flops = (double) s.flops() * count / s.n() / items;
      pool.parallelFor(items, Grain.ofProduct(flops), body);
      int to = operands.cOffset() + first * plan.resultImage();
      result.back(results, count, operands.c(), to);
    }
  }
}
