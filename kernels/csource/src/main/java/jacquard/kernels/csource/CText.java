package jacquard.kernels.csource;

import jacquard.tensor.DType;
import jacquard.tensor.Half;

/// dtypes in C: how elements lie in memory, and in which type they are computed with. u8 is
/// computed as i32 in the range 0 to 255, bool as i32 0 or 1; f16 and bf16 are floats but in
/// memory.
final class CText {
  private CText() {}

  static String memory(DType dtype) {
    return switch (dtype) {
      case F32 -> "float";
      case F64 -> "double";
      case F16, BF16 -> "u16";
      case I32 -> "i32";
      case I64 -> "i64";
      case U8, BOOL -> "u8";
    };
  }

  static String value(DType dtype) {
    return switch (dtype) {
      case F32, F16, BF16 -> "float";
      case F64 -> "double";
      case I32, U8, BOOL -> "i32";
      case I64 -> "i64";
    };
  }

  /// A suffix of function names: the computing type.
  static String suffix(DType dtype) {
    return switch (dtype) {
      case F32, F16, BF16 -> "_f32";
      case F64 -> "_f64";
      case I32, U8, BOOL -> "_i32";
      case I64 -> "_i64";
    };
  }

  /// @param bits as in [jacquard.kernels.Kernel.Instr.Constant]
  static String literal(DType dtype, long bits) {
    return switch (dtype) {
      case F32 -> number((float) Double.longBitsToDouble(bits));
      case F64 -> number(Double.longBitsToDouble(bits));
      case F16, BF16 -> number(Half.round(dtype, (float) Double.longBitsToDouble(bits)));
      case I32 -> number((int) bits);
      case U8 -> number((int) bits & 255);
      case BOOL -> bits != 0 ? "1" : "0";
      case I64 -> bits == Long.MIN_VALUE ? "(-9223372036854775807L - 1)" : bits + "L";
    };
  }

  private static String number(float x) {
    return Float.isFinite(x)
        ? Float.toHexString(x) + "f"
        : "F32_OF(" + number(Float.floatToIntBits(x)) + ")";
  }

  private static String number(double x) {
    return Double.isFinite(x)
        ? Double.toHexString(x)
        : "F64_OF(" + literal(DType.I64, Double.doubleToLongBits(x)) + ")";
  }

  private static String number(int x) {
    return x == Integer.MIN_VALUE ? "(-2147483647 - 1)" : Integer.toString(x);
  }

  /// A value brought back into the range of its dtype after arithmetic.
  static String wrapped(DType dtype, String x) {
    return switch (dtype) {
      case U8 -> "(" + x + " & 255)";
      case BOOL -> "(" + x + " != 0)";
      case F32, F64, F16, BF16, I32, I64 -> x;
    };
  }

  /// Element `at` of a buffer, as a value.
  static String load(DType dtype, String buffer, String at) {
    return switch (dtype) {
      case F16 -> "F16_LOAD(" + buffer + ", " + at + ")";
      case BF16 -> "bf16_value(" + buffer + "[" + at + "])";
      case F32, F64, I32, I64, U8, BOOL -> buffer + "[" + at + "]";
    };
  }

  /// A statement that makes `x`, which has the type of [#kept], element `at` of a buffer.
  static String store(DType dtype, String buffer, String at, String x) {
    return switch (dtype) {
      case F16 -> "F16_STORE(" + buffer + ", " + at + ", " + x + ");";
      case BF16 -> buffer + "[" + at + "] = bf16_bits(" + x + ");";
      case F32, F64, I32, I64, U8, BOOL -> buffer + "[" + at + "] = " + x + ";";
    };
  }

  /// A statement that reads `count` elements from `at` on, which is a multiple of `count`, into an
  /// array of the type [#kept].
  static String loadWide(DType dtype, int count, String array, String buffer, String at) {
    return "load" + wide(dtype, count) + "(" + array + ", " + buffer + " + " + at + ");";
  }

  /// A statement that writes what [#loadWide] reads.
  static String storeWide(DType dtype, int count, String array, String buffer, String at) {
    return "store" + wide(dtype, count) + "(" + buffer + " + " + at + ", " + array + ");";
  }

  private static String wide(DType dtype, int count) {
    return count
        + switch (dtype) {
          case F32, F64, I32, I64 -> suffix(dtype);
          case F16 -> "_f16";
          case BF16 -> "_bf16";
          case U8, BOOL -> "_u8";
        };
  }

  /// The type in which a value waits to be stored.
  static String kept(DType dtype) {
    return dtype.isHalf() ? value(dtype) : memory(dtype);
  }

  /// A template with the computing type for `T` and the type in memory for `M`.
  static String typed(DType dtype, String template) {
    return template.replaceAll("\\bT\\b", value(dtype)).replaceAll("\\bM\\b", memory(dtype));
  }
}
