package jacquard.kernels.cpu.host;

import jacquard.tensor.Shape;

/// Copies between a tensor and a part of it at a position known at run time.
public final class Parts {
  private Parts() {}

  /// {@return element of the whole at which the part starts: `start` clamped so that the part fits}
  ///
  /// @param whole shape of the whole
  /// @param part shape of the part, of the same rank and nowhere longer
  /// @param start index of the part's first element along each axis
  /// @param startOffset element of `start` that is the first axis's
  public static int position(Shape whole, Shape part, int[] start, int startOffset) {
    int at = 0;
    int stride = 1;
    for (int axis = whole.rank() - 1; axis >= 0; axis--) {
      int most = whole.dim(axis) - part.dim(axis);
      at += Math.clamp(start[startOffset + axis], 0, most) * stride;
      stride *= whole.dim(axis);
    }
    return at;
  }

  /// Copies a part, row by row.
  ///
  /// @param out true from the whole to the part, false from the part to the whole
  /// @param whole shape of the whole
  /// @param part shape of the part, of the same rank and nowhere longer
  /// @param wholeArray array of the whole, in the array type of its dtype
  /// @param wholeOffset element of the array at which the part starts in the whole
  /// @param partArray array of the part, of the same type
  /// @param partOffset element of the array at which the part's own elements start
  @SuppressWarnings("SuspiciousSystemArraycopy") // both are arrays of the dtype's type
  public static void copy(
      boolean out,
      Shape whole,
      Shape part,
      Object wholeArray,
      int wholeOffset,
      Object partArray,
      int partOffset) {
    if (part.isEmpty()) {
      return;
    }
    // trailing axes that the part covers whole are one run with the axis before them
    int run = 1;
    int axis = whole.rank();
    while (axis > 0) {
      axis--;
      run *= part.dim(axis);
      if (part.dim(axis) != whole.dim(axis)) {
        break;
      }
    }
    int[] index = new int[axis];
    int[] strides = whole.strides().toArray();
    int rows = part.arraySize() / run;
    for (int row = 0; row < rows; row++) {
      int at = wholeOffset;
      for (int i = 0; i < axis; i++) {
        at += index[i] * strides[i];
      }
      if (out) {
        System.arraycopy(wholeArray, at, partArray, partOffset + row * run, run);
      } else {
        System.arraycopy(partArray, partOffset + row * run, wholeArray, at, run);
      }
      for (int i = axis - 1; i >= 0 && ++index[i] == part.dim(i); i--) {
        index[i] = 0;
      }
    }
  }
}
