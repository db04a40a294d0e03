package jacquard.examples.recipe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.examples.recipe.classifier.Classifier;
import jacquard.examples.view.MetricsLog;
import jacquard.nn.Init;
import jacquard.nn.io.FormatException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Which classifier pictures are compared by when none is named.
class FeatureOptionsTest {
  private static final String STROKES = "digits drawn from strokes";

  @TempDir Path runs;

  private Path classifier(String name, String data, int size, int minute) throws IOException {
    return run("classifier", name, data, size, minute);
  }

  private Path run(String recipe, String name, String data, int size, int minute)
      throws IOException {
    Classifier.Sizes sizes = new Classifier.Sizes(1, size, size, 4, 10);
    Path run = Files.createDirectory(runs.resolve(name));
    MetricsLog.writeConfig(
        run.resolve("config.json"),
        Map.of("recipe", recipe, "data", data, "model", sizes.config()));
    Path model = run.resolve("model.safetensors");
    Classifier.of(Init.of(1), sizes, 0).save(model);
    Files.setLastModifiedTime(model, FileTime.fromMillis(minute * 60_000L));
    return run;
  }

  private static Digits strokes() throws FormatException {
    return Digits.of(null, -1, 1, 7);
  }

  @Test
  void theNewestThatLearnedTheSamePicturesIsTaken() throws IOException {
    classifier("classifier-old", STROKES, 28, 1);
    Path newer = classifier("any-name", STROKES, 28, 2);
    classifier("classifier-of-others", "/data/letters", 28, 3);
    classifier("classifier-small", STROKES, 8, 4);
    run("gan", "classifier-by-name-only", STROKES, 28, 5);
    FeatureOptions.Chosen chosen = FeatureOptions.newest(runs, strokes());
    assertNotNull(chosen);
    assertEquals(newer, chosen.path());
    CRC32C crc = new CRC32C();
    crc.update(Files.readAllBytes(newer.resolve("model.safetensors")));
    assertEquals(
        Map.of(
            "path",
            newer.toAbsolutePath().toString(),
            "crc32c",
            "%08x".formatted((int) crc.getValue())),
        chosen.toConfig());
  }

  @Test
  void oneThatCannotBeReadIsPassedOver() throws IOException {
    Path good = classifier("classifier-good", STROKES, 28, 1);
    Path cut = classifier("classifier-cut", STROKES, 28, 2);
    byte[] bytes = Files.readAllBytes(cut.resolve("model.safetensors"));
    Files.write(cut.resolve("model.safetensors"), java.util.Arrays.copyOf(bytes, 100));
    FeatureOptions.Chosen chosen = FeatureOptions.newest(runs, strokes());
    assertNotNull(chosen);
    assertEquals(good, chosen.path());
  }

  @Test
  void thereIsNoneOfOtherPictures() throws IOException {
    classifier("classifier-of-others", "/data/letters", 28, 3);
    assertNull(FeatureOptions.newest(runs, strokes()));
    assertNull(FeatureOptions.newest(runs.resolve("none"), strokes()));
  }

  @Test
  void aRunKeepsToTheNetworkThatItBeganWith() throws IOException {
    Path first = classifier("classifier-first", STROKES, 28, 1);
    Path second = classifier("classifier-second", STROKES, 28, 2);
    FeatureOptions options = new FeatureOptions();
    options.features = first;
    FeatureOptions.Chosen begunWith = options.find(strokes());
    assertNotNull(begunWith);
    Map<String, Object> recorded = begunWith.toConfig();
    assertEquals("", saidOnResume(recorded, first));

    String other = saidOnResume(Map.of("path", first.toString(), "crc32c", "0"), first);
    assertTrue(other.contains(first + " has other weights than when this run began"), other);

    Path gone = runs.resolve("classifier-gone");
    String missing = saidOnResume(Map.of("path", gone.toString(), "crc32c", "0"), second);
    assertTrue(
        missing.contains(gone + ", by which this run was measured so far, is gone"), missing);
  }

  /// What a run says that recorded `features` and is resumed; it must take the network at
  /// `expected`.
  private String saidOnResume(Map<String, Object> features, Path expected) throws IOException {
    Map<String, Object> recorded = Map.of("features", features);
    Continuation begun =
        new Continuation(new RunFolder(runs), MetricsLog.toJson(recorded), null, 1, false);
    FeatureOptions options = new FeatureOptions();
    PrintStream before = System.err;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    FeatureOptions.Chosen chosen;
    System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
    try {
      chosen = options.find(strokes(), begun);
    } finally {
      System.setErr(before);
    }
    String text = said.toString(StandardCharsets.UTF_8);
    if (chosen == null) {
      // the default is the newest of ./runs, where there is none
      assertTrue(text.contains("is gone"), text);
    } else {
      assertEquals(expected, chosen.path());
    }
    return text;
  }

  @Test
  void aNetworkOfAnotherSizeIsRefusedByName() throws IOException {
    FeatureOptions options = new FeatureOptions();
    options.features = classifier("classifier-small", STROKES, 8, 4);
    FormatException error = assertThrows(FormatException.class, () -> options.find(strokes()));
    assertTrue(
        error.getMessage().endsWith("takes pictures of [1, 8, 8], expected [1, 28, 28]"),
        error.getMessage());
  }
}
