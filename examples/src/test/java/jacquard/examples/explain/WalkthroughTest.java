package jacquard.examples.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.kernels.cpu.ceiling.Roofline;
import jacquard.tensor.CompiledStep.Work;
import jacquard.tensor.Device;
import jacquard.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// When a step is timed, and when once more. The step is a single loop that reads and writes 256
/// bytes, which a machine of 1 GB/s does in 256 ns.
class WalkthroughTest {
  private static final String AGAIN =
      "explain: times the step again, for a task is far from any ceiling";

  private final List<String> said = new ArrayList<>();
  private int ceilings;

  private Optional<Roofline> ceilings() {
    ceilings++;
    return Optional.of(new Roofline(1, List.of(new Roofline.Copies("L1", 1 << 14, 1))));
  }

  /// The report of the loop, whose clock shows one after the other of these.
  private StepReport timed(@Nullable Double... nanos) {
    Tensor x = Tensor.ones(4, 8).to(Device.CPU).realise();
    Walkthrough walk = Walkthrough.of("a test", () -> new Work(List.of(x.add(1)), List.of()));
    assertEquals(1, walk.report().tasks().size());
    Iterator<@Nullable Double> clock = Arrays.asList(nanos).iterator();
    StepReport report =
        walk.timed(
                3,
                (roots, runs) -> {
                  Double shown = clock.next();
                  assertEquals(3, runs);
                  return shown == null ? null : List.of(new Stopwatch.Time(shown, false));
                },
                this::ceilings,
                said::add)
            .report();
    assertTrue(!clock.hasNext(), "was asked for less often");
    return report;
  }

  private static double nanos(StepReport report) {
    return report.tasks().getFirst().nanos();
  }

  @Test
  void aLoopNearItsCeilingIsTimedOnce() {
    StepReport report = timed(500.0);
    assertEquals(500, nanos(report));
    assertEquals(0.512, report.tasks().getFirst().share(), 1e-9);
    assertEquals(List.of(), said);
  }

  @Test
  void aLoopThatIsFarOnlyOnceIsNotSaidToBe() {
    StepReport report = timed(30_000.0, 500.0);
    assertEquals(500, nanos(report));
    assertEquals(List.of(AGAIN), said);
    assertTrue(!ReportText.of(report).contains("far from any ceiling"));
    assertEquals(1, ceilings, "the machine is measured once");
  }

  @Test
  void aLoopThatIsFarTwiceIsSaidToBe() {
    StepReport report = timed(30_000.0, 40_000.0);
    assertEquals(30_000, nanos(report), "the faster one counts");
    assertTrue(ReportText.of(report).contains("far from any ceiling, also when timed again"));
  }

  @Test
  void aClockThatStopsLeavesWhatItHadShown() {
    StepReport report = timed(30_000.0, null);
    assertEquals(30_000, nanos(report));
    assertEquals(List.of(AGAIN), said);
  }

  @Test
  void withoutAClockNothingIsMeasured() {
    StepReport report = timed((Double) null);
    assertNull(report.measured().times());
    assertEquals(0, ceilings);
    assertEquals(List.of(), said);
  }
}
