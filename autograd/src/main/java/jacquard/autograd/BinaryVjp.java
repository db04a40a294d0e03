package jacquard.autograd;

import jacquard.tensor.Tensor;
import jacquard.tensor.graph.BinaryKind;
import jacquard.tensor.graph.Node;
import jacquard.tensor.graph.Op;
import org.jspecify.annotations.Nullable;

/// Derivatives of the functions of two arguments `a` and `b`.
final class BinaryVjp {
  private BinaryVjp() {}

  /// @param byA whether the cotangent of `a` is wanted; so `byB`
  static @Nullable Tensor[] of(
      BinaryKind kind,
      Tensor a,
      Tensor b,
      Tensor y,
      Tensor g,
      boolean byA,
      boolean byB,
      Zeros zeros) {
    return switch (kind) {
      case ADD -> pair(byA ? g : null, byB ? g : null);
      case SUB -> pair(byA ? g : null, byB ? g.neg() : null);
      case MUL -> {
        Tensor ga = byA ? g.mul(b) : null;
        yield pair(ga, !byB ? null : a.node() == b.node() ? ga : g.mul(a));
      }
      case DIV -> {
        Tensor ga = g.div(b);
        yield pair(byA ? ga : null, byB ? ga.mul(y).neg() : null);
      }
      case POW ->
          pair(
              byA ? powByBase(a, b, g, byB, zeros) : null,
              byB ? g.mul(y.mul(zeroToOne(a).log())) : null);
      case MAX -> {
        Split split = Split.of(a, b, g, zeros);
        yield pair(byA ? split.toLarger(true) : null, byB ? split.toLarger(false) : null);
      }
      case MIN -> {
        Split split = Split.of(a, b, g, zeros);
        yield pair(byA ? split.toLarger(false) : null, byB ? split.toLarger(true) : null);
      }
      case MOD -> pair(byA ? g : null, byB ? g.mul(a.div(b).floor()).neg() : null);
      case LT, EQ, AND, OR, XOR, SHL, SHR ->
          throw new IllegalArgumentException(kind + ": lets no gradient through");
    };
  }

  private static @Nullable Tensor[] pair(@Nullable Tensor ga, @Nullable Tensor gb) {
    return new @Nullable Tensor[] {ga, gb};
  }

  /// The cotangent split by which of `a` and `b` is larger.
  private record Split(Tensor tie, Tensor less, Tensor half, Tensor g, Tensor zero) {
    static Split of(Tensor a, Tensor b, Tensor g, Zeros zeros) {
      return new Split(a.eq(b), a.lt(b), g.mul(0.5), g, zeros.like(g));
    }

    /// What reaches `a` when the larger is chosen, which is what reaches `b` when the smaller is;
    /// or the other way round.
    Tensor toLarger(boolean ofA) {
      return tie.where(half, ofA ? less.where(zero, g) : less.where(g, zero));
    }
  }

  /// `g b a^(b-1)`. With a constant exponent that nobody differentiates by, one power with another
  /// constant; otherwise the exponent is kept at 1 where `a` and `b` are 0, where `0 * 0^-1` would
  /// be NaN.
  private static Tensor powByBase(Tensor a, Tensor b, Tensor g, boolean byB, Zeros zeros) {
    Op.Constant constant = byB ? null : constant(b.node());
    if (constant == null) {
      Tensor one = Tensor.constant(b.dtype(), 1.0, b.device());
      Tensor safe = a.eq(0).and(b.eq(0)).where(one, b);
      return g.mul(b.mul(a.pow(safe.sub(one))));
    }
    double c = constant.value();
    if (c == 0) {
      return zeros.like(a);
    }
    return c == 1 ? g : g.mul(c == 2 ? a.add(a) : a.pow(c - 1).mul(c));
  }

  /// `a`, with 1 for 0: the derivative of `0^b` by `b` is taken as 0, where `0^b * log(0)` would be
  /// NaN.
  private static Tensor zeroToOne(Tensor a) {
    return a.eq(0).where(Tensor.constant(a.dtype(), 1.0, a.device()), a);
  }

  /// The constant that `node` repeats, if it does.
  private static Op.@Nullable Constant constant(Node node) {
    Node from = node;
    while (from.op() instanceof Op.Expand || from.op() instanceof Op.Reshape) {
      from = from.source(0);
    }
    return from.op() instanceof Op.Constant constant ? constant : null;
  }
}
