package jacquard.nn.metrics;

import jacquard.tensor.Tensor;
import java.util.Arrays;

/// Improved precision and recall: the part of the drawn vectors that lie among the real ones, and
/// the part of the real ones that lie among the drawn.
///
/// A vector lies among a set if it is no farther from one of the set than that one's `k`-th nearest
/// neighbour in the set. Precision says how good pictures are, recall how much of the variety there
/// is.
///
/// @param precision part of the drawn vectors among the real ones
/// @param recall part of the real vectors among the drawn ones
/// @see <a href="https://arxiv.org/abs/1904.06991">Kynkaanniemi et al.: Improved precision and
///   recall metric for assessing generative models</a>
public record PrecisionRecall(double precision, double recall) {
  private static final int ROWS_AT_ONCE = 500;

  /// Compares vectors of the data with drawn ones.
  ///
  /// @param real scores, pictures or vectors of the data
  /// @param drawn those of what the generator made
  /// @param k neighbours that make a neighbourhood, 3 in the paper
  /// @return both, from 0 to 1
  /// @throws IllegalArgumentException if the vectors differ in length, or a set has no `k`
  ///   neighbours
  public static PrecisionRecall of(Features real, Features drawn, int k) {
    Features.requireSameDim("precision", real, drawn);
    if (k < 1 || Math.min(real.rows(), drawn.rows()) <= k) {
      throw new IllegalArgumentException(
          "precision: %d neighbours among %d and %d vectors, expected 1 or more and fewer than vectors"
              .formatted(k, real.rows(), drawn.rows()));
    }
    return new PrecisionRecall(
        partAmong(drawn, real, radii(real, k)), partAmong(real, drawn, radii(drawn, k)));
  }

  /// Squared distance of each vector from its `k`-th nearest among the others.
  private static double[] radii(Features set, int k) {
    double[] radii = new double[set.rows()];
    double[] nearest = new double[k];
    new Distances(set, set)
        .forEach((row, distances) -> {
          Arrays.fill(nearest, Double.POSITIVE_INFINITY);
          for (int j = 0; j < distances.length; j++) {
            if (j != row && distances[j] < nearest[k - 1]) {
              insert(nearest, distances[j]);
            }
          }
          radii[row] = nearest[k - 1];
        });
    return radii;
  }

  /// Puts a value that is below the last into an ascending array, whose last goes.
  private static void insert(double[] nearest, double value) {
    int at = nearest.length - 1;
    for (; at > 0 && nearest[at - 1] > value; at--) {
      nearest[at] = nearest[at - 1];
    }
    nearest[at] = value;
  }

  private static double partAmong(Features queries, Features set, double[] radii) {
    int[] found = {0};
    new Distances(queries, set)
        .forEach((row, distances) -> {
          for (int j = 0; j < distances.length; j++) {
            if (distances[j] <= radii[j]) {
              found[0]++;
              return;
            }
          }
        });
    return (double) found[0] / queries.rows();
  }

  /// Squared distances of each of `from` to all of `to`: products of blocks of rows, and the norms
  /// beside.
  private record Distances(Features from, Features to) {
    private interface Row {
      void accept(int row, double[] distances);
    }

    void forEach(Row consumer) {
      Tensor all = to.tensor().t();
      double[] norms = norms(to);
      double[] fromNorms = norms(from);
      double[] distances = new double[to.rows()];
      for (int start = 0; start < from.rows(); start += ROWS_AT_ONCE) {
        int end = Math.min(start + ROWS_AT_ONCE, from.rows());
        float[] products = from.slice(start, end).tensor().matmul(all).toFloatArray();
        for (int row = start; row < end; row++) {
          int at = (row - start) * distances.length;
          for (int j = 0; j < distances.length; j++) {
            // A rounding error below 0 would let a vector lie among a point.
            distances[j] = Math.max(0, fromNorms[row] + norms[j] - 2.0 * products[at + j]);
          }
          consumer.accept(row, distances);
        }
      }
    }

    private static double[] norms(Features set) {
      double[] norms = new double[set.rows()];
      for (int i = 0; i < set.values().length; i++) {
        double x = set.values()[i];
        norms[i / set.dim()] += x * x;
      }
      return norms;
    }
  }
}
