package jacquard.bench;

import jacquard.examples.cli.Cli;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import picocli.CommandLine;

/// `jacquard bench` in this process.
public final class Shell {
  public record Result(int exit, List<String> out, List<String> err) {}

  private Shell() {}

  public static Result bench(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line =
        new CommandLine(new Main())
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true));
    int exit = Cli.run(line, arguments);
    return new Result(exit, out.toString().lines().toList(), err.toString().lines().toList());
  }
}
