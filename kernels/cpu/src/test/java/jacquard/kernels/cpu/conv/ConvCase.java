package jacquard.kernels.cpu.conv;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Random;

/// Random operands for a shape, with gaps around them, and the three forms by plain loops in double
/// precision.
final class ConvCase {
  /// Elements around the operands that belong to nobody.
  static final int GAP = 5;

  private final ConvShape s;
  final double[] x;
  final double[] w;
  final double[] y;

  // What plain loops give, made when it is first asked for: they take most of the time.
  private Sums forward;
  private Sums inputGradient;
  private Sums weightGradient;

  /// @param sizes sums of absolute values
  private record Sums(double[] values, double[] sizes) {
    void add(int at, double product) {
      values[at] += product;
      sizes[at] += Math.abs(product);
    }
  }

  ConvCase(ConvShape shape, int seed) {
    s = shape;
    Random random = new Random(seed);
    x = doubles(random, s.xElements());
    w = doubles(random, s.wElements());
    y = doubles(random, s.yElements());
  }

  private static double[] doubles(Random random, int length) {
    double[] values = new double[length + 2 * GAP];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat() - 0.5f;
    }
    return values;
  }

  /// A product: places in the three arrays.
  interface Term {
    void add(int x, int w, int y);
  }

  /// Visits every product of the convolution.
  void forEach(Term term) {
    int c = s.channels();
    for (int n = 0; n < s.n(); n++) {
      for (int o = 0; o < s.o(); o++) {
        for (int i = 0; i < s.oh(); i++) {
          for (int j = 0; j < s.ow(); j++) {
            int yAt = ((n * s.o() + o) * s.oh() + i) * s.ow() + j;
            for (int ci = 0; ci < c; ci++) {
              int channel = o / (s.o() / s.groups()) * c + ci;
              for (int p = 0; p < s.kh(); p++) {
                for (int q = 0; q < s.kw(); q++) {
                  int h = i * s.strideH() - s.padTop() + p * s.dilationH();
                  int v = j * s.strideW() - s.padLeft() + q * s.dilationW();
                  if (h >= 0 && h < s.h() && v >= 0 && v < s.w()) {
                    int xAt = ((n * s.c() + channel) * s.h() + h) * s.w() + v;
                    int wAt = ((o * c + ci) * s.kh() + p) * s.kw() + q;
                    term.add(GAP + xAt, GAP + wAt, GAP + yAt);
                  }
                }
              }
            }
          }
        }
      }
    }
  }

  void check(Convolution convolution) {
    checkForward(convolution);
    checkInputGradient(convolution);
    checkWeightGradient(convolution);
  }

  /// A form in `float` by a class that [Convolution#way] may not choose.
  void check(Convolution convolution, Convolution.Way way, Convolution.Form form) {
    float[] result = result(convolution, way, form);
    boolean weights = form == Convolution.Form.WEIGHT_GRADIENT;
    Sums expected =
        switch (form) {
          case FORWARD -> forward();
          case INPUT_GRADIENT -> inputGradient();
          case WEIGHT_GRADIENT -> weightGradient();
        };
    // what cancels is as large as the neighbours' products
    double[] sizes = new double[expected.sizes.length];
    Arrays.fill(sizes, Arrays.stream(expected.sizes).max().orElse(0));
    Sums largest = new Sums(expected.values, sizes);
    compare(form + " by " + way, largest, toDoubles(result), weights ? 1e-6 : 5e-7);
  }

  /// A form in `float` by a class of one's choice, and the gaps.
  float[] result(Convolution convolution, Convolution.Way way, Convolution.Form form) {
    boolean weights = form == Convolution.Form.WEIGHT_GRADIENT;
    boolean inputs = form == Convolution.Form.INPUT_GRADIENT;
    float[] result = floats(weights ? w : inputs ? x : y);
    float[] from = floats(inputs ? y : x);
    float[] by = floats(weights ? y : w);
    convolution.multiply(way, form, s, from, GAP, by, GAP, result, GAP);
    return result;
  }

  private Sums forward() {
    if (forward == null) {
      Sums sums = new Sums(cleared(y), new double[y.length]);
      forEach((a, b, c) -> sums.add(c, x[a] * w[b]));
      forward = sums;
    }
    return forward;
  }

  private Sums inputGradient() {
    if (inputGradient == null) {
      Sums sums = new Sums(cleared(x), new double[x.length]);
      forEach((a, b, c) -> sums.add(a, y[c] * w[b]));
      inputGradient = sums;
    }
    return inputGradient;
  }

  private Sums weightGradient() {
    if (weightGradient == null) {
      Sums sums = new Sums(cleared(w), new double[w.length]);
      forEach((a, b, c) -> sums.add(b, y[c] * x[a]));
      weightGradient = sums;
    }
    return weightGradient;
  }

  void checkForward(Convolution convolution) {
    compare("forward", forward(), forwardF32(convolution), 1e-6);
    double[] result = y.clone();
    convolution.forward(s, x, GAP, w, GAP, result, GAP);
    compare("forward", forward, result, 1e-14);
  }

  void checkInputGradient(Convolution convolution) {
    compare("input gradient", inputGradient(), inputGradientF32(convolution), 1e-6);
    double[] result = x.clone();
    convolution.inputGradient(s, y, GAP, w, GAP, result, GAP);
    compare("input gradient", inputGradient, result, 1e-14);
  }

  void checkWeightGradient(Convolution convolution) {
    compare("weight gradient", weightGradient(), weightGradientF32(convolution), 3e-6);
    double[] result = w.clone();
    convolution.weightGradient(s, x, GAP, y, GAP, result, GAP);
    compare("weight gradient", weightGradient, result, 3e-14);
  }

  double[] forwardF32(Convolution convolution) {
    float[] result = floats(y);
    convolution.forward(s, floats(x), GAP, floats(w), GAP, result, GAP);
    return toDoubles(result);
  }

  double[] inputGradientF32(Convolution convolution) {
    float[] result = floats(x);
    convolution.inputGradient(s, floats(y), GAP, floats(w), GAP, result, GAP);
    return toDoubles(result);
  }

  double[] weightGradientF32(Convolution convolution) {
    float[] result = floats(w);
    convolution.weightGradient(s, floats(x), GAP, floats(y), GAP, result, GAP);
    return toDoubles(result);
  }

  /// Zero where a result belongs, unchanged in the gaps.
  static double[] cleared(double[] values) {
    double[] result = values.clone();
    Arrays.fill(result, GAP, result.length - GAP, 0);
    return result;
  }

  private void compare(String form, Sums expected, double[] result, double tolerance) {
    for (int i = 0; i < result.length; i++) {
      int at = i;
      assertEquals(
          expected.values[i],
          result[i],
          3 * tolerance * expected.sizes[i],
          () -> form + " " + (at - GAP) + " of " + s);
    }
  }

  private static float[] floats(double[] values) {
    float[] result = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      result[i] = (float) values[i];
    }
    return result;
  }

  private static double[] toDoubles(float[] values) {
    double[] result = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      result[i] = values[i];
    }
    return result;
  }
}
