package jacquard.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import jacquard.autograd.GradientCheck;
import jacquard.autograd.Gradients;
import jacquard.tensor.Step;
import jacquard.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// What GANs are trained by: losses, penalties on slopes, weights of bounded norm.
class AdversarialTest {
  private static final long SEED = 5;

  private static double item(Tensor x) {
    return x.item();
  }

  @Test
  void lossesAreTheirFormulas() {
    Tensor real = Reference.f64(new double[] {2, -0.5}, 2);
    Tensor drawn = Reference.f64(new double[] {-3, 0.25}, 2);
    double bce = 0;
    for (double x : new double[] {-2, 0.5, -3, 0.25}) {
      bce += Math.log1p(Math.exp(x)) / 2;
    }
    assertEquals(bce, item(AdversarialLoss.BCE.discriminator(real, drawn, 0)), 1e-12);
    assertEquals(
        (1 + 2.25 + 9 + 0.0625) / 4,
        item(AdversarialLoss.LSGAN.discriminator(real, drawn, 0)),
        1e-12);
    assertEquals(
        (0 + 1.5 + 0 + 1.25) / 2, item(AdversarialLoss.HINGE.discriminator(real, drawn, 0)), 1e-12);
    assertEquals(-1.375 - 0.75, item(AdversarialLoss.WGAN.discriminator(real, drawn, 0)), 1e-12);
    assertEquals(
        (Math.log1p(Math.exp(3)) + Math.log1p(Math.exp(-0.25))) / 2,
        item(AdversarialLoss.BCE.generator(drawn)),
        1e-12);
    assertEquals((16 + 0.5625) / 4, item(AdversarialLoss.LSGAN.generator(drawn)), 1e-12);
    assertEquals(1.375, item(AdversarialLoss.HINGE.generator(drawn)), 1e-12);
    assertEquals(1.375, item(AdversarialLoss.WGAN.generator(drawn)), 1e-12);
  }

  @Test
  void smoothingMovesTheTargetOfRealPicturesOnly() {
    Tensor real = Reference.f64(new double[] {2}, 1);
    Tensor drawn = Reference.f64(new double[] {-3}, 1);
    double expected =
        0.9 * Math.log1p(Math.exp(-2)) + 0.1 * Math.log1p(Math.exp(2)) + Math.log1p(Math.exp(-3));
    assertEquals(expected, item(AdversarialLoss.BCE.discriminator(real, drawn, 0.1)), 1e-12);
    assertEquals(
        (1.1 * 1.1 + 9) / 2, item(AdversarialLoss.LSGAN.discriminator(real, drawn, 0.1)), 1e-12);
    assertThrows(
        IllegalArgumentException.class,
        () -> AdversarialLoss.HINGE.discriminator(real, drawn, 0.1));
  }

  @Test
  void accuracyCountsBothKinds() {
    Tensor real = Reference.f64(new double[] {2, -0.5, 0.2, 3}, 4);
    Tensor drawn = Reference.f64(new double[] {-3, 0.25, 0.6, -1}, 4);
    assertEquals(5 / 8.0, item(AdversarialLoss.BCE.accuracy(real, drawn)), 1e-12);
    assertEquals(5 / 8.0, item(AdversarialLoss.LSGAN.accuracy(real, drawn)), 1e-12);
    assertEquals(2 / 4.0, item(AdversarialLoss.WGAN.accuracy(real, drawn)), 1e-12);
  }

  @TestFactory
  Stream<DynamicTest> lossesToSecondOrder() {
    return Stream.of(AdversarialLoss.values())
        .map(loss ->
            DynamicTest.dynamicTest(
                loss.name(),
                () ->
                    GradientCheck.standard()
                        .withTolerance(1e-7)
                        .run(
                            t -> loss.discriminator(t[0], t[1], 0).add(loss.generator(t[1])),
                            Reference.random(1, 5),
                            Reference.random(2, 5))
                        .orThrow()));
  }

  /// A critic `a |x|^2 / 2` has slope `a |x|`.
  @Test
  void penaltiesAreThoseOfAKnownSlope() {
    Tensor x = Reference.f64(new double[] {3, 4, 0, 2}, 2, 2);
    UnaryOperator<Tensor> critic = t -> t.square().sum(-1).mul(0.5 * 0.7);
    assertEquals(0.49 * (25 + 4) / 2 / 2, item(GradientPenalty.atReal(critic, x)), 1e-12);
    // Between equal examples there is one place only.
    assertEquals(
        (2.5 * 2.5 + 0.4 * 0.4) / 2,
        item(GradientPenalty.between(critic, x, x, Reference.key(1))),
        1e-9);
  }

