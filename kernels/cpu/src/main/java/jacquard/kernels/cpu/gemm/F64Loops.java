package jacquard.kernels.cpu.gemm;

import java.util.Arrays;

/// [Loops] over `double[]`. [F32Loops] is its twin.
final class F64Loops implements Loops {
  static final F64Loops INSTANCE = new F64Loops();

  private F64Loops() {}

  @Override
  public Object array(int length) {
    return new double[length];
  }

  @Override
  public int length(Object array) {
    return ((double[]) array).length;
  }

  @Override
  public MicroKernel tile(TileSpec tile) {
    int rows = tile.rows();
    int width = tile.columns();
    int kStep = tile.kStep();
    return (k,
        a,
        aOffset,
        aRowStride,
        b,
        bOffset,
        start,
        startOffset,
        startRowStride,
        c,
        cOffset,
        cRowStride) -> {
      for (int r = 0; r < rows; r++) {
        int aRow = aOffset + r * aRowStride;
        int cRow = cOffset + r * cRowStride;
        System.arraycopy(start, startOffset + r * startRowStride, c, cRow, width);
        TileRows.add(
            k, (double[]) a, aRow, kStep, (double[]) b, bOffset, width, (double[]) c, cRow, width);
      }
    };
  }

  @Override
  public void pack(
      Object from,
      int fromOffset,
      int kStride,
      int laneStride,
      int k,
      int lanes,
      Object to,
      int toOffset,
      int width) {
    double[] source = (double[]) from;
    double[] target = (double[]) to;
    if (laneStride == 1) {
      int vectors = (lanes + F64Vectors.LANES - 1) / F64Vectors.LANES;
      int copied =
          VectorTier.isReady(Element.F64) && kStride > 0
              ? Math.clamp(
                  (source.length - vectors * F64Vectors.LANES - fromOffset + kStride) / kStride,
                  0,
                  k)
              : 0;
      if (copied > 0) {
        F64Vectors.copyRows(source, fromOffset, kStride, copied, vectors, target, toOffset, width);
      }
      for (int p = copied; p < k; p++) {
        int s = fromOffset + p * kStride;
        int t = toOffset + p * width;
        for (int j = 0; j < lanes; j++) {
          target[t + j] = source[s + j];
        }
      }
      return;
    }
    int j = 0;
    int transposed = kStride == 1 && VectorTier.isReady(Element.F64) ? k - k % F64Vectors.BLOCK : 0;
    if (transposed > 1) {
      for (; j + F64Vectors.BLOCK <= lanes; j += F64Vectors.BLOCK) {
        int s = fromOffset + j * laneStride;
        F64Vectors.transpose(source, s, laneStride, transposed, target, toOffset + j, width);
        for (int i = 0; i < F64Vectors.BLOCK; i++) {
          for (int p = transposed; p < k; p++) {
            target[toOffset + p * width + j + i] = source[s + i * laneStride + p];
          }
        }
      }
    }
    for (; j + 4 <= lanes; j += 4) {
      packFour(
          source, fromOffset + j * laneStride, kStride, laneStride, k, target, toOffset + j, width);
    }
    for (; j < lanes; j++) {
      int s = fromOffset + j * laneStride;
      for (int p = 0; p < k; p++) {
        target[toOffset + p * width + j] = source[s + p * kStride];
      }
    }
  }

  private static void packFour(
      double[] from,
      int offset,
      int kStride,
      int laneStride,
      int k,
      double[] to,
      int toOffset,
      int width) {
    int s0 = offset;
    int s1 = s0 + laneStride;
    int s2 = s1 + laneStride;
    int s3 = s2 + laneStride;
    for (int p = 0; p < k; p++) {
      int s = p * kStride;
      int t = toOffset + p * width;
      to[t] = from[s0 + s];
      to[t + 1] = from[s1 + s];
      to[t + 2] = from[s2 + s];
      to[t + 3] = from[s3 + s];
    }
  }

  @Override
  public void gather(
      Object from,
      int base,
      int[] rows,
      int firstRow,
      int k,
      int[] runs,
      int runCount,
      Object to,
      int toOffset,
      int width) {
    double[] source = (double[]) from;
    double[] target = (double[]) to;
    if (VectorTier.isReady(Element.F64)) {
      F64Vectors.gather(source, base, rows, firstRow, k, runs, runCount, target, toOffset, width);
      return;
    }
    for (int run = 0; run < 3 * runCount; run += 3) {
      int s = base + runs[run];
      int t = toOffset + runs[run + 1];
      int length = runs[run + 2];
      for (int p = 0; p < k; p++) {
        int row = s + rows[firstRow + p];
        for (int i = 0; i < length; i++) {
          target[t + p * width + i] = source[row + i];
        }
      }
    }
  }

