package jacquard.nn.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.nn.Init;
import jacquard.nn.Initialiser;
import jacquard.nn.Parameter;
import jacquard.nn.Pass;
import jacquard.nn.Reference;
import jacquard.nn.data.SplitMix;
import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Shape;
import jacquard.tensor.State;
import jacquard.tensor.Step;
import jacquard.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Optimisers against loops over doubles.
class OptimiserTest {
  private static final int N = 6;

  private static Parameter parameter(String name, int... dims) {
    return Reference.init(9).parameter(name, Initialiser.normal(1), dims);
  }

  private static double[] gradient(long step) {
    SplitMix random = SplitMix.of(4, step);
    double[] g = new double[N];
    for (int i = 0; i < N; i++) {
      g[i] = (2 * random.nextDouble() - 1) * (i == 3 ? 1e-4 : 1);
    }
    return g;
  }

  /// One element's new value.
  private interface Rule {
    double apply(int index, long step, double p, double g);
  }

  private static void tenSteps(Parameter p, Optimiser optimiser, Rule rule) {
    double[] expected = Reference.values(p);
    for (long step = 0; step < 10; step++) {
      double[] g = gradient(step);
      for (int i = 0; i < N; i++) {
        expected[i] = rule.apply(i, step, expected[i], g[i]);
      }
      Step.run(List.of(), optimiser.update(step, List.of(Reference.f64(g, 2, 3))));
      assertArrayEquals(expected, Reference.values(p), 1e-13, "step " + step);
    }
  }

  @Test
  void plainDescentSubtractsTheGradient() {
    Parameter p = parameter("p", 2, 3);
    tenSteps(p, Sgd.of(List.of(p), 0.1), (i, step, w, g) -> w - 0.1 * g);
  }

  @Test
  void momentumAndNesterovFollowPyTorch() {
    for (boolean nesterov : new boolean[] {false, true}) {
      Parameter p = parameter("p", 2, 3);
      Group group = new Group(List.of(p), Schedule.linear(0.1, 0.05, 5), 0.01);
      double[] m = new double[N];
      tenSteps(
          p,
          new Sgd(List.of(group), 0.9, nesterov),
          (i, step, w, g) -> {
            double rate = step < 5 ? 0.1 - 0.01 * step : 0.05;
            double d = g + 0.01 * w;
            m[i] = 0.9 * m[i] + d;
            return w - rate * (nesterov ? d + 0.9 * m[i] : m[i]);
          });
    }
  }

  private static Rule adam(
      double rate, double b1, double b2, double eps, double decay, boolean decoupled) {
    double[] m = new double[N];
    double[] v = new double[N];
    return (i, step, w, g) -> {
      double p = decoupled ? w * (1 - rate * decay) : w;
      double d = decoupled ? g : g + decay * w;
      m[i] = b1 * m[i] + (1 - b1) * d;
      v[i] = b2 * v[i] + (1 - b2) * d * d;
      double c1 = 1 - Math.pow(b1, step + 1.0);
      double c2 = 1 - Math.pow(b2, step + 1.0);
      return p - rate / c1 * m[i] / (Math.sqrt(v[i]) / Math.sqrt(c2) + eps);
    };
  }

  @Test
  void adamFollowsPyTorch() {
    Parameter p = parameter("p", 2, 3);
    tenSteps(p, Adam.of(List.of(p), 1e-2), adam(1e-2, 0.9, 0.999, 1e-8, 0, false));
  }

  @Test
  void adamWithDecayAddsItToTheGradient() {
    Parameter p = parameter("p", 2, 3);
    Group group = new Group(List.of(p), Schedule.constant(1e-2), 0.3);
    tenSteps(
        p,
        new Adam(List.of(group), Adam.Settings.ADAM.withEps(1e-3)),
        adam(1e-2, 0.9, 0.999, 1e-3, 0.3, false));
  }

  @Test
  void adamWTakesDecayFromTheParameter() {
    Parameter p = parameter("p", 2, 3);
    Group group = new Group(List.of(p), Schedule.constant(1e-2), 0.3);
    tenSteps(
        p,
        new Adam(List.of(group), Adam.Settings.ADAM_W.withBetas(0.5, 0.99)),
        adam(1e-2, 0.5, 0.99, 1e-8, 0.3, true));
  }

