package jacquard.kernels.csource;

import jacquard.kernels.MemoryPlan;
import jacquard.tensor.DType;
import jacquard.tensor.DeviceException;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Memory of intermediate values: one allocation with a region per dtype, shared by all plans of a
/// device, because plans run one after another.
///
/// @param <M> a block, or a region of one, as the driver names it
public final class DeviceArena<M> {
  /// How a driver names a part of a block.
  ///
  /// @param <M> how the driver names a block of memory
  public interface Regions<M> {
    /// {@return `bytes` of a block from `start` on}
    ///
    /// @param whole the block
    /// @param start first byte
    /// @param bytes how many
    M region(M whole, long start, long bytes);

    /// Gives a region back; the block stays.
    ///
    /// @param region what [#region] gave
    void release(M region);
  }

  private final DeviceMemory<M> memory;
  private final Regions<M> driver;
  private final int alignment;
  private final Map<DType, M> regions = new EnumMap<>(DType.class);
  private final Map<DType, Integer> sizes = new EnumMap<>(DType.class);
  private @Nullable M whole;
  private long bytes;

  /// An arena without memory yet.
  ///
  /// @param memory where the blocks come from
  /// @param alignment of regions, in bytes
  /// @param driver how blocks are made, split and released
  public DeviceArena(DeviceMemory<M> memory, int alignment, Regions<M> driver) {
    this.memory = memory;
    this.driver = driver;
    this.alignment = Math.max(MemoryPlan.ALIGNMENT_BYTES, alignment);
  }

  /// {@return the region of a dtype that a plan wanted}
  ///
  /// @param dtype dtype of the elements
  public M region(DType dtype) {
    M region = regions.get(dtype);
    if (region == null) {
      throw new AssertionError("no arena of " + dtype);
    }
    return region;
  }

  /// {@return whether there is one}
  ///
  /// @param dtype dtype of the elements
  public boolean has(DType dtype) {
    return regions.containsKey(dtype);
  }

  /// Grows the arena so that the plan fits. It is empty between runs, so nothing is copied.
  ///
  /// @param plan what is to fit
  public void require(MemoryPlan plan) {
    boolean fits = true;
    for (Map.Entry<DType, Integer> need : plan.elements().entrySet()) {
      fits &= sizes.getOrDefault(need.getKey(), -1) >= need.getValue();
    }
    if (fits) {
      return;
    }
    Map<DType, Integer> before = new EnumMap<>(DType.class);
    before.putAll(sizes);
    Map<DType, Integer> grown = new EnumMap<>(DType.class);
    grown.putAll(sizes);
    plan.elements().forEach((dtype, size) -> grown.merge(dtype, size, Math::max));
    release();
    try {
      lay(grown);
    } catch (DeviceException e) {
      lay(before); // plans that fitted go on
      throw e;
    }
  }

  private void lay(Map<DType, Integer> elements) {
    long total = 0;
    Map<DType, Long> starts = new EnumMap<>(DType.class);
    for (Map.Entry<DType, Integer> e : elements.entrySet()) {
      starts.put(e.getKey(), total);
      total += padded((long) e.getValue() * e.getKey().bytes());
    }
    memory.arena(total);
    M all = memory.allocate(total);
    whole = all;
    bytes = total;
    sizes.putAll(elements);
    for (Map.Entry<DType, Integer> e : elements.entrySet()) {
      DType dtype = e.getKey();
      long size = Math.max(1, (long) e.getValue() * dtype.bytes());
      regions.put(dtype, driver.region(all, starts.getOrDefault(dtype, 0L), size));
    }
  }

  private long padded(long size) {
    return Math.ceilDiv(Math.max(1, size), alignment) * alignment;
  }

  private void release() {
    regions.values().forEach(driver::release);
    regions.clear();
    sizes.clear();
    if (whole != null) {
      memory.release(whole, bytes);
      memory.arena(0);
      whole = null;
      bytes = 0;
    }
  }
}
