package jacquard.bench.rows;

/// `C[m, n] = A[m, k] B[k, n]` in f32, for each item of a batch. Operands are dense; those of a
/// batch lie one behind the other.
///
/// @param layout which operands are stored transposed
/// @param batch number of items
/// @param m rows of A and C
/// @param n columns of B and C
/// @param k columns of A, rows of B
public record Product(Layout layout, int batch, int m, int n, int k) {

  /// N is stored as it is used, T transposed; A's letter first.
  public enum Layout {
    /// Both as they are used.
    NN(false, false),
    /// B transposed.
    NT(false, true),
    /// A transposed.
    TN(true, false);

    private final boolean a;
    private final boolean b;

    Layout(boolean a, boolean b) {
      this.a = a;
      this.b = b;
    }

    /// {@return whether A is stored transposed}
    public boolean transposesA() {
      return a;
    }

    /// {@return whether B is stored transposed}
    public boolean transposesB() {
      return b;
    }
  }

  /// {@return floating-point operations; a multiply-add counts as two}
  public double flops() {
    return 2.0 * batch * m * n * k;
  }

  /// {@return bytes of both operands and the result}
  public double bytes() {
    return 4.0 * (aSize() + bSize() + cSize());
  }

  /// {@return elements of A, of all items}
  public int aSize() {
    return batch * m * k;
  }

  /// {@return elements of B, of all items}
  public int bSize() {
    return batch * k * n;
  }

  /// {@return elements of C, of all items}
  public int cSize() {
    return batch * m * n;
  }
}
