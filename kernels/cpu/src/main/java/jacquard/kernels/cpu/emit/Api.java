package jacquard.kernels.cpu.emit;

import static java.lang.constant.ConstantDescs.CD_Class;
import static java.lang.constant.ConstantDescs.CD_boolean;
import static java.lang.constant.ConstantDescs.CD_byte;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;

import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.DirectMethodHandleDesc;
import java.lang.constant.DynamicConstantDesc;
import java.lang.constant.MethodTypeDesc;

/// Calls of the Vector API.
final class Api {
  static final ClassDesc VECTOR = ClassDesc.of("jdk.incubator.vector.Vector");
  static final ClassDesc MASK = ClassDesc.of("jdk.incubator.vector.VectorMask");
  static final ClassDesc BYTES = ClassDesc.of("jdk.incubator.vector.ByteVector");
  private static final ClassDesc SPECIES = ClassDesc.of("jdk.incubator.vector.VectorSpecies");
  private static final ClassDesc OPERATORS = ClassDesc.of("jdk.incubator.vector.VectorOperators");
  private static final ClassDesc BINARY = OPERATORS.nested("Binary");
  private static final ClassDesc ASSOCIATIVE = OPERATORS.nested("Associative");
  private static final ClassDesc COMPARISON = OPERATORS.nested("Comparison");
  private static final ClassDesc CONVERSION = OPERATORS.nested("Conversion");

  private static final ClassDesc SHUFFLE = ClassDesc.of("jdk.incubator.vector.VectorShuffle");
  private static final DirectMethodHandleDesc ROTATION =
      ConstantDescs.ofConstantBootstrap(
          ClassDesc.of(Api.class.getPackageName(), "Rotation"),
          "of",
          SHUFFLE,
          CD_Class,
          CD_int,
          CD_int);

  private final CodeBuilder code;
  private final int lanes;

  Api(CodeBuilder code, int lanes) {
    this.code = code;
    this.lanes = lanes;
  }

  /// -> species
  void species(Lane lane) {
    code.getstatic(lane.vector(), lane.species(lanes), SPECIES);
  }

  /// Whether bytes have a species with as many lanes.
  boolean hasBytes() {
    return lanes >= 8;
  }

  private void byteSpecies() {
    code.getstatic(BYTES, "SPECIES_" + lanes * 8, SPECIES);
  }

  /// scalar -> vector
  void broadcast(Lane lane, Runnable scalar) {
    species(lane);
    scalar.run();
    code.invokestatic(
        lane.vector(), "broadcast", MethodTypeDesc.of(lane.vector(), SPECIES, lane.scalar()));
  }

  /// Whether vectors of the lane type are of a length that every processor has.
  boolean isWhole(Lane lane) {
    return lane.bytes() * lanes >= 16;
  }

  /// array, index -> vector
  void load(Lane lane, Runnable arrayAndIndex) {
    species(lane);
    arrayAndIndex.run();
    code.invokestatic(
        lane.vector(),
        "fromArray",
        MethodTypeDesc.of(lane.vector(), SPECIES, lane.array(), CD_int));
  }

  /// byte array, index -> i32 vector of 0 to 255
  void loadBytes(Runnable arrayAndIndex) {
    byteSpecies();
    arrayAndIndex.run();
    code.invokestatic(
        BYTES, "fromArray", MethodTypeDesc.of(BYTES, SPECIES, CD_byte.arrayType(), CD_int));
    conversion("ZERO_EXTEND_B2I", Lane.I32);
  }

  /// i32 vector -> byte vector
  void toBytes() {
    code.getstatic(OPERATORS, "I2B", CONVERSION);
    byteSpecies();
    code.iconst_0();
    code.invokevirtual(
        VECTOR, "convertShape", MethodTypeDesc.of(VECTOR, CONVERSION, SPECIES, CD_int));
    code.checkcast(BYTES);
  }

  /// vector, array, index ->
  void store(ClassDesc vector, ClassDesc array) {
    code.invokevirtual(vector, "intoArray", MethodTypeDesc.of(CD_void, array, CD_int));
  }

  /// mask -> mask of another lane type
  void castMask(Lane to) {
    species(to);
    code.invokevirtual(MASK, "cast", MethodTypeDesc.of(MASK, SPECIES));
  }

  /// mask -> boolean
  void anyTrue() {
    code.invokevirtual(MASK, "anyTrue", MethodTypeDesc.of(CD_boolean));
  }

