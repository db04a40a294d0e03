package jacquard.kernels;

import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.graph.Node;
import jacquard.tensor.spi.Buffer;
import jacquard.tensor.spi.HostBuffer;
import java.time.Duration;

/// The last stage, different for each kind of device: memory, and schedules made executable.
public interface Target {
  /// What [#rematerialiseAbove] is unless a device says otherwise. About a third of a transformer's
  /// arena can be saved, and a JVM takes some 150 MB beside its arrays: below this a process would
  /// be less than a tenth smaller.
  long LARGE_ARENA = 64L << 20;

  /// {@return the device that runs the programs}
  Device device();

  /// {@return a buffer of zeros}
  ///
  /// @param dtype dtype of the elements
  /// @param size number of elements
  Buffer allocate(DType dtype, int size);

  /// {@return `host` where this device can read it}
  ///
  /// @param host elements on the host
  Buffer place(HostBuffer host);

  /// {@return whether this device has a kernel for a fused node, whose operation is an
  /// [jacquard.tensor.graph.Op.Fused]; else the expression that defines it is run}
  ///
  /// @param fused node of a fused operation
  default boolean hasKernel(Node fused) {
    return false;
  }

  /// Is told of each node of a graph before the graph is scheduled: what takes long to get ready
  /// can be begun meanwhile.
  ///
  /// @param node sources come before the nodes that read them
  default void foresee(Node node) {}

  /// {@return bytes of an arena above which values are computed again rather than kept, where that
  /// costs one more write and no more reads}
  default long rematerialiseAbove() {
    return LARGE_ARENA;
  }

  /// Compiles every kernel of the schedule and takes the memory it needs.
  ///
  /// @param schedule whose values the task names
  /// @return the program, which may be run any number of times
  Program prepare(Schedule schedule);

  /// {@return the code that this device runs for a task of a schedule, as text for people; empty if
  /// there is nothing to read}
  ///
  /// @param schedule whose values the task names
  /// @param task a task of the schedule
  default String code(Schedule schedule, Task task) {
    return "";
  }

  /// Waits until everything that programs have asked to be compiled in the background is: what runs
  /// slower code for now. Not needed for use; for measurements.
  ///
  /// @param limit longest time to wait
  /// @return false if `limit` passed first
  /// @throws InterruptedException if the thread is interrupted
  default boolean awaitWarm(Duration limit) throws InterruptedException {
    return true;
  }

  /// A schedule that can be run any number of times.
  interface Program {
    /// Runs the schedule once.
    ///
    /// @param externals the buffers of this run, by slot
    /// @param dynamics the dynamic scalars of this run, as constant bits
    void run(Buffer[] externals, long[] dynamics);

    /// Runs, and tells how long each task took.
    ///
    /// @param externals buffers by slot: inputs, then results
    /// @param dynamics scalars by slot, as bits
    /// @param timing receives a time for each task
    /// @return false if this device can't tell tasks apart; nothing was run then
    default boolean run(Buffer[] externals, long[] dynamics, Timing timing) {
      return false;
    }
  }
}
