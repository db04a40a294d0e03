package jacquard.nn;

import jacquard.tensor.Tensor;

/// Rows of a table by index: i32 or i64 `[...]` to `[..., dim]`.
///
/// @param weight `[count, dim]`
public record Embedding(Parameter weight) implements Layer {

  /// Standard normal.
  ///
  /// @param init where the layer stands in the model: names and seed
  /// @param count number of rows
  /// @param dim size of the last axis
  /// @return the table
  public static Embedding of(Init init, int count, int dim) {
    return of(init, count, dim, Initialiser.normal(1));
  }

  /// {@return a table with rows drawn by `weight`}
  ///
  /// @param init where the layer stands in the model: names and seed
  /// @param count number of rows
  /// @param dim size of the last axis
  /// @param weight how the rows are drawn
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
