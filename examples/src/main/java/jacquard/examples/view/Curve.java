package jacquard.examples.view;

import java.util.Arrays;

/// Values over steps: grows while a run goes on, thinned and smoothed when drawn.
final class Curve {
  private double[] steps = new double[64];
  private double[] values = new double[64];
  private int size;

  /// Steps don't go down; a value that is not finite leaves a gap.
  void add(long step, double value) {
    if (size == steps.length) {
      steps = Arrays.copyOf(steps, 2 * size);
      values = Arrays.copyOf(values, 2 * size);
    }
    steps[size] = step;
    values[size++] = value;
  }

  int size() {
    return size;
  }

  double firstStep() {
    return size == 0 ? 0 : steps[0];
  }

  double lastStep() {
    return size == 0 ? 0 : steps[size - 1];
  }

  /// The finite points, as drawn.
  static final class Points {
    private final double[] steps;
    private final double[] values;

    private Points(double[] steps, double[] values) {
      this.steps = steps;
      this.values = values;
    }

    double[] steps() {
      return steps;
    }

    double[] values() {
      return values;
    }
  }

  /// At most `most` points: neighbours in the drawn position of `axis` are averaged.
  Points thinned(int most, Axis axis) {
    double low = axis.position(firstStep());
    double high = axis.position(lastStep());
    double width = Math.max((high - low) / most, 1e-12);
    double[] x = new double[size];
    double[] y = new double[size];
    int count = 0;
    for (int i = 0; i < size; ) {
      double bin = bin(axis.position(steps[i]) - low, width, most);
      double sumX = 0;
      double sumY = 0;
      int finite = 0;
      for (; i < size && bin(axis.position(steps[i]) - low, width, most) == bin; i++) {
        if (Double.isFinite(values[i])) {
          sumX += steps[i];
          sumY += values[i];
          finite++;
        }
      }
      if (finite > 0) {
        x[count] = sumX / finite;
        y[count++] = sumY / finite;
      }
    }
    return new Points(Arrays.copyOf(x, count), Arrays.copyOf(y, count));
  }

  private static double bin(double distance, double width, int most) {
    return Math.min(Math.floor(distance / width), most - 1);
  }

  /// The mean over a window of a fortieth of the drawn width, after a median over five points that
  /// keeps a single spike from lifting the whole window. Centred, so that it doesn't lag.
  Points smoothed(int most, Axis axis) {
    Points raw = thinned(4 * most, axis);
    double[] x = raw.steps;
    int count = x.length;
    double[] sums = new double[count + 1];
    for (int i = 0; i < count; i++) {
      sums[i + 1] = sums[i] + median(raw.values, i);
    }
    double[] y = new double[count];
    double half = count == 0 ? 0 : (axis.position(x[count - 1]) - axis.position(x[0])) / 80;
    int from = 0;
    int to = 0;
    for (int i = 0; i < count; i++) {
      double here = axis.position(x[i]);
      while (axis.position(x[from]) < here - half) {
        from++;
      }
      while (to < count && axis.position(x[to]) <= here + half) {
        to++;
      }
      // The same reach on both sides, or a falling curve would bend at its ends; but at the very
      // end not down to one noisy value.
      int reach = Math.max(Math.min(i - from, to - 1 - i), (to - from) / 4);
      int low = Math.max(0, i - reach);
      int high = Math.min(count, i + reach + 1);
      y[i] = (sums[high] - sums[low]) / (high - low);
    }
    return new Points(x, y);
  }

  private static double median(double[] values, int at) {
    int reach = Math.min(2, Math.min(at, values.length - 1 - at));
    double[] near = Arrays.copyOfRange(values, at - reach, at + reach + 1);
    Arrays.sort(near);
    return near[reach];
  }

  /// Where on the picture's width a step is, in any unit.
  enum Axis {
    LINEAR,
    LOGARITHMIC;

    double position(double step) {
      return switch (this) {
        case LINEAR -> step;
        case LOGARITHMIC -> Math.log(Math.max(step, 1));
      };
    }
  }
}
