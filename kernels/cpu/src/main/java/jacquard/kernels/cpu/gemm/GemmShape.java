package jacquard.kernels.cpu.gemm;

/// Sizes and layout of `C[m, n] (=|+=) A[m, k] · B[k, n]`, repeated over the items of a batch.
///
/// Strides are in elements. A and B may have any strides, so that transposes and views need no
/// copy; C's columns lie side by side. Offsets, given with the arrays, point at element `[0, 0]` of
/// the first item.
///
/// @param m rows of A and C
/// @param n columns of B and C
/// @param k columns of A, rows of B
/// @param aRowStride distance between A's rows
/// @param aColStride distance between A's columns
/// @param bRowStride distance between B's rows
/// @param bColStride distance between B's columns
/// @param cRowStride distance between C's rows, at least `n`
/// @param batch batch dims, [Batch#NONE] for a single product
public record GemmShape(
    int m,
    int n,
    int k,
    int aRowStride,
    int aColStride,
    int bRowStride,
    int bColStride,
    int cRowStride,
    Batch batch) {

  /// Checks the sizes.
  ///
  /// @throws IllegalArgumentException for a negative size, or rows of C that overlap
  public GemmShape {
    if (m < 0 || n < 0 || k < 0) {
      throw new IllegalArgumentException(
          "gemm: m %d, n %d, k %d, expected none negative".formatted(m, n, k));
    }
    if (cRowStride < n && m > 1) {
      throw new IllegalArgumentException(
          "gemm: rows of C are %d apart, expected at least n = %d".formatted(cRowStride, n));
    }
  }

  /// Both operands row-major: A is `[m, k]`, B is `[k, n]`.
  ///
  /// @param m rows of A and C
  /// @param n columns of B and C
  /// @param k columns of A, rows of B
  /// @return a single product without gaps
  public static GemmShape nn(int m, int n, int k) {
    return new GemmShape(m, n, k, k, 1, n, 1, n, Batch.NONE);
  }

  /// B is stored transposed, `[n, k]`; A is `[m, k]`.
  ///
  /// @param m rows of A and C
  /// @param n columns of B and C
  /// @param k columns of A, rows of B
  /// @return a single product without gaps
  public static GemmShape nt(int m, int n, int k) {
    return new GemmShape(m, n, k, k, 1, 1, k, n, Batch.NONE);
  }

  /// A is stored transposed, `[k, m]`; B is `[k, n]`.
  ///
  /// @param m rows of A and C
  /// @param n columns of B and C
  /// @param k columns of A, rows of B
  /// @return a single product without gaps
  public static GemmShape tn(int m, int n, int k) {
    return new GemmShape(m, n, k, 1, m, n, 1, n, Batch.NONE);
  }

  /// Both operands are stored transposed: A is `[k, m]`, B is `[n, k]`.
  ///
  /// @param m rows of A and C
  /// @param n columns of B and C
  /// @param k columns of A, rows of B
  /// @return a single product without gaps
  public static GemmShape tt(int m, int n, int k) {
    return new GemmShape(m, n, k, 1, m, 1, k, n, Batch.NONE);
  }

  /// {@return this shape over a batch}
  ///
  /// @param newBatch batch dims
  public GemmShape withBatch(Batch newBatch) {
    return new GemmShape(
        m, n, k, aRowStride, aColStride, bRowStride, bColStride, cRowStride, newBatch);
  }

  /// {@return floating-point operations of the product, a multiply-add counted as two}
  public long flops() {
    return 2L * m * n * k * batch.count();
  }

  /// @throws IndexOutOfBoundsException if the shape reaches outside an array
  void checkBounds(int aLength, int aOffset, int bLength, int bOffset, int cLength, int cOffset) {
    if (m == 0 || n == 0 || batch.count() == 0) {
      return;
    }
    if (k > 0) {
      long aFirst = batch.aExtreme(-1) + reach(m, aRowStride, -1) + reach(k, aColStride, -1);
      long aLast = batch.aExtreme(1) + reach(m, aRowStride, 1) + reach(k, aColStride, 1);
      check("A", aOffset + aFirst, aOffset + aLast, aLength);
      long bFirst = batch.bExtreme(-1) + reach(k, bRowStride, -1) + reach(n, bColStride, -1);
      long bLast = batch.bExtreme(1) + reach(k, bRowStride, 1) + reach(n, bColStride, 1);
      check("B", bOffset + bFirst, bOffset + bLast, bLength);
    }
    long cLast = batch.cExtreme(1) + reach(m, cRowStride, 1) + n - 1;
    check("C", cOffset + batch.cExtreme(-1), cOffset + cLast, cLength);
  }

  private static long reach(int count, int stride, int sign) {
    long reach = (count - 1L) * stride;
    return reach * sign > 0 ? reach : 0;
  }

  private void check(String name, long first, long last, int length) {
    if (first < 0 || last >= length) {
      throw new IndexOutOfBoundsException(
          "gemm: %s reaches from element %d to %d, expected within 0 .. %d; shape %s"
              .formatted(name, first, last, length - 1, this));
    }
  }
}
