package jacquard.kernels.csource;

import jacquard.tensor.spi.Buffer;
import jacquard.tensor.spi.HostBuffer;

/// The calls of a schedule, compiled for a device and ready to go into its queue.
public interface Launches {

  /// Says what the next launches read and write.
  ///
  /// @param externals the buffers of this run, by slot
  /// @param dynamics the dynamic scalars of this run, as constant bits
  void bind(Buffer[] externals, long[] dynamics);

  /// Forgets the buffers of this run.
  void unbind();

  /// Puts the calls of one task into the queue.
  ///
  /// @param task number of the task
  void launch(int task);

  /// Puts the calls of all tasks into the queue, and has the device begin.
  void launchAll();

  /// Waits until the queue is empty.
  void finish();

  /// Copies a value of the schedule to the host, after what is in the queue.
  ///
  /// @param value number of the value in the schedule
  /// @param copy where to
  void read(int value, HostBuffer copy);
}
