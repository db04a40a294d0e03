package jacquard.tensor.graph;

/// How a reduction combines the elements of the reduced axes.
public enum ReduceKind {
  /// 0 for no elements; f32 is summed in f32 in a fixed order.
  SUM,
  /// -inf, or the smallest integer, for no elements; NaN if any element is NaN.
  MAX,
  /// +inf, or the largest integer, for no elements; NaN if any element is NaN.
  MIN,
  /// 1 for no elements.
  PROD;

  private final String text = name().toLowerCase(java.util.Locale.ROOT);

  @Override
  public String toString() {
    return text;
  }
}
