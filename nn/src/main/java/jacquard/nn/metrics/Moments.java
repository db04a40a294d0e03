package jacquard.nn.metrics;

/// Mean and covariance of a set of vectors.
///
/// @param mean `[dim]`
/// @param covariance `[dim, dim]`, divided by the count less one
public record Moments(double[] mean, double[] covariance) {

  /// Refuses sizes that don't fit each other.
  ///
  /// @throws IllegalArgumentException if lengths don't agree
  public Moments {
    if (covariance.length != (long) mean.length * mean.length) {
      throw new IllegalArgumentException(
          "moments: %d covariances of %d means, expected its square"
              .formatted(covariance.length, mean.length));
    }
  }

  /// {@return elements of a vector}
  public int dim() {
    return mean.length;
  }

  /// In double precision.
  ///
  /// @param features vectors, one a row
  /// @return mean and covariance
  /// @throws IllegalArgumentException if there are fewer than 2 vectors
  public static Moments of(Features features) {
    int n = features.dim();
    int rows = features.rows();
    if (rows < 2) {
      throw new IllegalArgumentException(
          "moments: of " + rows + " vector, expected 2 or more for a covariance");
    }
    double[] mean = new double[n];
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < n; i++) {
        mean[i] += features.values()[row * n + i];
      }
    }
    for (int i = 0; i < n; i++) {
      mean[i] /= rows;
    }
    double[] covariance = new double[n * n];
    double[] centred = new double[n];
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < n; i++) {
        centred[i] = features.values()[row * n + i] - mean[i];
      }
      for (int i = 0; i < n; i++) {
        double x = centred[i];
        if (x != 0) {
          for (int j = 0; j <= i; j++) {
            covariance[i * n + j] += x * centred[j];
          }
        }
      }
    }
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        covariance[i * n + j] /= rows - 1;
        covariance[j * n + i] = covariance[i * n + j];
      }
    }
    return new Moments(mean, covariance);
  }
}
