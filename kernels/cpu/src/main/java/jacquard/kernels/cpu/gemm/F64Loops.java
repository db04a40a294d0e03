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
    return (k, a, aOffset, aRowStride, b, bOffset, start, startOffset, startRowStride, c, cOffset, cRowStride) -> {
      for (int r = 0; r < rows; r++) {
        int aRow = aOffset + r * aRowStride;
        int cRow = cOffset + r * cRowStride;
        System.arraycopy(start, startOffset + r * startRowStride, c, cRow, width);
        tileRow(k, (double[]) a, aRow, kStep, (double[]) b, bOffset, (double[]) c, cRow, width);
      }
    };
  }

  private static void tileRow(
      int k, double[] a, int aRow, int kStep, double[] b, int bOffset, double[] c, int cRow, int width) {
    for (int p = 0; p < k; p++) {
      double v = a[aRow + p * kStep];
      int bRow = bOffset + p * width;
      for (int j = 0; j < width; j++) {
        c[cRow + j] = Math.fma(v, b[bRow + j], c[cRow + j]);
      }
    }
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
      for (int p = 0; p < k; p++) {
        int s = fromOffset + p * kStride;
        int t = toOffset + p * width;
        for (int j = 0; j < lanes; j++) {
          target[t + j] = source[s + j];
        }
      }
      return;
    }
    int j = 0;
    for (; j + 4 <= lanes; j += 4) {
      packFour(source, fromOffset + j * laneStride, kStride, laneStride, k, target, toOffset + j, width);
    }
    for (; j < lanes; j++) {
      int s = fromOffset + j * laneStride;
      for (int p = 0; p < k; p++) {
        target[toOffset + p * width + j] = source[s + p * kStride];
      }
    }
  }

  private static void packFour(
      double[] from, int offset, int kStride, int laneStride, int k, double[] to, int toOffset, int width) {
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
      boolean accumulate) {
    double[] m = (double[]) matrix;
    double[] v = (double[]) x;
    double[] target = (double[]) y;
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
