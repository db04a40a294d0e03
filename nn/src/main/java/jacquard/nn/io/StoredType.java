package jacquard.nn.io;

import jacquard.tensor.DType;
import org.jspecify.annotations.Nullable;

/// Element types of safetensors files, in the reference library's order (by alignment), which is
/// also the order, from last to first, in which a writer lays tensors out.
///
/// Only some have a {@link DType}; all can be read and written as bytes.
public enum StoredType {
  BOOL(8, DType.BOOL),
  F4(4, null),
  F6_E2M3(6, null),
  F6_E3M2(6, null),
  U8(8, DType.U8),
  I8(8, null),
  F8_E5M2(8, null),
  F8_E4M3(8, null),
  F8_E8M0(8, null),
  F8_E4M3FNUZ(8, null),
  F8_E5M2FNUZ(8, null),
  I16(16, null),
  U16(16, null),
  F16(16, DType.F16),
  BF16(16, DType.BF16),
  I32(32, DType.I32),
  U32(32, null),
  F32(32, DType.F32),
  C64(64, null),
  F64(64, DType.F64),
  I64(64, DType.I64),
  U64(64, null);

  private final int bits;
  private final @Nullable DType dtype;

  StoredType(int bits, @Nullable DType dtype) {
    this.bits = bits;
    this.dtype = dtype;
  }

  /// Size of one element in bits; 4 and 6 for the packed types.
  public int bits() {
    return bits;
  }

  /// The tensor type with the same values and the same bytes, or null.
  public @Nullable DType dtype() {
    return dtype;
  }

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
