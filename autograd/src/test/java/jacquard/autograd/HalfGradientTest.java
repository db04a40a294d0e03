package jacquard.autograd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BinaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Gradients through f16 and bf16 against those in f64: finite differences are of no use there.
class HalfGradientTest {
  private record Case(String name, BinaryOperator<Tensor> function) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static final List<Case> CASES =
      List.of(
          new Case("mul and add", (x, y) -> x.mul(y).add(x)),
          new Case("div", (x, y) -> x.div(y.square().add(1))),
          new Case("tanh", (x, y) -> x.tanh().mul(y)),
          new Case("sums", (x, y) -> x.sumKeepDims(0).mul(y).sum(1)),
          new Case("largest", (x, y) -> x.maxKeepDims(1).mul(y)),
          new Case("matmul", (x, y) -> x.matmul(y.t())),
          new Case("matmulWide", (x, y) -> x.matmulWide(y.t())),
          new Case(
              "attention", (x, y) -> heads(x).attention(heads(y), heads(y).mul(x.sum()), true)),
          new Case("attentionWide", (x, y) -> heads(x).attentionWide(heads(y), heads(x), false)),
          new Case("attention of fewer", (x, y) -> heads(x).attention(few(y), few(y), true)),
          new Case("gather", (x, y) -> x.gather(index(3, 0, 3)).mul(2)),
          new Case("conv2d", (x, y) -> x.reshape(1, 4, 4, 2).conv2d(y.reshape(2, 4, 2, 2), 1, 1)));

  static Stream<Arguments> cases() {
    return CASES.stream()
        .flatMap(c ->
            Stream.of(Arguments.of(c, DType.F16, 0x1p-10), Arguments.of(c, DType.BF16, 0x1p-7)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void gradientsAreThoseOfF64ButForRounding(Case c, DType dtype, double epsilon) {
    Tensor x = drawn(1).cast(dtype);
    Tensor y = drawn(2).cast(dtype);
    List<Tensor> half = gradients(c, x, y);
    List<Tensor> exact = gradients(c, x.cast(DType.F64), y.cast(DType.F64));
    for (int i = 0; i < 2; i++) {
      assertEquals(dtype, half.get(i).dtype());
      float[] got = half.get(i).toFloatArray();
      double[] expected = exact.get(i).toDoubleArray();
      double size = 1;
      for (double e : expected) {
        size = Math.max(size, Math.abs(e));
      }
      for (int k = 0; k < got.length; k++) {
        assertEquals(expected[k], got[k], 6 * epsilon * size, c + " source " + i + " at " + k);
      }
    }
  }

  private static List<Tensor> gradients(Case c, Tensor x, Tensor y) {
    Tensor loss = c.function.apply(x, y).square().sum();
    return Gradients.of(loss, List.of(x, y), Gradients.Missing.ZEROS);
  }

  /// `[4, 2, 4]`: 4 positions of 2 heads.
  private static Tensor heads(Tensor x) {
    return x.reshape(4, 2, 4);
  }

  private static Tensor few(Tensor x) {
    return heads(x).slice(0, 0, 3);
  }

  private static Tensor index(int... rows) {
    return Tensor.stored(DType.I32, rows, Shape.of(rows.length), Device.REFERENCE);
  }

  /// `[8, 4]`, multiples of 1/16: f16 and bf16 have them all.
  private static Tensor drawn(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[32];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextInt(-16, 17) / 16f;
    }
    return Tensor.stored(DType.F32, values, Shape.of(8, 4), Device.REFERENCE);
  }
}
