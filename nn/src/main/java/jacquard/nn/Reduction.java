package jacquard.nn;

import jacquard.tensor.Tensor;

/// What becomes of the losses of single elements or rows.
public enum Reduction {
  /// They stay as they are.
  NONE,
  /// The sum of all elements' losses.
  SUM,
  /// Their mean.
  MEAN;

  Tensor of(Tensor losses) {
    return switch (this) {
      case NONE -> losses;
      case SUM -> losses.sum();
      case MEAN -> losses.mean();
    };
  }
}
