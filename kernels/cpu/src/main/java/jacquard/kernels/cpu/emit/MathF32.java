package jacquard.kernels.cpu.emit;

/*
 * Coefficients: weighted minimax fits in the form that is evaluated (Lawson's iteration on Chebyshev nodes), each rounded to f32 from the
 * lowest power on, the others fitted again. Errors below are those of all arithmetic, measured against double precision over every
 * exponent.
 *
 */
/// The functions of f32 as expressions over lanes: range reduction and a polynomial, no table, no
/// branch.
final class MathF32 {
  private static final float LOG2E = 0x1.715476p0f;

  /// ln 2 as a sum; `x - n * LN2_HIGH` is exact.
  private static final float LN2_HIGH = 0x1.62e4p-1f;

  private static final float LN2_LOW = 0x1.7f7d1cp-20f;

  /// Added to a float of magnitude below 2^22 it leaves the nearest whole number in the low bits.
  private static final float MAGIC = 0x1.8p23f;

  /// The smallest float whose power is in the normal range.
  private static final float LOWEST = -87.33654f;

  /// `(e^r - 1 - r) / r^2` for `|r| <= ln(2)/2`, highest power first, as all of these.
  private static final float[] EXP = {
    0x1.6b9caap-10f, 0x1.12256p-7f, 0x1.5556f2p-5f, 0x1.5554b4p-3f, 0x1.fffffep-2f
  };

  /// The same of `-r`.
  private static final float[] EXP_OF_NEGATED = {EXP[0], -EXP[1], EXP[2], -EXP[3], EXP[4]};

  /// `(log(1 + f) - f + f^2/2) / f^3` for `1 + f` between the roots of 1/2 and 2.
  private static final float[] LOG = {
    -0x1.38ce9ap-4f, 0x1.055fep-3f, -0x1.0d81ep-3f, 0x1.22d8fep-3f,
    -0x1.54728ep-3f, 0x1.99a01ep-3f, -0x1.000226p-2f, 0x1.555554p-2f
  };

  /// `erf(x)/x - 1` in `x^2`, below 0.92.
  private static final float[] ERF_SMALL = {
    -0x1.3aca56p-11f,
    0x1.47699cp-8f,
    -0x1.b693bap-6f,
    0x1.ce1b1p-4f,
    -0x1.8126eap-2f,
    0x1.06eba6p-3f
  };

  /// `log(1 - erf(x))`, 0.9 to 4.
  private static final float[] ERF_LARGE = {
    0x1.9faeccp-13f,
    -0x1.91cb94p-9f,
    0x1.6d9c9p-6f,
    -0x1.aa7322p-4f,
    -0x1.4621b6p-1f,
    -0x1.20b754p0f,
    -0x1.5cfe5cp-13f
  };

  /// `(sin(r)/r - 1) / r^2` in `r^2`, up to pi/4.
  private static final float[] SIN = {-0x1.9951fap-13f, 0x1.110774p-7f, -0x1.555546p-3f};

  /// `(cos(r) - 1 + r^2/2) / r^4` in `r^2`, up to pi/4.
  private static final float[] COS = {0x1.99e816p-16f, -0x1.6c0c28p-10f, 0x1.55554ap-5f};

  private final ExprGraph g;

  MathF32(ExprGraph g) {
    this.g = g;
  }

  /// `x = n ln 2 + r`; `shifted` is `n + bias` in the low bits.
  private record Exponent(Expr shifted, Expr r) {}

  private Exponent reduce(Expr x, float bias) {
    Expr shifted = g.fma(x, g.f(LOG2E), g.f(MAGIC + bias));
    Expr n = g.sub(shifted, g.f(MAGIC + bias));
    Expr r = g.fma(n, g.f(-LN2_LOW), g.fma(n, g.f(-LN2_HIGH), x));
    return new Exponent(g.bits(shifted), r);
  }

