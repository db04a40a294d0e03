package jacquard.bench.workloads;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import jacquard.kernels.PlannedBackend;
import jacquard.kernels.Schedule;
import jacquard.kernels.testing.HostTarget;
import jacquard.tensor.Device;
import jacquard.tensor.Tensor;
import jacquard.tensor.Update;
import jacquard.tensor.spi.Backend;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What a step costs the host beside its kernels: a training step of W1's transformer on a target
/// that plans everything and runs nothing.
class StepCostTest {
  private static final int KIB = 1024;

  /// With room: 620 KiB are measured for a step that is built by code not yet compiled. What it is
  /// later [StepAllocationTest] tells.
  private static final long BUILT = 1024 * KIB;

  private final PlannedBackend backend = new PlannedBackend(new Idle());

  /// Host memory, and programs that do nothing.
  private record Idle() implements HostTarget {
    @Override
    public Device device() {
      return Device.CPU;
    }

    @Override
    public Program prepare(Schedule schedule) {
      return (externals, dynamics) -> {};
    }
  }

  private static GptWorkload gpt(int dim, int batch) {
    return new GptWorkload(4, 4, dim, 64, batch);
  }

  private static List<Backend.Root> roots(GptWorkload workload, int step) {
    Workload.Prepared prepared = workload.prepare(step, false);
    List<Backend.Root> roots = new ArrayList<>();
    for (Tensor loss : prepared.losses()) {
      roots.add(new Backend.Root(loss.node(), null));
    }
    for (Update update : prepared.pass().updates()) {
      roots.add(new Backend.Root(update.value().node(), update.state().buffer()));
    }
    return roots;
  }

  /// Least of several runs: the first ones load classes.
  private static long bytes(Runnable step) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 20; i++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      step.run();
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    return least;
  }

  private long built(GptWorkload workload) {
    return bytes(() -> backend.run(roots(workload, 3)));
  }

  @Test
  void builtStepAllocatesGraphObjectsWhateverTheSizes() {
    long small = built(gpt(32, 2));
    long large = built(gpt(128, 12));
    assertTrue(large <= BUILT, large + " bytes");
    // compiled code allocates less, and when HotSpot compiles is its own affair
    assertTrue(large <= 1.5 * small, small + " and " + large + " bytes");
    assertEquals(2, backend.statistics().plans());
    assertEquals(2, backend.statistics().misses(), "plans are made in the first steps only");
  }

  @Test
  void trainingMakesOnePlan() {
    GptWorkload workload = new GptWorkload(1, 2, 16, 8, 2);
    Trainer built = Trainer.of(workload, false, false);
    Trainer compiled = Trainer.of(workload, true, false);
    built.step(0);
    compiled.step(1);
    PlannedBackend cpu = (PlannedBackend) jacquard.tensor.spi.Backends.of(Device.CPU);
    long misses = cpu.statistics().misses();
    for (int step = 2; step < 6; step++) {
      (step % 2 == 0 ? built : compiled).step(step);
    }
    assertEquals(misses, cpu.statistics().misses());
  }

  @Test
  void builtAndCompiledStepsGiveTheSameBits() {
    Trainer built = Trainer.of(new GptWorkload(1, 2, 16, 8, 2), false, false);
    Trainer compiled = Trainer.of(new GptWorkload(1, 2, 16, 8, 2), true, false);
    for (int step = 0; step < 4; step++) {
      assertEquals(built.step(step)[0], compiled.step(step)[0]);
    }
  }
}
