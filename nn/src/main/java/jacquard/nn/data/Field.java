package jacquard.nn.data;

import jacquard.tensor.DType;
import jacquard.tensor.Shape;

/// One part of every example of a dataset.
///
/// @param name what the field is called
/// @param dtype dtype of the elements
/// @param shape of one example, without the batch axis; `[]` for a label
public record Field(String name, DType dtype, Shape shape) {
  /// `image f32[1, 28, 28]`.
  @Override
  public String toString() {
    return name + " " + dtype + shape;
  }
}
