package jacquard.kernels.cpu.emit;

/// The functions of f64 that are expressions; the transcendental ones are called lane by lane, see
/// [LaneFunction].
final class MathF64 {
  private final ExprGraph g;

  MathF64(ExprGraph g) {
    this.g = g;
  }

  Expr floor(Expr x) {
    Expr a = g.abs(x);
    Expr sign = g.and(g.bits(x), g.constant(Lane.I64, Long.MIN_VALUE));
    Expr shifted = g.sub(g.add(a, g.d(0x1p52)), g.d(0x1p52));
    Expr whole = g.bits(g.or(g.bits(shifted), sign));
    Expr below = g.select(g.gt(whole, x), g.sub(whole, g.d(1)), whole);
    return g.select(g.lt(a, g.d(0x1p52)), below, x);
  }
}
