package jacquard.kernels.cpu;

import jacquard.kernels.cpu.machine.WorkerPool;

/// A loop of a schedule, ready to run.
sealed interface LoopRun permits LoopTask, BlockedTask {
  /// Counts a run to come: what a plan will do decides which kernels are compiled first.
  void expect();

  /// Looks up the arrays for a run.
  void bind(Memory m, long[] scalars);

  /// Runs it, shared among threads if it is worth it.
  void run(WorkerPool pool);

  /// Whether scalar code stands in for vector code that is being compiled.
  boolean isInterim();
}