  /// `e^r`.
  private Expr expOf(Expr r) {
    Expr square = g.mul(r, r);
    Expr slope = g.fma(g.polynomial(r, square, EXP), r, g.f(1));
    return g.fma(slope, r, g.f(1));
  }

  private Expr atLeast(Expr x, float low) {
    return g.select(g.lt(x, g.f(low)), g.f(low), x);
  }

  private Expr atMost(Expr x, float high) {
    return g.select(g.gt(x, g.f(high)), g.f(high), x);
  }

  /// `e^x`.
  Expr exp(Expr x) {
    return expBelow(atMost(x, 89));
  }

  /// `e^x` up to 89. The power of two is applied in two factors, so that results below the normal
  /// range are rounded once.
  private Expr expBelow(Expr x) {
    Exponent e = reduce(atLeast(x, -104), 254);
    Expr half = g.shr(e.shifted, 1);
    Expr first = g.bits(g.shl(half, 23));
    Expr second = g.bits(g.shl(g.sub(e.shifted, half), 23));
    return g.mul(g.mul(expOf(e.r), first), second);
  }

  /// `e^x` for `x <= 0` or NaN, in two thirds of the instructions: one power of two is enough when
  /// results below the normal range are 0.
  Expr expBelow0(Expr x) {
    Exponent e = reduce(x, 127);
    Expr scaled = g.mul(expOf(e.r), g.bits(g.shl(e.shifted, 23)));
    return g.select(g.lt(x, g.f(LOWEST)), g.f(0), scaled);
  }

  /*
   * A maximum of floats in which NaN wins and -0 is below 0 takes x86 six instructions, that of integers one.
   * The bits of floats, those below 0 with all but the sign turned round, are integers in the order of the floats, -0 below 0.
   * NaN is at both ends, so the integers are shifted until -inf is the smallest and every NaN is above inf.
   */

  /// Distance of the bits of -inf, turned round, from the smallest integer.
  private static final int NAN_BELOW = 0x7fffff;

  /// Integers in the order of Java's `Math.max`: -inf is the smallest, then -0, 0 and inf, then
  /// NaN.
  Expr ordered(Expr x) {
    return g.sub(turned(g.bits(x)), g.i(NAN_BELOW));
  }

  /// The float, or any NaN.
  Expr ofOrdered(Expr i) {
    return g.bits(turned(g.add(i, g.i(NAN_BELOW))));
  }

  private Expr turned(Expr bits) {
    return g.xor(bits, g.and(g.sar(bits, 31), g.i(Integer.MAX_VALUE)));
  }

  /// `e^x` for `-87 < x < 88` or NaN.
  private Expr expInRange(Expr x) {
    Exponent e = reduce(x, 0);
    return g.bits(g.add(g.bits(expOf(e.r)), g.shl(e.shifted, 23)));
  }

  /// With `s = 2^n` and `p = e^r - 1`: `s p + (s - 1)`, computed with `s/2` because `s` can
  /// overflow before the result does.
  Expr expm1(Expr x) {
    Exponent e = reduce(atMost(atLeast(x, -20), 89), 126);
    Expr scale = g.bits(g.shl(e.shifted, 23));
    Expr square = g.mul(e.r, e.r);
    Expr q = g.polynomial(e.r, square, EXP);
    Expr p = g.fma(q, square, e.r);
    Expr half = g.fma(p, scale, g.sub(scale, g.f(0.5f)));
    // where n is 0 the factor form keeps -0 and what is below the normal range
    Expr direct = g.mul(e.r, g.fma(q, e.r, g.f(1)));
    return g.select(g.lt(g.abs(x), g.f(0.34f)), direct, g.add(half, half));
  }

  /// Natural logarithm of `(1 + f) * 2^n`.
  private Expr logOf(Expr f, Expr n) {
    Expr z = g.mul(f, f);
    Expr y = g.mul(g.polynomial(f, z, LOG), g.mul(f, z));
    y = g.fma(n, g.f(LN2_LOW), y);
    y = g.fma(z, g.f(-0.5f), y);
    return g.fma(n, g.f(LN2_HIGH), g.add(f, y));
  }

