package jacquard.kernels.cpu.attention;

/// The element-wise work on panels `[rows, width]`, in the fastest form that is ready. All forms
/// give the same bits.
final class PanelMath {
  private final boolean fits;

  /// @param width columns of a panel; two of the hardware's preferred vectors are fast
  PanelMath(int width) {
    fits = width == 2 * PanelVectors.LANES;
  }

  private boolean vectors() {
    return fits && PanelTier.isReady();
  }

  /// Column by column: the largest element, then `e^(x - largest)` in place and its sum, added up
  /// in the order of the rows. Powers below the smallest normal number are 0.
  void softmax(float[] p, int offset, int rows, int width, float[] highest, float[] sums) {
    if (vectors()) {
      PanelVectors.softmax(p, offset, rows, width, highest, sums);
    } else {
      PanelLoops.softmax(p, offset, rows, width, highest, sums);
    }
  }

  /// `p = e^(p - logSum)` and `g = p (g - mean)` in place, `logSum` and `mean` by row.
  ///
  /// @param row index of the first row in `logSums` and `means`
  void gradient(
      float[] p,
      float[] g,
      int offset,
      int rows,
      int width,
      float[] logSums,
      float[] means,
      int row) {
    if (vectors()) {
      PanelVectors.gradient(p, g, offset, rows, width, logSums, means, row);
    } else {
      PanelLoops.gradient(p, g, offset, rows, width, logSums, means, row);
    }
  }

  /// `y[r] = sum(a[r] * b[r])` for rows of `size` elements, in as many partial sums as the
  /// hardware's vectors have lanes.
  void products(
      float[] a,
      int aOffset,
      int aStride,
      float[] b,
      int bOffset,
      int bStride,
      int rows,
      int size,
      float[] partial,
      float[] y) {
    if (PanelTier.isReady()) {
      PanelVectors.products(a, aOffset, aStride, b, bOffset, bStride, rows, size, partial, y);
    } else {
      PanelLoops.products(a, aOffset, aStride, b, bOffset, bStride, rows, size, partial, y);
    }
  }

  /// Packs rows of `columns` elements as rows of a panel, times `factor`; columns that a row lacks
  /// are left as they are.
  void copy(
      float[] x,
      int offset,
      int stride,
      int rows,
      int columns,
      float factor,
      float[] to,
      int toOffset,
      int width) {
    if (columns == width && vectors()) {
      PanelVectors.copy(x, offset, stride, rows, factor, to, toOffset);
    } else {
      PanelLoops.copy(x, offset, stride, rows, columns, factor, to, toOffset, width);
    }
  }

  /// `x *= factor` for `count` neighbours.
  void scale(float[] x, int offset, int count, float factor) {
    if (PanelTier.isReady()) {
      PanelVectors.scale(x, offset, count, factor);
    } else {
      PanelLoops.scale(x, offset, count, factor);
    }
  }
}
