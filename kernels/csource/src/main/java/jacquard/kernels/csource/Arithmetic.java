package jacquard.kernels.csource;

import jacquard.tensor.DType;
import jacquard.tensor.graph.BinaryKind;
import jacquard.tensor.graph.UnaryKind;

/// Element-wise functions as C expressions.
final class Arithmetic {
  private Arithmetic() {}

  static String unary(DType dtype, UnaryKind kind, String x) {
    String suffix = CText.suffix(dtype);
    boolean whole = !dtype.isFloat();
    String one = dtype == DType.F64 ? "1.0" : "1.0f";
    return switch (kind) {
      case NEG -> whole ? CText.wrapped(dtype, "neg" + suffix + "(" + x + ")") : "-" + x;
      case ABS -> whole ? "abs" + suffix + "(" + x + ")" : "fabs(" + x + ")";
      case SIGN -> "sign" + suffix + "(" + x + ")";
      case SQRT -> "sqrt(" + x + ")";
      case RSQRT -> one + " / sqrt(" + x + ")";
      case RECIP -> one + " / " + x;
      case EXP -> "exp(" + x + ")";
      case LOG -> "log(" + x + ")";
      case LOG1P -> "log1p(" + x + ")";
      case EXPM1 -> "expm1(" + x + ")";
      case SIN -> "sin(" + x + ")";
      case COS -> "cos(" + x + ")";
      case TANH -> "tanh(" + x + ")";
      case ERF -> "erf(" + x + ")";
      case SIGMOID -> "sigmoid" + suffix + "(" + x + ")";
      case FLOOR -> "floor(" + x + ")";
    };
  }

  /// @param dtype of the operands
  static String binary(DType dtype, BinaryKind kind, String x, String y) {
    boolean whole = !dtype.isFloat();
    return switch (kind) {
      case ADD -> whole ? call(dtype, "add", x, y) : x + " + " + y;
      case SUB -> whole ? call(dtype, "sub", x, y) : x + " - " + y;
      case MUL -> whole ? call(dtype, "mul", x, y) : x + " * " + y;
      case DIV -> whole ? call(dtype, "div", x, y) : x + " / " + y;
      case POW -> "pow(" + x + ", " + y + ")";
      case MAX -> call(dtype, "max", x, y);
      case MIN -> call(dtype, "min", x, y);
      case MOD -> call(dtype, "mod", x, y);
      case LT -> x + " < " + y;
      case EQ -> x + " == " + y;
      case AND -> x + " & " + y;
      case OR -> x + " | " + y;
      case XOR -> x + " ^ " + y;
      case SHL -> call(dtype, "shl", x, y);
      case SHR -> call(dtype, "shr", x, y);
    };
  }

  private static String call(DType dtype, String function, String x, String y) {
    return CText.wrapped(dtype, function + CText.suffix(dtype) + "(" + x + ", " + y + ")");
  }

  static String cast(DType from, DType to, String x) {
    if (to == DType.BOOL) {
      return x + " != 0";
    }
    return switch (to) {
      case F32, F64 -> "(" + CText.value(to) + ")" + x;
      case F16, BF16 -> "round_" + to + "((float)" + x + ")";
      case I32 -> from.isFloat() ? "i32" + CText.suffix(from) + "(" + x + ")" : "(i32)" + x;
      case I64 -> from.isFloat() ? "i64" + CText.suffix(from) + "(" + x + ")" : "(i64)" + x;
      case U8 ->
          from.isFloat() ? "u8" + CText.suffix(from) + "(" + x + ")" : "(i32)(" + x + " & 255)";
      case BOOL -> throw new AssertionError(to);
    };
  }
}
