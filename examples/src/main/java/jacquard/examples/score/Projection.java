package jacquard.examples.score;

import jacquard.nn.metrics.Features;
import jacquard.nn.metrics.Moments;
import jacquard.nn.metrics.SymmetricEigen;
import java.util.Arrays;
import java.util.stream.IntStream;

/// Vectors seen in a plane: the one in which they vary most, by their first two principal
/// components, or the one that they lie in.
///
/// @param x of each vector
/// @param y of each vector
/// @param share of all variance that lies in the plane
/// @param origin the vector that is seen at 0, 0
/// @param first direction that x counts along, of length 1
/// @param second direction that y counts along, of length 1
public record Projection(
    double[] x, double[] y, double share, double[] origin, double[] first, double[] second) {

  /// Finds the plane in which vectors vary most.
  ///
  /// @param vectors one in each row
  /// @return where they are seen
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
    double total = Arrays.stream(values).sum();
    return of(
        vectors,
        moments.mean(),
        direction(eigen, dim, order[0]),
        direction(eigen, dim, order[1]),
        total == 0 ? 0 : (values[order[0]] + values[order[1]]) / total);
  }

  /// Vectors of two numbers as they are.
  ///
  /// @param vectors one in each row
  /// @return where they are seen
  /// @throws IllegalArgumentException if they have more or fewer
  public static Projection plane(Features vectors) {
    if (vectors.dim() != 2) {
      throw new IllegalArgumentException(
          "plane: vectors of " + vectors.dim() + " numbers, expected 2");
    }
    return of(vectors, new double[2], new double[] {1, 0}, new double[] {0, 1}, 1);
  }

  private static Projection of(
      Features vectors, double[] origin, double[] first, double[] second, double share) {
    return new Projection(
        along(vectors, origin, first),
        along(vectors, origin, second),
        share,
        origin,
        first,
        second);
  }

  /// Its sign is such that the largest part of the direction is positive: a decomposition may give
  /// either.
  private static double[] direction(SymmetricEigen.Decomposition eigen, int dim, int component) {
    double[] direction = new double[dim];
    double largest = 0;
    for (int i = 0; i < dim; i++) {
      direction[i] = eigen.vectors()[i * dim + component];
      largest = Math.abs(direction[i]) > Math.abs(largest) ? direction[i] : largest;
    }
    for (int i = 0; i < dim; i++) {
      direction[i] *= Math.signum(largest);
    }
    return direction;
  }

  private static double[] along(Features vectors, double[] origin, double[] direction) {
    int dim = vectors.dim();
    double[] along = new double[vectors.rows()];
    for (int row = 0; row < along.length; row++) {
      for (int i = 0; i < dim; i++) {
        along[row] += direction[i] * (vectors.values()[row * dim + i] - origin[i]);
      }
    }
    return along;
  }

  /// The vector of the plane that is seen at a place.
  ///
  /// @param atX place along the first direction
  /// @param atY place along the second
  /// @return its elements
  public float[] vector(double atX, double atY) {
    float[] vector = new float[origin.length];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = (float) (origin[i] + atX * first[i] + atY * second[i]);
    }
    return vector;
  }
}