  @Override
  public void copy(
      Object from,
      int fromOffset,
      int fromRowStride,
      int fromStep,
      Object to,
      int toOffset,
      int toRowStride,
      int toStep,
      int rows,
      int columns) {
    double[] source = (double[]) from;
    double[] target = (double[]) to;
    if (fromStep == 1
        && toStep == 1
        && columns >= F64Vectors.LANES
        && VectorTier.isReady(Element.F64)) {
      F64Vectors.copyBlock(
          source, fromOffset, fromRowStride, target, toOffset, toRowStride, rows, columns);
      return;
    }
    for (int r = 0; r < rows; r++) {
      int s = fromOffset + r * fromRowStride;
      int t = toOffset + r * toRowStride;
      if (fromStep == 1 && toStep == 1) {
        for (int j = 0; j < columns; j++) {
          target[t + j] = source[s + j];
        }
      } else {
        for (int j = 0; j < columns; j++) {
          target[t + j * toStep] = source[s + j * fromStep];
        }
      }
    }
  }

  @Override
  public void copyPadded(
      Object from,
      int fromOffset,
      int fromRowStride,
      Object to,
      int toOffset,
      int toRowStride,
      int rows,
      int columns) {
    double[] source = (double[]) from;
    int vectors = (columns + F64Vectors.LANES - 1) / F64Vectors.LANES * F64Vectors.LANES;
    int whole = 0;
    if (VectorTier.isReady(Element.F64)) {
      int last = source.length - vectors - fromOffset;
      whole = last < 0 ? 0 : Math.min(rows, last / fromRowStride + 1);
      F64Vectors.copyPadded(
          source, fromOffset, fromRowStride, (double[]) to, toOffset, toRowStride, whole, columns);
    }
    int f = fromOffset + whole * fromRowStride;
    int t = toOffset + whole * toRowStride;
    copy(from, f, fromRowStride, 1, to, t, toRowStride, 1, rows - whole, columns);
  }

  @Override
  public void permute(
      Object from, int fromOffset, int[] order, int first, int end, Object to, int toOffset) {
    double[] source = (double[]) from;
    double[] target = (double[]) to;
    for (int i = first; i < end; i++) {
      target[toOffset + i] = source[fromOffset + order[i]];
    }
  }

  @Override
  public void zero(Object to, int toOffset, int toStride, int rows, int columns) {
    double[] target = (double[]) to;
    for (int r = 0; r < rows; r++) {
      Arrays.fill(target, toOffset + r * toStride, toOffset + r * toStride + columns, 0.0);
    }
  }

  @Override
  public void packTiles(
      Object from,
      int offset,
      int kStride,
      int[] starts,
      int tiles,
      int k,
      Object to,
      int toOffset,
      int tileSize,
      int step) {
    double[] source = (double[]) from;
    double[] target = (double[]) to;
    int rows = 0;
    for (int t = 0; t < tiles; t++) {
      rows = Math.max(rows, starts[t + 1] - starts[t]);
    }
    int vectors = (rows + F64Vectors.LANES - 1) / F64Vectors.LANES;
    int length = vectors * F64Vectors.LANES;
    if (VectorTier.isReady(Element.F64)
        && kStride > 0
        && length <= step + tileSize - k * step
        && offset + (k - 1) * kStride + starts[tiles - 1] + length <= source.length) {
      F64Vectors.packTiles(
          source, offset, kStride, starts, tiles, k, vectors, target, toOffset, tileSize, step);
      return;
    }
    for (int t = 0; t < tiles; t++) {
      pack(
          from,
          offset + starts[t],
          kStride,
          1,
          k,
          starts[t + 1] - starts[t],
          to,
          toOffset + t * tileSize,
          step);
    }
  }

  @Override
  public int runLength() {
    return F64Vectors.LANES;
  }

