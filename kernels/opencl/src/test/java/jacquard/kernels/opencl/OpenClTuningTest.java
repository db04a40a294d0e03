package jacquard.kernels.opencl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.kernels.PlannedBackend;
import jacquard.tensor.Device;
import jacquard.tensor.Key;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import jacquard.tensor.spi.Backend;
import jacquard.tensor.spi.Buffer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Tiles of products by measurement.
class OpenClTuningTest {
  private static final String PRODUCTS = "jacquard.products";
  private static final String CACHE = "jacquard.cacheDir";

  @TempDir Path folder;

  @BeforeEach
  void measure() {
    OpenClDevice.required();
    System.setProperty(PRODUCTS, "tuned");
    System.setProperty(CACHE, folder.toString());
  }

  @AfterEach
  void forget() {
    System.clearProperty(PRODUCTS);
    System.clearProperty(CACHE);
  }

  /// A product that fits three tiles, on a target of its own.
  private static float[] product() {
    Device device = OpenClDevice.DEVICE;
    Backend backend = new PlannedBackend(new ClTarget(device, Probe.get().devices().getFirst()));
    Tensor a = Tensor.randn(Key.of(1, device), Shape.of(192, 512));
    Tensor b = Tensor.randn(Key.of(2, device), Shape.of(512, 200));
    Buffer c = backend.run(List.of(new Backend.Root(a.matmul(b).node(), null))).getFirst();
    float[] values = new float[c.size()];
    c.read(0, values, 0, values.length);
    return values;
  }

  private Path file() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(f -> f.getFileName().toString().startsWith("tuning-"))
          .findFirst()
          .orElse(folder.resolve("none"));
    }
  }

  @Test
  void theFastestTileIsRememberedAndEachGivesTheSameBits() throws IOException {
    float[] measured = product();
    List<String> lines = Files.readAllLines(file());
    assertEquals(1, lines.size(), lines::toString);
    String likeness = "v2 dot f32 f32 k4 x4 1 192 224 512 = ";
    assertTrue(lines.getFirst().matches(likeness + "(128|64|32)"), lines::toString);
    for (int tile : new int[] {128, 64, 32}) {
      Files.writeString(file(), likeness + tile + "\n");
      assertArrayEquals(measured, product(), "tile " + tile);
      assertEquals(likeness + tile, Files.readString(file()).strip(), "not measured again");
    }
  }

  @Test
  void aFileThatMakesNoSenseIsMeasuredAnew() throws IOException {
    float[] measured = product();
    String sound = Files.readString(file()).strip();
    for (String damaged :
        List.of("", " = ", "v2 dot = x", sound.replaceAll("\\d+$", "77"), "v0" + sound)) {
      Files.writeString(file(), damaged);
      assertArrayEquals(measured, product());
      assertTrue(Files.readString(file()).contains(sound.replaceAll("\\d+$", "")), damaged);
    }
  }

  @Test
  void nothingIsMeasuredUnasked() throws IOException {
    for (String words : List.of("", "fixed", "tf32")) {
      System.setProperty(PRODUCTS, words);
      product();
      assertFalse(Files.exists(file()), words);
    }
  }
}
