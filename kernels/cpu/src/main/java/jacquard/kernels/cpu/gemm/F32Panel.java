package jacquard.kernels.cpu.gemm;

/// Packs a panel of a `float` matrix, whatever its strides: rows are copied, columns transposed.
final class F32Panel {
  private F32Panel() {}

  /// See [Loops#pack], and [Loops#packPadded] if `padded`.
  static void pack(
      Object from,
      int fromOffset,
      int kStride,
      int laneStride,
      int k,
      int lanes,
      Object to,
      int toOffset,
      int width,
      boolean padded) {
    float[] source = (float[]) from;
    float[] target = (float[]) to;
    if (laneStride == 1) {
      int vectors = (lanes + F32Vectors.LANES - 1) / F32Vectors.LANES;
      int copied =
          VectorTier.COPY_ROWS.isReady(Element.F32) && kStride > 0
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
    if (kStride == 1
        && k >= F32Transpose.BLOCK
        && F32Transpose.FITS
        && VectorTier.TRANSPOSE_LARGE.isReady(Element.F32)) {
      int end = padded ? width : lanes;
      for (; j < lanes && j + F32Transpose.BLOCK <= end; j += F32Transpose.BLOCK) {
        int s = fromOffset + j * laneStride;
        int rows = Math.min(F32Transpose.BLOCK, lanes - j);
        F32Transpose.run(source, s, laneStride, rows, k, target, toOffset + j, width);
      }
    }
    if (kStride == 1 && F32Vectors.BLOCK > 1 && VectorTier.TRANSPOSE.isReady(Element.F32)) {
      int end = padded ? width : lanes;
      for (; j + 4 < lanes && j + F32Vectors.BLOCK <= end; j += F32Vectors.BLOCK) {
        int rows = Math.min(F32Vectors.BLOCK, lanes - j);
        int s = fromOffset + j * laneStride;
        int last = s + (rows - 1) * laneStride;
        int done = F32Vectors.transposable(source.length, last, laneStride, rows, k);
        F32Vectors.transpose(source, s, laneStride, rows, done, target, toOffset + j, width);
        for (int p = done; p < k; p++) {
          for (int i = 0; i < rows; i++) {
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
}