  @Override
  public void matrixVector(
      int rows,
      int k,
      Object matrix,
      int offset,
      int rowStride,
      int colStride,
      Object x,
      int xOffset,
      int xStride,
      Object y,
      int yOffset,
      int yStride,
      boolean accumulate,
      Scratch scratch) {
    double[] m = (double[]) matrix;
    double[] v = (double[]) x;
    double[] target = (double[]) y;
    if (colStride == 1 && (rowStride != 1 || k > 1)) {
      int start = xOffset;
      if (xStride != 1) {
        v = (double[]) scratch.array(Element.F64, Scratch.Use.EDGE, k);
        start = Element.F64.lineStart();
        copy(x, xOffset, 0, xStride, v, start, 0, 1, 1, k);
      }
      double[] sums = (double[]) scratch.array(Element.F64, Scratch.Use.SUMS, 2 * F64Vectors.LANES);
      for (int i = 0; i < rows; i++) {
        double dot = dot(m, offset + i * rowStride, v, start, k, sums);
        int t = yOffset + i * yStride;
        target[t] = accumulate ? target[t] + dot : dot;
      }
    } else if (rowStride == 1 && yStride == 1) {
      if (!accumulate) {
        Arrays.fill(target, yOffset, yOffset + rows, 0.0);
      }
      addColumns(rows, k, m, offset, colStride, v, xOffset, xStride, target, yOffset);
    } else {
      for (int i = 0; i < rows; i++) {
        int s = offset + i * rowStride;
        int t = yOffset + i * yStride;
        double sum = accumulate ? target[t] : 0.0;
        for (int p = 0; p < k; p++) {
          sum = Math.fma(m[s + p * colStride], v[xOffset + p * xStride], sum);
        }
        target[t] = sum;
      }
    }
  }

  /// Adds columns four at a time, so that the sums are loaded and stored once for four
  /// multiply-adds.
  private static void addColumns(
      int rows,
      int k,
      double[] m,
      int offset,
      int colStride,
      double[] x,
      int xOffset,
      int xStride,
      double[] y,
      int yOffset) {
    boolean ready = VectorTier.isReady(Element.F64);
    int p = 0;
    for (; p + 4 <= k; p += 4) {
      int s0 = offset + p * colStride;
      int s1 = s0 + colStride;
      int s2 = s1 + colStride;
      int s3 = s2 + colStride;
      int at = xOffset + p * xStride;
      double x0 = x[at];
      double x1 = x[at + xStride];
      double x2 = x[at + 2 * xStride];
      double x3 = x[at + 3 * xStride];
      int done = ready ? rows - rows % F64Vectors.LANES : 0;
      if (done > 0) {
        F64Vectors.addColumns(done, m, s0, colStride, x0, x1, x2, x3, y, yOffset);
      }
      for (int i = done; i < rows; i++) {
        double sum = Math.fma(m[s0 + i], x0, y[yOffset + i]);
        sum = Math.fma(m[s1 + i], x1, sum);
        sum = Math.fma(m[s2 + i], x2, sum);
        y[yOffset + i] = Math.fma(m[s3 + i], x3, sum);
      }
    }
    for (; p < k; p++) {
      int s = offset + p * colStride;
      double factor = x[xOffset + p * xStride];
      for (int i = 0; i < rows; i++) {
        y[yOffset + i] = Math.fma(m[s + i], factor, y[yOffset + i]);
      }
    }
  }

  /// A dot product as [F64Vectors#dot] forms it, whole blocks there or here, the rest here; then
  /// the partial sums are added in pairs.
  private static double dot(
      double[] a, int aOffset, double[] b, int bOffset, int k, double[] sums) {
    int block = 2 * F64Vectors.LANES;
    int whole = k / block * block;
    if (whole > 0 && VectorTier.isReady(Element.F64)) {
      F64Vectors.dot(a, aOffset, b, bOffset, whole, sums);
    } else {
      Arrays.fill(sums, 0, block, 0.0);
      for (int p = 0; p < whole; p += block) {
        for (int q = 0; q < block; q++) {
          sums[q] = Math.fma(a[aOffset + p + q], b[bOffset + p + q], sums[q]);
        }
      }
    }
    for (int p = whole; p < k; p++) {
      sums[p - whole] = Math.fma(a[aOffset + p], b[bOffset + p], sums[p - whole]);
    }
    for (int half = block / 2; half > 0; half /= 2) {
      for (int q = 0; q < half; q++) {
        sums[q] += sums[q + half];
      }
    }
    return sums[0];
  }
}
