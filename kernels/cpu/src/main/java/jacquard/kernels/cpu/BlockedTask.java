package jacquard.kernels.cpu;

import jacquard.kernels.BlockedReduction;
import jacquard.kernels.Launch;
import jacquard.kernels.Task;
import jacquard.kernels.cpu.emit.LoopCode;
import jacquard.kernels.cpu.emit.LoopCompiler;
import jacquard.kernels.cpu.emit.LoopScratch;
import jacquard.kernels.cpu.machine.Grain;
import jacquard.kernels.cpu.machine.RangeBody;
import jacquard.kernels.cpu.machine.WorkerPool;
import jacquard.tensor.Ints;
import jacquard.tensor.spi.HostBuffer;
import org.jspecify.annotations.Nullable;

/// A reduction to few results, ready to run: threads share the blocks of a [BlockedReduction].
final class BlockedTask implements LoopRun {
  /// Most blocks of a reduction, for as many threads.
  private static final int MOST_BLOCKS = 64;

  /// Results along an inner axis that make an item for a thread: as many as a loop keeps in
  /// registers with vectors of any width.
  private static final int COLUMNS = 64;

  /// Items that are shared among threads as they are, without blocks, whose sums would have other
  /// bits.
  private static final int ENOUGH_ITEMS = 4;

  private final LoopTask[] blocks;
  private final LoopTask rest;
  private final int grain;
  private final RangeBody blockPart = this::reduce;

  /// @param scratch one per worker
  /// @param nanos estimate of what all of it takes on one thread
  BlockedTask(
      Task.Loop task,
      BlockedReduction divided,
      LoopCompiler compiler,
      LoopScratch[] scratch,
      double nanos) {
    int count = divided.blocks().size();
    Object[] between = new Object[divided.between().size()];
    for (int r = 0; r < between.length; r++) {
      between[r] = HostBuffer.newArray(divided.between().get(r), count * divided.results());
    }
    BlockedReduction.Part part = divided.part();
    LoopCode code = compiler.compile(part.kernel());
    blocks = new LoopTask[count];
    for (int b = 0; b < count; b++) {
      Task.Loop loop = loop(task, part, divided.blocks().get(b));
      blocks[b] = new LoopTask(loop, code, scratch, nanos / count, task.launch().inner());
      place(part, blocks[b], between);
    }
    Task.Loop last = loop(task, divided.rest(), divided.restLaunch());
    rest = new LoopTask(last, compiler.compile(last.kernel()), scratch, 0, last.launch().inner());
    place(divided.rest(), rest, between);
    grain = Grain.of(2 * nanos / count);
  }

  /// {@return how a loop is divided, or null if threads share its results}
  ///
  /// Sizes alone decide, not the number of threads, since blocks can be seen in the bits of sums.
  ///
  /// @param nanos estimate of what it takes on one thread
  static @Nullable BlockedReduction divide(Task.Loop task, double nanos) {
    Launch launch = task.launch();
    boolean row = task.kernel().innerReduced();
    long items = (long) launch.outerSize() * (row ? 1 : Math.max(1, launch.inner() / COLUMNS));
    // of half a part each, and a power of two, which numbers of threads often divide
    int most = Integer.highestOneBit(Math.min(MOST_BLOCKS, Grain.parts(2 * nanos)));
    return items < ENOUGH_ITEMS ? BlockedReduction.of(task.kernel(), launch, most) : null;
  }

  private static Task.Loop loop(Task.Loop task, BlockedReduction.Part part, Launch launch) {
    Ints values = part.accesses().map((i, access) -> access < 0 ? -1 : task.values().get(access));
    return new Task.Loop(part.kernel(), launch, values, task.describes());
  }

  private static void place(BlockedReduction.Part part, LoopTask loop, Object[] between) {
    for (int i = 0; i < part.accesses().length(); i++) {
      int access = part.accesses().get(i);
      if (access < 0) {
        loop.place(i, between[-1 - access]);
      }
    }
  }

  @Override
  public void expect() {
    for (LoopTask block : blocks) {
      block.expect();
    }
    rest.expect();
  }

  @Override
  public void bind(Memory m, long[] scalars) {
    for (LoopTask block : blocks) {
      block.bind(m, scalars);
    }
    rest.bind(m, scalars);
  }

  @Override
  public void run(WorkerPool pool) {
    pool.parallelFor(blocks.length, grain, blockPart);
    rest.run(pool);
  }

  private void reduce(int from, int to, int worker) {
    for (int b = from; b < to; b++) {
      blocks[b].all(worker);
    }
  }

  @Override
  public boolean isInterim() {
    return blocks[0].isInterim() || rest.isInterim();
  }
}