  /// PyTorch 1.13: `p = tensor([1.]); AdamW([p], lr=0.1, weight_decay=0.01)`, gradient 0.5, one
  /// step: 1 * (1 - 0.001) - 0.1.
  @Test
  void firstStepOfAdamWMovesByTheLearningRate() {
    Parameter p = Reference.init(1).parameter("p", Initialiser.ones(), 1);
    Adam adam = Adam.decoupled(List.of(new Group(List.of(p), Schedule.constant(0.1), 0.01)));
    Step.run(List.of(), adam.update(0, List.of(Reference.f64(new double[] {0.5}, 1))));
    assertEquals(0.999 - 0.1, Reference.values(p)[0], 1e-8);
  }

  @Test
  void groupsHaveTheirOwnRateAndDecay() {
    Parameter w = parameter("w", 2, 3);
    Parameter b = parameter("b", 6);
    List<Group> groups = Group.byRank(List.of(b, w), Schedule.constant(0.1), 0.5);
    assertEquals(List.of(w), groups.get(0).parameters());
    Adam adam = Adam.decoupled(groups);
    assertEquals(List.of(w, b), adam.parameters());
    double[] w0 = Reference.values(w);
    double[] b0 = Reference.values(b);
    Step.run(
        List.of(),
        adam.update(
            0, List.of(Reference.f64(new double[N], 2, 3), Reference.f64(new double[N], 6))));
    for (int i = 0; i < N; i++) {
      assertEquals(w0[i] * 0.95, Reference.values(w)[i], 1e-14);
      assertEquals(b0[i], Reference.values(b)[i]);
    }
    assertEquals(
        List.of("adam.m.w", "adam.v.w", "adam.m.b", "adam.v.b"),
        adam.states().stream().map(State::name).toList());
  }

  @Test
  void momentsDecayToZeroInsteadOfDenormals() {
    Parameter p = Reference.init32(1).parameter("p", Initialiser.ones(), 2);
    Adam adam = Adam.of(List.of(p), 1e-3);
    adam.states().get(0).load(new float[] {1e-20f, -2e-30f});
    adam.states().get(1).load(new float[] {1e-30f, 1.0005e-36f});
    Step.run(List.of(), adam.update(5, List.of(Reference.f32(new float[2], 2))));
    float[] m = adam.states().get(0).value().toFloatArray();
    float[] v = adam.states().get(1).value().toFloatArray();
    assertArrayEquals(new float[] {0.9e-20f, -1.8e-30f}, m, 1e-36f);
    assertTrue(v[0] > 0.99e-30f && v[1] == 0, "v " + v[0] + " " + v[1]);
    for (int step = 6; step < 20; step++) {
      Step.run(List.of(), adam.update(step, List.of(Reference.f32(new float[2], 2))));
    }
    assertEquals(0, adam.states().get(0).value().toFloatArray()[1]);
  }

  /// Over 40 steps without gradients moments of 1e-44 to 1e-26 pass all magnitudes that f32 has
  /// below its normal ones, in a loop of their own and on the rows of a product.
  @Test
  void processorNeverLeavesMomentsDenormal() {
    int n = 37;
    for (boolean product : new boolean[] {false, true}) {
      Parameter p = Init.of(1).withDevice(Device.CPU).parameter("p", Initialiser.ones(), n, n);
      Adam adam = Adam.of(List.of(p), 1e-3);
      float[] small = new float[n * n];
      for (int i = 0; i < small.length; i++) {
        small[i] = (float) Math.pow(10, -26 - 18.0 * i / small.length);
      }
      adam.states().forEach(state -> state.load(small));
      Tensor none = Tensor.stored(DType.F32, new float[n * n], Shape.of(n, n), Device.CPU);
      for (int step = 5; step < 45; step++) {
        Step.run(List.of(), adam.update(step, List.of(product ? none.matmul(none) : none)));
        for (State state : adam.states()) {
          for (float x : state.value().toFloatArray()) {
            assertTrue(x == 0 || Math.abs(x) >= Float.MIN_NORMAL, state.name() + ": " + x);
          }
        }
      }
    }
  }

