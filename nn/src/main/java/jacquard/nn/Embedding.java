package jacquard.nn;

import jacquard.tensor.Tensor;

/// Rows of a table by index: i32 or i64 `[...]` to `[..., dim]`.
///
/// @param weight `[count, dim]`
public record Embedding(Parameter weight) implements Layer {

  /// Standard normal.
  public static Embedding of(Init init, int count, int dim) {
    return of(init, count, dim, Initialiser.normal(1));
  }

  public static Embedding of(Init init, int count, int dim, Initialiser weight) {
    return new Embedding(init.parameter("weight", weight, count, dim));
  }

  @Override
  public Tensor forward(Tensor index, Pass pass) {
    return pass.value(weight).gather(index);
  }

  @Override
  public Parts parts() {
    return Parts.of(weight);
  }
}
