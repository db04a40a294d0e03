package jacquard.nn;

import jacquard.tensor.Tensor;

/// Zeroes elements at random while training and scales the others up, so that the expected value
/// stays.
///
/// @param probability with which an element is zeroed
/// @see <a href="https://jmlr.org/papers/v15/srivastava14a.html">Srivastava et al.: Dropout</a>
public record Dropout(double probability) implements Layer {

  /// Refuses what is no probability.
  ///
  /// @throws IllegalArgumentException unless `0 <= probability < 1`
  public Dropout {
    if (!(probability >= 0 && probability < 1)) {
      throw new IllegalArgumentException(
          "dropout: probability " + probability + ", expected 0 or more and below 1");
    }
  }

  /// Whether it changes anything in `pass`.
  boolean isActive(Pass pass) {
    return pass.isTraining() && probability > 0;
  }

  @Override
  public Tensor forward(Tensor x, Pass pass) {
    if (!isActive(pass)) {
      return x;
    }
    double keep = 1 - probability;
    return Tensor.bernoulli(pass.key(), keep, x.shape()).where(x.mul(1 / keep), 0);
  }

  @Override
  public Parts parts() {
    return Parts.none();
  }
}
