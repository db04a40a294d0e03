package jacquard.kernels.cpu.gemm;

import java.util.Arrays;

/// [Loops] over `float[]`. [F64Loops] is its twin.
final class F32Loops implements Loops {
  static final F32Loops INSTANCE = new F32Loops();

  private F32Loops() {}

  @Override
  public Object array(int length) {
    return new float[length];
  }

  @Override
  public int length(Object array) {
    return ((float[]) array).length;
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
            k, (float[]) a, aRow, kStep, (float[]) b, bOffset, width, (float[]) c, cRow, width);
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
    float[] source = (float[]) from;
    float[] target = (float[]) to;
    if (laneStride == 1) {
      int vectors = (lanes + F32Vectors.LANES - 1) / F32Vectors.LANES;
      int copied =
          VectorTier.isReady(Element.F32) && kStride > 0
              ? Math.clamp(
                  (source.length - vectors * F32Vectors.LANES - fromOffset + kStride) / kStride,
                  0,
                  k)
              : 0;
      if (copied > 0) {
        F32Vectors.copyRows(source, fromOffset, kStride, copied, vectors, target, toOffset, width);
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
    int transposed = kStride == 1 && VectorTier.isReady(Element.F32) ? k - k % F32Vectors.BLOCK : 0;
    if (transposed > 1) {
      for (; j + F32Vectors.BLOCK <= lanes; j += F32Vectors.BLOCK) {
        int s = fromOffset + j * laneStride;
        F32Vectors.transpose(source, s, laneStride, transposed, target, toOffset + j, width);
        for (int i = 0; i < F32Vectors.BLOCK; i++) {
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
      float[] from,
      int offset,
      int kStride,
      int laneStride,
      int k,
      float[] to,
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
    float[] source = (float[]) from;
    float[] target = (float[]) to;
    if (VectorTier.isReady(Element.F32)) {
      F32Vectors.gather(source, base, rows, firstRow, k, runs, runCount, target, toOffset, width);
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
    float[] source = (float[]) from;
    float[] target = (float[]) to;
    if (fromStep == 1
        && toStep == 1
        && columns >= F32Vectors.LANES
        && VectorTier.isReady(Element.F32)) {
      F32Vectors.copyBlock(
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
    float[] source = (float[]) from;
    int vectors = (columns + F32Vectors.LANES - 1) / F32Vectors.LANES * F32Vectors.LANES;
    int whole = 0;
    if (VectorTier.isReady(Element.F32)) {
      int last = source.length - vectors - fromOffset;
      whole = last < 0 ? 0 : Math.min(rows, last / fromRowStride + 1);
      F32Vectors.copyPadded(
          source, fromOffset, fromRowStride, (float[]) to, toOffset, toRowStride, whole, columns);
    }
    int f = fromOffset + whole * fromRowStride;
    int t = toOffset + whole * toRowStride;
    copy(from, f, fromRowStride, 1, to, t, toRowStride, 1, rows - whole, columns);
  }

  @Override
  public void permute(
      Object from, int fromOffset, int[] order, int first, int end, Object to, int toOffset) {
    float[] source = (float[]) from;
    float[] target = (float[]) to;
    for (int i = first; i < end; i++) {
      target[toOffset + i] = source[fromOffset + order[i]];
    }
  }

  @Override
  public void zero(Object to, int toOffset, int toStride, int rows, int columns) {
    float[] target = (float[]) to;
    for (int r = 0; r < rows; r++) {
      Arrays.fill(target, toOffset + r * toStride, toOffset + r * toStride + columns, 0f);
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
    float[] source = (float[]) from;
    float[] target = (float[]) to;
    int rows = 0;
    for (int t = 0; t < tiles; t++) {
      rows = Math.max(rows, starts[t + 1] - starts[t]);
    }
    int vectors = (rows + F32Vectors.LANES - 1) / F32Vectors.LANES;
    int length = vectors * F32Vectors.LANES;
    if (VectorTier.isReady(Element.F32)
        && kStride > 0
        && length <= step + tileSize - k * step
        && offset + (k - 1) * kStride + starts[tiles - 1] + length <= source.length) {
      F32Vectors.packTiles(
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
    return F32Vectors.LANES;
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
    float[] m = (float[]) matrix;
    float[] v = (float[]) x;
    float[] target = (float[]) y;
    if (colStride == 1 && (rowStride != 1 || k > 1)) {
      int start = xOffset;
      if (xStride != 1) {
        v = (float[]) scratch.array(Element.F32, Scratch.Use.EDGE, k);
        start = Element.F32.lineStart();
        copy(x, xOffset, 0, xStride, v, start, 0, 1, 1, k);
      }
      float[] sums = (float[]) scratch.array(Element.F32, Scratch.Use.SUMS, 2 * F32Vectors.LANES);
      for (int i = 0; i < rows; i++) {
        float dot = dot(m, offset + i * rowStride, v, start, k, sums);
        int t = yOffset + i * yStride;
        target[t] = accumulate ? target[t] + dot : dot;
      }
    } else if (rowStride == 1 && yStride == 1) {
      if (!accumulate) {
        Arrays.fill(target, yOffset, yOffset + rows, 0f);
      }
      addColumns(rows, k, m, offset, colStride, v, xOffset, xStride, target, yOffset);
    } else {
      for (int i = 0; i < rows; i++) {
        int s = offset + i * rowStride;
        int t = yOffset + i * yStride;
        float sum = accumulate ? target[t] : 0f;
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
      float[] m,
      int offset,
      int colStride,
      float[] x,
      int xOffset,
      int xStride,
      float[] y,
      int yOffset) {
    boolean ready = VectorTier.isReady(Element.F32);
    int p = 0;
    for (; p + 4 <= k; p += 4) {
      int s0 = offset + p * colStride;
      int s1 = s0 + colStride;
      int s2 = s1 + colStride;
      int s3 = s2 + colStride;
      int at = xOffset + p * xStride;
      float x0 = x[at];
      float x1 = x[at + xStride];
      float x2 = x[at + 2 * xStride];
      float x3 = x[at + 3 * xStride];
      int done = ready ? rows - rows % F32Vectors.LANES : 0;
      if (done > 0) {
        F32Vectors.addColumns(done, m, s0, colStride, x0, x1, x2, x3, y, yOffset);
      }
      for (int i = done; i < rows; i++) {
        float sum = Math.fma(m[s0 + i], x0, y[yOffset + i]);
        sum = Math.fma(m[s1 + i], x1, sum);
        sum = Math.fma(m[s2 + i], x2, sum);
        y[yOffset + i] = Math.fma(m[s3 + i], x3, sum);
      }
    }
    for (; p < k; p++) {
      int s = offset + p * colStride;
      float factor = x[xOffset + p * xStride];
      for (int i = 0; i < rows; i++) {
        y[yOffset + i] = Math.fma(m[s + i], factor, y[yOffset + i]);
      }
    }
  }

  /// A dot product as [F32Vectors#dot] forms it, whole blocks there or here, the rest here; then
  /// the partial sums are added in pairs.
  private static float dot(float[] a, int aOffset, float[] b, int bOffset, int k, float[] sums) {
    int block = 2 * F32Vectors.LANES;
    int whole = k / block * block;
    if (whole > 0 && VectorTier.isReady(Element.F32)) {
      F32Vectors.dot(a, aOffset, b, bOffset, whole, sums);
    } else {
      Arrays.fill(sums, 0, block, 0f);
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
