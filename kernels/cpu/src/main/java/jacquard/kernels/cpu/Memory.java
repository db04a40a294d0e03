package jacquard.kernels.cpu;

import jacquard.kernels.Schedule;
import jacquard.kernels.Schedule.Value;
import jacquard.tensor.spi.Buffer;
import jacquard.tensor.spi.HostBuffer;

/// Where each value of a schedule is during a run: a Java array and the element at which it starts.
final class Memory {
  private final Schedule schedule;
  final Object[] arrays;
  final int[] offsets;

  Memory(Schedule schedule) {
    this.schedule = schedule;
    arrays = new Object[schedule.values().size()];
    offsets = new int[arrays.length];
  }

  /// Looks up every value for a run.
  void bind(Slabs slabs, Buffer[] externals) {
    for (int v = 0; v < arrays.length; v++) {
      switch (schedule.values().get(v)) {
        case Value.Arena a -> {
          arrays[v] = slabs.array(a.dtype());
          offsets[v] = Slabs.base(a.dtype()) + a.offset();
        }
        case Value.External e -> {
          HostBuffer buffer = (HostBuffer) externals[e.slot()];
          arrays[v] = buffer.array();
          offsets[v] = buffer.offset();
        }
      }
    }
  }

  /// A value as a buffer.
  HostBuffer buffer(int v) {
    Value value = schedule.values().get(v);
    return new HostBuffer(value.dtype(), arrays[v], offsets[v], value.size());
  }
}
