package jacquard.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What an example can't follow is one line and the exit code 2.
class ArgumentsTest {
  private static final String GAN = "GanExample [STEPS [MNIST [PICTURE]]]";
  private static final String VAE = "VaeExample [STEPS [MNIST [PICTURE]]]";
  private static final String LLAMA = "LittleLlama [STEPS [FOLDER [TEXT]]]";

  private static List<String> refused(String usage, Arguments.Program program, String... words) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    assertEquals(2, Arguments.exit(usage, words, program, new PrintStream(err, true, UTF_8)));
    return err.toString(UTF_8).lines().toList();
  }

  @Test
  void whatIsNoNumberOfStepsIsRefused() {
    for (String word : List.of("x", "0", "-1", "99999999999", "")) {
      assertEquals(
          List.of(
              "GanExample: '" + word + "', expected a number from 1 to 2147483647; usage: " + GAN),
          refused(GAN, GanExample::train, word));
    }
    assertEquals(
        List.of("VaeExample: 4 words, expected at most 3; usage: " + VAE),
        refused(VAE, VaeExample::train, "1", "2", "3", "4"));
  }

  @Test
  void aFolderThatIsMissingOrNoneIsRefused(@TempDir Path temp) throws IOException {
    assertEquals(
        List.of("KeepTraining: 0 words, expected more; usage: KeepTraining FOLDER"),
        refused("KeepTraining FOLDER", KeepTraining::goOn));
    Path file = Files.createFile(temp.resolve("file"));
    List<String> lines = refused("KeepTraining FOLDER", KeepTraining::goOn, file.toString());
    assertEquals(List.of("KeepTraining: checkpoints: " + file + ": not a folder"), lines);
  }

  @Test
  void dataThatAreMissingOrOfAnotherKindAreRefused(@TempDir Path temp) throws IOException {
    Path nowhere = temp.resolve("nowhere");
    Path small = TinyData.mnist(temp.resolve("small"), 130, 130);
    Path few = TinyData.mnist(temp.resolve("few"), 130, 20, 28);
    for (Arguments.Program program :
        List.<Arguments.Program>of(GanExample::train, VaeExample::train)) {
      assertEquals(
          List.of("GanExample: mnist: " + nowhere + ": no such folder"),
          refused(GAN, program, "1", nowhere.toString()));
      for (Path other : List.of(small, few)) {
        String line = refused(GAN, program, "1", other.toString()).getFirst();
        assertTrue(line.startsWith("GanExample: mnist: " + other + ": holds "), line);
        assertTrue(line.endsWith("expected 128 and more of 28 x 28 pixels in 10 classes"), line);
      }
    }
    Path text = TinyData.text(temp.resolve("text"), 999);
    assertEquals(
        List.of("LittleLlama: text: " + text + ": 999 characters, expected at least 1000"),
        refused(LLAMA, LittleLlama::train, "1", temp.resolve("out").toString(), text.toString()));
  }

  @Test
  void wordsThatAreThereAreTakenAndFaultsOfOurOwnAreThrown() {
    List<Object> seen = new ArrayList<>();
    int exit =
        Arguments.exit(
            "X [N [FOLDER]]",
            new String[] {"12"},
            words -> seen.addAll(List.of(words.count(0, 5), words.count(1, 6), words.has(1))),
            System.err);
    assertEquals(0, exit);
    assertEquals(List.of(12, 6, false), seen);
    assertThrows(
        IllegalStateException.class,
        () ->
            Arguments.exit(
                "X",
                new String[0],
                _ -> {
                  throw new IllegalStateException("a fault");
                },
                System.err));
  }
}
