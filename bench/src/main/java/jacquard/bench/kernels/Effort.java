package jacquard.bench.kernels;

import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/// How long is measured.
///
/// @param settle longest warm-up in seconds; a kernel that no longer gets faster ends it earlier
/// @param compiled longest wait for compilers in seconds, before and after that
/// @param iterations of JMH, each `iterationMillis` long
/// @param forks 1 for a process of its own; tests that measure nothing stay in theirs with 0
record Effort(double settle, double compiled, int iterations, int iterationMillis, int forks) {
  /// About 3 s a kernel.
  static final Effort STANDARD = new Effort(5, 60, 4, 200, 1);

  /// About 1.5 s a kernel: for a look, not for a report.
  static final Effort QUICK = new Effort(2, 60, 2, 150, 1);

  ChainedOptionsBuilder options() {
    return new OptionsBuilder()
        .forks(forks)
        .warmupIterations(1)
        .warmupTime(TimeValue.milliseconds(50)) // of JMH's own loop; the body has settled by then
        .measurementIterations(iterations)
        .measurementTime(TimeValue.milliseconds(iterationMillis))
        .shouldFailOnError(true);
  }
}
