package jacquard.nn.train;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.nn.Reference;
import jacquard.nn.io.FormatException;
import jacquard.tensor.State;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/// A checkpoint that isn't whole is refused, wherever the damage is.
class CheckpointDamageTest {

  private static final byte[] GOOD = checkpoint();

  private static byte[] checkpoint() {
    List<State> states =
        List.of(
            new State("fc.weight", Reference.random(1, 3, 4)),
            new State("fc.bias", Reference.f32(new float[3], 3)),
            new State("count", Reference.i32(new int[] {7})));
    try {
      Path path = Files.createTempFile("good", ".safetensors");
      CheckpointFile.save(path, 200, states, Map.of("config", "{\"lr\": 0.1}", "window", "好"));
      byte[] bytes = Files.readAllBytes(path);
      Files.delete(path);
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String refusal(byte[] damaged) throws IOException {
    Path path = Files.createTempFile("bad", ".safetensors");
    try {
      Files.write(path, damaged);
      FormatException e =
          assertThrows(FormatException.class, () -> CheckpointFile.open(path).close());
      assertFalse(e.getMessage().contains("\n"), e.getMessage());
      assertTrue(e.getMessage().contains(path.toString()), e.getMessage());
      return e.getMessage();
    } finally {
      Files.delete(path);
    }
  }

  @Test
  void everyFlippedBitIsFound() throws IOException {
    Map<String, Integer> kinds = new TreeMap<>();
    for (int at = 0; at < GOOD.length; at++) {
      for (int bit = 0; bit < 8; bit++) {
        byte[] bad = GOOD.clone();
        bad[at] ^= (byte) (1 << bit);
        String said = refusal(bad);
        kinds.merge(
            said.contains("checksum") ? "checksum" : said.contains("header") ? "header" : "other",
            1,
            Integer::sum);
      }
    }
    assertTrue(kinds.get("checksum") > 8 * 60, "the data, at least: " + kinds);
  }

  @Test
  void everyTruncationIsFound() throws IOException {
    for (int length = 0; length < GOOD.length; length++) {
      refusal(Arrays.copyOf(GOOD, length));
    }
    refusal(Arrays.copyOf(GOOD, GOOD.length + 1));
  }

  @Test
  void damageInATensorsDataNamesIt() throws IOException {
    byte[] bad = GOOD.clone();
    bad[bad.length - 1] ^= 64;
    assertTrue(
        refusal(bad)
            .matches(
                ".*: tensor '[a-z.]+' has checksum [0-9a-f]{8}, expected [0-9a-f]{8}; the file is"
                    + " damaged"));
  }

  @Property(tries = 2000, seed = "4")
  void anyByteOfAnyOtherValueIsFound(
      @ForAll @IntRange(min = 0, max = 1_000_000) int place,
      @ForAll @IntRange(min = 1, max = 255) int change)
      throws IOException {
    byte[] bad = GOOD.clone();
    bad[place % bad.length] ^= (byte) change;
    refusal(bad);
  }

  @Property(tries = 500, seed = "5")
  void severalDamagedBytesAreFound(
      @ForAll @Size(min = 2, max = 6) List<@IntRange(min = 0, max = 1_000_000) Integer> places,
      @ForAll byte value)
      throws IOException {
    byte[] bad = GOOD.clone();
    places.forEach(place -> bad[place % bad.length] = value);
    if (!Arrays.equals(GOOD, bad)) {
      refusal(bad);
    }
  }
}
