package jacquard.kernels;

import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.graph.Node;
import jacquard.tensor.spi.Buffer;
import jacquard.tensor.spi.HostBuffer;

/// The last stage, different for each kind of device: memory, and schedules made executable.
public interface Target {

  Device device();

  /// A buffer of zeros.
  Buffer allocate(DType dtype, int size);

  /// `host` where this device can read it.
  Buffer place(HostBuffer host);

  /// Whether this device has a kernel for a fused node, whose operation is an
  /// [jacquard.tensor.graph.Op.Fused]; else the expression that defines it is run.
  default boolean hasKernel(Node fused) {
    return false;
  }

  /// Compiles every kernel of the schedule and takes the memory it needs.
  Program prepare(Schedule schedule);

  /// The code that this device runs for a task of a schedule, as text for people; empty if there is
  /// nothing to read.
  default String code(Schedule schedule, Task task) {
    return "";
  }

  /// A schedule that can be run any number of times.
  interface Program {
    /// @param externals the buffers of this run, by slot
    /// @param dynamics the dynamic scalars of this run, as constant bits
    void run(Buffer[] externals, long[] dynamics);

    /// Runs, and tells how long each task took.
    ///
    /// @param nanos receives a time for each task
    /// @return false if this device can't tell tasks apart; nothing was run then
    default boolean run(Buffer[] externals, long[] dynamics, long[] nanos) {
      return false;
    }
  }
}
