package jacquard.tensor;

import jacquard.tensor.spi.HostBuffer;
import java.util.Arrays;

/// Host arrays as buffers.
final class HostBuffers {
  private HostBuffers() {}

  /// Fills an array of the dtype's type with one value, given as constant bits.
  static void fill(Object array, DType dtype, long bits) {
    switch (dtype) {
      case F32 -> Arrays.fill((float[]) array, (float) Double.longBitsToDouble(bits));
      case F64 -> Arrays.fill((double[]) array, Double.longBitsToDouble(bits));
      case F16, BF16 ->
          Arrays.fill((float[]) array, Half.round(dtype, (float) Double.longBitsToDouble(bits)));
      case I32 -> Arrays.fill((int[]) array, (int) bits);
      case I64 -> Arrays.fill((long[]) array, bits);
      case U8, BOOL -> Arrays.fill((byte[]) array, (byte) bits);
    }
  }

  static HostBuffer of(DType dtype, Object array) {
    return new HostBuffer(dtype, array, 0, java.lang.reflect.Array.getLength(array));
  }
}