  /// `x` at inf and NaN, `-inf` at `pole`, NaN below it.
  private Expr logExtremes(Expr x, float pole, Expr log) {
    Expr y = g.select(g.lt(x, g.f(Float.POSITIVE_INFINITY)), log, x);
    y = g.select(g.lt(x, g.f(pole)), g.f(Float.NaN), y);
    return g.select(g.eq(x, g.f(pole)), g.f(Float.NEGATIVE_INFINITY), y);
  }

  /// `n` such that the float with these bits, divided by `2^n`, is between the roots of 1/2 and 2.
  private Expr exponent(Expr bits) {
    return g.sar(g.sub(bits, g.i(Float.floatToRawIntBits(0x1.6a09e6p-1f))), 23);
  }

  Expr log(Expr x) {
    Expr tiny = g.lt(x, g.f(Float.MIN_NORMAL));
    Expr bits = g.bits(g.select(tiny, g.mul(x, g.f(0x1p23f)), x));
    Expr e = exponent(bits);
    Expr f = g.sub(g.bits(g.sub(bits, g.shl(e, 23))), g.f(1));
    Expr n = g.add(g.convert(e, Lane.F32), g.select(tiny, g.f(-23), g.f(0)));
    return logExtremes(x, 0, logOf(f, n));
  }

  /// As the logarithm of `u = 1 + x`, with what the addition rounds off added to the reduced
  /// argument.
  Expr log1p(Expr x) {
    Expr u = g.add(x, g.f(1));
    Expr added = g.sub(u, g.f(1));
    Expr lost = g.add(g.sub(g.f(1), g.sub(u, added)), g.sub(x, added));
    Expr bits = g.bits(u);
    Expr e = exponent(bits);
    Expr power = g.shl(e, 23);
    Expr f = g.sub(g.bits(g.sub(bits, power)), g.f(1));
    // beyond 2^64 the loss is nothing; the limit keeps its scale above 0
    Expr down = g.sub(g.i(127 << 23), g.make(Form.Operation.MIN, Lane.I32, power, g.i(64 << 23)));
    f = g.fma(lost, g.bits(down), f);
    Expr y = logOf(f, g.convert(e, Lane.F32));
    return g.select(g.eq(x, g.f(0)), x, logExtremes(x, -1, y));
  }

  private Expr sign(Expr x) {
    return g.and(g.bits(x), g.i(Integer.MIN_VALUE));
  }

  /// A `y` without sign, with the sign bit `sign`.
  private Expr withSign(Expr y, Expr sign) {
    return g.bits(g.or(g.bits(y), sign));
  }

  /// `m / (m + 2)` with `m = e^(2|x|) - 1`, which is computed as in [#expm1] from `r = |x| - n
  /// ln(2)/2`.
  Expr tanh(Expr x) {
    Expr a = atMost(g.abs(x), 10);
    Expr shifted = g.fma(a, g.f(2 * LOG2E), g.f(MAGIC + 127));
    Expr n = g.sub(shifted, g.f(MAGIC + 127));
    Expr r = g.fma(n, g.f(-LN2_LOW / 2), g.fma(n, g.f(-LN2_HIGH / 2), a));
    Expr square = g.mul(r, r);
    float[] coefficients = new float[EXP.length];
    for (int k = 0; k < EXP.length; k++) {
      coefficients[k] = EXP[k] * (1 << (EXP.length + 1 - k));
    }
    Expr p = g.fma(g.polynomial(r, square, coefficients), square, g.add(r, r));
    Expr scale = g.bits(g.shl(g.bits(shifted), 23));
    Expr m = g.fma(p, scale, g.sub(scale, g.f(1)));
    return withSign(g.div(m, g.add(m, g.f(2))), sign(x));
  }

