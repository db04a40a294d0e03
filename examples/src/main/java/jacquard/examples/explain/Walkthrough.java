package jacquard.examples.explain;

import jacquard.kernels.PlannedBackend;
import jacquard.kernels.Schedule;
import jacquard.kernels.Task;
import jacquard.kernels.cpu.ceiling.Roofline;
import jacquard.nn.io.Json;
import jacquard.tensor.CompiledStep.Work;
import jacquard.tensor.Device;
import jacquard.tensor.DeviceException;
import jacquard.tensor.graph.Origin;
import jacquard.tensor.spi.Backend;
import jacquard.tensor.spi.Backends;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A plan of a step taken apart, to be shown in one form or another.
public final class Walkthrough {
  private final StepReport report;
  private final PlannedBackend backend;

  private final Work work;

  private Walkthrough(Work work, StepReport report, PlannedBackend backend) {
    this.work = work;
    this.report = report;
    this.backend = backend;
  }

  /// Builds a step's graph and plans it; nothing is run.
  ///
  /// @param title what the step is of
  /// @param step makes the graph
  /// @throws DeviceException if the device makes no plans
  static Walkthrough of(String title, Supplier<Work> step) {
    Work work = Origin.recorded(step);
    Device device = StepReport.roots(work).getFirst().node().device();
    if (!(Backends.of(device) instanceof PlannedBackend backend)) {
      throw new DeviceException(
          "explain: " + device + " evaluates graphs as they are, without a plan; use --device cpu");
    }
    StepReport report = StepReport.of(title, work, backend, StepReport.Measured.NOTHING);
    return new Walkthrough(work, report, backend);
  }

  /// The same with the time of each task. States in memory get new values in each run.
  ///
  /// @param runs to be timed, at least 1
  /// @param ceilings of this machine's processor, asked for if that runs the step; empty if they
  ///   can't be told
  /// @param say is told what is being waited for, a line each
  Walkthrough timed(int runs, Supplier<Optional<Roofline>> ceilings, Consumer<String> say) {
    return timed(runs, new Stopwatch(backend, say)::time, ceilings, say);
  }

  /// Times tasks, as [Stopwatch] does.
  interface Clock {
    /// The time of each task; null if the device can't tell.
    @Nullable List<Stopwatch.Time> time(List<Backend.Root> roots, int runs);
  }

  /// The same by a clock. Times are taken once more if they make a task look far from any ceiling;
  /// then the faster one of each task counts.
  Walkthrough timed(
      int runs, Clock clock, Supplier<Optional<Roofline>> ceilings, Consumer<String> say) {
    List<Backend.Root> roots = StepReport.roots(work);
    List<Stopwatch.Time> times = clock.time(roots, runs);
    Roofline roofline =
        times != null && backend.device().equals(Device.CPU) ? ceilings.get().orElse(null) : null;
    StepReport timed = report(new StepReport.Measured(runs, times, roofline));
    if (times != null && timed.tasks().stream().anyMatch(StepReport.Kernel::isFar)) {
      say.accept("explain: times the step again, for a task is far from any ceiling");
      List<Stopwatch.Time> again = clock.time(roots, runs);
      if (again != null) {
        timed = report(new StepReport.Measured(runs, Stopwatch.faster(times, again), roofline));
      }
    }
    return new Walkthrough(work, timed, backend);
  }

  private StepReport report(StepReport.Measured measured) {
    return StepReport.of(report.title(), work, backend, measured);
  }

  /// {@return what there is to say of the plan}
  public StepReport report() {
    return report;
  }

  /// For a terminal: passes, the slowest kernels, memory.
  ///
  /// @return lines for people
  public String text() {
    return ReportText.of(report);
  }

  /// The code of a task for each kind of device.
  ///
  /// @param task number in the plan
  /// @return the texts, one below the other
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

  /// All of it as data, for a page.
  Json toJson() {
    return ReportJson.of(
        report, report.tasks().stream().map(kernel -> code(kernel.task())).toList());
  }
}
