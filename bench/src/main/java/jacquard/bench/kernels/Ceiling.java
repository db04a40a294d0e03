package jacquard.bench.kernels;

import jacquard.kernels.cpu.gemm.Element;
import jacquard.kernels.cpu.gemm.FmaPeak;
import jacquard.kernels.cpu.machine.CopyPeak;
import jacquard.kernels.cpu.machine.VectorWidth;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Something that a kernel can't exceed, to be measured: multiply-adds in registers, or copies
/// within a level of the memory.
///
///     Ceiling = Fma | Copy level bytes
sealed interface Ceiling {
  record Fma() implements Ceiling {}

  /// @param level `L1`, `L2`, `L3` or `memory`
  /// @param bytes that a thread's two arrays fill
  record Copy(String level, long bytes) implements Ceiling {}

  /// Sizes of the data caches in bytes: L1, L2 and L3; 0 for one that isn't there or isn't told.
  record Caches(long first, long second, long third) {
    /// A common server core, where the system says nothing.
    private static final Caches USUAL = new Caches(32 << 10, 1 << 20, 32 << 20);

    /// As Linux tells of processor 0.
    static Caches read() {
      long[] sizes = new long[4];
      for (int index = 0; index < 8; index++) {
        read(Path.of("/sys/devices/system/cpu/cpu0/cache/index" + index), sizes);
      }
      return sizes[1] > 0 && sizes[2] > 0 ? new Caches(sizes[1], sizes[2], sizes[3]) : USUAL;
    }

    private static void read(Path folder, long[] sizes) {
      try {
        int level = Integer.parseInt(Files.readString(folder.resolve("level")).strip());
        String type = Files.readString(folder.resolve("type")).strip();
        String size = Files.readString(folder.resolve("size")).strip();
        if (!type.equals("Instruction") && level < sizes.length && size.endsWith("K")) {
          sizes[level] = Long.parseLong(size.substring(0, size.length() - 1)) << 10;
        }
      } catch (IOException | NumberFormatException e) {
        // not told: that level stays 0
      }
    }
  }

  /// All that are measured, smallest memory first.
  ///
  /// Half of a cache is surely inside it; twice L2 and eight times L2 are outside. What is called
  /// memory is 256 MiB, or eight times an L3 that is told to be smaller: a virtual machine is often
  /// told of a whole socket's cache, of which it gets a part.
  static List<Ceiling> all(Caches caches) {
    List<Ceiling> all = new ArrayList<>(List.of(new Fma()));
    all.add(new Copy("L1", caches.first / 2));
    all.add(new Copy("L2", caches.second / 2));
    long last = Math.max(caches.second, caches.third);
    if (caches.third > caches.second) {
      all.add(new Copy("L3", Math.min(2 * caches.second, caches.third / 2)));
      all.add(new Copy("L3", Math.min(8 * caches.second, caches.third / 2)));
    }
    all.add(new Copy("memory", Math.min(8 * last, 256L << 20)));
    return all;
  }

  /// Ready to run, at the vector width of this process.
  default Runnable body() {
    return switch (this) {
      case Fma _ -> new FmaPeak(Element.F32, VectorWidth.preferred())::sample;
      case Copy(_, long bytes) -> new CopyPeak(bytes)::run;
    };
  }

  /// Operations or bytes of a run.
  default double work(int bits) {
    return switch (this) {
      case Fma _ -> FmaPeak.sampleFlops(Element.F32, VectorWidth.valueOf("BITS_" + bits));
      case Copy(_, long bytes) -> CopyPeak.moved(bytes);
    };
  }

  /// As a word, for the process that measures.
  default String word() {
    return switch (this) {
      case Fma _ -> "fma";
      case Copy(String level, long bytes) -> level + "=" + bytes;
    };
  }

  /// The opposite of [#word].
  static Ceiling ofWord(String word) {
    int at = word.indexOf('=');
    return at < 0
        ? new Fma()
        : new Copy(word.substring(0, at), Long.parseLong(word.substring(at + 1)));
  }
}
