package jacquard.kernels.cpu;

import jacquard.kernels.Kernel;
import jacquard.kernels.Launch;
import jacquard.kernels.Task;
import jacquard.kernels.cpu.emit.LoopCode;
import jacquard.kernels.cpu.emit.LoopScratch;
import jacquard.kernels.cpu.machine.Grain;
import jacquard.kernels.cpu.machine.RangeBody;
import jacquard.kernels.cpu.machine.WorkerPool;

/// A loop kernel ready to run: its code, its arguments, and how it is shared among threads.
final class LoopTask implements LoopRun {
  /// Least elements of the inner axis that one thread takes at a time: a cache line of `float`.
  private static final int LINE = 16;

  /// Share of the threads' time that parts of equal length use well enough.
  private static final double EVEN = 0.95;

  private final Task.Loop task;
  private final LoopCode code;
  private final LoopScratch[] scratch;
  private final Object[] arrays;
  private final int[] args;
  private final int[] walkOffsets;
  private final Object[][] workerArrays;
  private final int[][] workerArgs;
  private final int outer;
  private final int inner;
  private final int formInner;
  private final int innerUnit;
  private final int items;
  private final int grain;
  private final long work;
  private final RangeBody part;
  private long[] dynamics = {};

  /// @param scratch one per worker
  /// @param nanos estimate of what all of it takes on one thread
  /// @param formInner elements of the inner axis by which the form of the code is chosen: those of
  ///   the whole, if this is a part of a loop
  LoopTask(Task.Loop task, LoopCode code, LoopScratch[] scratch, double nanos, int formInner) {
    this.task = task;
    this.code = code;
    this.scratch = scratch;
    this.formInner = formInner;
    Launch launch = task.launch();
    Kernel kernel = task.kernel();
    arrays = new Object[launch.walks().size()];
    args = code.encode(launch);
    workerArrays = new Object[scratch.length][];
    workerArgs = new int[scratch.length][];
    walkOffsets = launch.walks().stream().mapToInt(Launch.Walk::offset).toArray();
    outer = launch.outerSize();
    inner = launch.inner();
    work = launch.size() * kernel.instructions().size();
    innerUnit = Math.max(LINE, code.block());
    int units = kernel.innerReduced() ? 1 : Math.ceilDiv(inner, innerUnit);
    boolean splitsInner = evenness(outer) < Math.min(EVEN, evenness(units));
    part = splitsInner ? this::columns : this::rows;
    items = splitsInner ? units : outer;
    grain = Grain.of(nanos / Math.max(1, items));
  }

  /// Share of the threads' time that is used if they share so many equal items.
  private double evenness(int count) {
    int threads = scratch.length;
    return (double) count / (Math.max(1, Math.ceilDiv(count, threads)) * threads);
  }

  /// Has an access without a value of the schedule walk over an array.
  void place(int access, Object array) {
    arrays[access] = array;
  }

  @Override
  public void expect() {
    code.expect(formInner, work);
  }

  @Override
  public void bind(Memory m, long[] scalars) {
    expect();
    dynamics = scalars;
    for (int i = 0; i < arrays.length; i++) {
      int v = task.values().get(i);
      if (v >= 0) {
        arrays[i] = m.arrays[v];
        args[i] = walkOffsets[i] + m.offsets[v];
      }
    }
  }

  @Override
  public void run(WorkerPool pool) {
    pool.parallelFor(items, grain, part);
  }

  /// All of it on one thread.
  void all(int worker) {
    rows(0, outer, worker);
  }

  /// Units of the inner axis on one thread.
  private void columns(int from, int to, int worker) {
    int end = (int) Math.min(inner, (long) to * innerUnit);
    code.run(arrays, args, dynamics, 0, outer, from * innerUnit, end, scratch[worker]);
  }

  /// Outer indices `from .. to - 1` on one thread, with value `v` somewhere else than where the
  /// plan has it.
  ///
  /// @param origin index in `array` of the value's first element
  void rows(int from, int to, int worker, int v, Object array, int origin) {
    if (workerArrays[worker] == null) {
      workerArrays[worker] = new Object[arrays.length];
      workerArgs[worker] = new int[args.length];
    }
    Object[] all = workerArrays[worker];
    int[] numbers = workerArgs[worker];
    System.arraycopy(arrays, 0, all, 0, arrays.length);
    System.arraycopy(args, 0, numbers, 0, args.length);
    for (int i = 0; i < all.length; i++) {
      if (task.values().get(i) == v) {
        all[i] = array;
        numbers[i] = walkOffsets[i] + origin;
      }
    }
    code.run(all, numbers, dynamics, from, to, 0, inner, scratch[worker]);
  }

  /// Outer indices `from .. to - 1` on one thread.
  void rows(int from, int to, int worker) {
    code.run(arrays, args, dynamics, from, to, 0, inner, scratch[worker]);
  }

  @Override
  public boolean isInterim() {
    return code.isInterim(formInner);
  }
}
