package jacquard.examples.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.kernels.PlannedBackend;
import jacquard.kernels.Schedule;
import jacquard.kernels.Target;
import jacquard.kernels.Timing;
import jacquard.kernels.cpu.ceiling.Roofline;
import jacquard.tensor.CompiledStep.Work;
import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Tensor;
import jacquard.tensor.graph.Origin;
import jacquard.tensor.spi.Buffer;
import jacquard.tensor.spi.HostBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StopwatchTest {
  private final List<String> said = new ArrayList<>();

  /// Computes nothing, and is compiled when somebody waits for it.
  private static final class SlowToCompile implements Target {
    private final boolean ever;
    private final boolean times;
    private boolean compiled;

    SlowToCompile(boolean ever, boolean times) {
      this.ever = ever;
      this.times = times;
    }

    @Override
    public Device device() {
      return Device.CPU;
    }

    @Override
    public Buffer allocate(DType dtype, int size) {
      return HostBuffer.allocate(dtype, size);
    }

    @Override
    public Buffer place(HostBuffer host) {
      return host;
    }

    @Override
    public boolean awaitWarm(Duration limit) {
      compiled = ever;
      return ever;
    }

    @Override
    public Program prepare(Schedule schedule) {
      return new Program() {
        @Override
        public void run(Buffer[] externals, long[] dynamics) {}

        @Override
        public boolean run(Buffer[] externals, long[] dynamics, Timing timing) {
          for (int task = 0; task < timing.size(); task++) {
            timing.set(task, compiled ? 10 : 1000, !compiled);
          }
          return times;
        }
      };
    }
  }

  private StepReport report(Target target) {
    PlannedBackend backend = new PlannedBackend(target);
    Tensor x = Tensor.ones(4, 8).realise();
    Work work = Origin.recorded(() -> new Work(List.of(x.add(1).sum(0)), List.of()));
    Stopwatch stopwatch = new Stopwatch(backend, said::add, 1_000_000);
    List<Stopwatch.Time> times = stopwatch.time(StepReport.roots(work), 3);
    return StepReport.of("a test", work, backend, new StepReport.Measured(3, times, null));
  }

  @Test
  void nothingIsTimedBeforeItIsCompiled() {
    StepReport report = report(new SlowToCompile(true, true));
    assertEquals(
        List.of(
            "explain: runs the step until its kernels are compiled, at most a minute",
            "explain: times 3 runs"),
        said);
    assertFalse(report.tasks().isEmpty());
    for (StepReport.Kernel kernel : report.tasks()) {
      assertEquals(10, kernel.nanos());
      assertFalse(kernel.isInterim());
    }
    assertFalse(ReportText.of(report).contains("not compiled"));
  }

  @Test
  void aKernelThatWasNotCompiledWhenItWasTimedIsSaid() {
    StepReport report = report(new SlowToCompile(false, true));
    assertTrue(report.tasks().getFirst().isInterim());
    String text = ReportText.of(report);
    assertTrue(
        text.contains("\nnot compiled when timed, and several times faster once it is: task 0"),
        text);
    assertTrue(text.contains("\n     not compiled when it was timed\n"), text);
    assertTrue(ReportJson.of(report, codes(report)).toString().contains("\"interim\":true"));
  }

  @Test
  void sharesThatNoKernelCanHaveAreExplained() {
    String text = textWithCeilings(0.001, 100);
    assertTrue(text.contains("\n'of it' is above 100 % where a task does better than"), text);
    assertFalse(textWithCeilings(1e6, 100).contains("above 100 %"));
  }

  @Test
  void ceilingsThatCantBeToldAreExplained() {
    String text = ReportText.of(report(new SlowToCompile(true, true)));
    assertTrue(text.contains("\n'of it' is left out: the loops that measure what the cpu"), text);
    assertFalse(textWithCeilings(1, 100).contains("left out"));
  }

  @Test
  void aLoopFarFromAnyCeilingIsNamed() {
    String text = textWithCeilings(1, 30_000);
    assertTrue(text.contains("\nfar from any ceiling, also when timed again: task 0; "), text);
    assertTrue(text.contains("\n     far from any ceiling\n"), text);
    assertFalse(textWithCeilings(0.1, 30_000).contains("far from any"));
    assertFalse(textWithCeilings(10, 10_000).contains("far from any"), "a call takes as long");
  }

  @Test
  void ofTwoMeasurementsTheFasterOneOfEachTaskCounts() {
    Stopwatch.Time fast = new Stopwatch.Time(10, false);
    Stopwatch.Time slow = new Stopwatch.Time(900, true);
    assertEquals(List.of(fast, fast), Stopwatch.faster(List.of(fast, slow), List.of(slow, fast)));
  }

  /// @param speed of everything that the machine is said to do at most, in GFLOP/s and GB/s
  /// @param nanos of the only task, which reads and writes 256 bytes
  private String textWithCeilings(double speed, double nanos) {
    PlannedBackend backend = new PlannedBackend(new SlowToCompile(true, true));
    Tensor x = Tensor.ones(4, 8).realise();
    Work work = Origin.recorded(() -> new Work(List.of(x.add(1)), List.of()));
    Roofline roofline = new Roofline(speed, List.of(new Roofline.Copies("L1", 1 << 14, speed)));
    List<Stopwatch.Time> times = List.of(new Stopwatch.Time(nanos, false));
    return ReportText.of(
        StepReport.of("a test", work, backend, new StepReport.Measured(1, times, roofline)));
  }

  private static List<KernelCode> codes(StepReport report) {
    return report.tasks().stream().map(kernel -> new KernelCode("", "", "")).toList();
  }

  @Test
  void aDeviceThatCannotTimeIsNotWaitedFor() {
    StepReport report = report(new SlowToCompile(true, false));
    assertNull(report.measured().times());
    assertEquals(1, said.size());
    assertTrue(
        ReportText.of(report)
            .contains("\ntimes were not measured: cpu doesn't tell tasks apart\n"));
  }
}
