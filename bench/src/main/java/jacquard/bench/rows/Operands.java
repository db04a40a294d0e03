package jacquard.bench.rows;

/// A product's operands on the heap, the same numbers for everyone who computes it.
///
/// @param a in the layout of the product, item by item
/// @param b likewise
@SuppressWarnings("ArrayRecordComponent") // carried, never compared
public record Operands(float[] a, float[] b) {
  /// Draws them.
  ///
  /// @param p whose operands
  /// @return the operands
  public static Operands of(Product p) {
    return new Operands(Data.array(1, p.aSize()), Data.array(2, p.bSize()));
  }
}
