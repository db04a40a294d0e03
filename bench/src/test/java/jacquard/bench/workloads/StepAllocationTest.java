package jacquard.bench.workloads;

import static org.junit.jupiter.api.Assertions.assertEquals;

import jacquard.kernels.PlannedBackend;
import jacquard.tensor.Device;
import jacquard.tensor.spi.Backends;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What a training step costs on the processor beside its kernels when its code is compiled: it
/// allocates graph objects if it is built each time, results if it was traced once, and the host's
/// work takes little of the time.
///
/// In a process of its own, as users have it: compilers find other profiles where other tests ran.
class StepAllocationTest {
  private static final int KIB = 1024;

  /// Of a step that is built each time.
  private static final long BUILT = 512 * KIB;

  /// Of a step that was traced once, with its batch checked and bound.
  private static final long COMPILED = 16 * KIB;

  /// Of a step of W1: what building, hashing, looking up and binding may take. Measured: 0.5 % of a
  /// step that was traced once.
  private static final double HOST_SHARE = 0.03;

  private static final List<String> W1 = List.of("128", "64", "12");

  private static final int STEPS = 20;

  /// For shares, which objects that are collected now and then don't change.
  private static final int FEW_STEPS = 4;

  /// Of the thread's own time, so that others on the machine don't keep compilers from their work.
  private static final long MOST_NANOS = 20_000_000_000L;

  private static final Duration COMPILING = Duration.ofSeconds(10);

  /// W1 with narrow layers and few tokens: as many graph objects and tasks.
  @Test
  void aNarrowStepStaysBelowItsLimits() throws IOException, InterruptedException {
    run(List.of("32", "16", "2"));
  }

  @Test
  @Tag("long")
  void aStepOfW1StaysBelowItsLimits() throws IOException, InterruptedException {
    run(W1);
  }

  private static void run(List<String> sizes) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector",
                "-Djacquard.threads=2",
                "-cp",
                System.getProperty("java.class.path"),
                StepAllocationTest.class.getName()));
    command.addAll(sizes);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
    System.out.println(said);
  }

  /// Exits with 1 and says how much, if steps go on allocating or taking more than they may.
  public static void main(String[] args) throws InterruptedException {
    List<String> sizes = List.of(args);
    long built = least(trainer(sizes, false), BUILT);
    long compiled = least(trainer(sizes, true), COMPILED);
    System.out.println("bytes a step: built " + built + ", compiled " + compiled);
    double building = leastShare(trainer(W1, false));
    double binding = leastShare(trainer(W1, true));
    System.out.printf(
        "host's share of W1's step: built %.2f %%, compiled %.2f %%%n",
        100 * building, 100 * binding);
    boolean isCheap = building <= HOST_SHARE && binding <= HOST_SHARE;
    System.exit(built <= BUILT && compiled <= COMPILED && isCheap ? 0 : 1);
  }

  private static long ownNanos() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private static Trainer trainer(List<String> sizes, boolean compiled) {
    int[] n = sizes.stream().mapToInt(Integer::parseInt).toArray();
    return Trainer.of(new GptWorkload(4, 4, n[0], n[1], n[2]), compiled, false);
  }

  /// Bytes of a step: least means of some steps, until they are within `limit` or that takes too
  /// long.
  private static long least(Trainer trainer, long limit) throws InterruptedException {
    PlannedBackend cpu = (PlannedBackend) Backends.of(Device.CPU);
    long end = ownNanos() + MOST_NANOS;
    long least = Long.MAX_VALUE;
    int step = 0;
    trainer.step(step++);
    cpu.awaitWarm(COMPILING);
    while (least > limit && ownNanos() < end) {
      Allocated allocated = new Allocated();
      long before = allocated.bytes();
      for (int i = 0; i < STEPS; i++) {
        trainer.step(step++);
      }
      least = Math.min(least, (allocated.bytes() - before) / STEPS);
    }
    return least;
  }

  /// Part of a step outside its plan's tasks: least of the means of some steps, until it is small
  /// enough or that takes too long. Both times are of this process, so that a busy machine changes
  /// them alike.
  private static double leastShare(Trainer trainer) throws InterruptedException {
    PlannedBackend cpu = (PlannedBackend) Backends.of(Device.CPU);
    long end = ownNanos() + MOST_NANOS;
    double least = 1;
    int step = 0;
    trainer.step(step++);
    cpu.awaitWarm(COMPILING);
    while (least > HOST_SHARE && ownNanos() < end) {
      long ran = cpu.statistics().runNanos();
      long start = System.nanoTime();
      for (int i = 0; i < FEW_STEPS; i++) {
        trainer.step(step++);
      }
      long all = System.nanoTime() - start;
      double share = 1 - (double) (cpu.statistics().runNanos() - ran) / all;
      least = Math.min(least, share);
    }
    return least;
  }
}
