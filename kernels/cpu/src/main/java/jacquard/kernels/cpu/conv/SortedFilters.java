package jacquard.kernels.cpu.conv;

import jacquard.kernels.cpu.gemm.CacheLines;
import jacquard.kernels.cpu.gemm.Loops;
import jacquard.kernels.cpu.gemm.Scratch;
import jacquard.kernels.cpu.machine.Grain;
import jacquard.kernels.cpu.machine.RangeBody;
import jacquard.kernels.cpu.machine.WorkerPool;

/// The filters of a [BlockPlan] as `[group][tap][depth][row]`, so that what a tap multiplies is one
/// stretch, of which rows of tiles are neighbours. Reused from call to call.
final class SortedFilters {
  /// Filters that are sorted at a time.
  private static final int FILTERS = 16;

  private final WorkerPool pool;
  private final Panels[] workers;
  private final Operands operands;
  private final RangeBody part = this::sort;
  private BlockPlan plan = WinogradPlan.NONE;

  SortedFilters(WorkerPool pool, Panels[] workers, Operands operands) {
    this.pool = pool;
    this.workers = workers;
    this.operands = operands;
  }

  /// Sorts the filters of the call.
  void sort(BlockPlan newPlan) {
    plan = newPlan;
    ConvShape s = plan.shape();
    operands.allocate(Scratch.Use.FILTERS, s.wElements() + 16);
    int sets = s.groups() * Math.ceilDiv(s.filters(), FILTERS);
    double moved = 2.0 * operands.element().bytes() * s.wElements();
    pool.parallelFor(sets, Grain.ofTransposition(moved / sets), part);
  }

  /// The array of them.
  Object array() {
    return operands.memory(Scratch.Use.FILTERS);
  }

  /// Where a tap begins.
  int tap(int group, int tap) {
    ConvShape s = plan.shape();
    return operands.start() + (group * s.taps() + tap) * s.channels() * s.filters();
  }

  /// Phase: a few filters an item, counted through the groups.
  private void sort(int from, int to, int worker) {
    ConvShape s = plan.shape();
    Loops loops = operands.loops();
    Object sorted = array();
    int perGroup = Math.ceilDiv(s.filters(), FILTERS);
    int taps = s.taps();
    int filter = s.channels() * taps;
    int stretch = s.channels() * s.filters();
    for (int item = from; item < to; item++) {
      int group = item / perGroup;
      int first = item % perGroup * FILTERS;
      int end = Math.min(s.filters(), first + FILTERS);
      int read = operands.bOffset() + (group * s.filters() + first) * filter;
      int write = tap(group, 0);
      workers[worker].touched = CacheLines.touch(operands.b(), read, (end - first) * filter);
      if (plan.gradient()) {
        for (int o = first; o < end; o++, read += filter) {
          int at = write + o * s.channels();
          Transposition.run(
              loops, operands.b(), read, taps, s.channels(), taps, sorted, at, stretch);
        }
        continue;
      }
      for (int c = 0; c < s.channels(); c++, read += taps) {
        int at = write + c * s.filters() + first;
        Transposition.run(
            loops, operands.b(), read, filter, end - first, taps, sorted, at, stretch);
      }
    }
  }
}
