package jacquard.kernels.testing;

import jacquard.kernels.Schedule;
import jacquard.kernels.Schedule.Value;
import jacquard.kernels.Task;
import jacquard.kernels.TaskReference;
import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.graph.Node;
import jacquard.tensor.spi.Buffer;
import jacquard.tensor.spi.HostBuffer;
import java.util.EnumMap;
import java.util.Map;

/// Runs schedules by interpretation: the passes without any code generation.
public final class InterpretedTarget implements HostTarget {
  /// Written over memory that holds nothing yet, so that a read before the write shows.
  private static final double POISON = Double.NaN;

  private final Device device;

  public InterpretedTarget(Device device) {
    this.device = device;
  }

  @Override
  public Device device() {
    return device;
  }

  @Override
  public boolean hasKernel(Node fused) {
    return true;
  }

  @Override
  public long rematerialiseAbove() {
    return 0;
  }

  @Override
  public Program prepare(Schedule schedule) {
    return (externals, dynamics) -> run(schedule, externals, dynamics);
  }

  private static void run(Schedule schedule, Buffer[] externals, long[] dynamics) {
    Map<DType, Object> arenas = new EnumMap<>(DType.class);
    schedule.arena().elements().forEach((dtype, size) -> arenas.put(dtype, poisoned(dtype, size)));
    for (Task task : schedule.tasks()) {
      // every operand in an array of its own, written back when the task is done
      HostBuffer[] memory = new HostBuffer[schedule.values().size()];
      for (int v : task.reads()) {
        memory[v] = copyIn(schedule.values().get(v), arenas, externals);
      }
      for (int v : task.writes()) {
        if (memory[v] == null) {
          memory[v] = copyIn(schedule.values().get(v), arenas, externals);
        }
      }
      TaskReference.run(task, v -> memory[v], dynamics);
      for (int v : task.writes()) {
        place(schedule.values().get(v), arenas, externals)
            .write(0, memory[v].array(), 0, memory[v].size());
      }
    }
  }

  private static HostBuffer copyIn(Value value, Map<DType, Object> arenas, Buffer[] externals) {
    HostBuffer copy = HostBuffer.allocate(value.dtype(), value.size());
    place(value, arenas, externals).read(0, copy.array(), 0, value.size());
    return copy;
  }

  private static Buffer place(Value value, Map<DType, Object> arenas, Buffer[] externals) {
    return switch (value) {
      case Value.Arena a -> new HostBuffer(a.dtype(), arenas.get(a.dtype()), a.offset(), a.size());
      case Value.External e -> externals[e.slot()];
    };
  }

  private static Object poisoned(DType dtype, int size) {
    Object array = HostBuffer.newArray(dtype, size);
    switch (dtype) {
      case F32, F16, BF16 -> java.util.Arrays.fill((float[]) array, (float) POISON);
      case F64 -> java.util.Arrays.fill((double[]) array, POISON);
      case I32 -> java.util.Arrays.fill((int[]) array, 0x55555555);
      case I64 -> java.util.Arrays.fill((long[]) array, 0x5555555555555555L);
      case U8, BOOL -> java.util.Arrays.fill((byte[]) array, (byte) 1);
    }
    return array;
  }
}
