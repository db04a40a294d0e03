package jacquard.autograd;

import jacquard.tensor.DType;
import jacquard.tensor.DTypeException;
import jacquard.tensor.Ints;
import jacquard.tensor.Shape;
import jacquard.tensor.Step;
import jacquard.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Compares gradients with central differences, in f64.
///
/// The elements of the result are summed with fixed random weights between 0.5 and 1.5, so that
/// errors don't cancel. Order 1 differentiates that sum; order `k + 1` does the same with the
/// gradients of order `k`. The differences are taken before summing: a sum over many elements would
/// round away the change of one.
///
/// Differences are of fourth order, `(8 (f(h) - f(-h)) - (f(2h) - f(-2h))) / 12h` with `h = x /
/// 1000`, at least 1e-4 and at most 1e-3: for smooth functions of values around 1 that is right to
/// 1e-11. The function must have no kink or jump within `2h` of an input.
///
/// ```java
/// GradientCheck.check(t -> t[0].matmul(t[1]).tanh(), a, b);
/// ```
///
/// @param orders how often to differentiate; 1 or more
/// @param tolerance largest `|analytic - numeric| / max(1, |analytic|, |numeric|)` that passes
/// @param elements most elements to check of each input, spread evenly
/// @param seed of the weights
public record GradientCheck(int orders, double tolerance, int elements, long seed) {
  private static final double STEP = 1e-3;

  /// To second order, every element, within 1e-8.
  ///
  /// @return the check
  public static GradientCheck standard() {
    return new GradientCheck(2, 1e-8, Integer.MAX_VALUE, 1);
  }

  /// {@return this check, going to derivatives of order `count`}
  ///
  /// @param count 1 or more
  public GradientCheck withOrders(int count) {
    return new GradientCheck(count, tolerance, elements, seed);
  }

  /// {@return this check with another largest relative error}
  ///
  /// @param largest above 0
  public GradientCheck withTolerance(double largest) {
    return new GradientCheck(orders, largest, elements, seed);
  }

  /// {@return this check, of at most so many elements of each input, spread evenly}
  ///
  /// @param most 1 or more
  public GradientCheck withElements(int most) {
    return new GradientCheck(orders, tolerance, most, seed);
  }

  /// One partial derivative.
  ///
  /// @param order 1 for the gradient of the weighted result
  /// @param input position of the input
  /// @param index index of the element within the input
  /// @param analytic what the gradient says
  /// @param numeric what the differences say
  /// @param relativeError `|analytic - numeric| / max(1, |analytic|, |numeric|)`; infinite where
  ///   either is NaN
  public record Element(
      int order, int input, Ints index, double analytic, double numeric, double relativeError) {
    @Override
    public String toString() {
      return "order "
          + order
          + ", input "
          + input
          + " at "
          + index
          + ": analytic "
          + analytic
          + ", numeric "
          + numeric
          + ", relative error "
          + relativeError;
    }
  }

  /// What was found.
  ///
  /// @param worst the element with the largest error; null if there are no elements
  /// @param checked how many partial derivatives were compared
  /// @param tolerance largest relative error that passes
  public record Report(@Nullable Element worst, int checked, double tolerance) {
    /// {@return whether the worst element is within the tolerance}
    public boolean passed() {
      return worst == null || worst.relativeError <= tolerance;
    }

    /// Refuses a gradient that is wrong.
    ///
    /// @return this
    /// @throws AssertionError if the worst element is off by more than the tolerance
    public Report orThrow() {
      if (!passed()) {
        throw new AssertionError(
            "gradientCheck: "
                + worst
                + ", expected at most "
                + tolerance
                + "; "
                + checked
                + " derivatives checked");
      }
      return this;
    }
  }

  /// Checks a function with [#standard].
  ///
  /// @param f gives a float tensor of any shape
  /// @param inputs where to check; f64 inputs are differentiated, integers and bools handed through
  /// @return the worst element and what was checked
  /// @throws AssertionError with the worst element, if it is off by more than the tolerance
  /// @throws DTypeException if an input is f32, or none is f64
  public static Report check(Function<Tensor[], Tensor> f, Tensor... inputs) {
    return standard().run(f, inputs).orThrow();
  }

