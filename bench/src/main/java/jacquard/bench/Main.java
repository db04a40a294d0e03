package jacquard.bench;

import jacquard.bench.device.DeviceCommand;
import jacquard.bench.device.TargetsCommand;
import jacquard.bench.kernels.KernelsCommand;
import jacquard.bench.ratio.RatioCommand;
import jacquard.bench.workloads.WorkloadsCommand;
import jacquard.examples.cli.Cli;
import jacquard.examples.cli.Version;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// The root of `jacquard bench COMMAND`; exit codes as in [jacquard.examples.Main].
@Command(
    name = "jacquard bench",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    subcommands = {
      WorkloadsCommand.class,
      KernelsCommand.class,
      DeviceCommand.class,
      RatioCommand.class,
      TargetsCommand.class
    },
    description = "Measures training steps and kernels on this machine.")
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
  /// @param args words of the command line
  public static void main(String[] args) {
    System.exit(Cli.run(new CommandLine(new Main()), args));
  }
}
