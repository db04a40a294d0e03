package jacquard.examples.score;

import jacquard.nn.metrics.Features;
import jacquard.nn.metrics.Moments;
import jacquard.nn.metrics.SymmetricEigen;
import java.util.stream.IntStream;

/// Vectors seen from where they vary most: their first two principal components.
///
/// @param x of each vector
/// @param y of each vector
/// @param share of all variance that lies in the two
public record Projection(double[] x, double[] y, double share) {

  /// @throws IllegalArgumentException if there are fewer than 2 vectors, or of fewer than 2 numbers
  public static Projection of(Features vectors) {
    int dim = vectors.dim();
    if (dim < 2) {
      throw new IllegalArgumentException(
          "projection: vectors of " + dim + " number, expected 2 or more");
    }
    Moments moments = Moments.of(vectors);
    SymmetricEigen.Decomposition eigen = new EjmlEigen().of(moments.covariance(), dim);
    double[] values = eigen.values();
    int[] order =
        IntStream.range(0, dim)
            .boxed()
            .sorted((a, b) -> Double.compare(values[b], values[a]))
            .mapToInt(Integer::intValue)
            .toArray();
    double total = 0;
    for (double value : values) {
      total += value;
    }
    return new Projection(
        along(vectors, moments, eigen, order[0]),
        along(vectors, moments, eigen, order[1]),
        total == 0 ? 0 : (values[order[0]] + values[order[1]]) / total);
  }

  /// Its sign is such that the largest part of the direction is positive: a decomposition may give
  /// either.
  private static double[] along(
      Features vectors, Moments moments, SymmetricEigen.Decomposition eigen, int component) {
    int dim = vectors.dim();
    double[] direction = new double[dim];
    double largest = 0;
    for (int i = 0; i < dim; i++) {
      direction[i] = eigen.vectors()[i * dim + component];
      largest = Math.abs(direction[i]) > Math.abs(largest) ? direction[i] : largest;
    }
    double[] along = new double[vectors.rows()];
    for (int row = 0; row < along.length; row++) {
      for (int i = 0; i < dim; i++) {
        double off = vectors.values()[row * dim + i] - moments.mean()[i];
        along[row] += Math.signum(largest) * direction[i] * off;
      }
    }
    return along;
  }
}
