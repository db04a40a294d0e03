package jacquard.bench.kernels;

import jacquard.bench.rows.KernelRow;
import jacquard.kernels.cpu.ceiling.Ceiling;
import jacquard.kernels.cpu.ceiling.Roofline;
import jacquard.kernels.cpu.machine.Caches;
import jacquard.kernels.cpu.machine.VectorWidth;
import jacquard.nn.io.AtomicFile;
import jacquard.nn.io.FormatException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `jacquard bench kernels`: times kernels against the ceilings of the machine.
@Command(
    name = "kernels",
    mixinStandardHelpOptions = true,
    description = {
      "Times single kernels against the ceilings of this machine.",
      "Each runs in a JVM of its own. The part of the roofline that it reaches is the time that the"
          + " machine's multiply-adds or its memory would need at least, both measured in the same"
          + " run, over its own time.",
      "",
      "ms is the median of single calls, +- half the distance between the tenth and the ninetieth"
          + " percentile. limit is the ceiling met first: FMA, or the level of memory that the"
          + " kernel's data reach; 'of it' is the part reached. More than 100 %% means that part of"
          + " the data stayed in a faster level than their size says, or that results overwrite"
          + " inputs, which costs less than the copies.",
      ""
    })
public final class KernelsCommand implements Callable<Integer> {
  private static final double STANDARD_SECONDS = 3;
  private static final double QUICK_SECONDS = 1.8;

  /// What a test asks for instead of the two efforts that users have.
  private final @Nullable Effort forced;