  /// mask, mask -> mask
  void combineMasks(String name) {
    code.invokevirtual(MASK, name, MethodTypeDesc.of(MASK, MASK));
  }

  void notMask() {
    code.invokevirtual(MASK, "not", MethodTypeDesc.of(MASK));
  }

  /// vector, vector -> vector, for methods like `add`
  void binary(Lane lane, String method) {
    code.invokevirtual(lane.vector(), method, MethodTypeDesc.of(lane.vector(), VECTOR));
  }

  /// vector, vector, vector -> vector
  void fma(Lane lane) {
    code.invokevirtual(lane.vector(), "fma", MethodTypeDesc.of(lane.vector(), VECTOR, VECTOR));
  }

  void unary(Lane lane, String method) {
    code.invokevirtual(lane.vector(), method, MethodTypeDesc.of(lane.vector()));
  }

  /// vector, vector -> vector
  void lanewise(Lane lane, String operator, boolean associative, Runnable right) {
    code.getstatic(OPERATORS, operator, associative ? ASSOCIATIVE : BINARY);
    right.run();
    code.invokevirtual(lane.vector(), "lanewise", MethodTypeDesc.of(lane.vector(), BINARY, VECTOR));
  }

  /// vector -> vector shifted by a constant
  void shift(Lane lane, String operator, long count) {
    code.getstatic(OPERATORS, operator, BINARY);
    if (lane == Lane.I64) {
      code.loadConstant(count);
    } else {
      code.loadConstant((int) count);
    }
    code.invokevirtual(
        lane.vector(), "lanewise", MethodTypeDesc.of(lane.vector(), BINARY, lane.scalar()));
  }

  /// vector, vector -> mask
  void compare(Lane lane, String comparison, Runnable right) {
    code.getstatic(OPERATORS, comparison, COMPARISON);
    right.run();
    code.invokevirtual(lane.vector(), "compare", MethodTypeDesc.of(MASK, COMPARISON, VECTOR));
  }

  /// vector, vector, mask -> second where the mask is set, else first
  void blend(Lane lane) {
    code.invokevirtual(lane.vector(), "blend", MethodTypeDesc.of(lane.vector(), VECTOR, MASK));
  }

  /// vector -> vector whose lane `l` is lane `l + distance` of it, counted round
  void rotate(Lane lane, int distance) {
    code.loadConstant(
        DynamicConstantDesc.ofNamed(
            ROTATION, "rotation", SHUFFLE, lane.scalar(), lane.bytes() * lanes * 8, distance));
    code.invokevirtual(lane.vector(), "rearrange", MethodTypeDesc.of(lane.vector(), SHUFFLE));
  }

  /// The first lane of a vector.
  ///
  /// vector -> scalar
  void first(Lane lane) {
    code.iconst_0();
    code.invokevirtual(lane.vector(), "lane", MethodTypeDesc.of(lane.scalar(), CD_int));
  }

  /// float vector -> int vector, or back
  void reinterpret(Lane from) {
    String method =
        switch (from) {
          case F32 -> "reinterpretAsInts";
          case F64 -> "reinterpretAsLongs";
          case I32, MASK -> "reinterpretAsFloats";
          case I64 -> "reinterpretAsDoubles";
        };
    Lane to =
        switch (from) {
          case F32 -> Lane.I32;
          case F64 -> Lane.I64;
          case I32, MASK -> Lane.F32;
          case I64 -> Lane.F64;
        };
    code.invokevirtual(from.vector(), method, MethodTypeDesc.of(to.vector()));
  }

  void convert(Lane from, Lane to) {
    conversion(from.letter() + "2" + to.letter(), to);
  }

  private void conversion(String name, Lane to) {
    code.getstatic(OPERATORS, name, CONVERSION);
    species(to);
    code.iconst_0();
    code.invokevirtual(
        VECTOR, "convertShape", MethodTypeDesc.of(VECTOR, CONVERSION, SPECIES, CD_int));
    code.checkcast(to.vector());
  }

  /// -> i32 vector 0, 1, 2, ...
  void iota() {
    broadcast(Lane.I32, code::iconst_0);
    code.iconst_1();
    code.invokevirtual(Lane.I32.vector(), "addIndex", MethodTypeDesc.of(Lane.I32.vector(), CD_int));
  }
}
