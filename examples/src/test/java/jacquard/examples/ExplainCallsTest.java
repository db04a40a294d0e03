package jacquard.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.examples.Shell.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Calls of `explain` that are refused, in one line and before anything is measured.
class ExplainCallsTest {
  @TempDir Path temp;

  @Test
  void badCallsAreToldInOneLine() {
    assertRefused("unknown recipe 'gtp', expected one of [gpt, mlm, vae, gan, classifier]", "gtp");
    assertRefused(
        "Unknown options: '--layer', '2'; see jacquard train gpt --help",
        "gpt",
        "--",
        "--layer",
        "2");
    assertRefused(
        "Unknown option: '--d-steps': options of a recipe stand behind --, as in jacquard explain gan -- --d-steps 3; see jacquard explain --help",
        "gan",
        "--d-steps",
        "3");
    assertRefused(
        "--plan is 2, expected 1: the step is one plan", tiny("gpt", "--runs", "0", "--plan", "2"));
    assertRefused("--runs is 0, expected", tiny("gpt", "--runs", "0", "--chrome-trace", "no.json"));
    assertRefused(
        "--code is 99999, expected a task from 0 to ",
        tiny("gpt", "--runs", "0", "--code", "99999"));
  }

  @Test
  void noFileIsWrittenTwice() {
    Path file = temp.resolve("file.json");
    Path same = temp.resolve("./file.json");
    assertRefused(
        "--html and --chrome-trace are both " + file + ": give each a file of its own",
        tiny("gpt", "--html", file.toString(), "--chrome-trace", same.toString()));
    assertRefused(
        "--chrome-trace and --dot are both",
        tiny("gpt", "--dot", file.toString(), "--chrome-trace", file.toString()));
  }

  @Test
  void filesThatCantBeWrittenAreToldBeforeAnythingIsMeasured() throws IOException {
    Path missing = temp.resolve("missing");
    Path file = Files.writeString(temp.resolve("file"), "x");
    Path page = missing.resolve("page.html");
    assertRefused(
        "--html: " + page + ": no such folder: " + missing, tiny("gpt", "--html", page.toString()));
    Path trace = file.resolve("trace.json");
    assertRefused(
        "--chrome-trace: " + trace + ": not a folder: " + file,
        tiny("gpt", "--chrome-trace", trace.toString()));
    assertRefused(
        "--dot: " + temp + ": is a folder, expected a file", tiny("gpt", "--dot", temp.toString()));
  }

  private static String[] tiny(String... line) {
    return Shell.join(List.of(line), ExplainTest.TINY);
  }

  static void assertRefused(String text, String... line) {
    Result result = Shell.jacquard(Shell.join(List.of("explain"), line));
    assertEquals(2, result.exit(), result::toString);
    assertEquals(1, result.err().size(), result::toString);
    assertTrue(result.err().getFirst().contains(text), result::toString);
  }
}
