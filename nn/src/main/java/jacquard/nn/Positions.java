package jacquard.nn;

/// How a transformer tells where a token stands.
public sealed interface Positions {

  /// A vector for each position, learned and added to the token's.
  record Learned() implements Positions {}

  /// Queries and keys are turned by angles that grow with the position, see [Rotary]: scores depend
  /// on distances only.
  ///
  /// @param base the slowest pair of columns turns by nearly `1 / base` a position
  record Rotary(double base) implements Positions {
    /// Pairs of columns of queries and keys turned by an angle that grows with the position.
    ///
    /// @throws IllegalArgumentException unless `base` is above 0 and finite
    public Rotary {
      if (!(base > 0 && base < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "rotary: base " + base + ", expected above 0 and finite");
      }
    }
  }
}
