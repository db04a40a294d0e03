package jacquard.examples.tensorboard;

import jacquard.nn.io.FormatException;
import java.util.Arrays;

/// How values are spread: their number in buckets that get wider by a tenth from one to the next,
/// away from 0 on both sides. Values that are NaN or infinite are not counted.
///
/// @param min of the values; 0 if there are none
/// @param max of the values; 0 if there are none
/// @param count of the values
/// @param sum of the values
/// @param squares sum of their squares
/// @param limits upper ends of the buckets, rising; the lower end of the first is `min`
/// @param counts of the buckets
public record Histogram(
    double min,
    double max,
    long count,
    double sum,
    double squares,
    double[] limits,
    double[] counts) {
  private static final double GROWTH = 1.1;
  private static final double SMALLEST = 1e-12;
  private static final double LARGEST = 1e20;

  /// Limits of all buckets on one side of 0; the last takes whatever is larger.
  private static final double[] ABOVE = above();

  private static double[] above() {
    double[] limits = new double[1 + (int) (Math.log(LARGEST / SMALLEST) / Math.log(GROWTH))];
    double limit = SMALLEST;
    for (int i = 0; i < limits.length - 1; i++) {
      limits[i] = limit;
      limit *= GROWTH;
    }
    limits[limits.length - 1] = Double.MAX_VALUE;
    return limits;
  }

  /// Counts values.
  ///
  /// @param values what to count
  /// @return how they are spread
  public static Histogram of(float[] values) {
    int side = ABOVE.length;
    double[] counts = new double[2 * side];
    double min = Double.POSITIVE_INFINITY;
    double max = Double.NEGATIVE_INFINITY;
    double sum = 0;
    double squares = 0;
    long count = 0;
    for (float value : values) {
      if (Float.isFinite(value)) {
        min = Math.min(min, value);
        max = Math.max(max, value);
        sum += value;
        squares += (double) value * value;
        count++;
        counts[value < 0 ? side - 1 - bucket(-value) : side + bucket(value)]++;
      }
    }
    return count == 0
        ? new Histogram(0, 0, 0, 0, 0, new double[] {0}, new double[] {0})
        : new Histogram(min, max, count, sum, squares, allLimits(), counts).trimmed();
  }

  /// The logarithm is not exact at a limit: one bucket further at most.
  private static int bucket(double size) {
    if (size < SMALLEST) {
      return 0;
    }
    int guess = (int) (Math.log(size / SMALLEST) / Math.log(GROWTH));
    int at = Math.clamp(guess, 0, ABOVE.length - 1);
    while (at < ABOVE.length - 1 && size >= ABOVE[at]) {
      at++;
    }
    return at;
  }

  private static double[] allLimits() {
    int side = ABOVE.length;
    double[] limits = new double[2 * side];
    for (int i = 0; i < side; i++) {
      limits[side + i] = ABOVE[i];
      limits[side - 1 - i] = i == 0 ? 0 : -ABOVE[i - 1];
    }
    return limits;
  }

  /// Without the empty buckets at both ends; of those in between each gap is one bucket.
  private Histogram trimmed() {
    double[] keptLimits = new double[limits.length];
    double[] keptCounts = new double[limits.length];
    int kept = 0;
    for (int i = 0; i < counts.length; i++) {
      boolean empty = counts[i] == 0;
      boolean begins = kept == 0;
      if (empty && (begins || keptCounts[kept - 1] == 0)) {
        if (!begins) {
          keptLimits[kept - 1] = limits[i];
        }
      } else {
        keptLimits[kept] = limits[i];
        keptCounts[kept++] = counts[i];
      }
    }
    while (kept > 1 && keptCounts[kept - 1] == 0) {
      kept--;
    }
    return new Histogram(
        min,
        max,
        count,
        sum,
        squares,
        Arrays.copyOf(keptLimits, kept),
        Arrays.copyOf(keptCounts, kept));
  }

  /// What [#message] wrote; limits and counts are empty if they aren't asked for.
  static Histogram read(Fields fields, boolean buckets) throws FormatException {
    double[] numbers = new double[6];
    double[] limits = {};
    double[] counts = {};
    while (fields.next()) {
      switch (fields.field()) {
        case 1, 2, 3, 4, 5 -> {
          int at = fields.field();
          numbers[at] = fields.real();
        }
        case 6 -> limits = buckets ? fields.reals() : limits;
        case 7 -> counts = buckets ? fields.reals() : counts;
        default -> {} // unknown to this version
      }
    }
    if (limits.length != counts.length) {
      throw new FormatException(
          "events: a histogram has " + limits.length + " limits and " + counts.length + " counts");
    }
    return new Histogram(
        numbers[1], numbers[2], (long) numbers[3], numbers[4], numbers[5], limits, counts);
  }

  /// {@return arithmetic mean of the values; 0 if there are none}
  public double mean() {
    return count == 0 ? 0 : sum / count;
  }

  /// {@return root mean square of the values; 0 if there are none}
  public double size() {
    return count == 0 ? 0 : Math.sqrt(squares / count);
  }

  /// {@return standard deviation of the values; 0 if there are none}
  public double deviation() {
    return count == 0 ? 0 : Math.sqrt(Math.max(0, squares / count - mean() * mean()));
  }

  Message message() {
    return new Message()
        .real(1, min)
        .real(2, max)
        .real(3, (double) count)
        .real(4, sum)
        .real(5, squares)
        .reals(6, limits)
        .reals(7, counts);
  }
}
