package jacquard.examples.explain;

import jacquard.examples.web.PageFiles;
import jacquard.kernels.PlannedBackend;
import jacquard.kernels.Schedule;
import jacquard.kernels.Task;
import jacquard.kernels.cpu.ceiling.Roofline;
import jacquard.nn.io.AtomicFile;
import jacquard.nn.io.FormatException;
import jacquard.tensor.CompiledStep.Work;
import jacquard.tensor.Device;
import jacquard.tensor.DeviceException;
import jacquard.tensor.Switches;
import jacquard.tensor.graph.Origin;
import jacquard.tensor.spi.Backend;
import jacquard.tensor.spi.Backends;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/// A step taken apart, to be shown in one form or another.
public final class Walkthrough {
  /// Kernels are run before they are timed, because what is cold is compiled meanwhile: in windows
  /// of this length, ...
  private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(2);

  /// ... of which there are so many at most, on a busy machine.
  private static final int MOST_WINDOWS = 30;

  /// ... until the fastest run of one takes at least this part of the fastest before.
  private static final double SETTLED = 0.9;

  private final StepReport report;
  private final PlannedBackend backend;

  private Walkthrough(StepReport report, PlannedBackend backend) {
    this.report = report;
    this.backend = backend;
  }

  /// Builds a step's graph, plans it, and runs it some times.
  ///
  /// @param title what the step is of
  /// @param step makes the graph; states that it updates get new values
  /// @param runs to be timed; 0 for none, then nothing is run
  /// @throws DeviceException if the device makes no plans
  public static Walkthrough of(String title, Supplier<Work> step, int runs) {
    Work work = Origin.recorded(step);
    List<Backend.Root> roots = StepReport.roots(work);
    Device device = roots.getFirst().node().device();
    if (!(Backends.of(device) instanceof PlannedBackend backend)) {
      throw new DeviceException(
          "explain: " + device + " evaluates graphs as they are, without a plan; use --device cpu");
    }
    double[] nanos = runs == 0 ? null : time(backend, roots, runs);
    Roofline roofline =
        nanos != null && device.equals(Device.CPU) ? Roofline.measure(Switches.threads()) : null;
    return new Walkthrough(StepReport.of(title, work, backend, nanos, roofline), backend);
  }

  /// The median time of each task; null if the device can't tell.
  private static double @Nullable [] time(
      PlannedBackend backend, List<Backend.Root> roots, int runs) {
    double before = Double.POSITIVE_INFINITY;
    for (int window = 0; window < MOST_WINDOWS; window++) {
      double fastest = Double.POSITIVE_INFINITY;
      long end = System.nanoTime() + WINDOW_NANOS;
      do {
        long[] one = backend.time(roots);
        if (one == null) {
          return null;
        }
        fastest = Math.min(fastest, LongStream.of(one).sum());
      } while (System.nanoTime() < end);
      if (fastest >= SETTLED * before) {
        break;
      }
      before = fastest;
    }
    List<long[]> times = new ArrayList<>();
    for (int i = 0; i < runs; i++) {
      long[] one = backend.time(roots);
      if (one != null) {
        times.add(one);
      }
    }
    double[] medians = new double[times.getFirst().length];
    for (int t = 0; t < medians.length; t++) {
      int task = t;
      long[] sorted = times.stream().mapToLong(one -> one[task]).sorted().toArray();
      medians[t] = sorted[sorted.length / 2];
    }
    return medians;
  }

  public StepReport report() {
    return report;
  }

  /// For a terminal: passes, the slowest kernels, memory.
  public String text() {
    return ReportText.of(report);
  }

  /// The code of a task for each kind of device.
  ///
  /// @throws IllegalArgumentException if there is no such task
  public String code(int task) {
    if (task < 0 || task >= report.tasks().size()) {
      throw new IllegalArgumentException(
          "--code is " + task + ", expected a task from 0 to " + (report.tasks().size() - 1));
    }
    KernelCode code = code(report.tasks().get(task).task());
    return "// task %d: %s%n"
            .formatted(task, report.tasks().get(task).text().replaceAll("\\s+", " "))
        + code.text(report.device());
  }

  private KernelCode code(Task task) {
    Schedule schedule = report.explanation().schedule();
    return KernelCode.of(backend, schedule, task);
  }

  /// Writes the graph in Graphviz's language.
  ///
  /// @throws FormatException if the file can't be written
  public void writeDot(Path path) throws FormatException {
    AtomicFile.write("--dot", path, Dot.of(report));
  }

  /// Writes a timeline for Perfetto or Chrome.
  ///
  /// @throws FormatException if the file can't be written
  public void writeTrace(Path path) throws FormatException {
    AtomicFile.write("--chrome-trace", path, ReportJson.trace(report).toString());
  }

  /// Writes one page that needs nothing beside it.
  ///
  /// @throws FormatException if the file can't be written
  public void writeHtml(Path path) throws FormatException {
    List<KernelCode> codes = report.tasks().stream().map(kernel -> code(kernel.task())).toList();
    AtomicFile.write("--html", path, page(ReportJson.of(report, codes).toString()));
  }

  /// @param data of the page, JSON
  static String page(String data) {
    String script =
        PageFiles.shared(PageFiles.KIT) + PageFiles.text(Walkthrough.class, "explain.js");
    String style =
        PageFiles.shared(PageFiles.LOOK) + PageFiles.text(Walkthrough.class, "explain.css");
    // what ends a script element must not stand in one
    return PageFiles.text(Walkthrough.class, "explain.html")
        .replace("/*STYLE*/", style)
        .replace("/*SCRIPT*/", script)
        .replace("/*DATA*/", data.replace("<", "\\u003c"));
  }
}
