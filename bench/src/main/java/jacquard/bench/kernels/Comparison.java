package jacquard.bench.kernels;

import jacquard.kernels.cpu.ceiling.Roofline;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What became slower or faster between two reports.
///
/// @param changes of kernels that both measured in the same form and setting, in the later one's
///   order
record Comparison(List<Change> changes) {
  /// Least change that counts on a quiet machine.
  private static final double LEAST = 0.05;

  private static final double OTHER_SPEED = 0.1;

  enum Verdict {
    SLOWER,
    FASTER,
    SAME
  }

  /// @param before milliseconds
  /// @param after milliseconds
  record Change(Measurement.Id id, double before, double after, Verdict verdict) {
    /// After over before: above 1 is slower.
    double ratio() {
      return after / before;
    }
  }

  static Comparison of(Report before, Report after) {
    List<Change> changes = new ArrayList<>();
    for (Measurement m : after.kernels()) {
      change(before, m).ifPresent(changes::add);
    }
    return new Comparison(changes);
  }

  /// How a measurement compares with the one of the same kernel in an earlier report. A change
  /// counts if it exceeds 5 % and both spreads.
  static Optional<Change> change(Report before, Measurement now) {
    return before
        .find(now.id())
        .map(then -> {
          double noise = Math.max(LEAST, Math.max(then.timing().spread(), now.timing().spread()));
          double ratio = now.timing().median() / then.timing().median();
          Verdict verdict =
              ratio > 1 + noise
                  ? Verdict.SLOWER
                  : ratio < 1 / (1 + noise) ? Verdict.FASTER : Verdict.SAME;
          return new Change(now.id(), then.timing().median(), now.timing().median(), verdict);
        });
  }

  /// A line for who compares with a report of another machine, or of another JVM.
  static Optional<String> otherMachine(Report before, String machine) {
    return before.machine().equals(machine)
        ? Optional.empty()
        : Optional.of(
            "compared with another machine: "
                + before.machine()
                + "; what changed is not the code's alone");
  }

  /// A line for each ceiling of multiply-adds that changed by more than a tenth: then the machine
  /// was faster or slower at the time, as shared ones are.
  static List<String> otherSpeed(Report before, Report after) {
    List<String> lines = new ArrayList<>();
    after
        .ceilings()
        .forEach((setting, now) -> {
          Roofline then = before.ceilings().get(setting);
          if (then != null && Math.abs(Math.log(now.gflops() / then.gflops())) > OTHER_SPEED) {
            lines.add(
                String.format(
                    Locale.ROOT,
                    "the machine itself did %.0f GFLOP/s of multiply-adds, before %.0f (%s)",
                    now.gflops(),
                    then.gflops(),
                    setting));
          }
        });
    return lines;
  }

  List<Change> of(Verdict verdict) {
    return changes.stream().filter(c -> c.verdict == verdict).toList();
  }
}
