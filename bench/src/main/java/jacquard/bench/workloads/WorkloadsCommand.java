package jacquard.bench.workloads;

import jacquard.kernels.PlannedBackend;
import jacquard.nn.data.SplitMix;
import jacquard.tensor.Device;
import jacquard.tensor.spi.Backends;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `jacquard bench workloads`: times the workloads, or prints their first losses.
@Command(
    name = "workloads",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = {
      "Times training steps of fixed models (W1 to W6), one JSON line each: milliseconds per step (median and",
      "percentiles), samples or tokens per second, time outside the kernels and bytes allocated per step. The",
      "first line also has the seconds from the start of the process to the end of the first step and to nine",
      "tenths of the final throughput."
    })
public final class WorkloadsCommand implements Callable<Integer> {
  private static final int NUMERIC_STEPS = 20;
  private static final int SAMPLED_TOKENS = 256;
  private static final Map<String, Supplier<Workload>> ALL = new LinkedHashMap<>();

  static {
    ALL.put("W1-gpt-small", () -> new GptWorkload(4, 4, 128, 64, 12));
    ALL.put("W2-gpt-medium", () -> new GptWorkload(6, 6, 384, 256, 8));
    ALL.put("W3-vae", VaeWorkload::linear);
    ALL.put("W4-conv-vae", VaeWorkload::convolutional);
    ALL.put("W5-dcgan-freezeD", GanWorkload::convolutional);
    ALL.put("W6-mlp-gan", GanWorkload::linear);
  }

  /// A new model with its data.
  static Workload workload(String name) {
    return Objects.requireNonNull(ALL.get(name), name).get();
  }

  @Option(names = "--threads", description = "Threads that share the work.", paramLabel = "N")
  private int threads = 1;

  @Option(names = "--numerics", description = "Print the losses of the first 20 steps instead.")
  private boolean numerics;

  @Option(
      names = "--uncompiled",
      description = "Build the graph anew at every step instead of tracing it once.")
  private boolean uncompiled;

  @Option(names = "--warm", description = "Seconds of warm-up.", paramLabel = "S")
  private double warm = 8;

  @Option(names = "--measure", description = "Seconds of measuring.", paramLabel = "S")
  private double measure = 8;

  @Parameters(description = "Workloads by the start of their names; all if none.", paramLabel = "W")
  private List<String> wanted = List.of();

  private final PrintStream out = System.out;
  private boolean cold = true;

  @Override
  public Integer call() {
    if (threads < 1 || !(warm >= 0) || !(measure > 0)) {
      throw new IllegalArgumentException(
          "workloads: --threads "
              + threads
              + ", --warm "
              + warm
              + ", --measure "
              + measure
              + ", expected threads of 1 or more and positive times");
    }
    for (String name : wanted) {
      if (ALL.keySet().stream().noneMatch(known -> known.startsWith(name))) {
        throw new IllegalArgumentException(
            "workloads: '" + name + "', expected the start of one of " + ALL.keySet());
      }
    }
    System.setProperty("jacquard.threads", Integer.toString(threads));
    ALL.forEach((name, make) -> {
      if (wanted.isEmpty() || wanted.stream().anyMatch(name::startsWith)) {
        if (numerics) {
          losses(name, make.get());
        } else {
          time(name, make);
        }
      }
    });
    out.printf("{\"peer\": \"jacquard\", \"peak_rss_mb\": %d}%n", peakMebibytes());
    return 0;
  }

  private void losses(String name, Workload workload) {
    StringBuilder rows = new StringBuilder();
    Trainer trainer = Trainer.of(workload, !uncompiled, true);
    for (int s = 0; s < NUMERIC_STEPS; s++) {
      rows.append(s == 0 ? "" : ", ").append(Arrays.toString(trainer.step(s)));
    }
    out.println(
        "{\"peer\": \"jacquard\", \"workload\": \""
            + name.replace("-freezeD", "")
            + "\", \"losses\": ["
            + rows
            + "]}");
  }

  private void time(String name, Supplier<Workload> make) {
    Trainer[] current = {Trainer.of(make.get(), !uncompiled, false)};
    Timing timing = new Timing(warm, measure, WorkloadsCommand::runNanos);
    Timing.Result result =
        timing.of(
            k -> current[0].step(k), () -> current[0] = Trainer.of(make.get(), !uncompiled, false));
    Workload workload = current[0].workload();
    out.println(result.json(name, threads, workload.units(), cold ? result.coldFields() : ""));
    cold = false;
    if (workload instanceof GptWorkload gpt) {
      SplitMix random = SplitMix.of(1);
      Timing.Result sampled = timing.of(k -> gpt.sample(SAMPLED_TOKENS, random), () -> {});
      out.println(sampled.json(name + "-sample", threads, SAMPLED_TOKENS, ""));
    }
  }

  /// Time spent in kernels so far.
  private static long runNanos() {
    return Backends.of(Device.standard()) instanceof PlannedBackend planned
        ? planned.statistics().runNanos()
        : 0;
  }

  /// Most memory the process ever held, from Linux; 0 elsewhere.
  private static long peakMebibytes() {
    @Nullable String line = null;
    try {
      for (String l : Files.readAllLines(Path.of("/proc/self/status"))) {
        line = l.startsWith("VmHWM") ? l : line;
      }
    } catch (IOException e) {
      return 0;
    }
    return line == null ? 0 : Long.parseLong(line.replaceAll("\\D", "")) / 1024;
  }
}