  /// The slope of a linear critic is its weight, at every place: `(|w| - 1)^2` and `|w|^2 / 2`,
  /// with gradients `2 (|w| - 1) w / |w|` and `w`.
  @Test
  void penaltiesOfALinearCriticAndTheirGradients() {
    for (double[] w : new double[][] {{3, 4}, {0.1, -0.2}, {0.6, 0.8}}) {
      Tensor weight = Reference.f64(w, 2, 1);
      UnaryOperator<Tensor> critic = x -> x.matmul(weight);
      Tensor real = Reference.random(1, 5, 2);
      Tensor between =
          GradientPenalty.between(critic, real, Reference.random(2, 5, 2), Reference.key(3));
      Tensor atReal = GradientPenalty.atReal(critic, real);
      double norm = Math.hypot(w[0], w[1]);
      double outwards = 2 * (norm - 1) / norm;
      assertArrayEquals(
          new double[] {outwards * w[0], outwards * w[1]},
          Gradients.of(between, weight).toDoubleArray(),
          1e-9);
      assertArrayEquals(w, Gradients.of(atReal, weight).toDoubleArray(), 1e-12);
      assertEquals((norm - 1) * (norm - 1), item(between), 1e-9);
      assertEquals(norm * norm / 2, item(atReal), 1e-12);
    }
  }

  /// Training by the penalty: its gradient by the critic's weights, and that one's.
  @Test
  void penaltyOfAConvolutionalCriticToSecondOrder() {
    Init init = Reference.init(SEED);
    Sequential critic =
        Sequential.of(
            Conv2d.of(init.at("conv"), 1, 2, 3, 2, 1),
            GroupNorm.of(init.at("norm"), 2, 1),
            Activation.SILU,
            new Flatten(),
            Linear.of(init.at("fc"), 8, 1));
    List<Parameter> parameters = critic.parameters();
    List<Tensor> values = new ArrayList<>();
    for (Parameter p : parameters) {
      values.add(Reference.f64(Reference.values(p), p.shape().toArray()));
    }
    Tensor real = Reference.random(1, 2, 1, 4, 4);
    Tensor drawn = Reference.random(2, 2, 1, 4, 4);
    GradientCheck.standard()
        .withTolerance(1e-6)
        .run(
            t -> {
              Pass pass = Pass.training(Reference.key(SEED));
              for (int i = 0; i < t.length; i++) {
                pass.assume(parameters.get(i), t[i]);
              }
              UnaryOperator<Tensor> judge = x -> critic.forward(x, pass);
              return GradientPenalty.between(judge, real, drawn, pass.key())
                  .add(GradientPenalty.atReal(judge, real));
            },
            values.toArray(Tensor[]::new))
        .orThrow();
  }

  @Test
  void thePowerIterationFindsTheLargestSingularValue() {
    Init init = Reference.init(SEED);
    SpectralNorm layer = SpectralNorm.of(init, Linear.of(init, 3, 2, Initialiser.constant(0)));
    // Singular values 5 and 2.
    layer.weight().load(new double[] {0, 5, 0, 2, 0, 0});
    Tensor x = Reference.random(1, 4, 3);
    for (int i = 0; i < 40; i++) {
      Pass pass = Pass.training();
      Tensor y = layer.forward(x, pass);
      Step.run(List.of(y), pass.updates());
    }
    double[] expected = x.matmul(layer.weight().value().t()).mul(0.2).toDoubleArray();
    assertArrayEquals(expected, layer.forward(x, Pass.evaluation()).toDoubleArray(), 1e-9);
  }

  /// A training pass differs from an evaluation pass only by the vector, which it moves on first:
  /// so the checked gradients of the one are those of the other.
  @Test
  void trainingIsEvaluationWithTheVectorMovedOn() {
    Init init = Reference.init(SEED);
    SpectralNorm layer = SpectralNorm.of(init, Conv2d.of(init, 2, 3, 2, 1, 0));
    Tensor x = Reference.random(3, 2, 2, 3, 3);
    Pass training = Pass.training();
    Tensor first = layer.forward(x, training).square().sum();
    Tensor slope = Gradients.of(first, training.value(layer.weight()));
    Tensor curvature = Gradients.of(slope.square().sum(), training.value(layer.weight()));
    Step.run(List.of(first, slope, curvature), training.updates());
    Pass evaluation = Pass.evaluation();
    Tensor again = layer.forward(x, evaluation).square().sum();
    Tensor sameSlope = Gradients.of(again, evaluation.value(layer.weight()));
    Tensor sameCurvature = Gradients.of(sameSlope.square().sum(), evaluation.value(layer.weight()));
    assertEquals(again.item(), first.item(), 1e-10);
    assertArrayEquals(sameSlope.toDoubleArray(), slope.toDoubleArray(), 1e-9);
    assertArrayEquals(sameCurvature.toDoubleArray(), curvature.toDoubleArray(), 1e-7);
  }
}