  @Spec private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "REGEX",
      description =
          "Kernels whose name it finds, of all. Default: a short selection, some 2 minutes.")
  private @Nullable String regex;

  @Option(names = "--all", description = "All kernels, some 7 minutes.")
  private boolean everything;

  @Option(
      names = "--list",
      description = "Print the names with their operations and bytes, measure nothing.")
  private boolean list;

  @Option(
      names = "--quick",
      description = "Shorter warm-up and fewer calls: for a look, not for a report.")
  private boolean quick;

  @Option(
      names = "--threads",
      split = ",",
      paramLabel = "N",
      description =
          "Threads that share a kernel's work; several are measured one after the other. Default:"
              + " 1.")
  private List<Integer> threads = List.of(1);

  @Option(
      names = "--bits",
      split = ",",
      paramLabel = "N",
      description = "Vector widths: 128, 256, 512. Default: the processor's.")
  private List<Integer> bits = List.of();

  @Option(names = "--scalar", description = "Add a column for plain Java loops on one thread.")
  private boolean scalar;

  @Option(
      names = "--peer",
      paramLabel = "NAME",
      description = "Add a column for a native library's products: openblas or mkl.")
  private NativeBlas.@Nullable Kind peer;

  @Option(
      names = "--peer-library",
      paramLabel = "PATH",
      description = "Where that library is, if the system's loader doesn't know.")
  private @Nullable String peerLibrary;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description =
          "Write the report as JSON, and beside it the roofline chart: FILE with .png at its end.")
  private @Nullable Path json;

  @Option(
      names = "--chart",
      paramLabel = "FILE",
      description =
          "Draw the roofline chart (PNG) here. Several --threads or --bits have a chart each, with"
              + " theirs in its name.")
  private @Nullable Path chart;

  @Option(
      names = "--compare",
      paramLabel = "FILE",
      description = "Say what became slower or faster than in an earlier --json FILE.")
  private @Nullable Path compare;

  /// As users have it.
  public KernelsCommand() {
    this(null);
  }

  /// For tests.
  KernelsCommand(@Nullable Effort forced) {
    this.forced = forced;
  }

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    List<KernelRow> rows = Selection.of(regex, everything);
    if (list) {
      Listing.print(rows, out);
      return 0;
    }
    List<Setting> settings = settings();
    List<Form> others = others();
    Report before = compare == null ? null : ReportJson.read(compare);
    Map<Setting, Path> charts = ChartPaths.of(settings, json, chart);
    // minutes of measuring shall not end with a file that can't be written
    if (json != null) {
      AtomicFile.requireWritable("--json", json);
    }
    for (Path path : charts.values()) {
      AtomicFile.requireWritable("--chart", path);
    }
    if (before != null) {
      requireCommon(before, rows, settings, others);
      Comparison.otherMachine(before, Machine.text()).ifPresent(out::println);
    }
    Report report = measure(rows, settings, others, before, out);
    if (before != null) {
      out.println();
      Table.summary(Comparison.of(before, report), before.date()).forEach(out::println);
      Comparison.otherSpeed(before, report).forEach(out::println);
    }
    if (json != null) {
      ReportJson.write(report, json);
    }
    draw(report, charts);
    out.flush();
    return 0;
  }

  private void requireCommon(
      Report before, List<KernelRow> rows, List<Setting> settings, List<Form> others) {
    for (KernelRow row : rows) {
      for (Setting setting : settings) {
        if (before.holds(row.name(), new Form.Engine().label(), setting)
            || others.stream().anyMatch(f -> before.holds(row.name(), f.label(), setting))) {
          return;
        }
      }
    }
    throw new IllegalArgumentException(
        "--compare: "
            + compare
            + ": holds none of these kernels with "
            + settings.getFirst()
            + ", expected at least one; it was made with "
            + before.ceilings().keySet());
  }

  /// A machine without fonts is no fault of who asked only for the report.
  private void draw(Report report, Map<Setting, Path> charts) throws FormatException {
    for (Map.Entry<Setting, Path> entry : charts.entrySet()) {
      try {
        RooflineChart.write(report, entry.getKey(), entry.getValue());
      } catch (FormatException e) {
        if (chart != null) {
          throw e;
        }
        spec.commandLine().getErr().println(e.getMessage());
      }
    }
  }

  private Report measure(
      List<KernelRow> rows,
      List<Setting> settings,
      List<Form> others,
      @Nullable Report before,
      PrintWriter out) {
    Map<Setting, Roofline> ceilings = new LinkedHashMap<>();
    List<Measurement> measured = new ArrayList<>();
    Effort effort = quick ? Effort.QUICK : Effort.STANDARD;
    Jmh jmh = new Jmh(forced == null ? effort : forced, spec.commandLine().getErr()::println);
    int width = rows.stream().mapToInt(row -> row.name().length()).max().orElse(0);
    Table table = new Table(width, others, before);
    String machine = Machine.text();
    out.println(machine);
    out.println(estimate(rows, settings, others));
    for (Setting setting : settings) {
      out.println();
      out.flush();
      Roofline roofline = jmh.roofline(setting);
      ceilings.put(setting, roofline);
      out.println(Table.ceilings(setting, roofline));
      out.println();
      out.println(table.heading());
      out.flush();
      for (KernelRow row : rows) {
        Measurement engine = measure(jmh, row, new Form.Engine(), setting).orElseThrow();
        measured.add(engine);
        List<@Nullable Measurement> more = new ArrayList<>();
        for (Form form : others) {
          Optional<Measurement> other = measure(jmh, row, form, setting);
          other.ifPresent(measured::add);
          more.add(other.orElse(null));
        }
        out.println(table.line(engine, more, roofline));
        out.flush();
      }
    }
    return new Report(
        LocalDate.now(ZoneId.systemDefault()).toString(), machine, ceilings, measured);
  }

  private static Optional<Measurement> measure(Jmh jmh, KernelRow row, Form form, Setting setting) {
    return form.of(row)
        .map(_ ->
            new Measurement(
                row.name(),
                form.label(),
                setting,
                row.flops(),
                row.bytes(),
                jmh.kernel(row.name(), form, setting)));
  }

  private String estimate(List<KernelRow> rows, List<Setting> settings, List<Form> others) {
    long runs =
        rows.stream()
            .mapToLong(row -> 1 + others.stream().filter(form -> form.of(row).isPresent()).count())
            .sum();
    runs = settings.size() * (runs + Ceiling.all(Caches.read()).size());
    double minutes = runs * (quick ? QUICK_SECONDS : STANDARD_SECONDS) / 60;
    return rows.size()
        + (rows.size() == 1 ? " kernel" : " kernels")
        + ", about "
        + (minutes < 1 ? "a minute or less" : Math.round(minutes) + " min");
  }

  private List<Setting> settings() {
    int machine = VectorWidth.preferred().bits();
    int processors = Runtime.getRuntime().availableProcessors();
    List<Setting> settings = new ArrayList<>();
    for (int width : bits.isEmpty() ? List.of(machine) : bits) {
      if (width != 128 && width != 256 && width != 512) {
        throw new IllegalArgumentException("--bits is " + width + ", expected 128, 256 or 512");
      }
      if (width > machine) {
        throw new IllegalArgumentException(
            "--bits is "
                + width
                + ", expected at most "
                + machine
                + ": wider vectors than the processor's run a thousand times slower");
      }
      for (int count : threads) {
        if (count < 1) {
          throw new IllegalArgumentException("--threads is " + count + ", expected 1 or more");
        }
        if (count > processors) {
          throw new IllegalArgumentException(
              "--threads is "
                  + count
                  + ", expected at most "
                  + processors
                  + ", the processors that this process may use: more threads take turns");
        }
        settings.add(new Setting(count, width));
      }
    }
    return settings.stream().distinct().toList();
  }

  private List<Form> others() {
    List<Form> others = new ArrayList<>();
    if (peerLibrary != null && peer == null) {
      throw new IllegalArgumentException("--peer-library needs --peer openblas or --peer mkl");
    }
    if (peer != null) {
      NativeBlas.Kind kind = peer;
      NativeBlas.find(kind, peerLibrary)
          .ifPresentOrElse(
              library -> others.add(new Form.Native(library)),
              () -> spec.commandLine().getErr().println(NativeBlas.missing(kind)));
    }
    if (scalar) {
      others.add(new Form.Plain());
    }
    return others;
  }
}
