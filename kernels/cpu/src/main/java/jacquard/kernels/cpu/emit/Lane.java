package jacquard.kernels.cpu.emit;

import static java.lang.constant.ConstantDescs.CD_double;
import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;

import jacquard.tensor.DType;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;

/// What a register holds in each lane. f16 and bf16 values live in f32 lanes, u8 values in i32
/// lanes as 0 to 255; bool values are masks (0 or 1 as a scalar).
enum Lane {
  F32(4, "Float", CD_float, TypeKind.FLOAT),
  F64(8, "Double", CD_double, TypeKind.DOUBLE),
  I32(4, "Int", CD_int, TypeKind.INT),
  I64(8, "Long", CD_long, TypeKind.LONG),
  MASK(4, "Int", CD_int, TypeKind.INT);

  private final int bytes;
  private final String prefix;
  private final ClassDesc scalar;
  private final TypeKind kind;

  Lane(int bytes, String prefix, ClassDesc scalar, TypeKind kind) {
    this.bytes = bytes;
    this.prefix = prefix;
    this.scalar = scalar;
    this.kind = kind;
  }

  static Lane of(DType dtype) {
    return switch (dtype) {
      case F32, F16, BF16 -> F32;
      case F64 -> F64;
      case I32, U8 -> I32;
      case I64 -> I64;
      case BOOL -> MASK;
    };
  }

  boolean isFloat() {
    return this == F32 || this == F64;
  }

  /// Bytes of a lane in a register.
  int bytes() {
    return bytes;
  }

  /// The type of a scalar of this lane, and of an element of its arrays.
  ClassDesc scalar() {
    return scalar;
  }

  TypeKind kind() {
    return kind;
  }

  ClassDesc array() {
    return scalar.arrayType();
  }

  /// The vector class, `FloatVector` and so on.
  ClassDesc vector() {
    return ClassDesc.of("jdk.incubator.vector", prefix + "Vector");
  }

  /// Name of the field of [#vector()] that holds the species with `lanes` lanes.
  String species(int lanes) {
    return "SPECIES_" + lanes * bytes * 8;
  }

  /// First letter in the names of conversions: `F2I`.
  String letter() {
    return switch (this) {
      case F32 -> "F";
      case F64 -> "D";
      case I32, MASK -> "I";
      case I64 -> "L";
    };
  }
}
