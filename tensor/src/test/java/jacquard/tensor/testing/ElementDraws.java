package jacquard.tensor.testing;

import jacquard.tensor.DType;
import jacquard.tensor.Scalar;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import jacquard.tensor.graph.Op;
import jacquard.tensor.reference.FloatArithmetic;
import org.jspecify.annotations.Nullable;

/// Element-wise operations and casts of drawn values.
final class ElementDraws {
  private final GraphPool pool;

  ElementDraws(GraphPool pool) {
    this.pool = pool;
  }

  @Nullable Tracked unary() {
    Tracked x = pool.anyFloat();
    if (x == null) {
      return null;
    }
    Tracked small = x.within(4);
    Tracked positive = small.positive();
    double most = small.hi();
    return switch (pool.random.nextInt(14)) {
      case 0 -> x.neg();
      case 1 -> small.rising(Tensor::exp, Math::exp, Math.exp(most + 0.1), 4);
      case 2 -> positive.rising(Tensor::log, Math::log, 2.1, 8);
      case 3 -> small.abs().rising(Tensor::log1p, Math::log1p, 1, 8);
      case 4 -> small.rising(Tensor::expm1, Math::expm1, Math.exp(most + 0.1), 8);
      case 5 -> positive.rising(Tensor::sqrt, Math::sqrt, 0.75, 1);
      case 6 -> positive.falling(Tensor::rsqrt, v -> 1 / Math.sqrt(v), 1.5, 2);
      case 7 -> positive.falling(Tensor::recip, v -> 1 / v, 4.1, 1);
      case 8 -> x.wave(Tensor::sin);
      case 9 -> x.wave(Tensor::cos);
      case 10 -> x.rising(Tensor::tanh, Math::tanh, 1, 8);
      case 11 -> x.rising(Tensor::erf, FloatArithmetic::erf, 1.13, 8);
      case 12 -> x.rising(Tensor::sigmoid, v -> 1 / (1 + Math.exp(-v)), 0.25, 8);
      default -> x.abs();
    };
  }

  @Nullable Tracked binary() {
    Tracked x = pool.any(v -> v.tensor().dtype() != DType.BOOL);
    if (x == null) {
      return null;
    }
    Tracked y = pool.partner(x);
    if (pool.random.nextBoolean()) {
      Tracked swapped = x;
      x = y;
      y = swapped;
    }
    boolean floats = x.isFloat();
    return switch (pool.random.nextInt(8)) {
      case 0, 1 -> x.add(y);
      case 2 -> x.sub(y);
      case 3, 4 -> x.mul(y);
      case 5 -> floats ? x.div(y.within(4).positive()) : x.max(y);
      case 6 -> floats ? x.within(2).positive().pow(y.within(2)) : x.min(y);
      default -> pool.random.nextBoolean() ? x.max(y) : x.min(y);
    };
  }

  @Nullable Tracked number() {
    Tracked x = pool.anyFloat();
    if (x == null) {
      return null;
    }
    return switch (pool.random.nextInt(4)) {
      case 0 -> x.add(1.5, 1);
      case 1 -> x.scale(0.5);
      case 2 -> x.scale(-0.25);
      default -> x.add(-0.25, 2);
    };
  }

  /// Functions that jump, of exact values.
  @Nullable Tracked discontinuous() {
    // a tiny negative number modulo 1/2 needs all its fraction bits next to 1/2
    Tracked x =
        pool.any(v ->
            v.isFloat()
                && v.exact()
                && v.bits() <= Math.min(20, Tolerance.digits(v.tensor().dtype()) - 4));
    if (x == null) {
      return null;
    }
    return switch (pool.random.nextInt(3)) {
      case 0 -> Tracked.whole(x.tensor().floor(), Math.floor(x.lo()), Math.floor(x.hi()));
      case 1 -> Tracked.whole(x.tensor().sign(), -1, 1);
      default -> new Tracked(x.tensor().mod(0.5), 0, 0.5, 0, Math.max(1, x.bits()));
    };
  }

