package jacquard.kernels.cpu;

import jacquard.kernels.Kernel;
import jacquard.kernels.Launch;
import jacquard.kernels.Task;
import jacquard.kernels.cpu.emit.LoopCode;
import jacquard.kernels.cpu.emit.LoopScratch;
import jacquard.kernels.cpu.machine.WorkerPool;

/// A loop kernel ready to run: its code, its arguments, and how it is shared among threads.
final class LoopTask {
  /// Instructions times elements that are worth a thread of their own, about 10 microseconds.
  private static final int GRAIN = 1 << 16;

  /// Inner indices that one thread takes at least.
  private static final int INNER_BLOCK = 256;

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
  private final boolean splitsInner;
  private final int grain;
  private final long work;
  private long[] dynamics = {};

  /// @param scratch one per worker
  LoopTask(Task.Loop task, LoopCode code, LoopScratch[] scratch) {
    this.task = task;
    this.code = code;
    this.scratch = scratch;
    Launch launch = task.launch();
    Kernel kernel = task.kernel();
    arrays = new Object[launch.walks().size()];
    args = code.encode(launch);
    workerArrays = new Object[scratch.length][arrays.length];
    workerArgs = new int[scratch.length][args.length];
    walkOffsets = launch.walks().stream().mapToInt(Launch.Walk::offset).toArray();
    outer = launch.outerSize();
    inner = launch.inner();
    work = launch.size() * kernel.instructions().size();
    long perOuter = Math.max(1, launch.size() / Math.max(1, outer)) * kernel.instructions().size();
    splitsInner = !kernel.innerReduced() && inner > (long) outer * INNER_BLOCK;
    long perItem = splitsInner ? Math.max(1, work / Math.max(1, blocks())) : perOuter;
    grain = (int) Math.max(1, GRAIN / perItem);
  }

  private int blocks() {
    return Math.ceilDiv(inner, INNER_BLOCK);
  }

  /// Looks up the arrays for a run.
  void bind(Memory m, long[] scalars) {
    code.expect(inner, work);
    dynamics = scalars;
    for (int i = 0; i < arrays.length; i++) {
      int v = task.values().get(i);
      if (v >= 0) {
        arrays[i] = m.arrays[v];
        args[i] = walkOffsets[i] + m.offsets[v];
      }
    }
  }

  void run(WorkerPool pool) {
    if (splitsInner) {
      pool.parallelFor(
          blocks(),
          grain,
          (from, to, worker) ->
              code.run(
                  arrays,
                  args,
                  dynamics,
                  0,
                  outer,
                  from * INNER_BLOCK,
                  Math.min(inner, to * INNER_BLOCK),
                  scratch[worker]));
    } else {
      pool.parallelFor(outer, grain, this::rows);
    }
  }

  /// Outer indices `from .. to - 1` on one thread, with value `v` somewhere else than where the
  /// plan has it.
  ///
  /// @param origin index in `array` of the value's first element
  void rows(int from, int to, int worker, int v, Object array, int origin) {
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

  /// Whether scalar code stands in for vector code that is being compiled.
  boolean isInterim() {
    return code.isInterim(inner);
  }

  LoopCode code() {
    return code;
  }
}
