package jacquard.tensor;

/// The formats of f16 (binary16 of IEEE 754: 11 significant bits, at most 65504) and bf16 (the
/// upper half of an f32: 8 significant bits, the range of f32).
///
/// They are ways to store numbers. Arithmetic on them is f32 arithmetic whose result is rounded, to
/// nearest even. Devices hold 16 bits an element, the host a `float` that the format can represent.
public final class Half {
  private Half() {}

  /// {@return the nearest number of the format; beyond its largest an infinity}
  ///
  /// @param dtype f16 or bf16
  /// @param x an f32 number
  public static float round(DType dtype, float x) {
    return value(dtype, bits(dtype, x));
  }

  /// {@return the 16 bits of the nearest number; NaN stays one}
  ///
  /// @param dtype f16 or bf16
  /// @param x an f32 number
  public static short bits(DType dtype, float x) {
    if (dtype == DType.F16) {
      return Float.floatToFloat16(x);
    }
    int bits = Float.floatToRawIntBits(x);
    int rounded = Float.isNaN(x) ? bits | 1 << 22 : bits + 0x7FFF + (bits >>> 16 & 1);
    return (short) (rounded >>> 16);
  }

  /// {@return the number that 16 bits mean}
  ///
  /// @param dtype f16 or bf16
  /// @param bits the bits
  public static float value(DType dtype, short bits) {
    return dtype == DType.F16 ? Float.float16ToFloat(bits) : Float.intBitsToFloat(bits << 16);
  }

  /// A copy of `floats` with every element rounded.
  ///
  /// @param dtype f16 or bf16
  /// @param floats f32 numbers
  /// @return the copy
  public static float[] round(DType dtype, float[] floats) {
    float[] rounded = new float[floats.length];
    for (int i = 0; i < rounded.length; i++) {
      rounded[i] = round(dtype, floats[i]);
    }
    return rounded;
  }

  /// {@return elements `at .. at + count - 1` as 16 bits each}
  ///
  /// @param dtype f16 or bf16
  /// @param floats f32 numbers
  /// @param at the first element
  /// @param count how many
  public static short[] pack(DType dtype, float[] floats, int at, int count) {
    short[] bits = new short[count];
    for (int i = 0; i < count; i++) {
      bits[i] = bits(dtype, floats[at + i]);
    }
    return bits;
  }

  /// Writes the numbers that `bits` mean to `floats` from `at` on.
  ///
  /// @param dtype f16 or bf16
  /// @param bits the bits
  /// @param floats f32 numbers
  /// @param at the first element
  public static void unpack(DType dtype, short[] bits, float[] floats, int at) {
    for (int i = 0; i < bits.length; i++) {
      floats[at + i] = value(dtype, bits[i]);
    }
  }
}
