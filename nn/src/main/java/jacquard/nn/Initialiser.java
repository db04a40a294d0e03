package jacquard.nn;

import jacquard.nn.data.SplitMix;
import jacquard.tensor.Shape;
import java.util.Arrays;
import java.util.function.DoubleSupplier;

/// How the initial value of a state is drawn: a pure function of its shape and the random numbers,
/// on the host in double precision.
///
/// Fans of `[out, in, kernel...]`: fan-in is the product of all sizes but the first, fan-out of all
/// but the second. A transposed convolution's filter is `[in, out, kernel...]` and its fans are
/// counted on that, as PyTorch does.
@FunctionalInterface
public interface Initialiser {
  /// {@return the elements in row-major order, in a new array}
  ///
  /// @param shape size of each axis
  /// @param random source of random numbers
  double[] values(Shape shape, SplitMix random);

  /// {@return 0 everywhere}
  static Initialiser zeros() {
    return constant(0);
  }

  /// {@return 1 everywhere}
  static Initialiser ones() {
    return constant(1);
  }

  /// {@return one value everywhere}
  ///
  /// @param value the value
  static Initialiser constant(double value) {
    return (shape, random) -> filled(shape, () -> value);
  }

  /// Uniform in `[-bound, bound)`.
  ///
  /// @param bound largest magnitude
  /// @return what draws the values
  static Initialiser uniform(double bound) {
    return (shape, random) -> filled(shape, () -> bound * (2 * random.nextDouble() - 1));
  }

  /// Uniform within `1 / sqrt(fanIn)`: what PyTorch starts linear and convolution weights with.
  ///
  /// @return what draws the values
  static Initialiser standard() {
    return (shape, random) -> uniform(1 / Math.sqrt(fanIn(shape))).values(shape, random);
  }

  /// {@return normal with mean 0}
  ///
  /// @param deviation standard deviation of the distribution
  static Initialiser normal(double deviation) {
    return (shape, random) -> {
      Gaussian gaussian = new Gaussian(random);
      return filled(shape, () -> deviation * gaussian.getAsDouble());
    };
  }

  /// Normal, drawn again while outside `limit` standard deviations.
  ///
  /// @param deviation standard deviation of the distribution
  /// @param limit in standard deviations
  /// @return what draws the values
  /// @throws IllegalArgumentException unless `limit` is above 0
  static Initialiser truncatedNormal(double deviation, double limit) {
    if (!(limit > 0)) {
      throw new IllegalArgumentException("truncatedNormal: limit " + limit + ", expected above 0");
    }
    return (shape, random) -> {
      Gaussian gaussian = new Gaussian(random);
      return filled(
          shape,
          () -> {
            double drawn = gaussian.getAsDouble();
            while (Math.abs(drawn) > limit) {
              drawn = gaussian.getAsDouble();
            }
            return deviation * drawn;
          });
    };
  }

  /// Uniform with variance `gain^2 / fanIn`; the gain for ReLU is `sqrt(2)`.
  ///
  /// @param gain factor that makes up for the activation that follows
  /// @return what draws the values
  /// @see <a href="https://arxiv.org/abs/1502.01852">He et al.: Delving deep into rectifiers</a>
  static Initialiser kaimingUniform(double gain) {
    return (shape, random) -> uniform(gain * Math.sqrt(3.0 / fanIn(shape))).values(shape, random);
  }

  /// Normal with variance `gain^2 / fanIn`; the gain for ReLU is `sqrt(2)`.
  ///
  /// @param gain factor that makes up for the activation that follows
  /// @return what draws the values
  static Initialiser kaimingNormal(double gain) {
    return (shape, random) -> normal(gain / Math.sqrt(fanIn(shape))).values(shape, random);
  }

  /// Uniform with variance `gain^2 * 2 / (fanIn + fanOut)`.
  ///
  /// @param gain factor that makes up for the activation that follows
  /// @return what draws the values
  /// @see <a href="https://proceedings.mlr.press/v9/glorot10a.html">Glorot, Bengio: Understanding
  ///   the difficulty of training deep feedforward neural networks</a>
  static Initialiser xavierUniform(double gain) {
    return (shape, random) ->
        uniform(gain * Math.sqrt(6.0 / (fanIn(shape) + fanOut(shape)))).values(shape, random);
  }

  /// Normal with variance `gain^2 * 2 / (fanIn + fanOut)`.
  ///
  /// @param gain factor that makes up for the activation that follows
  /// @return what draws the values
  static Initialiser xavierNormal(double gain) {
    return (shape, random) ->
        normal(gain * Math.sqrt(2.0 / (fanIn(shape) + fanOut(shape)))).values(shape, random);
  }

  /// `gain` times a matrix `[first size, rest]` with orthonormal rows, or columns if there are
  /// fewer of them; uniform among all such.
  ///
  /// @param gain factor that makes up for the activation that follows
  /// @return what draws the values
  /// @see <a href="https://arxiv.org/abs/1312.6120">Saxe et al.: Exact solutions to the nonlinear
  ///   dynamics of learning</a>
  static Initialiser orthogonal(double gain) {
    return (shape, random) -> {
      matrix("orthogonal", shape);
      int rows = shape.dim(0);
      int cols = rows == 0 ? 0 : (int) (shape.size() / rows);
      int count = Math.min(rows, cols);
      double[][] basis = Orthonormal.vectors(count, Math.max(rows, cols), new Gaussian(random));
      double[] values = new double[shape.arraySize()];
      for (int r = 0; r < rows; r++) {
        for (int c = 0; c < cols; c++) {
          values[r * cols + c] = gain * (rows <= cols ? basis[r][c] : basis[c][r]);
        }
      }
      return values;
    };
  }

  /// @throws IllegalArgumentException if the shape has fewer than 2 axes
  private static double fanIn(Shape shape) {
    matrix("fan-in", shape);
    return Math.max(1, product(shape, 0));
  }

  private static double fanOut(Shape shape) {
    return Math.max(1, product(shape, 1));
  }

  private static double product(Shape shape, int without) {
    double n = 1;
    for (int axis = 0; axis < shape.rank(); axis++) {
      n *= axis == without ? 1 : shape.dim(axis);
    }
    return n;
  }

  private static void matrix(String what, Shape shape) {
    if (shape.rank() < 2) {
      throw new IllegalArgumentException(
          "init: "
              + what
              + " of shape "
              + shape
              + ", expected at least 2 axes; give a bound or deviation");
    }
  }

  private static double[] filled(Shape shape, DoubleSupplier next) {
    double[] values = new double[shape.arraySize()];
    Arrays.setAll(values, i -> next.getAsDouble());
    return values;
  }
}
