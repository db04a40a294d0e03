package jacquard.kernels.cpu.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Sizes of a core's data caches in bytes; 0 for one that isn't there or isn't told.
///
/// @param first level 1, of the core alone
/// @param second level 2, most often of the core alone
/// @param third shared with other cores; a virtual machine is often told of more than it gets
public record Caches(long first, long second, long third) {
  /// A common server core, where the system says nothing.
  private static final Caches USUAL = new Caches(32 << 10, 1 << 20, 32 << 20);

  private static final int MOST_CACHES = 8;

  /// As Linux tells of processor 0.
  ///
  /// @return sizes as the system tells them; those of a common server core where it says nothing
  public static Caches read() {
    return read(Path.of("/sys/devices/system/cpu/cpu0/cache"));
  }

  /// As the folders `index0`, `index1` and so on in `folder` tell.
  static Caches read(Path folder) {
    long[] sizes = new long[4];
    for (int index = 0; index < MOST_CACHES; index++) {
      read(folder.resolve("index" + index), sizes);
    }
    return sizes[1] > 0 && sizes[2] > 0 ? new Caches(sizes[1], sizes[2], sizes[3]) : USUAL;
  }

  private static void read(Path cache, long[] sizes) {
    try {
      int level = Integer.parseInt(Files.readString(cache.resolve("level")).strip());
      String type = Files.readString(cache.resolve("type")).strip();
      String size = Files.readString(cache.resolve("size")).strip();
      if (!type.equals("Instruction") && level < sizes.length && size.endsWith("K")) {
        sizes[level] = Long.parseLong(size.substring(0, size.length() - 1)) << 10;
      }
    } catch (IOException | NumberFormatException e) {
      // not told: that level stays 0
    }
  }
}
