package jacquard.bench.kernels;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What became slower or faster between two reports.
///
/// @param changes of kernels that both measured in the same form and setting, in the later one's
///   order
record Comparison(List<Change> changes) {
  /// Least change that counts on a quiet machine.
  private static final double LEAST = 0.05;

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

  List<Change> of(Verdict verdict) {
    return changes.stream().filter(c -> c.verdict == verdict).toList();
  }
}
