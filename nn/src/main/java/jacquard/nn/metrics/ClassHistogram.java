package jacquard.nn.metrics;

import java.util.Arrays;

/// How often each class occurs.
///
/// @param counts by class
public record ClassHistogram(int[] counts) {

  /// {@return counts of `0 .. classes - 1` among `labels`}
  ///
  /// @param labels what was counted
  /// @param classes number of classes
  /// @throws IndexOutOfBoundsException if a label is no class
  public static ClassHistogram of(int[] labels, int classes) {
    int[] counts = new int[classes];
    for (int label : labels) {
      counts[label]++;
    }
    return new ClassHistogram(counts);
  }

  /// {@return how many were counted}
  public int total() {
    return Arrays.stream(counts).sum();
  }

  /// {@return classes that occur}
  public int present() {
    return (int) Arrays.stream(counts).filter(count -> count > 0).count();
  }

  /// In nats: `log(classes)` if all occur alike, 0 if one alone does. NaN if nothing was counted.
  ///
  /// @return the entropy
  public double entropy() {
    double total = total();
    double entropy = total == 0 ? Double.NaN : 0;
    for (int count : counts) {
      if (count > 0) {
        entropy -= count / total * Math.log(count / total);
      }
    }
    return entropy;
  }
}
