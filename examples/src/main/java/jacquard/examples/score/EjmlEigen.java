package jacquard.examples.score;

import jacquard.nn.metrics.SymmetricEigen;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;

/// Eigenvalues and eigenvectors by EJML.
///
/// @see <a href="https://ejml.org">Efficient Java Matrix Library</a>
public final class EjmlEigen implements SymmetricEigen {

  /// It needs no setting up.
  public EjmlEigen() {}

  @Override
  public Decomposition of(double[] matrix, int n) {
    EigenDecomposition_F64<DMatrixRMaj> eigen = DecompositionFactory_DDRM.eig(n, true, true);
    // A copy, because it works in place.
    if (!eigen.decompose(DMatrixRMaj.wrap(n, n, matrix.clone()))) {
      throw new ArithmeticException(
          "eigen: a matrix of " + n + " x " + n + " didn't converge, expected finite values");
    }
    double[] values = new double[n];
    double[] vectors = new double[n * n];
    for (int k = 0; k < n; k++) {
      values[k] = eigen.getEigenvalue(k).getReal();
      DMatrixRMaj vector = eigen.getEigenVector(k);
      for (int i = 0; i < n; i++) {
        vectors[i * n + k] = vector.get(i, 0);
      }
    }
    return new Decomposition(values, vectors);
  }
}
