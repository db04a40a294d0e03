package jacquard.tensor;

import jacquard.tensor.graph.Op;

/// Random tensors: static methods that [Tensor] inherits, to be called as `Tensor.randn(key, 2,
/// 3)`.
///
/// A result lives on the key's device. Equal keys give equal numbers; see [Key] for how to derive
/// different ones.
public abstract sealed class Sampling permits Creation {
  Sampling() {}

  /// Uniform in `[0, 1)`, f32: multiples of 2^-24.
  ///
  /// @param key to draw with; the same one gives the same numbers
  /// @param dims size of each axis
  /// @return `dims`
  public static Tensor rand(Key key, int... dims) {
    return rand(DType.F32, key, dims);
  }

  /// {@return as [#rand(Key, int...)]}
  ///
  /// @param key to draw with; the same one gives the same numbers
  /// @param shape size of each axis
  public static Tensor rand(Key key, Shape shape) {
    return rand(DType.F32, key, shape.toArray());
  }

  /// Uniform in `[0, 1)`: multiples of 2^-24 for f32, of 2^-53 for f64.
  ///
  /// @param dtype f32 or f64
  /// @param key to draw with; the same one gives the same numbers
  /// @param dims size of each axis
  /// @return `dims`
  /// @throws DTypeException for any other dtype
  public static Tensor rand(DType dtype, Key key, int... dims) {
    Shape shape = Shape.of(dims);
    return switch (dtype) {
      case F32 -> key.bits(shape, 0).shr(8).cast(DType.F32).mul(0x1p-24);
      case F64 ->
          key.bits(shape, 0)
              .shr(5)
              .cast(DType.F64)
              .mul(0x1p26)
              .add(key.bits(shape, 1).shr(6).cast(DType.F64))
              .mul(0x1p-53);
      case F16, BF16, I32, I64, U8, BOOL -> throw floats("rand", dtype);
    };
  }

  /// Uniform in `[lo, hi)`, f32; rounding may give `hi` itself.
  ///
  /// @param key to draw with; the same one gives the same numbers
  /// @param lo lower bound, which may be drawn
  /// @param hi upper bound
  /// @param dims size of each axis
  /// @return `dims`
  /// @throws TensorException unless `lo <= hi`, both finite
  public static Tensor uniform(Key key, double lo, double hi, int... dims) {
    return uniform(DType.F32, key, lo, hi, dims);
  }

  /// {@return uniform in `[lo, hi)`, f32 or f64; rounding may give `hi` itself}
  ///
  /// @param dtype dtype of the elements
  /// @param key to draw with; the same one gives the same numbers
  /// @param lo lower bound, which may be drawn
  /// @param hi upper bound
  /// @param dims size of each axis
  public static Tensor uniform(DType dtype, Key key, double lo, double hi, int... dims) {
    if (!(lo <= hi) || Double.isInfinite(hi - lo)) {
      throw new TensorException(
          "uniform: lo " + lo + " and hi " + hi + ", expected finite bounds with lo <= hi");
    }
    return rand(dtype, key, dims).mul(hi - lo).add(lo);
  }

  /// Standard normal, f32.
  ///
  /// @param key to draw with; the same one gives the same numbers
  /// @param dims size of each axis
  /// @return `dims`
  public static Tensor randn(Key key, int... dims) {
    return randn(DType.F32, key, dims);
  }

  /// {@return as [#randn(Key, int...)]}
  ///
  /// @param key to draw with; the same one gives the same numbers
  /// @param shape size of each axis
  public static Tensor randn(Key key, Shape shape) {
    return randn(DType.F32, key, shape.toArray());
  }

  /// Standard normal by the Box-Muller transform of two uniform numbers, the first of them never 0.
  ///
  /// Magnitudes reach 6.7 for both dtypes (31 bits under the logarithm).
  ///
  /// @param dtype f32 or f64
  /// @param key to draw with; the same one gives the same numbers
  /// @param dims size of each axis
  /// @return `dims`
  /// @throws DTypeException for any other dtype
  /// @see <a href="https://doi.org/10.1214/aoms/1177706645">Box and Muller: A note on the
  ///   generation of random normal deviates</a>
  public static Tensor randn(DType dtype, Key key, int... dims) {
    if (!dtype.isFloat() || dtype.isHalf()) {
      throw floats("randn", dtype);
    }
    Shape shape = Shape.of(dims);
    // (k + 1/2) / 2^31 with k from 0 to 2^31 - 1
    Tensor first = key.bits(shape, 0).shr(1).cast(dtype).add(0.5).mul(0x1p-31);
    Tensor angle = key.bits(shape, 1).shr(8).cast(dtype).mul(2 * Math.PI * 0x1p-24);
    return first.log().mul(-2).sqrt().mul(angle.cos());
  }

  /// Normal with the given mean and standard deviation, f32.
  ///
  /// @param key to draw with; the same one gives the same numbers
  /// @param mean mean of the distribution
  /// @param deviation standard deviation of the distribution
  /// @param dims size of each axis
  /// @return `dims`
  public static Tensor normal(Key key, double mean, double deviation, int... dims) {
    return normal(DType.F32, key, mean, deviation, dims);
  }

