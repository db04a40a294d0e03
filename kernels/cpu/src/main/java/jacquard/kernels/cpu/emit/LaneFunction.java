package jacquard.kernels.cpu.emit;

import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.List;

/// Functions that are called lane by lane, because no vector form is worth its size or exists on
/// every processor. Each is a static method of [ScalarMath].
enum LaneFunction {
  EXP_F64("exp", Lane.F64, Lane.F64),
  LOG_F64("log", Lane.F64, Lane.F64),
  LOG1P_F64("log1p", Lane.F64, Lane.F64),
  EXPM1_F64("expm1", Lane.F64, Lane.F64),
  SIN_F64("sin", Lane.F64, Lane.F64),
  COS_F64("cos", Lane.F64, Lane.F64),
  TANH_F64("tanh", Lane.F64, Lane.F64),
  ERF_F64("erf", Lane.F64, Lane.F64),
  SIGMOID_F64("sigmoid", Lane.F64, Lane.F64),
  POW_F64("pow", Lane.F64, Lane.F64, Lane.F64),
  MOD_F64("mod", Lane.F64, Lane.F64, Lane.F64),
  MOD_F32("mod", Lane.F32, Lane.F32, Lane.F32),
  /// Arguments fast, x.
  SIN_F32_LARGE("sinLarge", Lane.F32, Lane.F32, Lane.F32),
  COS_F32_LARGE("cosLarge", Lane.F32, Lane.F32, Lane.F32),
  DIV_I32("div", Lane.I32, Lane.I32, Lane.I32),
  DIV_I64("div", Lane.I64, Lane.I64, Lane.I64),
  MOD_I32("mod", Lane.I32, Lane.I32, Lane.I32),
  MOD_I64("mod", Lane.I64, Lane.I64, Lane.I64),
  F32_TO_I64("toLong", Lane.I64, Lane.F32),
  F64_TO_I64("toLong", Lane.I64, Lane.F64),
  I64_TO_F32("toFloat", Lane.F32, Lane.I64),
  I64_TO_F64("toDouble", Lane.F64, Lane.I64);

  /// The class with the methods.
  static final ClassDesc OWNER = ClassDesc.of(LaneFunction.class.getPackageName(), "ScalarMath");

  private final String method;
  private final Lane result;
  private final List<Lane> parameters;

  LaneFunction(String method, Lane result, Lane... parameters) {
    this.method = method;
    this.result = result;
    this.parameters = List.of(parameters);
  }

  String method() {
    return method;
  }

  Lane result() {
    return result;
  }

  List<Lane> parameters() {
    return parameters;
  }

  MethodTypeDesc type() {
    return MethodTypeDesc.of(
        result.scalar(), parameters.stream().map(Lane::scalar).toArray(ClassDesc[]::new));
  }
}
