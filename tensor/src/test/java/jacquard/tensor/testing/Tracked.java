package jacquard.tensor.testing;

import jacquard.tensor.DType;
import jacquard.tensor.Tensor;
import java.util.function.Function;

/// A tensor with what is known about its elements before it is computed: an interval that holds
/// them, and how far a back end that rounds every operation may be off.
///
/// An error of 0 means exact: every element, and every partial result on the way to it, is a
/// multiple of `2^-bits` that the dtype represents, whatever the order of summation. Only exact
/// values may be compared, sorted, floored or used as indices, since a rounding error could change
/// the outcome there.
///
/// @param lo least possible element
/// @param hi largest possible element
/// @param error largest absolute error
/// @param bits fraction bits of the elements, if exact
record Tracked(Tensor tensor, double lo, double hi, double error, int bits) {

  private static final double LARGEST = 1e4;
  private static final double LARGEST_ERROR = 1e-2;
  private static final double LARGEST_RELATIVE_ERROR = 1e-4;

  boolean exact() {
    return error == 0;
  }

  boolean isFloat() {
    return tensor.dtype().isFloat();
  }

  double magnitude() {
    return Math.max(Math.abs(lo), Math.abs(hi));
  }

  /// Whether a comparison with the reference is worth something.
  boolean tame() {
    if (!isFloat()) {
      return true;
    }
    double size = Math.max(1, magnitude());
    double most =
        tensor.dtype().isHalf()
            ? 16 * unit() * size
            : Math.min(LARGEST_RELATIVE_ERROR * size, LARGEST_ERROR);
    return magnitude() <= LARGEST && error <= most;
  }

  private double unit() {
    return Tolerance.epsilon(tensor.dtype());
  }

  /// The tolerance this allows a result.
  Tolerance tolerance() {
    return isFloat() && !exact() ? new Tolerance(0, 2 * error / unit()) : Tolerance.EXACT;
  }

  /// Elements of `x` moved or selected.
  Tracked moved(Tensor x) {
    return new Tracked(x, lo, hi, error, bits);
  }

  Tracked moved(Function<Tensor, Tensor> movement) {
    return moved(movement.apply(tensor));
  }

  /// A whole-number or bool value.
  static Tracked whole(Tensor x, double lo, double hi) {
    DType dtype = x.dtype();
    double least =
        switch (dtype) {
          case I32 -> Integer.MIN_VALUE;
          case I64 -> Long.MIN_VALUE;
          case U8, BOOL -> 0;
          case F32, F64 -> -0x1p24;
          case F16, BF16 -> -Math.scalb(1.0, Tolerance.digits(dtype));
        };
    double most =
        switch (dtype) {
          case I32 -> Integer.MAX_VALUE;
          case I64 -> Long.MAX_VALUE;
          case U8 -> 255;
          case BOOL -> 1;
          case F32, F64 -> 0x1p24;
          case F16, BF16 -> Math.scalb(1.0, Tolerance.digits(dtype));
        };
    // what leaves the range wraps to anywhere in it
    boolean wraps = lo < least || hi > most;
    return new Tracked(x, wraps ? least : lo, wraps ? most : hi, 0, 0);
  }

  /// This as `x` of another float dtype.
  Tracked converted(Tensor x) {
    return computed(x, lo, hi, error, bits);
  }

  /// A result of exact sources, exact itself if its magnitude leaves room for `bits`, otherwise
  /// rounded once.
  private static Tracked computed(Tensor x, double lo, double hi, double error, int bits) {
    if (!x.dtype().isFloat()) {
      return whole(x, lo, hi);
    }
    double magnitude = Math.max(Math.abs(lo), Math.abs(hi));
    int digits = Tolerance.digits(x.dtype());
    if (error == 0 && magnitude * Math.pow(2, bits) <= Math.pow(2, digits)) {
      return new Tracked(x, lo, hi, 0, bits);
    }
    return new Tracked(x, lo, hi, error + Tolerance.epsilon(x.dtype()) * magnitude, 0);
  }

  /// A result with a relative error of `ulps`, on top of the error it inherits.
  private Tracked approximate(Tensor x, double lo, double hi, double inherited, double ulps) {
    double magnitude = Math.max(Math.max(Math.abs(lo), Math.abs(hi)), 1e-3);
    return new Tracked(x, lo, hi, inherited + ulps * unit() * magnitude, 0);
  }

  Tracked add(Tracked y) {
    return computed(
        tensor.add(y.tensor), lo + y.lo, hi + y.hi, error + y.error, Math.max(bits, y.bits));
  }

  Tracked sub(Tracked y) {
    return computed(
        tensor.sub(y.tensor), lo - y.hi, hi - y.lo, error + y.error, Math.max(bits, y.bits));
  }

  Tracked mul(Tracked y) {
    double[] corners = {lo * y.lo, lo * y.hi, hi * y.lo, hi * y.hi};
    java.util.Arrays.sort(corners);
    double inherited = magnitude() * y.error + y.magnitude() * error + error * y.error;
    return computed(tensor.mul(y.tensor), corners[0], corners[3], inherited, bits + y.bits);
  }

  Tracked add(double value, int fractionBits) {
    return computed(tensor.add(value), lo + value, hi + value, error, Math.max(bits, fractionBits));
  }

