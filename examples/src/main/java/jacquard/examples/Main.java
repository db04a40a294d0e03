package jacquard.examples;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import jacquard.examples.board.Board;
import jacquard.examples.cli.Cli;
import jacquard.examples.cli.Version;
import jacquard.examples.recipe.Explain;
import jacquard.examples.recipe.Export;
import jacquard.examples.recipe.Resume;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// The root of the command line: `jacquard COMMAND`.
///
/// Exit codes: 0 done, 1 a fault of the program, 2 a fault of the call (unknown option, bad value,
/// unreadable data). The launcher adds 3 (no JDK or no Maven) and 4 (the build failed).
@Command(
    name = "jacquard",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    subcommands = {
      Train.class,
      Resume.class,
      Sample.class,
      Eval.class,
      Explain.class,
      Board.class,
      Plot.class,
      Export.class,
      Prepare.class,
      Doctor.class
    },
    description = "Trains and samples neural networks with kernels woven for this machine.",
    footer = {
      "",
      "Also: jacquard bench --help (measurements), jacquard test (builds and runs every test)."
    })
public final class Main implements Runnable {

  @Spec private CommandSpec spec;

  /// Picocli sets what follows the command's name.
  public Main() {}

  /// Without a command: says which there are.
  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  /// Runs the command that `args` name and ends the process with its exit code.
  ///
  /// @param args as [Cli] takes them
  public static void main(String[] args) {
    if (System.out.charset().equals(US_ASCII)) {
      // the C locale's: terminals and files take UTF-8 all the same, and '?' helps nobody
      System.setOut(new PrintStream(new FileOutputStream(FileDescriptor.out), true, UTF_8));
    }
    System.exit(Cli.run(new CommandLine(new Main()), args));
  }
}
