package jacquard.kernels.cpu.gemm;

import static java.lang.constant.ConstantDescs.CD_double;
import static java.lang.constant.ConstantDescs.CD_float;

import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;

/// Element type of a floating-point template, with what the code generator needs to know about it.
public enum Element {
  /// `float`.
  F32("Float", CD_float, Float.BYTES),
  /// `double`.
  F64("Double", CD_double, Double.BYTES);

  private final ClassDesc vector;
  private final ClassDesc scalar;
  private final int bytes;
  private final Object nothing;

  Element(String name, ClassDesc scalar, int bytes) {
    this.vector = ClassDesc.of("jdk.incubator.vector." + name + "Vector");
    this.scalar = scalar;
    this.bytes = bytes;
    this.nothing = bytes == Float.BYTES ? new float[0] : new double[0];
  }

  /// {@return size of an element in bytes}
  public int bytes() {
    return bytes;
  }

  /// `FloatVector` or `DoubleVector`.
  ///
  /// @return class of a vector of these
  public ClassDesc vector() {
    return vector;
  }

  /// `float` or `double`.
  ///
  /// @return the primitive type
  public ClassDesc scalar() {
    return scalar;
  }

  /// `float[]` or `double[]`.
  ///
  /// @return type of an array of these
  public ClassDesc array() {
    return scalar.arrayType();
  }

  /// {@return index of the first element of a large array that begins a 64-byte line, behind the 16
  /// bytes of the array header}
  public int lineStart() {
    return (64 - 16) / bytes;
  }

  /// Emits `array[index]` for the two values on the operand stack.
  CodeBuilder load(CodeBuilder code) {
    return switch (this) {
      case F32 -> code.faload();
      case F64 -> code.daload();
    };
  }

  /// {@return an empty array of this type}
  public Object nothing() {
    return nothing;
  }

  /// {@return the plain-loop tier of this element type}
  public Loops loops() {
    return switch (this) {
      case F32 -> F32Loops.INSTANCE;
      case F64 -> F64Loops.INSTANCE;
    };
  }
}
