package jacquard.tensor.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Key;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import jacquard.tensor.reference.Evaluator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/// Products and loops without reductions behind them, which the product's kernel may run.
public final class ProductEpilogues {
  private ProductEpilogues() {}

  /// A result and what it is.
  ///
  /// @param name for messages
  /// @param result to be computed
  /// @param products how many there are in it
  public record Case(String name, Tensor result, int products) {}

  private static Tensor stored(DType dtype, Device device, long seed, int... dims) {
    Shape shape = Shape.of(dims);
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[shape.arraySize()];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextInt(-16, 17) / 8f;
    }
    return Tensor.stored(dtype, values, shape, device);
  }

  /// {@return products of operands of a dtype}
  ///
  /// @param dtype of the operands
  /// @param device where they lie
  public static List<Case> of(DType dtype, Device device) {
    List<Case> cases = new ArrayList<>();
    for (int[] sizes : new int[][] {{67, 71, 37}, {130, 136, 24}, {1, 9, 5}, {40, 72, 2100}}) {
      int m = sizes[0];
      int n = sizes[1];
      String name = m + " x " + n + " x " + sizes[2] + " ";
      Tensor a = stored(dtype, device, 1, m, sizes[2]);
      Tensor b = stored(dtype, device, 2, sizes[2], n);
      Tensor bias = stored(DType.F32, device, 3, n);
      Tensor scale = stored(DType.F32, device, 4, m, 1);
      Tensor more = stored(DType.F32, device, 5, n, m);
      Tensor one = stored(DType.F32, device, 6);
      Tensor c = a.matmulWide(b);
      cases.add(new Case(name + "bias", c.add(bias).gelu(), 1));
      cases.add(new Case(name + "rows", c.mul(scale).add(one).relu(), 1));
      cases.add(new Case(name + "transposed", c.add(more.t()).mul(c), 1));
      cases.add(new Case(name + "masked", c.gt(bias).where(c, more.t()), 1));
      cases.add(new Case(name + "rounded", a.matmul(b), 1));
      Tensor noise = Tensor.rand(Key.of(7, device), m, n);
      cases.add(
          new Case(name + "dropped out", noise.gt(one.mul(0).add(0.5)).where(c, c.mul(0)), 1));
      // a second product wants the first, too
      cases.add(new Case(name + "kept", c.add(bias).tanh().t().matmul(c), 2));
    }
    Tensor q = stored(dtype, device, 7, 2, 24, 3, 16).permute(0, 2, 1, 3);
    Tensor keys = stored(dtype, device, 8, 2, 3, 40, 16);
    Tensor weights = q.matmulWide(keys.t()).mul(0.25);
    Tensor least = stored(DType.F32, device, 9, 24, 40);
    cases.add(new Case("batched", weights.gt(least).where(weights, -1), 1));
    return cases;
  }

  /// Compares a result with the reference.
  ///
  /// @param c whose result it is
  /// @param result of a device, as double
  public static void check(Case c, Elements result) {
    double[] expected = Evaluator.evaluate(List.of(c.result.node())).getFirst().toDoubles();
    double largest = Arrays.stream(expected).map(Math::abs).max().orElse(0);
    double tolerance = (c.result.dtype() == DType.BF16 ? 0x1p-8 : 1e-5) * Math.max(1, largest);
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], result.at(i), tolerance, c.name + " at " + i);
    }
  }

  /// Elements of a result.
  public interface Elements {
    /// {@return an element}
    ///
    /// @param i its number
    double at(int i);
  }
}
