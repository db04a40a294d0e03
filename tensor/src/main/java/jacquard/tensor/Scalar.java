package jacquard.tensor;

import jacquard.tensor.graph.Node;
import jacquard.tensor.graph.Op;
import jacquard.tensor.graph.Source;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/// Scalars whose value may differ from run to run without changing the plan: a learning rate, a
/// step number, a random key.
///
/// A scalar made here is an ordinary tensor of shape `[]`; a plan has a slot where its value goes.
public final class Scalar {
  private Scalar() {}

  /// {@return a scalar of any dtype on the standard device}
  ///
  /// @param dtype dtype of the elements
  /// @param value the value in this run
  public static Tensor of(DType dtype, double value) {
    return of(dtype, value, Device.standard());
  }

  /// {@return a scalar of any dtype}
  ///
  /// @param dtype dtype of the elements
  /// @param value the value in this run
  /// @param device where it lives
  public static Tensor of(DType dtype, double value, Device device) {
    if (dtype.isHalf()) {
      return of(DType.F32, value, device).cast(dtype);
    }
    return slot(Op.Constant.of(dtype, value), device);
  }

  /// {@return a scalar that is asked for its value whenever a plan with it runs: what a
  /// [CompiledStep], which is traced once, needs in place of a number that the host computes at
  /// each step}
  ///
  /// @param dtype dtype of the elements
  /// @param value called once or more in each run, on the thread that runs
  /// @param device where it lives
  public static Tensor of(DType dtype, DoubleSupplier value, Device device) {
    if (dtype.isHalf()) {
      return of(DType.F32, value, device).cast(dtype);
    }
    LongSupplier bits = () -> Op.Constant.of(dtype, value.getAsDouble()).bits();
    return new Tensor(Node.input(new Source.Supplied(bits), dtype, Shape.scalar(), device));
  }

  /// {@return a scalar of f32 on the standard device}
  ///
  /// @param value the value in this run
  public static Tensor f32(double value) {
    return of(DType.F32, value);
  }

  /// {@return a scalar of i32 on the standard device}
  ///
  /// @param value the value in this run
  public static Tensor i32(int value) {
    return slot(Op.Constant.of(DType.I32, (long) value), Device.standard());
  }

  /// {@return a scalar of i64 on the standard device}
  ///
  /// @param value the value in this run
  public static Tensor i64(long value) {
    return slot(Op.Constant.of(DType.I64, value), Device.standard());
  }

  static Tensor slot(Op.Constant value, Device device) {
    return new Tensor(
        Node.input(new Source.Dynamic(value.bits()), value.dtype(), Shape.scalar(), device));
  }
}
