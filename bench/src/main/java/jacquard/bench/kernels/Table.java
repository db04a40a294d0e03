package jacquard.bench.kernels;

import jacquard.kernels.cpu.ceiling.Roofline;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Measurements as lines of text, each complete as soon as its kernel is measured.
///
/// @param nameWidth of the longest kernel
/// @param others forms beside the engine, two columns each
/// @param before an earlier report, two columns, or null
record Table(int nameWidth, List<Form> others, @Nullable Report before) {

  /// `1 thread, 512 bits: 219 GFLOP/s; copies 480 GB/s in L1 (24 KiB), ...`.
  static String ceilings(Setting setting, Roofline roofline) {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(Locale.ROOT, "%s: multiply-adds %.0f GFLOP/s", setting, roofline.gflops()));
    String separator = "; copies in GB/s: ";
    for (Roofline.Copies copy : roofline.copies()) {
      text.append(
          String.format(
              Locale.ROOT,
              "%s%s %s (%s)",
              separator,
              copy.level(),
              three(copy.gigabytes()),
              size(copy.bytes())));
      separator = ", ";
    }
    return text.toString();
  }

  String heading() {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            "%-" + nameWidth + "s %9s %5s %8s %7s %7s %5s",
            "kernel",
            "ms",
            "+-",
            "GFLOP/s",
            "GB/s",
            "limit",
            "of it"));
    for (Form other : others) {
      text.append(String.format(" %12s %5s", other.label() + " ms", "ratio"));
    }
    if (before != null) {
      text.append(String.format(" %9s %6s", "before ms", "now"));
    }
    return text.toString();
  }

  /// A kernel's line.
  ///
  /// @param engine the engine's time
  /// @param measured the other forms', null where the kernel has no such form
  String line(Measurement engine, List<@Nullable Measurement> measured, Roofline roofline) {
    StringBuilder text = new StringBuilder();
    Roofline.Limit limit = roofline.limit(engine.flops(), engine.bytes());
    boolean limited = limit.millis() > 0;
    text.append(
        String.format(
            "%-" + nameWidth + "s %9s %5s %8s %7s %7s %5s",
            engine.kernel(),
            millis(engine.timing().median()),
            percent(engine.timing().spread()),
            engine.flops() > 0 ? three(engine.gflops()) : "-",
            engine.bytes() > 0 ? three(engine.gigabytes()) : "-",
            limited ? limit.name() : "-",
            limited ? percent(engine.share(roofline)) : "-"));
    for (Measurement other : measured) {
      text.append(
          other == null
              ? String.format(" %12s %5s", "-", "-")
              : String.format(
                  " %12s %5s",
                  millis(other.timing().median()),
                  three(engine.timing().median() / other.timing().median())));
    }
    if (before != null) {
      text.append(earlier(before, engine));
    }
    return text.toString();
  }

  private static String earlier(Report before, Measurement now) {
    Optional<Comparison.Change> change = Comparison.change(before, now);
    return change
        .map(c -> String.format(" %9s %6s", millis(c.before()), signed(c.ratio() - 1)))
        .orElse(String.format(" %9s %6s", "-", "-"));
  }

  /// What counts of a comparison, a line each.
  static List<String> summary(Comparison comparison, String than) {
    List<String> lines = new ArrayList<>();
    for (Comparison.Verdict verdict :
        List.of(Comparison.Verdict.SLOWER, Comparison.Verdict.FASTER)) {
      for (Comparison.Change c : comparison.of(verdict)) {
        lines.add(
            String.format(
                "%s: %s (%s, %s): %s ms, before %s (%s)",
                verdict.name().toLowerCase(Locale.ROOT),
                c.id().kernel(),
                c.id().form(),
                c.id().setting(),
                millis(c.after()),
                millis(c.before()),
                signed(c.ratio() - 1)));
      }
    }
    lines.add(
        String.format(
            "than %s: %d slower, %d faster, %d the same within 5 %% or their spread",
            than,
            comparison.of(Comparison.Verdict.SLOWER).size(),
            comparison.of(Comparison.Verdict.FASTER).size(),
            comparison.of(Comparison.Verdict.SAME).size()));
    return lines;
  }

  private static String size(long bytes) {
    return bytes >= 1 << 20 ? (bytes >> 20) + " MiB" : (bytes >> 10) + " KiB";
  }

  /// Four digits.
  private static String millis(double value) {
    int decimals = value >= 1000 ? 0 : value >= 100 ? 1 : value >= 10 ? 2 : value >= 1 ? 3 : 4;
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }

  /// Three digits.
  private static String three(double value) {
    int decimals = value >= 100 ? 0 : value >= 10 ? 1 : 2;
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }

  private static String percent(double part) {
    return String.format(Locale.ROOT, "%.0f %%", 100 * part);
  }

  private static String signed(double part) {
    return String.format(Locale.ROOT, "%+.0f %%", 100 * part);
  }
}
