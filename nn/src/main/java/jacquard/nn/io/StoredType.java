package jacquard.nn.io;

import jacquard.tensor.DType;
import org.jspecify.annotations.Nullable;

/// Element types of safetensors files, in the reference library's order (by alignment), which is
/// also the order, from last to first, in which a writer lays tensors out.
///
/// Only some have a {@link DType}; all can be read and written as bytes.
public enum StoredType {
  /// True or false, a byte each.
  BOOL(8, DType.BOOL),
  /// Floats of 4 bits, packed.
  F4(4, null),
  /// Floats of 6 bits with 2 of exponent, packed.
  F6_E2M3(6, null),
  /// Floats of 6 bits with 3 of exponent, packed.
  F6_E3M2(6, null),
  /// Bytes without a sign.
  U8(8, DType.U8),
  /// Bytes with a sign.
  I8(8, null),
  /// Floats of 8 bits with 5 of exponent.
  F8_E5M2(8, null),
  /// Floats of 8 bits with 4 of exponent.
  F8_E4M3(8, null),
  /// Powers of two: 8 bits of exponent.
  F8_E8M0(8, null),
  /// Floats of 8 bits with 4 of exponent, finite and without a negative zero.
  F8_E4M3FNUZ(8, null),
  /// Floats of 8 bits with 5 of exponent, finite and without a negative zero.
  F8_E5M2FNUZ(8, null),
  /// Whole numbers of 16 bits.
  I16(16, null),
  /// Whole numbers of 16 bits without a sign.
  U16(16, null),
  /// IEEE 754's floats of 16 bits.
  F16(16, DType.F16),
  /// The upper halves of floats of 32 bits.
  BF16(16, DType.F16),
  /// Whole numbers of 32 bits.
  I32(32, DType.I32),
  /// Whole numbers of 32 bits without a sign.
  U32(32, null),
  /// Floats of 32 bits.
  F32(32, DType.F32),
  /// Complex numbers of two floats of 32 bits.
  C64(64, null),
  /// Floats of 64 bits.
  F64(64, DType.F64),
  /// Whole numbers of 64 bits.
  I64(64, DType.I64),
  /// Whole numbers of 64 bits without a sign.
  U64(64, null);

  private final int bits;
  private final @Nullable DType dtype;

  StoredType(int bits, @Nullable DType dtype) {
    this.bits = bits;
    this.dtype = dtype;
  }

  /// {@return size of one element in bits; 4 and 6 for the packed types}
  public int bits() {
    return bits;
  }

  /// {@return the tensor type with the same values and the same bytes, or null}
  public @Nullable DType dtype() {
    return dtype;
  }

  /// {@return the type in which a dtype's elements are stored as they are}
  ///
  /// @param dtype dtype of the elements
  public static StoredType of(DType dtype) {
    return switch (dtype) {
      case F32 -> F32;
      case F64 -> F64;
      case F16 -> F16;
      case BF16 -> BF16;
      case I32 -> I32;
      case I64 -> I64;
      case U8 -> U8;
      case BOOL -> BOOL;
    };
  }

  /// The type called `name` (case matters), or null.
  static @Nullable StoredType named(String name) {
    for (StoredType type : values()) {
      if (type.name().equals(name)) {
        return type;
      }
    }
    return null;
  }
}
