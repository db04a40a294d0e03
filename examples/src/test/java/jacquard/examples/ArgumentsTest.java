package jacquard.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

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
              "GanExample: '"
                  + word
                  + "', expected a number from 1 to 2147483647; usage: GanExample [STEPS]"),
          refused("GanExample [STEPS]", GanExample::train, word));
    }
    assertEquals(
        List.of("VaeExample: 2 words, expected at most 1; usage: VaeExample [STEPS]"),
        refused("VaeExample [STEPS]", VaeExample::train, "1", "2"));
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
