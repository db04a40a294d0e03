package jacquard.autograd;

import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.tensor.DType;
import jacquard.tensor.Ints;
import jacquard.tensor.Movement;
import jacquard.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;

/// Random smooth functions against central differences, to second order.
///
/// Every value is kept `[2, 3]` and small, so that any operation fits anywhere and differences stay
/// accurate.
class RandomCompositionTest {

  @Property(tries = 60, seed = "20261123", shrinking = ShrinkingMode.BOUNDED)
  void gradientMatchesCentralDifferences(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 12) int steps) {
    GradientCheck.Report report =
        GradientCheck.standard()
            .withTolerance(1e-7)
            .run(
                t -> compose(t, steps, new SplittableRandom(seed), false),
                Graphs.random(seed, 2, 3),
                Graphs.random(seed + 1, 2, 3));
    assertTrue(report.passed(), () -> "seed " + seed + ", " + steps + " steps: " + report);
  }

  @Property(tries = 60, seed = "20261124", shrinking = ShrinkingMode.BOUNDED)
  void recomputationChangesNothing(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 12) int steps) {
    Tensor[] x = {Graphs.random(seed, 2, 3), Graphs.random(seed + 1, 2, 3)};
    Tensor v = Graphs.random(seed + 2, 2, 3);
    List<double[]> found = new ArrayList<>();
    for (boolean checkpoint : new boolean[] {false, true}) {
      Tensor loss = compose(x, steps, new SplittableRandom(seed), checkpoint).sum();
      for (Tensor g : Gradients.ofOrZeros(loss, List.of(x))) {
        found.add(g.toDoubleArray());
      }
      Tensor again = compose(x, steps, new SplittableRandom(seed), checkpoint).sum();
      Tensor slope = Gradients.ofOrZeros(again, List.of(x)).get(0);
      found.add(
          Gradients.vjp(List.of(slope), List.of(v), List.of(x[0]), Gradients.Missing.ZEROS)
              .get(0)
              .toDoubleArray());
    }
    for (int i = 0; i < 3; i++) {
      for (int k = 0; k < 6; k++) {
        double plain = found.get(i)[k];
        double difference = Math.abs(plain - found.get(i + 3)[k]);
        assertTrue(
            difference <= 1e-12 * (1 + Math.abs(plain)),
            "seed "
                + seed
                + ", "
                + steps
                + " steps: value "
                + i
                + " element "
                + k
                + " off by "
                + difference);
      }
    }
  }

  private static Tensor compose(
      Tensor[] inputs, int steps, SplittableRandom random, boolean checkpoint) {
    List<Tensor> values = new ArrayList<>(List.of(inputs));
    for (int i = 0; i < steps; i++) {
      Tensor a = values.get(random.nextInt(values.size()));
      Tensor b = values.get(Math.max(random.nextInt(values.size()), random.nextInt(values.size())));
      int kind = random.nextInt(24);
      boolean wrapped = random.nextBoolean();
      values.add(
          checkpoint && wrapped
              ? Checkpoint.of(t -> step(kind, t[0], t[1]), a, b)
              : step(kind, a, b));
    }
    return values.get(values.size() - 1);
  }

  // a, b and the result are [2, 3], of a size around 1
  private static Tensor step(int kind, Tensor a, Tensor b) {
    return switch (kind) {
      case 0 -> a.tanh().exp();
      case 1 -> a.sin().mul(b);
      case 2 -> a.square().add(1).log();
      case 3 -> a.sigmoid().sub(b);
      case 4 -> a.div(b.square().add(1));
      case 5 -> a.tanh().add(2).pow(b.tanh());
      case 6 -> a.erf().add(b.cos());
      case 7 -> a.square().add(0.5).rsqrt().mul(b);
      case 8 -> a.tanh().expm1().add(b.square().log1p());
      case 9 -> a.softmax(1).add(b.logSoftmax(0));
      case 10 -> a.matmul(b.t()).matmul(b).tanh();
      case 11 -> a.t().reshape(2, 3).mul(b.flip(0, 1));
      case 12 -> Movement.concat(1, List.of(b.slice(1, 2, 3), a.slice(1, 0, 2)));
      case 13 -> a.slice(1, 0, 3, 2).pad(1, 1, 0).add(b);
      case 14 -> a.sumKeepDims(0).mul(0.3).expand(2, 3).sub(b);
      case 15 -> a.cumsum(1).mul(0.3).tanh();
      case 16 -> a.tanh().add(1.5).prodKeepDims(1).mul(b).mul(0.2);
      case 17 -> a.gather(Graphs.i32(new int[] {1, 1}, 2)).add(b);
      case 18 -> a.scatterAdd(Graphs.i32(new int[] {1}, 1), b.slice(0, 0, 1));
      case 19 -> a.dynamicUpdate(b.slice(1, 0, 2).sin(), Graphs.i32(new int[] {0, 1}, 2));
      case 20 ->
          a.pad(Ints.of(1, 0), Ints.of(0, 1), Ints.of(1, 0), 0.5)
              .dynamicSlice(Graphs.i32(new int[] {1, 1}, 2), 2, 3)
              .mul(b);
      case 21 -> a.mul(0.5).logSumExpKeepDims(1).expand(2, 3).sub(b.square().add(1).recip().sqrt());
      case 22 ->
          Graphs.f64(new double[] {1, 0, 1, 0, 1, 1}, 2, 3).cast(DType.BOOL).where(a.sin(), b);
      case 23 ->
          a.reshape(1, 1, 2, 3)
              .conv2d(b.slice(1, 0, 2).reshape(1, 1, 2, 2), 1, 1)
              .slice(2, 0, 2)
              .slice(3, 1, 4)
              .reshape(2, 3)
              .tanh();
      default -> throw new AssertionError(kind);
    };
  }
}
