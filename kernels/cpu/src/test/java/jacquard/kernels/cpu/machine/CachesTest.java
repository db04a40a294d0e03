package jacquard.kernels.cpu.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CachesTest {
  @TempDir Path folder;

  private void cache(int index, String level, String type, String size) throws IOException {
    Path cache = Files.createDirectories(folder.resolve("index" + index));
    Files.writeString(cache.resolve("level"), level + "\n");
    Files.writeString(cache.resolve("type"), type + "\n");
    Files.writeString(cache.resolve("size"), size + "\n");
  }

  @Test
  void dataCachesCount() throws IOException {
    cache(0, "1", "Data", "48K");
    cache(1, "1", "Instruction", "64K");
    cache(2, "2", "Unified", "2048K");
    cache(3, "3", "Unified", "32768K");
    assertEquals(new Caches(48 << 10, 2 << 20, 32 << 20), Caches.read(folder));
  }

  @Test
  void thirdLevelMayBeMissing() throws IOException {
    cache(0, "1", "Data", "32K");
    cache(1, "2", "Unified", "512K");
    assertEquals(new Caches(32 << 10, 512 << 10, 0), Caches.read(folder));
  }

  @Test
  void aCommonCoreIsAssumedWhereNothingIsTold() throws IOException {
    Caches usual = new Caches(32 << 10, 1 << 20, 32 << 20);
    assertEquals(usual, Caches.read(folder.resolve("absent")));
    cache(0, "one", "Data", "32K");
    cache(1, "2", "Unified", "huge");
    assertEquals(usual, Caches.read(folder));
  }
}