  /// `1 / (1 + e^-x)`, with `e^-x` as in [#exp] from `s = x + n ln 2`. One power of two is enough:
  /// where it overflows, the result is 0.
  Expr sigmoid(Expr x) {
    Expr limited = atLeast(atMost(x, 87), -89);
    Expr shifted = g.fma(limited, g.f(-LOG2E), g.f(MAGIC + 127));
    Expr n = g.sub(shifted, g.f(MAGIC + 127));
    Expr s = g.fma(n, g.f(LN2_LOW), g.fma(n, g.f(LN2_HIGH), limited));
    Expr slope = g.fma(g.polynomial(s, g.mul(s, s), EXP_OF_NEGATED), s, g.f(-1));
    Expr power = g.bits(g.shl(g.bits(shifted), 23));
    return g.div(g.f(1), g.fma(g.fma(slope, s, g.f(1)), power, g.f(1)));
  }

  /// Below 0.92 an odd polynomial, else `1 - e^p(|x|)`.
  Expr erf(Expr x) {
    Expr a = g.abs(x);
    Expr limited = atMost(a, 4);
    Expr power = g.polynomial(limited, g.mul(limited, limited), ERF_LARGE);
    Expr large = g.sub(g.f(1), expInRange(power));
    Expr z = g.mul(x, x);
    Expr small = g.fma(g.polynomial(z, g.mul(z, z), ERF_SMALL), a, a);
    return withSign(g.select(g.lt(a, g.f(0.92f)), small, large), sign(x));
  }

  Expr sin(Expr x) {
    Expr fast = sineOfQuadrant(g.abs(x), 0, sign(x));
    return guarded(LaneFunction.SIN_F32_LARGE, fast, x);
  }

  Expr cos(Expr x) {
    Expr fast = sineOfQuadrant(g.abs(x), 1, g.i(0));
    return guarded(LaneFunction.COS_F32_LARGE, fast, x);
  }

  /// `sin(a + turns * pi/2)` for `0 <= a < 1e5`, with its sign bit changed by `sign`.
  private Expr sineOfQuadrant(Expr a, int turns, Expr sign) {
    Expr shifted = g.fma(a, g.f(0x1.45f306p-1f), g.f(MAGIC));
    Expr n = g.sub(shifted, g.f(MAGIC));
    // pi/2 in three parts; the first step is exact
    Expr r = g.fma(n, g.f(-0x1.921fb6p0f), a);
    r = g.fma(n, g.f(0x1.777a5cp-25f), r);
    r = g.fma(n, g.f(0x1.ee59dap-50f), r);
    Expr quadrant = g.add(g.bits(shifted), g.i(turns));
    Expr z = g.mul(r, r);
    Expr sine = g.fma(g.mul(g.polynomial(z, SIN), z), r, r);
    Expr cosine = g.fma(g.mul(g.polynomial(z, COS), z), z, g.fma(z, g.f(-0.5f), g.f(1)));
    Expr odd = g.eq(g.and(quadrant, g.i(1)), g.i(1));
    Expr y = g.bits(g.select(odd, cosine, sine));
    return g.bits(g.xor(y, g.xor(g.shl(g.and(quadrant, g.i(2)), 30), sign)));
  }

  private Expr guarded(LaneFunction large, Expr fast, Expr x) {
    Expr isLarge = g.compare(Form.Comparison.GE, g.abs(x), g.f(ScalarMath.LARGE_ANGLE));
    return g.make(new Form.Guarded(large), Lane.F32, isLarge, fast, x);
  }

  Expr floor(Expr x) {
    Expr a = g.abs(x);
    Expr whole = withSign(g.sub(g.add(a, g.f(0x1p23f)), g.f(0x1p23f)), sign(x));
    Expr below = g.select(g.gt(whole, x), g.sub(whole, g.f(1)), whole);
    return g.select(g.lt(a, g.f(0x1p23f)), below, x);
  }
}
