package jacquard.nn.optim;

import jacquard.tensor.Tensor;
import java.util.List;

/// Limits on gradients.
public final class Clip {
  private Clip() {}

  /// Gradients that were made smaller, or not.
  ///
  /// @param gradients after clipping
  /// @param norm over all elements of all gradients before clipping, a scalar
  public record Clipped(List<Tensor> gradients, Tensor norm) {}

  /// {@return root of the sum of the squares of all elements of all tensors: a scalar}
  ///
  /// @param tensors tensors, with their names
  /// @throws IllegalArgumentException if there are no tensors
  public static Tensor globalNorm(List<Tensor> tensors) {
    return tensors.stream()
        .map(x -> x.square().sum())
        .reduce(Tensor::add)
        .orElseThrow(
            () -> new IllegalArgumentException("globalNorm: no tensors, expected at least one"))
        .sqrt();
  }

  /// All gradients multiplied by `min(1, max / (norm + 1e-6))` with their [#globalNorm].
  ///
  /// @param gradients one for each parameter, in their order
  /// @param max largest norm
  /// @return the gradients, and their norm before
  /// @throws IllegalArgumentException unless `max` is above 0
  /// @see <a href="https://arxiv.org/abs/1211.5063">Pascanu et al.: On the difficulty of training
  ///   recurrent neural networks</a>
  public static Clipped byGlobalNorm(List<Tensor> gradients, double max) {
    requireAboveZero("byGlobalNorm", max);
    Tensor norm = globalNorm(gradients);
    Tensor factor = norm.add(1e-6).recip().mul(max).minimum(1);
    return new Clipped(gradients.stream().map(g -> g.mul(factor)).toList(), norm);
  }

  /// Every element limited to `-max .. max`.
  ///
  /// @param gradients one for each parameter, in their order
  /// @param max largest magnitude
  /// @return the gradients
  /// @throws IllegalArgumentException unless `max` is above 0
  public static List<Tensor> byValue(List<Tensor> gradients, double max) {
    requireAboveZero("byValue", max);
    return gradients.stream().map(g -> g.clamp(-max, max)).toList();
  }

  private static void requireAboveZero(String op, double max) {
    if (!(max > 0)) {
      throw new IllegalArgumentException("clip: " + op + ": max " + max + ", expected above 0");
    }
  }
}