  /// @param value a power of two, or its negative
  Tracked scale(double value) {
    int shift = Math.max(0, bits - Math.getExponent(value));
    double a = lo * value;
    double b = hi * value;
    return computed(
        tensor.mul(value), Math.min(a, b), Math.max(a, b), error * Math.abs(value), shift);
  }

  Tracked square() {
    double most = magnitude() * magnitude();
    double inherited = 2 * magnitude() * error + error * error;
    return computed(tensor.square(), 0, most, inherited, 2 * bits);
  }

  Tracked neg() {
    return isFloat()
        ? new Tracked(tensor.neg(), -hi, -lo, error, bits)
        : whole(tensor.neg(), -hi, -lo);
  }

  Tracked abs() {
    double least = lo > 0 ? lo : hi < 0 ? -hi : 0;
    return isFloat()
        ? new Tracked(tensor.abs(), least, magnitude(), error, bits)
        : whole(tensor.abs(), least, magnitude());
  }

  Tracked max(Tracked y) {
    return new Tracked(
        tensor.maximum(y.tensor),
        Math.max(lo, y.lo),
        Math.max(hi, y.hi),
        Math.max(error, y.error),
        Math.max(bits, y.bits));
  }

  Tracked min(Tracked y) {
    return new Tracked(
        tensor.minimum(y.tensor),
        Math.min(lo, y.lo),
        Math.min(hi, y.hi),
        Math.max(error, y.error),
        Math.max(bits, y.bits));
  }

  /// Either of two, as where and concat give.
  Tracked or(Tracked y, Tensor x) {
    return new Tracked(
        x,
        Math.min(lo, y.lo),
        Math.max(hi, y.hi),
        Math.max(error, y.error),
        Math.max(bits, y.bits));
  }

  /// A function of bounded slope that doesn't fall.
  ///
  /// @param slope largest derivative between `lo` and `hi`
  /// @param ulps relative error of the function itself
  Tracked rising(
      Function<Tensor, Tensor> function,
      java.util.function.DoubleUnaryOperator f,
      double slope,
      double ulps) {
    return approximate(
        function.apply(tensor), f.applyAsDouble(lo), f.applyAsDouble(hi), error * slope, ulps);
  }

  /// As [#rising] for a function that doesn't rise.
  Tracked falling(
      Function<Tensor, Tensor> function,
      java.util.function.DoubleUnaryOperator f,
      double slope,
      double ulps) {
    return approximate(
        function.apply(tensor), f.applyAsDouble(hi), f.applyAsDouble(lo), error * slope, ulps);
  }

  /// A function between -1 and 1 of slope at most 1.
  Tracked wave(Function<Tensor, Tensor> function) {
    return approximate(function.apply(tensor), -1, 1, error, 8);
  }

  /// `x / y` for a `y` above 0.
  Tracked div(Tracked y) {
    double least = y.lo - y.error;
    double most = magnitude() / least;
    return approximate(
        tensor.div(y.tensor),
        lo < 0 ? -most : 0,
        hi > 0 ? most : 0,
        error / least + most * y.error / least,
        2);
  }

  /// `x ^ y` for an `x` above 0.
  Tracked pow(Tracked y) {
    double[] corners = {
      Math.pow(lo, y.lo), Math.pow(lo, y.hi), Math.pow(hi, y.lo), Math.pow(hi, y.hi)
    };
    java.util.Arrays.sort(corners);
    double logarithm = Math.max(Math.abs(Math.log(lo)), Math.abs(Math.log(hi)));
    double inherited = corners[3] * (y.magnitude() * error / (lo - error) + logarithm * y.error);
    double ulps = 8 + 4 * y.magnitude() * logarithm;
    return approximate(
        tensor.pow(y.tensor), Math.min(1, corners[0]), Math.max(1, corners[3]), inherited, ulps);
  }

  /// A sum of at most `n` elements each.
  Tracked summed(Tensor sum, double n) {
    double a = Math.min(lo, n * lo);
    double b = Math.max(hi, n * hi);
    // partial sums round too; their errors add up like a random walk
    double walk = exact() ? 0 : Math.sqrt(n) * unit() * n * magnitude();
    Tracked y = computed(sum, Math.min(a, 0), Math.max(b, 0), n * error + walk, bits);
    return exact() && !y.exact()
        ? new Tracked(sum, y.lo, y.hi, Math.sqrt(n) * y.error + y.error, 0)
        : y;
  }

  /// A sum of `n` products with elements of `y`, as in a matrix product or a convolution.
  Tracked contracted(Tracked y, Tensor sum, double n) {
    double most = n * magnitude() * y.magnitude();
    double inherited = n * (magnitude() * y.error + y.magnitude() * error + error * y.error);
    Tracked z = computed(sum, -most, most, inherited, bits + y.bits);
    return z.exact() || !isFloat()
        ? z
        : new Tracked(sum, -most, most, z.error + Math.sqrt(n) * unit() * most, 0);
  }

  /// A product of `n` elements each.
  Tracked multiplied(Tensor product, int n) {
    double most = Math.pow(Math.max(1, magnitude()), n);
    double inherited = n * error * most;
    return isFloat()
        ? approximate(product, -most, most, inherited, n)
        : whole(product, -most, most);
  }

  /// Values above 0 made of any.
  Tracked positive() {
    return square().add(0.5, 1);
  }

  /// Values at most `limit` in magnitude made of any.
  Tracked within(double limit) {
    return magnitude() <= limit ? this : wave(Tensor::tanh);
  }
}
