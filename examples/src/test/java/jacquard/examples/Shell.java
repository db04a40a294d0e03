package jacquard.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import jacquard.examples.cli.Cli;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine;

/// The command line in this process. Switches that a command sets are put back.
public final class Shell {
  public record Result(int exit, List<String> out, List<String> err) {
    public String lastLine() {
      return out.getLast();
    }
  }

  private Shell() {}

  public static Result jacquard(String... arguments) {
    return jacquard(new ByteArrayOutputStream(), arguments);
  }

  /// @param out takes the standard output, too
  static Result jacquard(ByteArrayOutputStream out, String... arguments) {
    Map<String, String> before = new TreeMap<>();
    for (String name : List.of("jacquard.device", "jacquard.threads")) {
      before.put(name, System.getProperty(name, ""));
    }
    PrintStream realOut = System.out;
    StringWriter err = new StringWriter();
    System.setOut(new PrintStream(out, true, UTF_8));
    try {
      CommandLine line =
          new CommandLine(new Main())
              .setOut(new PrintWriter(System.out, true))
              .setErr(new PrintWriter(err));
      int exit = Cli.run(line, arguments);
      return new Result(
          exit, out.toString(UTF_8).lines().toList(), err.toString().lines().toList());
    } finally {
      System.setOut(realOut);
      before.forEach((name, value) -> {
        if (value.isEmpty()) {
          System.clearProperty(name);
        } else {
          System.setProperty(name, value);
        }
      });
    }
  }

  /// Trains `run` on `data`, which succeeds.
  ///
  /// @param line a recipe and its options, between blanks
  public static Result train(String line, Path data, Path run, String... more) {
    List<String> words = new ArrayList<>(List.of(("train " + line).split(" ")));
    words.addAll(List.of("--data", data.toString(), "--out", run.toString()));
    Result result = jacquard(join(words, more));
    assertEquals(0, result.exit(), result::toString);
    return result;
  }

  public static String[] join(List<String> first, String... more) {
    List<String> all = new ArrayList<>(first);
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }
}
