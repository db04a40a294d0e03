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
    int inside = tile.edge() ? width - tile.lanes() : width;
    int kStep = tile.kStep();
    return (tiles,
        k,
        a,
        aOffset,
        aRowStride,
        aTileStride,
        b,
        bOffset,
        c,
        cOffset,
        cRowStride,
        edge) -> {
      double[] left = (double[]) a;
      double[] right = (double[]) b;
      for (int r = 0; r < tiles * rows; r++) {
        int aRow = aOffset + r / rows * aTileStride + r % rows * aRowStride;
        double[] to = (double[]) c;
        int at = cOffset + r * cRowStride;
        if (!tile.adds()) {
          Arrays.fill(to, at, at + inside, 0);
        }
        TileRows.add(k, left, aRow, kStep, right, bOffset, width, to, at, inside);
        if (inside < width) {
          double[] beside = (double[]) edge;
          int last = Element.F64.lineStart() + r * tile.lanes();
          if (!tile.adds()) {
            Arrays.fill(beside, last, last + tile.lanes(), 0);
          }
          int from = bOffset + inside;
          TileRows.add(k, left, aRow, kStep, right, from, width, beside, last, tile.lanes());
        }
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
          VectorTier.COPY_ROWS.isReady(Element.F64) && kStride > 0
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
    boolean blocks =
        kStride == 1 && F64Vectors.BLOCK > 1 && VectorTier.TRANSPOSE.isReady(Element.F64);
    int transposed = blocks ? k - k % F64Vectors.BLOCK : 0;
    if (transposed > 0) {
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

  @Override
  public void packPanels(
      Object from,
      int offset,
      int kStride,
      int[] starts,
      int panels,
      int columns,
      int k,
      Object to,
      int toOffset) {
    double[] source = (double[]) from;
    int whole = 0;
    if (VectorTier.PACK_PANELS.isReady(Element.F64) && kStride > 0) {
      boolean fits = true;
      for (int i = 0; i < panels; i++) {
        int width = starts[i + 1] - starts[i];
        fits &= width % F64Vectors.LANES == 0;
        fits &= width <= F64Vectors.MOST_VECTORS * F64Vectors.LANES;
      }
      int last = source.length - starts[panels] - offset;
      whole = fits && last >= 0 ? Math.min(k, last / kStride + 1) : 0;
      F64Vectors.packPanels(
          source, offset, kStride, starts, panels, whole, k, (double[]) to, toOffset);
    }
    for (int i = 0; i < panels && whole < k; i++) {
      int width = starts[i + 1] - starts[i];
      int panel = toOffset + (starts[i] - starts[0]) * k;
      int row = offset + whole * kStride + starts[i];
      int lanes = Math.min(width, columns - starts[i]);
      pack(from, row, kStride, 1, k - whole, lanes, to, panel + whole * width, width);
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
    if (VectorTier.GATHER.isReady(Element.F64)) {
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
        && VectorTier.COPY_BLOCK.isReady(Element.F64)) {
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
  public void add(
      Object from,
      int fromOffset,
      int fromRowStride,
      Object to,
      int toOffset,
      int toRowStride,
      int rows,
      int columns) {
    double[] source = (double[]) from;
    double[] target = (double[]) to;
    for (int r = 0; r < rows; r++) {
      int s = fromOffset + r * fromRowStride;
      int t = toOffset + r * toRowStride;
      for (int j = 0; j < columns; j++) {
        target[t + j] += source[s + j];
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
    if (VectorTier.COPY_PADDED.isReady(Element.F64)) {
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
    if (VectorTier.PACK_TILES.isReady(Element.F64)
        && kStride > 0
        && vectors <= F64Vectors.MOST_VECTORS
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
    F64MatrixVector.run(
        rows,
        k,
        matrix,
        offset,
        rowStride,
        colStride,
        x,
        xOffset,
        xStride,
        y,
        yOffset,
        yStride,
        accumulate,
        scratch);
  }
}
