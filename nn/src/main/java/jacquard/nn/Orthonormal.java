package jacquard.nn;

import java.util.Arrays;
import java.util.function.DoubleSupplier;

/// Random orthonormal vectors.
final class Orthonormal {
  private Orthonormal() {}

  /// `count` orthonormal vectors of `length`, from `gaussian` numbers by Gram and Schmidt's method:
  /// the Q of a QR factorisation whose R has a positive diagonal, which makes every set equally
  /// likely.
  static double[][] vectors(int count, int length, DoubleSupplier gaussian) {
    double[][] basis = new double[count][length];
    for (int i = 0; i < count; i++) {
      double[] v = basis[i];
      double norm;
      do {
        Arrays.setAll(v, j -> gaussian.getAsDouble());
        // the second round removes what rounding left of the first
        project(v, basis, i);
        project(v, basis, i);
        norm = Math.sqrt(dot(v, v));
      } while (norm < 1e-6);
      for (int j = 0; j < length; j++) {
        v[j] /= norm;
      }
    }
    return basis;
  }

  private static void project(double[] v, double[][] basis, int count) {
    for (int k = 0; k < count; k++) {
      double along = dot(v, basis[k]);
      for (int j = 0; j < v.length; j++) {
        v[j] -= along * basis[k][j];
      }
    }
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int j = 0; j < a.length; j++) {
      sum += a[j] * b[j];
    }
    return sum;
  }
}
