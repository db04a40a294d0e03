package jacquard.autograd;

import jacquard.tensor.Tensor;
import jacquard.tensor.graph.UnaryKind;

/// Derivatives of the functions of one argument, by the result `y` where that saves computing
/// something again.
final class UnaryVjp {
  private static final double TWO_BY_ROOT_PI = 2 / Math.sqrt(Math.PI);

  private UnaryVjp() {}

  static boolean flows(UnaryKind kind) {
    return switch (kind) {
      case SIGN, FLOOR -> false;
      case NEG, EXP, LOG, LOG1P, EXPM1, SQRT, RSQRT, RECIP, SIN, COS, TANH, ERF, SIGMOID, ABS ->
          true;
    };
  }

  static Tensor of(UnaryKind kind, Tensor x, Tensor y, Tensor g) {
    return switch (kind) {
      case NEG -> g.neg();
      case EXP -> g.mul(y);
      case LOG -> g.div(x);
      case LOG1P -> g.div(x.add(1));
      case EXPM1 -> g.mul(y).add(g);
      case SQRT -> g.div(y.add(y));
      case RSQRT -> g.mul(y).div(x.add(x)).neg();
      case RECIP -> g.mul(y).mul(y).neg();
      case SIN -> g.mul(x.cos());
      case COS -> g.mul(x.sin()).neg();
      case TANH -> g.sub(g.mul(y).mul(y));
      case ERF -> g.mul(x.square().neg().exp()).mul(TWO_BY_ROOT_PI);
      case SIGMOID -> {
        Tensor gy = g.mul(y);
        yield gy.sub(gy.mul(y));
      }
      case ABS -> g.mul(x.sign());
      case SIGN, FLOOR -> throw new IllegalArgumentException(kind + ": lets no gradient through");
    };
  }
}
