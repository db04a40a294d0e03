package jacquard.nn;

/// Which norm stands before each part of a transformer block.
///
/// @param kind which norm
/// @param eps keeps the norm of a constant finite
public record Normalisation(Kind kind, double eps) {
  /// What is divided by.
  public enum Kind {
    /// The standard deviation, see [LayerNorm].
    LAYER,
    /// The root mean square, see [RmsNorm].
    RMS
  }

  /// Refuses an epsilon that is negative or no number.
  ///
  /// @throws IllegalArgumentException unless `eps` is 0 or more and finite
  public Normalisation {
    if (!(eps >= 0 && eps < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("norm: eps " + eps + ", expected 0 or more and finite");
    }
  }

  /// {@return GPT-2's: layer norms with an epsilon of 1e-5}
  public static Normalisation layer() {
    return new Normalisation(Kind.LAYER, LayerNorm.EPS);
  }

  /// {@return Llama's: root mean square, with an epsilon of 1e-5}
  public static Normalisation rms() {
    return new Normalisation(Kind.RMS, RmsNorm.EPS);
  }

  /// @param bias whether a layer norm has one; an RMS norm never has
  Layer make(Init init, int dim, boolean bias) {
    return switch (kind) {
      case LAYER -> LayerNorm.of(init, dim, bias, eps);
      case RMS -> RmsNorm.of(init, dim, eps);
    };
  }
}
