package jacquard.bench.rows;

/// `C[m, n] = A[m, k] B[k, n]` in f32, for each item of a batch. Operands are dense; those of a
/// batch lie one behind the other.
///
/// @param layout which operands are stored transposed
public record Product(Layout layout, int batch, int m, int n, int k) {

  /// N is stored as it is used, T transposed; A's letter first.
  public enum Layout {
    NN(false, false),
    NT(false, true),
    TN(true, false);

    private final boolean a;
    private final boolean b;

    Layout(boolean a, boolean b) {
      this.a = a;
      this.b = b;
    }

    public boolean transposesA() {
      return a;
    }

    public boolean transposesB() {
      return b;
    }
  }

  /// A multiply-add counts as two.
  public double flops() {
    return 2.0 * batch * m * n * k;
  }

  public double bytes() {
    return 4.0 * (aSize() + bSize() + cSize());
  }

  public int aSize() {
    return batch * m * k;
  }

  public int bSize() {
    return batch * k * n;
  }

  public int cSize() {
    return batch * m * n;
  }
}
