package jacquard.kernels.csource;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelFilesTest {
  private static final String CACHE = "jacquard.cacheDir";

  @TempDir Path folder;

  @BeforeEach
  void useAFolder() {
    System.setProperty(CACHE, folder.toString());
  }

  @AfterEach
  void forget() {
    System.clearProperty(CACHE);
  }

  private Path only() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("some"))) {
      return files.toList().getFirst();
    }
  }

  @Test
  void whatWasStoredIsFoundInTheSameCircumstancesOnly() {
    KernelFiles files = new KernelFiles("some", ".c", "card", "driver 1");
    files.store("text", new byte[] {1, 2, 3});
    assertArrayEquals(new byte[] {1, 2, 3}, files.load("text"));
    assertNull(files.load("another text"));
    assertNull(new KernelFiles("some", ".c", "card", "driver 2").load("text"));
  }

  @Test
  void damagedFilesAreNothing() throws IOException {
    KernelFiles files = new KernelFiles("some", ".c", "card");
    files.store("text", new byte[] {1, 2, 3});
    byte[] sound = Files.readAllBytes(only());
    for (int length = 0; length < sound.length; length++) {
      Files.write(only(), java.util.Arrays.copyOf(sound, length));
      assertNull(files.load("text"), "cut to " + length);
    }
    for (int i = 0; i < sound.length; i++) {
      byte[] damaged = sound.clone();
      damaged[i] ^= 4;
      Files.write(only(), damaged);
      assertNull(files.load("text"), "byte " + i);
    }
    Files.write(only(), sound);
    assertArrayEquals(new byte[] {1, 2, 3}, files.load("text"));
  }

  @Test
  void aFolderThatCannotBeMadeIsNoError() throws IOException {
    System.setProperty(CACHE, Files.createFile(folder.resolve("file")).toString());
    KernelFiles files = new KernelFiles("some", ".c", "card");
    files.store("text", new byte[] {1});
    files.storeTuning(List.of("a line"));
    assertNull(files.load("text"));
    assertEquals(List.of(), files.loadTuning());
  }

  @Test
  void tuningThatIsNoTextIsNothing() throws IOException {
    KernelFiles files = new KernelFiles("some", ".c", "card");
    files.storeTuning(List.of("a", "b"));
    assertEquals(List.of("a", "b"), files.loadTuning());
    Files.write(only(), new byte[] {(byte) 0xff, (byte) 0xfe});
    assertEquals(List.of(), files.loadTuning());
  }
}