  @Nullable Tracked comparison() {
    Tracked x = pool.any(v -> v.exact() && v.tensor().dtype() != DType.BOOL);
    if (x == null) {
      return null;
    }
    Tracked y = pool.partner(x);
    if (!y.exact()) {
      y = x;
    }
    return Tracked.whole(
        pool.random.nextBoolean() ? x.tensor().lt(y.tensor()) : x.tensor().eq(y.tensor()), 0, 1);
  }

  @Nullable Tracked condition(Tracked x) {
    return pool.any(v ->
        v.tensor().dtype() == DType.BOOL
            && GraphPool.broadcasts(v.tensor().shape(), x.tensor().shape()));
  }

  @Nullable Tracked choice() {
    Tracked x = pool.any(v -> true);
    if (x == null) {
      return null;
    }
    Tracked condition = condition(x);
    if (condition == null) {
      return null;
    }
    Shape both = Shape.broadcast("choice", condition.tensor().shape(), x.tensor().shape());
    Tracked y =
        pool.any(v ->
            v.tensor().dtype() == x.tensor().dtype()
                && GraphPool.broadcasts(v.tensor().shape(), both));
    return y == null ? null : x.or(y, condition.tensor().where(x.tensor(), y.tensor()));
  }

  @Nullable Tracked integer() {
    Tracked x = pool.any(v -> v.tensor().dtype().isInteger());
    if (x == null) {
      return null;
    }
    Tracked y = pool.partner(x);
    Tensor a = x.tensor();
    Tensor b = y.tensor();
    double inf = Double.POSITIVE_INFINITY;
    return switch (pool.random.nextInt(9)) {
      case 0 -> Tracked.whole(a.div(b), -inf, inf);
      case 1 -> Tracked.whole(a.mod(b), -inf, inf);
      case 2 -> Tracked.whole(a.and(b), -inf, inf);
      case 3 -> Tracked.whole(a.or(b), -inf, inf);
      case 4 -> Tracked.whole(a.xor(b), -inf, inf);
      case 5 -> Tracked.whole(a.shl(2), 4 * x.lo(), 4 * x.hi());
      case 6 -> Tracked.whole(a.shr(1), -inf, inf);
      case 7 -> x.neg();
      default -> Tracked.whole(a.sign(), -1, 1);
    };
  }

  @Nullable Tracked logical() {
    Tracked x = pool.any(v -> v.tensor().dtype() == DType.BOOL);
    if (x == null) {
      return null;
    }
    Tensor a = x.tensor();
    Tensor b = pool.partner(x).tensor();
    return Tracked.whole(
        switch (pool.random.nextInt(4)) {
          case 0 -> a.and(b);
          case 1 -> a.or(b);
          case 2 -> a.xor(b);
          default -> a.not();
        },
        0,
        1);
  }

  @Nullable Tracked cast() {
    Tracked x = pool.any(v -> v.magnitude() <= 1 << 20);
    if (x == null) {
      return null;
    }
    DType to = DType.values()[pool.random.nextInt(DType.values().length)];
    if (to == x.tensor().dtype()) {
      return null;
    }
    Tensor y = x.tensor().cast(to);
    if (to.isFloat()) {
      return x.magnitude() > Tolerance.largest(to) / 2 ? null : x.converted(y);
    }
    if (!x.exact()) {
      return null;
    }
    return to == DType.BOOL
        ? Tracked.whole(y, 0, 1)
        : Tracked.whole(
            y,
            x.isFloat() && to == DType.U8 ? 0 : Math.ceil(x.lo()) - 1,
            x.isFloat() && to == DType.U8 ? 255 : Math.floor(x.hi()) + 1);
  }

  /// Random bits as floats in `[0, 1)`.
  Tracked noise() {
    Tensor key = Scalar.of(DType.I64, pool.random.nextInt(1000), pool.device);
    Tensor bits = Tensor.apply(new Op.Random(pool.shape(2), pool.random.nextInt(3)), key);
    return new Tracked(bits.shr(8).cast(DType.F32).mul(0x1p-24), 0, 1, 0, 24);
  }
}
