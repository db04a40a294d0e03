package jacquard.kernels.opencl;

import jacquard.kernels.MemoryPlan;
import jacquard.tensor.DType;
import java.util.EnumMap;
import java.util.Map;
import org.jocl.CL;
import org.jocl.cl_buffer_region;
import org.jocl.cl_mem;
import org.jspecify.annotations.Nullable;

/// Memory of intermediate values: one allocation with a region per dtype, shared by all plans of a
/// device, because plans run one after another.
final class ClArena {
  private final ClTarget target;
  private final Map<DType, cl_mem> regions = new EnumMap<>(DType.class);
  private final Map<DType, Integer> sizes = new EnumMap<>(DType.class);
  private @Nullable cl_mem whole;
  private long bytes;

  ClArena(ClTarget target) {
    this.target = target;
  }

  long bytes() {
    return bytes;
  }

  cl_mem region(DType dtype) {
    cl_mem region = regions.get(dtype);
    if (region == null) {
      throw new AssertionError("no arena of " + dtype);
    }
    return region;
  }

  /// Grows the arena so that the plan fits. It is empty between runs, so nothing is copied.
  void require(MemoryPlan plan) {
    boolean fits = true;
    for (Map.Entry<DType, Integer> need : plan.elements().entrySet()) {
      fits &= sizes.getOrDefault(need.getKey(), -1) >= need.getValue();
    }
    if (fits) {
      return;
    }
    Map<DType, Integer> grown = new EnumMap<>(DType.class);
    grown.putAll(sizes);
    plan.elements().forEach((dtype, size) -> grown.merge(dtype, size, Math::max));
    long total = 0;
    Map<DType, Long> starts = new EnumMap<>(DType.class);
    for (Map.Entry<DType, Integer> e : grown.entrySet()) {
      starts.put(e.getKey(), total);
      total += padded((long) e.getValue() * e.getKey().bytes());
    }
    release();
    cl_mem memory = target.memory.allocate(total);
    whole = memory;
    bytes = total;
    sizes.putAll(grown);
    for (Map.Entry<DType, Integer> e : grown.entrySet()) {
      DType dtype = e.getKey();
      long size = Math.max(1, (long) e.getValue() * dtype.bytes());
      cl_buffer_region region = new cl_buffer_region(starts.getOrDefault(dtype, 0L), size);
      regions.put(
          dtype,
          CL.clCreateSubBuffer(
              memory, CL.CL_MEM_READ_WRITE, CL.CL_BUFFER_CREATE_TYPE_REGION, region, null));
    }
  }

  private long padded(long size) {
    long step = Math.max(MemoryPlan.ALIGNMENT_BYTES, target.limits.alignmentBytes());
    return Math.ceilDiv(Math.max(1, size), step) * step;
  }

  private void release() {
    regions.values().forEach(CL::clReleaseMemObject);
    regions.clear();
    sizes.clear();
    if (whole != null) {
      target.memory.release(whole, bytes);
      whole = null;
      bytes = 0;
    }
  }
}