  @Test
  void twoUpdatesOfOnePassFollowEachOther() {
    Parameter a = parameter("p", 2, 3);
    Parameter b = parameter("p", 2, 3);
    Adam one = Adam.of(List.of(a), 0.1);
    Adam two = Adam.of(List.of(b), 0.1);
    Pass pass = Pass.training();
    for (long step = 0; step < 2; step++) {
      one.update(step, List.of(Reference.f64(gradient(step), 2, 3)), pass);
      Step.run(List.of(), two.update(step, List.of(Reference.f64(gradient(step), 2, 3))));
    }
    Step.run(List.of(), pass.updates());
    assertArrayEquals(Reference.values(b), Reference.values(a));
  }

  @Test
  void wrongCountsAndSettingsAreNamed() {
    Parameter p = parameter("p", 2, 3);
    assertEquals(
        "adam: 0 gradients for 1 parameters, expected one for each of parameters()",
        assertThrows(
                IllegalArgumentException.class, () -> Adam.of(List.of(p), 1).update(0, List.of()))
            .getMessage());
    assertThrows(IllegalArgumentException.class, () -> Adam.of(List.of(p, p), 1));
    assertThrows(IllegalArgumentException.class, () -> Adam.Settings.ADAM.withBetas(1, 0.9));
    assertThrows(IllegalArgumentException.class, () -> new Sgd(List.of(), 0, true));
  }

  @Test
  void clippingByNormScalesAllAlike() {
    Tensor a = Reference.f64(new double[] {3, 0}, 2);
    Tensor b = Reference.f64(new double[] {4}, 1, 1);
    Clip.Clipped clipped = Clip.byGlobalNorm(List.of(a, b), 1);
    assertEquals(5, clipped.norm().item(), 1e-14);
    double factor = 1 / (5 + 1e-6);
    assertArrayEquals(
        new double[] {3 * factor, 0}, clipped.gradients().get(0).toDoubleArray(), 1e-14);
    assertEquals(4 * factor, clipped.gradients().get(1).item(), 1e-14);
    assertArrayEquals(
        new double[] {3, 0},
        Clip.byGlobalNorm(List.of(a, b), 6).gradients().get(0).toDoubleArray());
    Tensor zero = Reference.f64(new double[2], 2);
    assertArrayEquals(
        new double[2], Clip.byGlobalNorm(List.of(zero), 1).gradients().get(0).toDoubleArray());
    assertThrows(IllegalArgumentException.class, () -> Clip.byGlobalNorm(List.of(a), 0));
  }

  @Test
  void clippingByValueLimitsEachElement() {
    Tensor a = Reference.f64(new double[] {3, -0.5, -9}, 3);
    assertArrayEquals(
        new double[] {2, -0.5, -2}, Clip.byValue(List.of(a), 2).get(0).toDoubleArray());
  }

  @Test
  void averagesFollowTheirRecurrence() {
    Parameter p = parameter("p", 2, 3);
    Ema ema = new Ema(List.of(p), 0.8);
    Sgd sgd = Sgd.of(List.of(p), 0.1);
    double[] expected = Reference.values(p);
    for (long step = 0; step < 10; step++) {
      Pass pass = Pass.training();
      sgd.update(step, List.of(Reference.f64(gradient(step), 2, 3)), pass);
      ema.update(pass);
      Step.run(List.of(), pass.updates());
      for (int i = 0; i < N; i++) {
        expected[i] = 0.8 * expected[i] + 0.2 * Reference.values(p)[i];
      }
      assertArrayEquals(expected, Reference.values(ema.states().get(0)), 1e-14);
    }
    assertEquals("ema.p", ema.states().get(0).name());
    Pass pass = ema.assume(Pass.evaluation());
    assertArrayEquals(expected, pass.value(p).toDoubleArray(), 1e-14);
    assertTrue(pass.updates().isEmpty());
  }
}
