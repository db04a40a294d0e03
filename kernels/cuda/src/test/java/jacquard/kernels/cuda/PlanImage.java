package jacquard.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import jacquard.kernels.Schedule;
import jacquard.tensor.DType;
import jacquard.tensor.Half;
import jacquard.tensor.spi.Buffer;
import jacquard.tensor.spi.HostBuffer;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// What the program of an [Emulator] reads and writes of a plan.
final class PlanImage {
  private PlanImage() {}

  /// Results of each plan, out of what the program wrote: all buffers of all plans.
  static List<ByteBuffer> results(List<Emulator.Plan> plans, byte[] written) {
    ByteBuffer all = ByteBuffer.wrap(written).order(ByteOrder.LITTLE_ENDIAN);
    List<ByteBuffer> results = new ArrayList<>();
    for (Emulator.Plan plan : plans) {
      int[] sizes = slotBytes(plan);
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      for (int value : plan.schedule().results()) {
        int slot = DType.values().length + slot(plan.schedule().values().get(value));
        int begin = all.position() + Arrays.stream(sizes, 0, slot).sum();
        bytes.write(all.array(), begin, sizes[slot]);
      }
      results.add(ByteBuffer.wrap(bytes.toByteArray()).order(all.order()));
      all.position(all.position() + Arrays.stream(sizes).sum());
    }
    assertEquals(0, all.remaining());
    return results;
  }

  /// The buffer of the run that a result is in.
  private static int slot(Schedule.Value value) {
    return switch (value) {
      case Schedule.Value.External e -> e.slot();
      case Schedule.Value.Arena a -> throw new AssertionError("a result in the arena: " + a);
    };
  }

  private static int[] slotBytes(Emulator.Plan plan) {
    int[] bytes = new int[DType.values().length + plan.externals().length];
    plan.listing()
        .arena()
        .elements()
        .forEach((dtype, size) -> bytes[dtype.ordinal()] = size * dtype.bytes());
    for (int i = 0; i < plan.externals().length; i++) {
      Buffer b = plan.externals()[i];
      bytes[DType.values().length + i] = b.size() * b.dtype().bytes();
    }
    return bytes;
  }

  /// Writes numbers, scalars and buffers; those that a run computes are full of garbage.
  static void write(ByteArrayOutputStream in, Emulator.Plan plan) {
    int[] numbers = plan.listing().numbers().toArray();
    ByteBuffer p = bytes(4 * numbers.length);
    p.asIntBuffer().put(numbers);
    write(in, p);
    ByteBuffer dynamics = bytes(16 * plan.dynamics().length);
    for (long d : plan.dynamics()) {
      dynamics.putLong(d).putLong(Float.floatToIntBits((float) Double.longBitsToDouble(d)));
    }
    write(in, dynamics);
    int[] sizes = slotBytes(plan);
    in.writeBytes(bytes(4).putInt(sizes.length).array());
    for (int i = 0; i < sizes.length; i++) {
      int external = i - DType.values().length;
      if (external >= 0 && external < plan.schedule().inputs()) {
        write(in, bits(plan.externals()[external]));
      } else {
        byte[] garbage = new byte[sizes[i]];
        Arrays.fill(garbage, (byte) 0xff);
        write(in, ByteBuffer.wrap(garbage));
      }
    }
  }

  private static ByteBuffer bytes(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static ByteBuffer bits(Buffer buffer) {
    Object array = HostBuffer.newArray(buffer.dtype(), buffer.size());
    buffer.read(0, array, 0, buffer.size());
    ByteBuffer all = bytes(buffer.size() * buffer.dtype().bytes());
    switch (array) {
      case float[] f when buffer.dtype().isHalf() ->
          all.asShortBuffer().put(Half.pack(buffer.dtype(), f, 0, f.length));
      case float[] f -> all.asFloatBuffer().put(f);
      case double[] d -> all.asDoubleBuffer().put(d);
      case int[] i -> all.asIntBuffer().put(i);
      case long[] l -> all.asLongBuffer().put(l);
      case byte[] b -> all.duplicate().put(b);
      default -> throw new AssertionError(array);
    }
    return all;
  }

  private static void write(ByteArrayOutputStream to, ByteBuffer bytes) {
    to.writeBytes(bytes(4).putInt(bytes.capacity()).array());
    to.writeBytes(bytes.array());
  }
}
