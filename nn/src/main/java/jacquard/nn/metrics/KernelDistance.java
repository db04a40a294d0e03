package jacquard.nn.metrics;

import jacquard.nn.data.SplitMix;
import jacquard.tensor.DType;
import jacquard.tensor.Step;
import jacquard.tensor.Tensor;

/// The kernel Inception distance: squared maximum mean discrepancy of two sets of vectors with the
/// kernel `(x . y / dim + 1)^3`, by the unbiased estimator.
///
/// Its mean doesn't depend on how many vectors there are, and may fall below 0 for sets that are
/// alike.
///
/// @param mean over the subsets
/// @param deviation of a subset's value
/// @see <a href="https://arxiv.org/abs/1801.01401">Binkowski et al.: Demystifying MMD GANs</a>
public record KernelDistance(double mean, double deviation) {

  /// Mean over random subsets, which are drawn without replacement.
  ///
  /// @param a vectors of one kind
  /// @param b those of the other
  /// @param subsets how many
  /// @param size vectors of each set in a subset; fewer if a set is smaller
  /// @param seed same seed, same numbers
  /// @return the distance, and how far subsets differ
  /// @throws IllegalArgumentException if the vectors differ in length, there is no subset, or one
  ///   of fewer than 2 vectors
  public static KernelDistance between(Features a, Features b, int subsets, int size, long seed) {
    Features.requireSameDim("kernel distance", a, b);
    int count = Math.min(size, Math.min(a.rows(), b.rows()));
    if (subsets < 1 || count < 2) {
      throw new IllegalArgumentException(
          "kernel distance: %d subsets of %d vectors, expected 1 or more of 2 or more"
              .formatted(subsets, count));
    }
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < subsets; i++) {
      Features x = a.rows(SplitMix.of(seed, i, 0).permutation(a.rows()), count);
      Features y = b.rows(SplitMix.of(seed, i, 1).permutation(b.rows()), count);
      double value = squared(x, y);
      sum += value;
      squares += value * value;
    }
    double mean = sum / subsets;
    return new KernelDistance(mean, Math.sqrt(Math.max(0, squares / subsets - mean * mean)));
  }

  /// Squared discrepancy of two whole sets of 2 vectors or more.
  static double squared(Features a, Features b) {
    double m = a.rows();
    double n = b.rows();
    Tensor[] sums = {within(a), within(b), kernel(a, b).sum()};
    Step.realise(sums);
    return sums[0].item() / (m * (m - 1))
        + sums[1].item() / (n * (n - 1))
        - 2 * sums[2].item() / (m * n);
  }

  /// Sum over all pairs of two different vectors.
  private static Tensor within(Features a) {
    Tensor x = a.tensor();
    Tensor own = cubed(x.square().sum(-1), a.dim()).sum();
    return kernel(a, a).sum().sub(own);
  }

  private static Tensor kernel(Features a, Features b) {
    return cubed(a.tensor().matmul(b.tensor().t()), a.dim());
  }

  /// In f64: the difference of sums of some million terms is what counts.
  private static Tensor cubed(Tensor products, int dim) {
    Tensor k = products.cast(DType.F64).div(dim).add(1);
    return k.mul(k).mul(k);
  }
}
