package jacquard.nn.metrics;

/// Eigenvalues and eigenvectors of a symmetric matrix: what a linear algebra library lends to the
/// metrics, which have none.
@FunctionalInterface
public interface SymmetricEigen {
  /// `matrix = vectors diag(values) vectors^T`.
  ///
  /// @param values `[n]`
  /// @param vectors `[n, n]`, one a column, orthonormal
  record Decomposition(double[] values, double[] vectors) {}

  /// Decomposes a matrix.
  ///
  /// @param matrix symmetric, `[n, n]`, row-major; not changed
  /// @param n rows and columns
  /// @return eigenvalues and eigenvectors
  /// @throws ArithmeticException if it doesn't converge
  Decomposition of(double[] matrix, int n);
}
