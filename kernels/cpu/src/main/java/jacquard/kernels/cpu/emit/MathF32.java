package jacquard.kernels.cpu.emit;


/// The functions of f32 as expressions over lanes: range reduction and a polynomial, no table, no branch.
final class MathF32 {
  private static final float LOG2E = 0x1.715476p0f;

  /// ln 2 as a sum; `n * LN2_HIGH` leaves room for `x - n * LN2_HIGH` to be exact.
  private static final float LN2_HIGH = 0x1.62e4p-1f;

  private static final float LN2_LOW = 0x1.7f7d1cp-20f;

  /// Added to a float of magnitude below 2^22 it leaves the nearest whole number in the low bits.
  private static final float MAGIC = 0x1.8p23f;

  /// `(e^r - 1 - r) / r^2` for `|r| <= ln(2)/2`, highest power first.
  private static final float[] EXP = {
    1.9875691500E-4f, 1.3981999507E-3f, 8.3334519073E-3f, 4.1665795894E-2f, 1.6666665459E-1f, 5.0000001201E-1f
  };

  private final ExprGraph g;

  MathF32(ExprGraph g) {
    this.g = g;
  }

  private record Reduced(Expr shifted, Expr n, Expr r) {}

  /// `x = n ln 2 + r`; `shifted` is `n + bias` in the low bits.
  private Reduced reduce(Expr x, float bias) {
    Expr shifted = g.fma(x, g.f(LOG2E), g.f(MAGIC + bias));
    Expr n = g.sub(shifted, g.f(MAGIC + bias));
    Expr r = g.fma(n, g.f(-LN2_LOW), g.fma(n, g.f(-LN2_HIGH), x));
    return new Reduced(g.bits(shifted), n, r);
  }

  private Expr expPolynomial(Expr r) {
    Expr q = g.polynomial(r, EXP);
    return g.fma(g.fma(q, g.mul(r, r), r), g.f(1), g.f(1));
  }

  /// `e^x`: the power of two is applied in two factors, so that results below the normal range are rounded once.
  Expr exp(Expr x) {
    Expr low = g.select(g.lt(x, g.f(-104f)), g.f(-104f), x);
    Reduced e = reduce(g.select(g.gt(x, g.f(89f)), g.f(89f), low), 254);
    Expr p = expPolynomial(e.r);
    Expr half = g.shr(e.shifted, 1);
    Expr first = g.bits(g.shl(half, 23));
    Expr second = g.bits(g.shl(g.sub(e.shifted, half), 23));
    return g.mul(g.mul(p, first), second);
  }

  /// `e^x` for `-87 < x < 88` or NaN.
  private Expr expInRange(Expr x) {
    Reduced e = reduce(x, 0);
    return g.bits(g.add(g.bits(expPolynomial(e.r)), g.shl(e.shifted, 23)));
  }

  /// Natural logarithm of `m * 2^e` where `f = m - 1` in `sqrt(1/2) - 1 .. sqrt(2) - 1`.
  private Expr logOf(Expr f, Expr e) {
    Expr z = g.mul(f, f);
    Expr p =
        g.polynomial(
            f,
            7.0376836292E-2f,
            -1.1514610310E-1f,
            1.1676998740E-1f,
            -1.2420140846E-1f,
            1.4249322787E-1f,
            -1.6668057665E-1f,
            2.0000714765E-1f,
            -2.4999993993E-1f,
            3.3333331174E-1f);
    Expr y = g.mul(g.mul(p, f), z);
    y = g.fma(e, g.f(LN2_LOW), y);
    y = g.fma(z, g.f(-0.5f), y);
    return g.fma(e, g.f(LN2_HIGH), g.add(f, y));
  }

  /// `-inf` at 0, NaN below, `x` at inf and NaN.
  private Expr logExtremes(Expr x, Expr log) {
    Expr y = g.select(g.lt(x, g.f(Float.POSITIVE_INFINITY)), log, x);
    y = g.select(g.lt(x, g.f(0)), g.f(Float.NaN), y);
    return g.select(g.eq(x, g.f(0)), g.f(Float.NEGATIVE_INFINITY), y);
  }

  Expr log(Expr x) {
    Expr tiny = g.lt(x, g.f(Float.MIN_NORMAL));
    Expr bits = g.bits(g.select(tiny, g.mul(x, g.f(0x1p23f)), x));
    Expr e = g.sar(g.sub(bits, g.i(Float.floatToRawIntBits(0x1.6a09e6p-1f))), 23);
    Expr f = g.sub(g.bits(g.sub(bits, g.shl(e, 23))), g.f(1));
    Expr n = g.add(g.convert(e, Lane.F32), g.select(tiny, g.f(-23), g.f(0)));
    return logExtremes(x, logOf(f, n));
  }

  private Expr sign(Expr x) {
    return g.and(g.bits(x), g.i(Integer.MIN_VALUE));
  }

  /// Magnitude of `y` with the sign bit `sign`.
  private Expr withSign(Expr y, Expr sign) {
    return g.bits(g.or(g.bits(y), sign));
  }

  /// Below 0.625 an odd polynomial, else `1 - 2 / (e^(2|x|) + 1)`.
  Expr tanh(Expr x) {
    Expr a = g.abs(x);
    Expr limited = g.select(g.gt(a, g.f(10)), g.f(10), a);
    Expr e = expInRange(g.add(limited, limited));
    Expr large = g.sub(g.f(1), g.div(g.f(2), g.add(e, g.f(1))));
    Expr z = g.mul(x, x);
    Expr p =
        g.polynomial(
            z,
            -5.70498872745E-3f,
            2.06390887954E-2f,
            -5.37397155531E-2f,
            1.33314422036E-1f,
            -3.33332819422E-1f);
    Expr small = g.fma(g.mul(p, z), x, x);
    return g.select(g.lt(a, g.f(0.625f)), small, withSign(large, sign(x)));
  }

  /// `e^-|x|` never overflows: `1 / (1 + e)` or `e / (1 + e)`.
  Expr sigmoid(Expr x) {
    Expr e = exp(g.neg(g.abs(x)));
    return g.div(g.select(g.lt(x, g.f(0)), e, g.f(1)), g.add(e, g.f(1)));
  }

  Expr floor(Expr x) {
    Expr a = g.abs(x);
    Expr whole = withSign(g.sub(g.add(a, g.f(0x1p23f)), g.f(0x1p23f)), sign(x));
    Expr below = g.select(g.gt(whole, x), g.sub(whole, g.f(1)), whole);
    return g.select(g.lt(a, g.f(0x1p23f)), below, x);
  }

  Expr expm1(Expr x) {
    return g.sub(exp(x), g.f(1));
  }

  Expr log1p(Expr x) {
    return log(g.add(x, g.f(1)));
  }

  Expr erf(Expr x) {
    return g.convert(g.call(LaneFunction.ERF_F64, g.convert(x, Lane.F64)), Lane.F32);
  }

  Expr sin(Expr x) {
    return g.convert(g.call(LaneFunction.SIN_F64, g.convert(x, Lane.F64)), Lane.F32);
  }

  Expr cos(Expr x) {
    return g.convert(g.call(LaneFunction.COS_F64, g.convert(x, Lane.F64)), Lane.F32);
  }

  Expr pow(Expr x, Expr y) {
    return g.call(LaneFunction.POW_F32, x, y);
  }

}
