package jacquard.nn;

import jacquard.tensor.Ints;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;

/// `[N, product]` to `[N, dims...]`.
///
/// @param dims without the batch axis
public record Unflatten(Shape dims) implements Layer {

  /// {@return a layer that gives the last axis these sizes}
  ///
  /// @param dims without the batch axis
  public static Unflatten of(int... dims) {
    return new Unflatten(Shape.of(dims));
  }

  @Override
  public Tensor forward(Tensor x, Pass pass) {
    return x.reshape(
        Ints.filled(dims.rank() + 1, 0)
            .map((i, zero) -> i == 0 ? x.dim(0) : dims.dim(i - 1))
            .toArray());
  }

  @Override
  public Parts parts() {
    return Parts.none();
  }
}
