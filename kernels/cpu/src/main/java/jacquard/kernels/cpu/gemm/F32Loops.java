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
      float[] left = (float[]) a;
      float[] right = (float[]) b;
      for (int r = 0; r < tiles * rows; r++) {
        int aRow = aOffset + r / rows * aTileStride + r % rows * aRowStride;
        float[] to = (float[]) c;
        int at = cOffset + r * cRowStride;
        if (!tile.adds()) {
          Arrays.fill(to, at, at + inside, 0);
        }
        TileRows.add(k, left, aRow, kStep, right, bOffset, width, to, at, inside);
        if (inside < width) {
          float[] beside = (float[]) edge;
          int last = Element.F32.lineStart() + r * tile.lanes();
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
    F32Panel.pack(from, fromOffset, kStride, laneStride, k, lanes, to, toOffset, width, false);
  }

  @Override
  public void packPadded(
      Object from,
      int fromOffset,
      int kStride,
      int laneStride,
      int k,
      int lanes,
      Object to,
      int toOffset,
      int width) {
    F32Panel.pack(from, fromOffset, kStride, laneStride, k, lanes, to, toOffset, width, true);
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
    float[] source = (float[]) from;
    int whole = 0;
    if (VectorTier.PACK_PANELS.isReady(Element.F32) && kStride > 0) {
      boolean fits = true;
      for (int i = 0; i < panels; i++) {
        int width = starts[i + 1] - starts[i];
        fits &= width % F32Vectors.LANES == 0;
        fits &= width <= F32Vectors.MOST_VECTORS * F32Vectors.LANES;
      }
      int last = source.length - starts[panels] - offset;
      whole = fits && last >= 0 ? Math.min(k, last / kStride + 1) : 0;
      F32Vectors.packPanels(
          source, offset, kStride, starts, panels, whole, k, (float[]) to, toOffset);
    }
    for (int i = 0; i < panels && whole < k; i++) {
      int width = starts[i + 1] - starts[i];
      int panel = toOffset + (starts[i] - starts[0]) * k;
      int row = offset + whole * kStride + starts[i];
      int lanes = Math.min(width, columns - starts[i]);
      pack(from, row, kStride, 1, k - whole, lanes, to, panel + whole * width, width);
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
    if (VectorTier.GATHER.isReady(Element.F32)) {
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
        && VectorTier.COPY_BLOCK.isReady(Element.F32)) {
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
  public void add(
      Object from,
      int fromOffset,
      int fromRowStride,
      Object to,
      int toOffset,
      int toRowStride,
      int rows,
      int columns) {
    float[] source = (float[]) from;
    float[] target = (float[]) to;
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
    float[] source = (float[]) from;
    int vectors = (columns + F32Vectors.LANES - 1) / F32Vectors.LANES * F32Vectors.LANES;
    int whole = 0;
    if (VectorTier.COPY_PADDED.isReady(Element.F32)) {
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
    if (VectorTier.PACK_TILES.isReady(Element.F32)
        && kStride > 0
        && vectors <= F32Vectors.MOST_VECTORS
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
    F32MatrixVector.run(
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