  /// Compares, and leaves it to the caller to judge.
  ///
  /// @param f function to check
  /// @param inputs where to check
  /// @return the worst element and what was checked
  public Report run(Function<Tensor[], Tensor> f, Tensor... inputs) {
    List<Integer> variables = new ArrayList<>();
    for (int i = 0; i < inputs.length; i++) {
      if (inputs[i].dtype().isFloat() && inputs[i].dtype() != DType.F64) {
        throw new DTypeException(
            "gradientCheck: input "
                + i
                + " is "
                + inputs[i]
                + ", expected f64; cast it, "
                + inputs[i].dtype()
                + " is too coarse for differences");
      }
      if (inputs[i].dtype() == DType.F64) {
        variables.add(i);
      }
    }
    if (variables.isEmpty()) {
      throw new DTypeException("gradientCheck: no input is f64, expected at least one");
    }
    Function<Tensor[], List<Tensor>> outputs = x -> List.of(f.apply(x));
    Report report = new Report(null, 0, tolerance);
    for (int order = 1; order <= orders; order++) {
      Function<Tensor[], List<Tensor>> lower = outputs;
      long weights = seed + order;
      outputs = x -> gradients(lower.apply(x), variables.stream().map(i -> x[i]).toList(), weights);
      report = compare(order, lower, outputs.apply(inputs), inputs, variables, report);
    }
    return report;
  }

  private static List<Tensor> gradients(List<Tensor> outputs, List<Tensor> x, long seed) {
    List<Tensor> cotangents = new ArrayList<>();
    for (double[] w : weights(outputs, seed)) {
      Tensor y = outputs.get(cotangents.size());
      cotangents.add(Tensor.stored(DType.F64, w, y.shape(), y.device()));
    }
    return Gradients.vjp(outputs, cotangents, x, Gradients.Missing.ZEROS);
  }

  private static List<double[]> weights(List<Tensor> outputs, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<double[]> weights = new ArrayList<>();
    for (Tensor y : outputs) {
      double[] w = new double[y.shape().arraySize()];
      Arrays.setAll(w, i -> random.nextDouble(0.5, 1.5));
      weights.add(w);
    }
    return weights;
  }

  private Report compare(
      int order,
      Function<Tensor[], List<Tensor>> outputs,
      List<Tensor> gradients,
      Tensor[] inputs,
      List<Integer> variables,
      Report before) {
    Element worst = before.worst;
    int checked = before.checked;
    Step.realise(gradients.toArray(Tensor[]::new));
    for (int k = 0; k < variables.size(); k++) {
      int input = variables.get(k);
      double[] analytic = gradients.get(k).toDoubleArray();
      int count = Math.min(elements, analytic.length);
      for (int c = 0; c < count; c++) {
        int at = (int) ((long) c * analytic.length / count);
        double numeric = difference(outputs, inputs, input, at, seed + order);
        double size = Math.max(1, Math.max(Math.abs(analytic[at]), Math.abs(numeric)));
        double off = Math.abs(analytic[at] - numeric) / size;
        double error = Double.isNaN(off) ? Double.POSITIVE_INFINITY : off;
        checked++;
        if (worst == null || error > worst.relativeError) {
          Ints index = index(inputs[input].shape(), at);
          worst = new Element(order, input, index, analytic[at], numeric, error);
        }
      }
    }
    return new Report(worst, checked, tolerance);
  }

  /// The derivative of the weighted outputs by one element.
  private static double difference(
      Function<Tensor[], List<Tensor>> outputs, Tensor[] inputs, int input, int at, long seed) {
    Tensor x = inputs[input];
    double[] values = x.toDoubleArray();
    double h = STEP * Math.clamp(Math.abs(values[at]), 0.1, 1);
    List<List<Tensor>> moved = new ArrayList<>();
    for (int step : new int[] {-2, -1, 1, 2}) {
      double[] changed = values.clone();
      changed[at] += step * h;
      Tensor[] arguments = inputs.clone();
      arguments[input] = Tensor.stored(DType.F64, changed, x.shape(), x.device());
      moved.add(outputs.apply(arguments));
    }
    Step.realise(moved.stream().flatMap(List::stream).toArray(Tensor[]::new));
    List<double[]> weights = weights(moved.get(0), seed);
    double sum = 0;
    for (int k = 0; k < weights.size(); k++) {
      int output = k;
      List<double[]> y = moved.stream().map(m -> m.get(output).toDoubleArray()).toList();
      for (int i = 0; i < weights.get(k).length; i++) {
        double inner = y.get(2)[i] - y.get(1)[i];
        double outer = y.get(3)[i] - y.get(0)[i];
        sum += weights.get(k)[i] * (8 * inner - outer);
      }
    }
    return sum / (12 * h);
  }

  private static Ints index(Shape shape, int at) {
    Ints strides = shape.strides();
    return strides.map((axis, stride) -> at / stride % shape.dim(axis));
  }
}
