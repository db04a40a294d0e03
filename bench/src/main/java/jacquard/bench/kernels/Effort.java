package jacquard.bench.kernels;

import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/// How long is measured.
///
/// @param settle longest warm-up in seconds; a kernel that no longer gets faster ends it earlier
/// @param iterations of JMH, each `iterationMillis` long
record Effort(double settle, int iterations, int iterationMillis) {
  /// About 3 s a kernel.
  static final Effort STANDARD = new Effort(5, 4, 200);

  /// About 1.5 s a kernel: for a look, not for a report.
  static final Effort QUICK = new Effort(2, 2, 150);

  ChainedOptionsBuilder options() {
    return new OptionsBuilder()
        .forks(1)
        .warmupIterations(1)
        .warmupTime(TimeValue.milliseconds(50)) // of JMH's own loop; the body has settled by then
        .measurementIterations(iterations)
        .measurementTime(TimeValue.milliseconds(iterationMillis))
        .shouldFailOnError(true);
  }
}
