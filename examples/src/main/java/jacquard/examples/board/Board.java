package jacquard.examples.board;

import jacquard.examples.recipe.DeviceOptions;
import jacquard.examples.recipe.Interrupts;
import jacquard.nn.io.FormatException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `jacquard board [RUNS]`: runs in a browser of this machine, while they train and afterwards.
@Command(
    name = "board",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Shows runs in a browser of this machine: curves while they train, samples, weights and"
          + " gradients; a prompt box and attention maps of transformers, the latent space of a"
          + " vae.",
      "Prints an address that ends with a secret: who has it sees the runs. Ctrl-C ends it."
    })
public final class Board implements Callable<Integer> {
  private static final String RUNS = "runs";
  private static final int MOST_PORTS = 65_535;

  /// For a request of at most some hundred kB from this machine, or through `ssh -L`.
  private static final int MOST_REQUEST_SECONDS = 5;

  @Spec private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "RUNS",
      defaultValue = RUNS,
      description =
          "A folder with runs, or one run, or a GPT-2 or Llama in Hugging Face's layout. Default:"
              + " ${DEFAULT-VALUE}.")
  private Path runs;

  @Option(
      names = "--port",
      paramLabel = "N",
      defaultValue = "0",
      description = "Where to listen; 0 for any port that is free. Default: ${DEFAULT-VALUE}.")
  private int port;

  @Mixin private DeviceOptions device;

  /// Picocli fills in the options.
  public Board() {}

  @Override
  public Integer call() throws FormatException, InterruptedException {
    if (port < 0 || port > MOST_PORTS) {
      throw new IllegalArgumentException("--port is " + port + ", expected 0 to " + MOST_PORTS);
    }
    // the default folder is made by the first run
    if (Files.exists(runs) ? !Files.isDirectory(runs) : !runs.equals(Path.of(RUNS))) {
      throw new FormatException(
          runs
              + (Files.exists(runs) ? ": is a file" : ": no such folder")
              + ", expected one that holds runs, or a run");
    }
    device.apply();
    boundRequests();
    PrintWriter out = spec.commandLine().getOut();
    CountDownLatch asked = new CountDownLatch(1);
    try (Interrupts _ = new Interrupts(asked::countDown);
        BoardServer server = BoardServer.start(runs, port)) {
      out.println("board: " + server.address());
      out.println("Ctrl-C ends it");
      out.flush();
      asked.await();
    }
    return 0;
  }

  /// Closes connections whose requests don't arrive, which would each hold a thread. The JDK reads
  /// the property when it makes its first server; what is sent afterwards, such as events, may take
  /// any time. Who starts Java with another value keeps that.
  private static void boundRequests() {
    String name = "sun.net.httpserver.maxReqTime";
    if (System.getProperty(name) == null) {
      System.setProperty(name, String.valueOf(MOST_REQUEST_SECONDS));
    }
  }
}
