package jacquard.kernels.cpu;

import jacquard.kernels.MemoryPlan;
import jacquard.tensor.DType;
import jacquard.tensor.spi.HostBuffer;
import java.util.EnumMap;
import java.util.Map;

/// The arenas: one array per dtype, shared by all plans of a device, because plans run one after
/// another.
final class Slabs {
  /// A Java array starts 16 bytes into its memory. Large arrays start on a page or region, so this
  /// many bytes further lies a cache line; vectors that straddle lines halve the speed of copies.
  private static final int HEADER_BYTES = 16;

  private static final int LINE_BYTES = MemoryPlan.ALIGNMENT_BYTES;

  private final Map<DType, Object> arrays = new EnumMap<>(DType.class);
  private final Map<DType, Integer> sizes = new EnumMap<>(DType.class);

  /// First element of an array that lies on a cache line, if the array is large.
  static int base(DType dtype) {
    return (LINE_BYTES - HEADER_BYTES) / dtype.hostBytes();
  }

  /// Grows the arenas so that the plan fits.
  void require(MemoryPlan plan) {
    plan.elements()
        .forEach((dtype, size) -> {
          if (sizes.getOrDefault(dtype, -1) < size) {
            // first what may run out of memory, so that the books stay right
            arrays.put(dtype, HostBuffer.newArray(dtype, Math.addExact(size, base(dtype))));
            sizes.put(dtype, size);
          }
        });
  }

  Object array(DType dtype) {
    Object array = arrays.get(dtype);
    if (array == null) {
      throw new AssertionError("no arena of " + dtype);
    }
    return array;
  }

  /// A buffer of its own, aligned like the arenas if it is large.
  static HostBuffer allocate(DType dtype, int size) {
    if ((long) size * dtype.hostBytes() < (1 << 16)) {
      return HostBuffer.allocate(dtype, size);
    }
    int base = base(dtype);
    return new HostBuffer(dtype, HostBuffer.newArray(dtype, Math.addExact(size, base)), base, size);
  }

  /// Bytes of all arenas.
  long bytes() {
    long bytes = 0;
    for (Map.Entry<DType, Integer> e : sizes.entrySet()) {
      bytes += (long) e.getKey().hostBytes() * e.getValue();
    }
    return bytes;
  }
}
