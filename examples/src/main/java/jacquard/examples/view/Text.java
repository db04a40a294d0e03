package jacquard.examples.view;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Locale;

/// Numbers as people read them; the same in every locale.
public final class Text {
  private static final String[] THOUSANDS = {"", "k", "M", "G", "T", "P", "E"};
  private static final String[] BINARY = {" B", " KiB", " MiB", " GiB", " TiB", " PiB", " EiB"};

  private Text() {}

  /// {@return three digits and a unit of thousands: `7`, `950`, `12.3k`, `4.50M`}
  ///
  /// @param value what to write
  public static String count(double value) {
    return scaled(value, 1000, THOUSANDS);
  }

  /// {@return three digits and a unit of 1024: `512 B`, `1.20 MiB`}
  ///
  /// @param value number of bytes
  public static String bytes(long value) {
    return scaled((double) value, 1024, BINARY);
  }

  /// {@return at most two units: `850 ms`, `4.2 s`, `42 s`, `2 min 5 s`, `1 h 4 min`, `3 d 2 h`}
  ///
  /// @param duration 0 or more
  public static String duration(Duration duration) {
    double seconds = duration.toNanos() / 1e9;
    long whole = Math.round(seconds);
    if (seconds < 0.9995) {
      return seconds < 0.0005
          ? Math.round(seconds * 1e6) + " us"
          : Math.round(seconds * 1e3) + " ms";
    }
    if (seconds < 9.95) {
      return String.format(Locale.ROOT, "%.1f s", seconds);
    }
    if (whole < 60) {
      return whole + " s";
    }
    if (whole < 3600) {
      return two(whole / 60, "min", whole % 60, "s");
    }
    long minutes = Math.round(seconds / 60);
    if (minutes < 24 * 60) {
      return two(minutes / 60, "h", minutes % 60, "min");
    }
    long hours = Math.round(seconds / 3600);
    return two(hours / 24, "d", hours % 24, "h");
  }

  /// {@return time on a clock, to the second: `0:42`, `12:05`, `1:04:09`}
  ///
  /// @param duration 0 or more
  public static String clock(Duration duration) {
    long seconds = Math.max(0, Math.round(duration.toMillis() / 1e3));
    return seconds < 3600
        ? String.format(Locale.ROOT, "%d:%02d", seconds / 60, seconds % 60)
        : String.format(
            Locale.ROOT, "%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
  }

  /// {@return four digits: `2.312`, `107.8`, `0.01250`, `3.000e-05`; from a thousand to a million
  /// the nearest whole number; `nan` and `inf`}
  ///
  /// @param value what to write
  public static String number(double value) {
    if (!Double.isFinite(value)) {
      return Double.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
    }
    double size = Math.abs(value);
    if (size < 1e6 && (size >= 1000 || value == Math.rint(value))) {
      return Long.toString(Math.round(value));
    }
    if (size >= 1e6 || size < 1e-3) {
      return String.format(Locale.ROOT, "%.3e", value);
    }
    return digits(value, 4);
  }

  private static String two(long large, String unit, long small, String smallUnit) {
    return small == 0 ? large + " " + unit : large + " " + unit + " " + small + " " + smallUnit;
  }

  private static String scaled(double value, int base, String[] units) {
    if (!Double.isFinite(value)) {
      return number(value);
    }
    int unit = 0;
    double part = value;
    // 999.6 would print as 1000: it belongs to the next unit.
    while (Math.abs(part) >= base - 0.5 && unit < units.length - 1) {
      part /= base;
      unit++;
    }
    boolean whole = unit == 0 && part == Math.rint(part);
    return (whole ? Long.toString((long) part) : digits(part, 3)) + units[unit];
  }

  // Rounded first: 9.996 has one digit before its point, its three digits 10.0 have two.
  private static String digits(double value, int digits) {
    BigDecimal rounded = new BigDecimal(value).round(new MathContext(digits));
    int scale = Math.max(0, digits - (rounded.precision() - rounded.scale()));
    return rounded.setScale(scale, RoundingMode.HALF_EVEN).toPlainString();
  }
}