  /// Normal with the given mean and standard deviation, f32 or f64.
  ///
  /// @param dtype dtype of the elements
  /// @param key to draw with; the same one gives the same numbers
  /// @param mean mean of the distribution
  /// @param deviation standard deviation of the distribution
  /// @param dims size of each axis
  /// @return `dims`
  /// @throws TensorException if `deviation` is negative or not finite
  public static Tensor normal(DType dtype, Key key, double mean, double deviation, int... dims) {
    if (!(deviation >= 0 && deviation < Double.POSITIVE_INFINITY)) {
      throw new TensorException(
          "normal: standard deviation " + deviation + ", expected 0 or more and finite");
    }
    Tensor scaled = randn(dtype, key, dims).mul(deviation);
    return mean == 0 ? scaled : scaled.add(mean);
  }

  /// Whole numbers `lo .. hi - 1`, i32.
  ///
  /// @param key to draw with; the same one gives the same numbers
  /// @param lo least number
  /// @param hi one more than the largest number
  /// @param dims size of each axis
  /// @return `dims`
  public static Tensor randint(Key key, int lo, int hi, int... dims) {
    return randint(DType.I32, key, lo, hi, dims);
  }

  /// Whole numbers `lo .. hi - 1` by multiplication of 32 random bits; each is off its probability
  /// by less than 2^-32.
  ///
  /// @param dtype i32, i64 or u8
  /// @param key to draw with; the same one gives the same numbers
  /// @param lo least number
  /// @param hi one more than the largest number
  /// @param dims size of each axis
  /// @return `dims`
  /// @throws DTypeException for any other dtype
  /// @throws TensorException if there is no number, one doesn't fit the dtype, or there are more
  ///   than 2^32
  public static Tensor randint(DType dtype, Key key, long lo, long hi, int... dims) {
    long most =
        switch (dtype) {
          case I32 -> Integer.MAX_VALUE;
          case I64 -> Long.MAX_VALUE;
          case U8 -> 255;
          case F32, F64, F16, BF16, BOOL ->
              throw new DTypeException(
                  "randint: not defined for "
                      + dtype
                      + ", expected i32, i64 or u8; cast the result");
        };
    long least = dtype == DType.U8 ? 0 : -most - 1;
    long count = hi - lo;
    if (lo >= hi || lo < least || hi - 1 > most || count < 0 || count > 1L << 32) {
      throw new TensorException(
          "randint: "
              + lo
              + " to "
              + hi
              + " for "
              + dtype
              + ", expected lo < hi, at most 2^32 numbers, all of them in the dtype's range");
    }
    Tensor word = key.bits(Shape.of(dims), 0).cast(DType.I64);
    Tensor mask = Tensor.constant(DType.I64, 0xFFFFFFFFL, key.device());
    Tensor factor = Tensor.constant(DType.I64, count, key.device());
    Tensor offset = word.and(mask.expand(word.shape())).mul(factor).shr(32);
    return offset.add(Tensor.constant(DType.I64, lo, key.device())).cast(dtype);
  }

  /// True with the given probability, bool; the same comparison as `rand(key,
  /// dims).lt(probability)`, on whole numbers.
  ///
  /// @param key to draw with; the same one gives the same numbers
  /// @param probability probability of true
  /// @param dims size of each axis
  /// @return `dims`
  /// @throws TensorException unless `0 <= probability <= 1`
  public static Tensor bernoulli(Key key, double probability, int... dims) {
    return bernoulli(key, probability, Shape.of(dims));
  }

  /// {@return as [#bernoulli(Key, double, int...)]}
  ///
  /// @param key to draw with; the same one gives the same numbers
  /// @param probability probability of true
  /// @param shape size of each axis
  public static Tensor bernoulli(Key key, double probability, Shape shape) {
    if (!(probability >= 0 && probability <= 1)) {
      throw new TensorException("bernoulli: probability " + probability + ", expected 0 to 1");
    }
    return key.bits(shape, 0).shr(8).lt(Math.ceil(probability * 0x1p24));
  }

  /// True with the probability in each element of `probabilities` (f32 or f64), bool of the same
  /// shape.
  ///
  /// @param key to draw with; the same one gives the same numbers
  /// @param probabilities probability of true for each element, 0 to 1
  /// @return in the shape of `probabilities`
  public static Tensor bernoulli(Key key, Tensor probabilities) {
    if (!probabilities.dtype().isFloat()) {
      throw floats("bernoulli", probabilities.dtype());
    }
    return rand(probabilities.dtype(), key, probabilities.shape().toArray()).lt(probabilities);
  }

  /// `0 .. n - 1` in random order, i32 `[n]`: the order that sorts `n` random words. Of two equal
  /// words (expected `n^2 / 2^33` pairs) the one with the smaller index comes first.
  ///
  /// @param key to draw with; the same one gives the same numbers
  /// @param n number of elements
  /// @return `[n]`
  /// @throws ShapeException if `n` is negative
  public static Tensor permutation(Key key, int n) {
    return Tensor.apply(new Op.ArgSort(false), key.bits(Shape.of(n), 0));
  }

  private static DTypeException floats(String op, DType dtype) {
    return new DTypeException(op + ": not defined for " + dtype + ", expected f32 or f64");
  }
}
