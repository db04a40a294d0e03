package jacquard.kernels.csource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import jacquard.kernels.MemoryPlan;
import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.DeviceException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Memory of a device of 1 GiB, of which a driver hands out as much as there is.
class DeviceMemoryTest {
  private static final long GIB = 1L << 30;
  private static final long MIB = 1L << 20;

  /// Blocks are their sizes.
  private static final class Driver implements DeviceMemory.Driver<Long> {
    private long free = GIB;
    private boolean lost;

    @Override
    public @Nullable Long allocate(long bytes) {
      if (bytes > free) {
        return null;
      }
      if (lost) {
        throw new DeviceException("DEVICE_LOST");
      }
      free -= bytes;
      return bytes;
    }

    @Override
    public void release(Long block) {
      free += block;
    }

    @Override
    public long freeBytes() {
      return free;
    }
  }

  private final Driver driver = new Driver();
  private final DeviceMemory<Long> memory =
      new DeviceMemory<>(new Device("opencl", 3), "a card", GIB, GIB, driver);
  private final DeviceArena<Long> arena =
      new DeviceArena<>(
          memory,
          256,
          new DeviceArena.Regions<>() {
            @Override
            public Long region(Long whole, long start, long bytes) {
              return start;
            }

            @Override
            public void release(Long region) {
              // goes with the whole
            }
          });

  private static MemoryPlan floats(long bytes) {
    return new MemoryPlan(Map.of(DType.F32, (int) (bytes / 4)));
  }

  @Test
  void aBufferThatDoesNotFitIsToldWithWhatIsFreeAndPlanned() {
    arena.require(floats(512 * MIB));
    memory.allocate(300 * MIB);
    DeviceException e = assertThrows(DeviceException.class, () -> memory.allocate(400 * MIB));
    assertEquals(
        "opencl:3: out of memory: needed 400.0 MiB, free 212.0 MiB of 1.0 GiB on a card, in use here 812.0 MiB,"
            + " planned peak of intermediate values 512.0 MiB; use a smaller batch, or Checkpoint",
        e.getMessage());
    memory.allocate(200 * MIB);
  }

  @Test
  void aPlanThatDoesNotFitIsToldWithItsPeakAndEarlierPlansGoOn() {
    arena.require(floats(256 * MIB));
    long used = memory.used();
    memory.allocate(600 * MIB);
    DeviceException e = assertThrows(DeviceException.class, () -> arena.require(floats(512 * MIB)));
    assertEquals(
        "opencl:3: out of memory: needed 512.0 MiB, free 424.0 MiB of 1.0 GiB on a card, in use here 600.0 MiB,"
            + " planned peak of intermediate values 512.0 MiB; use a smaller batch, or Checkpoint",
        e.getMessage());
    assertEquals(used + 600 * MIB, memory.used());
    assertEquals(0L, arena.region(DType.F32));
    arena.require(floats(256 * MIB));
  }

  @Test
  void aPieceLargerThanTheDeviceHandsOutIsToldWithTheSameNumbers() {
    DeviceMemory<Long> pieces =
        new DeviceMemory<>(new Device("opencl", 3), "a card", GIB, 256 * MIB, driver);
    pieces.allocate(100 * MIB);
    DeviceException e = assertThrows(DeviceException.class, () -> pieces.allocate(400 * MIB));
    assertEquals(
        "opencl:3: out of memory: needed 400.0 MiB in one piece, expected at most 256.0 MiB, free 924.0 MiB of 1.0 GiB on a card,"
            + " in use here 100.0 MiB, planned peak of intermediate values 0 bytes; use a smaller batch, or Checkpoint",
        e.getMessage());
  }

  @Test
  void whatIsNoLackOfMemoryIsToldAsItIs() {
    driver.lost = true;
    DeviceException e = assertThrows(DeviceException.class, () -> memory.allocate(MIB));
    assertEquals("DEVICE_LOST", e.getMessage());
  }

  /// Other programs use the device too: the driver may refuse what should be there.
  @Test
  void whatTheDriverRefusesIsAskedForAgainWithoutSpareBlocks() {
    for (int i = 0; i < 20; i++) {
      memory.release(memory.allocate(48 * MIB), 48 * MIB);
    }
    assertEquals(GIB - 48 * MIB, driver.free);
    driver.free -= 500 * MIB;
    memory.allocate(520 * MIB);
    assertEquals(4 * MIB, driver.free);
  }
}
