package jacquard.kernels.cpu.emit;

import jacquard.kernels.cpu.emit.Form.Operation;

/// `x^y` of f32 as `e^(y log |x|)` in f64 lanes: a logarithm and an exponential to about 33 bits
/// give 24 after the largest exponents.
final class PowF32 {
  private static final double LOG2E = 0x1.71547652b82fep0;
  private static final double LN2 = 0x1.62e42fefa39efp-1;

  /// 1.5 * 2^52: added to a small double it leaves the nearest whole number in the low bits.
  private static final double MAGIC = 0x1.8p52;

  private static final long MAGIC_BITS = Double.doubleToRawLongBits(MAGIC);

  private final ExprGraph g;

  PowF32(ExprGraph g) {
    this.g = g;
  }

  private Expr j(long value) {
    return g.constant(Lane.I64, value);
  }

  /// Extremes are those of [Math#pow].
  Expr pow(Expr x, Expr y) {
    Expr base = g.abs(g.convert(x, Lane.F64));
    Expr power = g.convert(y, Lane.F64);
    Expr size = g.abs(power);
    Expr isWhole = g.eq(nearest(size), size);
    Expr half = g.mul(size, g.d(0.5));
    Expr isOdd = g.and(isWhole, g.not(g.eq(nearest(half), half)));
    Expr result = g.convert(exp(g.mul(power, log(base))), Lane.F32);
    Expr sign = g.select(isOdd, g.and(g.bits(x), g.i(Integer.MIN_VALUE)), g.i(0));
    result = g.bits(g.or(g.bits(result), sign));
    Expr isNegative = g.and(g.lt(x, g.f(0)), g.gt(x, g.f(Float.NEGATIVE_INFINITY)));
    Expr undefined = g.and(isNegative, g.not(isWhole));
    undefined = g.or(undefined, g.compare(Form.Comparison.NE, x, x));
    undefined = g.or(undefined, g.compare(Form.Comparison.NE, y, y));
    result = g.select(undefined, g.f(Float.NaN), result);
    return g.select(g.eq(y, g.f(0)), g.f(1), result);
  }

  /// The nearest whole number of what is not negative.
  private Expr nearest(Expr x) {
    return g.sub(g.add(x, g.d(0x1p52)), g.d(0x1p52));
  }

  private Expr polynomial(Expr x, double... coefficients) {
    Expr p = g.d(coefficients[0]);
    for (int k = 1; k < coefficients.length; k++) {
      p = g.fma(p, x, g.d(coefficients[k]));
    }
    return p;
  }

  /// Logarithm of a float that is not negative: `2 atanh(s)` of the mantissa, by its series up to
  /// `s^13`.
  private Expr log(Expr x) {
    Expr bits = g.bits(x);
    Expr e = g.make(Operation.SAR, Lane.I64, g.sub(bits, j(0x3FE6A09E667F3BCDL)), j(52));
    Expr m = g.bits(g.sub(bits, g.make(Operation.SHL, Lane.I64, e, j(52))));
    Expr n = g.sub(g.bits(g.add(e, j(MAGIC_BITS))), g.d(MAGIC));
    Expr s = g.div(g.sub(m, g.d(1)), g.add(m, g.d(1)));
    Expr z = g.mul(s, s);
    Expr p = polynomial(z, 2.0 / 13, 2.0 / 11, 2.0 / 9, 2.0 / 7, 2.0 / 5, 2.0 / 3, 2);
    Expr y = g.fma(n, g.d(LN2), g.mul(p, s));
    y = g.select(g.lt(x, g.d(Double.POSITIVE_INFINITY)), y, x);
    return g.select(g.eq(x, g.d(0)), g.d(Double.NEGATIVE_INFINITY), y);
  }

  /// `e^t`, too small or too large for f32 beyond the limits.
  private Expr exp(Expr t) {
    Expr low = g.select(g.lt(t, g.d(-110)), g.d(-110), t);
    Expr limited = g.select(g.gt(low, g.d(90)), g.d(90), low);
    Expr shifted = g.fma(limited, g.d(LOG2E), g.d(MAGIC));
    Expr r = g.fma(g.sub(shifted, g.d(MAGIC)), g.d(-LN2), limited);
    Expr p =
        polynomial(
            r,
            1.0 / 362880,
            1.0 / 40320,
            1.0 / 5040,
            1.0 / 720,
            1.0 / 120,
            1.0 / 24,
            1.0 / 6,
            0.5,
            1,
            1);
    return g.bits(g.add(g.bits(p), g.make(Operation.SHL, Lane.I64, g.bits(shifted), j(52))));
  }
}
