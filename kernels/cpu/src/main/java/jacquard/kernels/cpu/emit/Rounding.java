package jacquard.kernels.cpu.emit;

import jacquard.kernels.cpu.emit.Form.Comparison;
import jacquard.tensor.DType;

/// f32 lanes rounded to what f16 and bf16 can hold, to nearest even. The processor's arrays keep
/// such elements as floats: it computes in nothing smaller.
final class Rounding {
  /// Bits of an f32 that the formats have not: 23 less 10 and less 7.
  private static final int F16_DROPPED = 13;

  private static final int BF16_DROPPED = 16;

  /// The smallest number with all 11 bits; below it, the last one is worth 2^-24 everywhere.
  private static final float F16_NORMAL = 0x1p-14f;

  private static final float F16_TOO_LARGE = 65536;

  private final ExprGraph g;

  Rounding(ExprGraph g) {
    this.g = g;
  }

  /// `x` in f32 lanes as a value of `dtype`, if that is f16 or bf16; else `x`.
  Expr round(DType dtype, Expr x) {
    if (!dtype.isHalf()) {
      return x;
    }
    Expr rounded = dtype == DType.F16 ? f16(x) : g.bits(nearest(g.bits(x), BF16_DROPPED));
    return g.select(g.compare(Comparison.NE, x, x), x, rounded);
  }

  /// The magnitude's bits, or below the smallest normal number the magnitude between 1/2 and 1,
  /// where an f32 has bits down to 2^-24.
  private Expr f16(Expr x) {
    Expr magnitude = g.abs(x);
    Expr normal = g.bits(nearest(g.bits(magnitude), F16_DROPPED));
    Expr finite =
        g.select(
            g.compare(Comparison.GE, normal, g.f(F16_TOO_LARGE)),
            g.f(Float.POSITIVE_INFINITY),
            normal);
    Expr small = g.sub(g.add(magnitude, g.f(0.5f)), g.f(0.5f));
    Expr rounded = g.select(g.lt(magnitude, g.f(F16_NORMAL)), small, finite);
    return g.bits(g.or(g.bits(rounded), g.and(g.bits(x), g.i(Integer.MIN_VALUE))));
  }

  /// Bits without the last `dropped`: a carry goes on into the exponent, as it should.
  private Expr nearest(Expr bits, int dropped) {
    Expr odd = g.and(g.shr(bits, dropped), g.i(1));
    Expr raised = g.add(g.add(bits, g.i((1 << dropped - 1) - 1)), odd);
    return g.and(raised, g.i(-1 << dropped));
  }
}
