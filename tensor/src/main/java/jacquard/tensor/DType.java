package jacquard.tensor;

/// Element type of a tensor.
public enum DType {
  /// IEEE 754's floats of 32 bits.
  F32(4, Kind.FLOAT),
  /// IEEE 754's floats of 64 bits.
  F64(8, Kind.FLOAT),
  /// 16 bits to store a number in; arithmetic on it is done in f32, see [Half].
  F16(2, Kind.FLOAT),
  /// The upper half of an f32; arithmetic on it is done in f32, see [Half].
  BF16(2, Kind.FLOAT),
  /// Whole numbers of 32 bits, which wrap around.
  I32(4, Kind.INTEGER),
  /// Whole numbers of 64 bits, which wrap around.
  I64(8, Kind.INTEGER),
  /// Unsigned byte, 0 to 255; arithmetic wraps.
  U8(1, Kind.INTEGER),
  /// False or true, stored as a byte 0 or 1.
  BOOL(1, Kind.BOOLEAN);

  private enum Kind {
    FLOAT,
    INTEGER,
    BOOLEAN
  }

  private final int bytes;
  private final Kind kind;

  DType(int bytes, Kind kind) {
    this.bytes = bytes;
    this.kind = kind;
  }

  /// {@return size of one element in bytes, in the memory of a device and in files}
  public int bytes() {
    return bytes;
  }

  /// {@return size of one element in bytes in the arrays of the host, where f16 and bf16 are
  /// floats}
  public int hostBytes() {
    return isHalf() ? F32.bytes : bytes;
  }

  /// {@return whether this is f16 or bf16}
  public boolean isHalf() {
    return this == F16 || this == BF16;
  }

  /// {@return whether this is f32 or f64}
  public boolean isFloat() {
    return kind == Kind.FLOAT;
  }

  /// {@return whether this is i32, i64 or u8}
  public boolean isInteger() {
    return kind == Kind.INTEGER;
  }

  /// `f32`, `f64`, `f16`, `bf16`, `i32`, `i64`, `u8` or `bool`.
  @Override
  public String toString() {
    return switch (this) {
      case F32 -> "f32";
      case F64 -> "f64";
      case F16 -> "f16";
      case BF16 -> "bf16";
      case I32 -> "i32";
      case I64 -> "i64";
      case U8 -> "u8";
      case BOOL -> "bool";
    };
  }
}
