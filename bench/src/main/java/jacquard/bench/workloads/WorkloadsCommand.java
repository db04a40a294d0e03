package jacquard.bench.workloads;

import jacquard.kernels.PlannedBackend;
import jacquard.nn.Precision;
import jacquard.nn.data.SplitMix;
import jacquard.tensor.Device;
import jacquard.tensor.spi.Backends;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `jacquard bench workloads`: times the workloads, or prints their first losses.
@Command(
    name = "workloads",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = {
      "Times training steps of fixed models (W1 to W6) and single kernels (W7), one JSON line"
          + " each.",
      "A line has milliseconds per step (median and percentiles), samples, tokens or calls per"
          + " second, bytes allocated per step, and peak memory of the process (which counts if it"
          + " ran one workload only). The first line also has the seconds from the start of the"
          + " process to the end of the first step and to nine tenths of the final throughput.",
      "",
      "Where the time goes, in milliseconds:",
      "  run_ms      mean of a step's time in the tasks of its plan",
      "  host_ms     mean of the rest of a step: building or binding, looking up the plan, reading"
          + " losses; with run_ms the mean step",
      "  plan_ms     once for all plans: passes, from the graph to tasks and memory",
      "  compile_ms  once for all plans: generating class files (on other devices the text of"
          + " kernels, and what their compiler makes of it). The JVM's just-in-time compiler isn't"
          + " in it: that works beside the first steps, which are slower until it is done.",
      ""
    })
public final class WorkloadsCommand implements Callable<Integer> {
  private static final int NUMERIC_STEPS = 20;
  private static final int SAMPLED_TOKENS = 256;
  private static final Map<String, Function<Precision, Workload>> ALL = new LinkedHashMap<>();

  static {
    ALL.put("W1-gpt-small", p -> new GptWorkload(4, 4, 128, 64, 12, p));
    ALL.put("W2-gpt-medium", p -> new GptWorkload(6, 6, 384, 256, 8, p));
    ALL.put("W3-vae", p -> VaeWorkload.linear());
    ALL.put("W4-conv-vae", p -> VaeWorkload.convolutional());
    ALL.put("W5-dcgan-freezeD", p -> GanWorkload.convolutional(p));
    ALL.put("W6-mlp-gan", p -> GanWorkload.linear());
  }

  /// Picocli fills in the options.
  public WorkloadsCommand() {}

  /// A new model with its data.
  static Workload workload(String name) {
    return Objects.requireNonNull(ALL.get(name), name).apply(Precision.F32);
  }

  @Option(names = "--threads", description = "Threads that share the work.", paramLabel = "N")
  private int threads = 1;

  @Option(names = "--numerics", description = "Print the losses of the first 20 steps instead.")
  private boolean numerics;

  @Option(
      names = "--uncompiled",
      description = "Build the graph anew at every step instead of tracing it once.")
  private boolean uncompiled;

  @Option(
      names = "--precision",
      description =
          "What products of the transformers and of W5 multiply: f32, bf16 or f16; the other"
              + " workloads are left out if it isn't f32.",
      paramLabel = "TYPE")
  private Precision precision = Precision.F32;

  @Option(
      names = "--tune",
      description =
          "Measure while warming up how to cut matrix products, and follow what earlier runs with"
              + " this option found.")
  private boolean tune;

  @Option(names = "--warm", description = "Seconds of warm-up.", paramLabel = "S")
  private double warm = 8;

  @Option(names = "--measure", description = "Seconds of measuring.", paramLabel = "S")
  private double measure = 8;

  @Parameters(description = "Workloads by the start of their names; all if none.", paramLabel = "W")
  private List<String> wanted = List.of();

  private final PrintStream out = System.out;
  private boolean cold = true;

  /// Most memory that any workload held, in MiB.
  private long peak;

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
      if (names().stream().noneMatch(known -> known.startsWith(name))) {
        throw new IllegalArgumentException(
            "workloads: '" + name + "', expected the start of one of " + names());
      }
    }
    System.setProperty("jacquard.threads", Integer.toString(threads));
    if (tune) {
      System.setProperty("jacquard.tune", "true");
    }
    ALL.forEach((name, make) -> {
      if (isWanted(name)) {
        if (numerics) {
          losses(name, make.apply(precision));
        } else {
          time(name, () -> make.apply(precision));
        }
      }
    });
    for (KernelWorkload kernel : KernelWorkload.all()) {
      if (!numerics && isWanted(kernel.name())) {
        Footprint footprint = Footprint.begin();
        String line = kernel.time(timing(), threads, footprint);
        peak = Math.max(peak, Footprint.peakMebibytes());
        out.println(line);
      }
    }
    out.printf(
        "{\"peer\": \"jacquard\", \"peak_rss_mb\": %d}%n",
        Math.max(peak, Footprint.peakMebibytes()));
    return 0;
  }

  private static List<String> names() {
    List<String> names = new ArrayList<>(ALL.keySet());
    KernelWorkload.all().forEach(kernel -> names.add(kernel.name()));
    return names;
  }

  private boolean isWanted(String name) {
    boolean fits = precision == Precision.F32 || name.matches(".*-(gpt|dcgan)-.*");
    return fits && (wanted.isEmpty() || wanted.stream().anyMatch(name::startsWith));
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
    Footprint footprint = Footprint.begin();
    Trainer[] current = {Trainer.of(make.get(), !uncompiled, false)};
    Timing timing = timing();
    Timing.Result result =
        timing.of(
            k -> current[0].step(k), () -> current[0] = Trainer.of(make.get(), !uncompiled, false));
    Workload workload = current[0].workload();
    String measured = precision == Precision.F32 ? name : name + "-" + precision;
    print(
        result, measured, workload.units(), (cold ? result.coldFields() : "") + footprint.fields());
    cold = false;
    if (workload instanceof GptWorkload gpt) {
      SplitMix random = SplitMix.of(1);
      Footprint ofSampling = Footprint.begin();
      Timing.Result sampled = timing.of(k -> gpt.sample(SAMPLED_TOKENS, random), () -> {});
      print(sampled, measured + "-sample", SAMPLED_TOKENS, ofSampling.fields());
    }
  }

  private void print(Timing.Result result, String name, int units, String more) {
    peak = Math.max(peak, Footprint.peakMebibytes());
    out.println(result.json(name, threads, units, more));
  }

  private Timing timing() {
    return new Timing(warm, measure, WorkloadsCommand::runNanos);
  }

  /// Time spent in kernels so far.
  private static long runNanos() {
    return Backends.of(Device.standard()) instanceof PlannedBackend planned
        ? planned.statistics().runNanos()
        : 0;
  }
}
