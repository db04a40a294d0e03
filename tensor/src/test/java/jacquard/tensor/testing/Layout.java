package jacquard.tensor.testing;

import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Ints;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import jacquard.tensor.spi.HostBuffer;

/// How an argument lies in memory: stored as it is, or seen through a movement of a stored tensor.
public enum Layout {
  PLAIN,
  /// A permutation of a tensor stored with its axes reversed.
  PERMUTED,
  /// A tensor stored with size 1 on every other axis, repeated.
  EXPANDED,
  /// Every second element of a larger tensor, from the second on.
  SLICED,
  /// A tensor stored backwards.
  FLIPPED;

  /// The shape of what is stored.
  Shape stored(Shape shape) {
    int rank = shape.rank();
    int[] dims = shape.toArray();
    for (int axis = 0; axis < rank; axis++) {
      int dim = shape.dim(axis);
      dims[axis] =
          switch (this) {
            case PLAIN, FLIPPED -> dim;
            case PERMUTED -> shape.dim(rank - 1 - axis);
            case EXPANDED -> axis % 2 == rank % 2 ? dim : Math.min(dim, 1);
            case SLICED -> 2 * dim + 2;
          };
    }
    return Shape.of(dims);
  }

  /// What is seen of a stored tensor, of shape `shape`.
  Tensor view(Tensor stored, Shape shape) {
    int rank = shape.rank();
    return switch (this) {
      case PLAIN -> stored;
      case PERMUTED -> stored.permute(Ints.range(rank).map((i, a) -> rank - 1 - a).toArray());
      case EXPANDED -> stored.expand(shape);
      case SLICED ->
          stored.slice(
              Ints.filled(rank, 1),
              Ints.of(shape.toArray()).map((axis, dim) -> 1 + 2 * dim),
              Ints.filled(rank, 2));
      case FLIPPED -> stored.flip(Ints.range(rank).toArray());
    };
  }

  /// A stored tensor from doubles.
  public static Tensor tensor(DType dtype, double[] values, Shape shape, Device device) {
    Object array = HostBuffer.newArray(dtype, values.length);
    for (int i = 0; i < values.length; i++) {
      switch (dtype) {
        case F32, F16, BF16 -> ((float[]) array)[i] = (float) values[i];
        case F64 -> ((double[]) array)[i] = values[i];
        case I32 -> ((int[]) array)[i] = (int) values[i];
        case I64 -> ((long[]) array)[i] = (long) values[i];
        case U8, BOOL -> ((byte[]) array)[i] = (byte) values[i];
      }
    }
    return Tensor.stored(dtype, array, shape, device);
  }
}
