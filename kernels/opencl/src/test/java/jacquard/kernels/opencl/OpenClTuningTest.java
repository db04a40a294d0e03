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
import jacquard.tensor.graph.Op;
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

/// Tiles of products and attention by measurement.
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

  private static Tensor random(int seed, int... dims) {
    return Tensor.randn(Key.of(seed, OpenClDevice.DEVICE), Shape.of(dims));
  }

  /// A product that fits three tiles.
  private static float[] product() {
    return values(random(1, 192, 512).matmul(random(2, 512, 200)));
  }

  /// The gradient of an attention whose groups may own three numbers of positions.
  private static float[] attention() {
    Tensor q = random(1, 1, 220, 13, 20);
    Tensor k = random(2, 1, 220, 13, 20);
    Tensor v = random(3, 1, 220, 13, 20);
    Tensor y = q.attentionWide(k, v, false, 0.3);
    Tensor sums = Tensor.apply(new Op.AttentionLogSum(false, 0.3), q, k, y);
    return values(Tensor.apply(new Op.AttentionGradient(false, 0.3), q, k, v, y, sums, y));
  }

  /// What a target of its own computes.
  private static float[] values(Tensor result) {
    Device device = OpenClDevice.DEVICE;
    Backend backend = new PlannedBackend(new ClTarget(device, Probe.get().devices().getFirst()));
    Buffer c = backend.run(List.of(new Backend.Root(result.node(), null))).getFirst();
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
  void positionsOfAttentionAreRememberedAndEachNumberGivesTheSameBits() throws IOException {
    float[] measured = attention();
    String forward = "v2 attention f32 20 14 224 224 = ";
    String gradient = "v2 attention_gradient f32 20 14 224 224 = ";
    List<String> lines = Files.readAllLines(file());
    assertEquals(2, lines.size(), lines::toString);
    assertTrue(lines.get(0).matches(forward + "(64|32|16)"), lines::toString);
    assertTrue(lines.get(1).matches(gradient + "(64|32|16)"), lines::toString);
    for (int own : new int[] {64, 32, 16}) {
      String remembered = forward + own + "\n" + gradient + own;
      Files.writeString(file(), remembered);
      assertArrayEquals(measured, attention(), own + " positions");
      assertEquals(remembered, Files.readString(file()).strip(), "not measured again");
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
