package jacquard.nn.metrics;

/// The Frechet distance of two normal distributions, which with the features of a network is FID:
/// `|m1 - m2|^2 + tr(C1) + tr(C2) - 2 tr((C1 C2)^(1/2))`.
///
/// 0 for equal ones, and there is no upper end. Of samples it is too large on average, by an amount
/// that falls with their number: compare figures of equal numbers only, and with the floor that two
/// sets of real pictures give.
///
/// @see <a href="https://arxiv.org/abs/1706.08500">Heusel et al.: GANs trained by a two time-scale
///   update rule converge to a local Nash equilibrium</a>
public final class FrechetDistance {
  private FrechetDistance() {}

  /// The squared distance of two normal distributions.
  ///
  /// @param a mean and covariance of one kind of vectors
  /// @param b those of the other
  /// @param eigen decomposes symmetric matrices
  /// @return the distance, 0 for equal ones
  /// @throws IllegalArgumentException if the two have different numbers of features
  /// @throws ArithmeticException if an eigendecomposition doesn't converge
  public static double between(Moments a, Moments b, SymmetricEigen eigen) {
    int n = a.dim();
    if (n != b.dim()) {
      throw new IllegalArgumentException(
          "frechet: " + n + " and " + b.dim() + " features, expected both from one network");
    }
    double distance = 0;
    for (int i = 0; i < n; i++) {
      double shift = a.mean()[i] - b.mean()[i];
      distance += shift * shift + a.covariance()[i * n + i] + b.covariance()[i * n + i];
    }
    return distance - 2 * rootTrace(a.covariance(), b.covariance(), n, eigen);
  }

  /// `tr((A B)^(1/2))` of two symmetric matrices without negative eigenvalues.
  ///
  /// `A B` is not symmetric, but has the eigenvalues of `R B R` with `R = A^(1/2)`, which is. What
  /// rounding makes of an eigenvalue of 0 may be negative and counts as 0.
  private static double rootTrace(double[] a, double[] b, int n, SymmetricEigen eigen) {
    double[] root = root(eigen.of(a, n), n);
    double[] product = product(product(root, b, n), root, n);
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < i; j++) {
        double mean = (product[i * n + j] + product[j * n + i]) / 2;
        product[i * n + j] = mean;
        product[j * n + i] = mean;
      }
    }
    double trace = 0;
    for (double value : eigen.of(product, n).values()) {
      trace += Math.sqrt(Math.max(value, 0));
    }
    return trace;
  }

  /// `V diag(sqrt(values)) V^T`.
  private static double[] root(SymmetricEigen.Decomposition eigen, int n) {
    double[] scaled = new double[n * n];
    double[] transposed = new double[n * n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        double v = eigen.vectors()[i * n + j];
        scaled[i * n + j] = v * Math.sqrt(Math.max(eigen.values()[j], 0));
        transposed[j * n + i] = v;
      }
    }
    return product(scaled, transposed, n);
  }

  private static double[] product(double[] a, double[] b, int n) {
    double[] c = new double[n * n];
    for (int i = 0; i < n; i++) {
      for (int k = 0; k < n; k++) {
        double x = a[i * n + k];
        for (int j = 0; j < n; j++) {
          c[i * n + j] += x * b[k * n + j];
        }
      }
    }
    return c;
  }
}
