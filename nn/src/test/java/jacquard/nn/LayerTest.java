package jacquard.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.tensor.Key;
import jacquard.tensor.Shape;
import jacquard.tensor.ShapeException;
import jacquard.tensor.State;
import jacquard.tensor.StateException;
import jacquard.tensor.Step;
import jacquard.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class LayerTest {
  private static final Pass EVALUATION = Pass.evaluation();

  private static double[] forward(Layer layer, Tensor x) {
    return layer.forward(x, EVALUATION).toDoubleArray();
  }

  private static void assertClose(double[] expected, double[] actual) {
    assertArrayEquals(expected, actual, 1e-12);
  }

  private static List<String> names(Module module) {
    return List.copyOf(module.namedStates().keySet());
  }

  @Test
  void statesAreNamedByPathInOrderOfTheParts() {
    Init init = Reference.init(1);
    Sequential net =
        Sequential.of(
            Conv2d.of(init.at("conv"), 1, 2, 3, 1, 1),
            BatchNorm.of(init.at("norm"), 2),
            Activation.RELU,
            new Flatten(),
            new Residual(Linear.of(init.at("fc").at(0), 8, 8)),
            new Dropout(0.5));
    assertEquals(
        List.of(
            "conv.weight",
            "conv.bias",
            "norm.weight",
            "norm.bias",
            "norm.running_mean",
            "norm.running_var",
            "fc.0.weight",
            "fc.0.bias"),
        names(net));
    assertEquals(6, net.parameters().size());
    assertEquals(18 + 2 + 2 + 2 + 64 + 8, net.parameterCount());
    assertEquals(
        List.of("fc.0.weight"),
        net.parameters(n -> n.startsWith("fc") && n.endsWith("weight")).stream()
            .map(State::name)
            .toList());
  }

  @Test
  void sharedPartIsListedOnceAndEqualNamesAreRefused() {
    Linear shared = Linear.of(Reference.init(1).at("fc"), 2, 2);
    assertEquals(2, Sequential.of(shared, shared).states().size());
    Linear other = Linear.of(Reference.init(1).at("fc"), 2, 2);
    assertThrows(StateException.class, () -> Sequential.of(shared, other).namedStates());
  }

  @Test
  void linearMultipliesByTransposedWeight() {
    Linear linear = Linear.of(Reference.init(1), 3, 2);
    linear.weight().load(new double[] {1, 2, 3, 4, 5, 6});
    linear.bias().load(new double[] {10, 20});
    Tensor x = Reference.f64(new double[] {1, 0, -1, 2, 1, 0}, 2, 1, 3);
    Tensor y = linear.forward(x, EVALUATION);
    assertEquals(Shape.of(2, 1, 2), y.shape());
    assertClose(new double[] {8, 18, 14, 33}, y.toDoubleArray());
    Linear plain = Linear.of(Reference.init(1), 3, 2, Initialiser.ones());
    assertEquals(1, plain.states().size());
    assertClose(new double[] {0, 0, 3, 3}, forward(plain, x));
  }

  @Test
  void embeddingSelectsRows() {
    Embedding table = Embedding.of(Reference.init(1), 4, 2);
    table.weight().load(new double[] {0, 1, 10, 11, 20, 21, 30, 31});
    Tensor y = table.forward(Reference.i32(new int[] {3, 0, 0, 1}, 2, 2), EVALUATION);
    assertEquals(Shape.of(2, 2, 2), y.shape());
    assertClose(new double[] {30, 31, 0, 1, 0, 1, 10, 11}, y.toDoubleArray());
  }

  @Test
  void layerNormHasMeanBiasAndDeviationWeight() {
    LayerNorm norm = LayerNorm.of(Reference.init(1), 4);
    norm.weight().load(new double[] {1, 1, 2, 2});
    norm.bias().load(new double[] {0, 0, 0, 5});
    double s = 1 / Math.sqrt(1.25 + 1e-5);
    assertClose(
        new double[] {-1.5 * s, -0.5 * s, s, 3 * s + 5},
        forward(norm, Reference.f64(new double[] {1, 2, 3, 4}, 1, 4)));
    assertEquals(1, LayerNorm.of(Reference.init(1), 4, false).states().size());
  }

  @Test
  void rmsNormDividesByRootMeanSquare() {
    RmsNorm norm = RmsNorm.of(Reference.init(1), 2);
    norm.weight().load(new double[] {1, 2});
    double s = 1 / Math.sqrt(12.5 + 1e-6);
    assertClose(
        new double[] {3 * s, 8 * s}, forward(norm, Reference.f64(new double[] {3, 4}, 1, 2)));
  }

  @Test
  void batchNormNormalisesWithTheBatchAndMovesRunningStatistics() {
    BatchNorm norm = BatchNorm.of(Reference.init(1), 2);
    norm.weight().load(new double[] {1, 3});
    norm.bias().load(new double[] {0, 1});
    // [2, 2, 2]: channel 0 holds 1 2 3 6, channel 1 holds 0 0 0 4
    Tensor x = Reference.f64(new double[] {1, 2, 0, 0, 3, 6, 0, 4}, 2, 2, 2);
    Pass pass = Pass.training();
    Tensor y = norm.forward(x, pass);
    Step.run(List.of(y), pass.updates());
    double s0 = 1 / Math.sqrt(3.5 + 1e-5);
    double s1 = 3 / Math.sqrt(3 + 1e-5);
    assertClose(
        new double[] {-2 * s0, -s0, -s1 + 1, -s1 + 1, 0, 3 * s0, -s1 + 1, 3 * s1 + 1},
        y.toDoubleArray());
    assertClose(new double[] {0.1 * 3, 0.1 * 1}, Reference.values(norm.runningMean()));
    double v0 = 0.9 + 0.1 * 14 / 3;
    double v1 = 0.9 + 0.1 * 12 / 3;
    assertClose(new double[] {v0, v1}, Reference.values(norm.runningVariance()));

    double[] z = forward(norm, Reference.f64(new double[] {1, 2}, 1, 2));
    assertClose(
        new double[] {(1 - 0.3) / Math.sqrt(v0 + 1e-5), 3 * (2 - 0.1) / Math.sqrt(v1 + 1e-5) + 1},
        z);
    assertClose(new double[] {0.3, 0.1}, Reference.values(norm.runningMean()));
  }

  @Test
  void twoTrainingForwardsOfOnePassMoveStatisticsTwice() {
    BatchNorm norm = BatchNorm.of(Reference.init(1), 1);
    Pass pass = Pass.training();
    Tensor a = norm.forward(Reference.f64(new double[] {1, 3}, 2, 1), pass);
    Tensor b = norm.forward(Reference.f64(new double[] {10, 20}, 2, 1), pass);
    Step.run(List.of(a, b), pass.updates());
    assertClose(new double[] {0.9 * 0.2 + 0.1 * 15}, Reference.values(norm.runningMean()));
  }

  @Test
  void batchNormRefusesOneValueAndOtherChannels() {
    BatchNorm norm = BatchNorm.of(Reference.init(1), 2);
    assertThrows(
        ShapeException.class, () -> norm.forward(Reference.random(1, 1, 2), Pass.training()));
    assertThrows(ShapeException.class, () -> norm.forward(Reference.random(1, 4, 3), EVALUATION));
  }

  @Test
  void dropoutZeroesItsShareAndScalesTheRest() {
    Dropout dropout = new Dropout(0.25);
    Tensor x = Reference.f64(filled(10_000, 3), 100, 100);
    double[] y = dropout.forward(x, Pass.training(Reference.key(5))).toDoubleArray();
    double zeros = Arrays.stream(y).filter(v -> v == 0).count();
    assertEquals(2500, zeros, 150);
    assertTrue(Arrays.stream(y).allMatch(v -> v == 0 || Math.abs(v - 4) < 1e-12));
    assertSame(x, dropout.forward(x, EVALUATION));
    assertThrows(IllegalArgumentException.class, () -> new Dropout(1));
  }

  @Test
  void dropoutRepeatsWithItsKeyAndDiffersWithinAPass() {
    Dropout dropout = new Dropout(0.5);
    Tensor x = Reference.f64(filled(256, 1), 256);
    Key key = Reference.key(5);
    Pass pass = Pass.training(key);
    double[] first = dropout.forward(x, pass).toDoubleArray();
    double[] second = dropout.forward(x, pass).toDoubleArray();
    assertFalse(Arrays.equals(first, second));
    assertArrayEquals(first, dropout.forward(x, Pass.training(key)).toDoubleArray());
    assertFalse(
        Arrays.equals(first, dropout.forward(x, Pass.training(Reference.key(6))).toDoubleArray()));
    assertThrows(StateException.class, () -> dropout.forward(x, Pass.training()));
  }

  private static double[] filled(int n, double value) {
    double[] values = new double[n];
    Arrays.fill(values, value);
    return values;
  }

  @Test
  void convolutionsHaveTheShapesOfTheWorkloads() {
    Init init = Reference.init(1);
    Conv2d conv = Conv2d.of(init.at("a"), 1, 4, 3, 2, 1);
    assertEquals(
        Shape.of(2, 4, 14, 14),
        conv.forward(Reference.random(1, 2, 1, 28, 28), EVALUATION).shape());
    ConvTranspose2d up = ConvTranspose2d.of(init.at("b"), 4, 2, 3, 2, 1, 1);
    assertEquals(
        Shape.of(2, 2, 14, 14), up.forward(Reference.random(1, 2, 4, 7, 7), EVALUATION).shape());
    ConvTranspose2d even =
        ConvTranspose2d.of(init.at("c"), 4, 2, 4, 2, 1, 0, Initialiser.standard(), null);
    assertEquals(
        Shape.of(2, 2, 14, 14), even.forward(Reference.random(1, 2, 4, 7, 7), EVALUATION).shape());
    assertEquals(Shape.of(4, 2, 4, 4), even.weight().shape());
    assertThrows(
        ShapeException.class, () -> conv.forward(Reference.random(1, 2, 3, 28, 28), EVALUATION));
  }

  @Test
  void convolutionEqualsItsSum() {
    Conv2d conv = Conv2d.of(Reference.init(3), 2, 3, 3, 2, 1);
    Tensor x = Reference.random(4, 2, 2, 5, 6);
    double[] in = x.toDoubleArray();
    double[] w = Reference.values(conv.weight());
    double[] b = Reference.values(conv.bias());
    double[] expected = new double[2 * 3 * 3 * 3];
    int at = 0;
    for (int n = 0; n < 2; n++) {
      for (int o = 0; o < 3; o++) {
        for (int r = 0; r < 3; r++) {
          for (int c = 0; c < 3; c++) {
            double sum = b[o];
            for (int i = 0; i < 2; i++) {
              for (int k = 0; k < 9; k++) {
                int row = 2 * r + k / 3 - 1;
                int col = 2 * c + k % 3 - 1;
                if (row >= 0 && row < 5 && col >= 0 && col < 6) {
                  sum += in[((n * 2 + i) * 5 + row) * 6 + col] * w[(o * 2 + i) * 9 + k];
                }
              }
            }
            expected[at++] = sum;
          }
        }
      }
    }
    assertClose(expected, forward(conv, x));
  }

  @Test
  void transposedConvolutionScattersTheFilter() {
    ConvTranspose2d up = ConvTranspose2d.of(Reference.init(3), 2, 3, 3, 2, 1, 1);
    Tensor x = Reference.random(4, 1, 2, 2, 3);
    double[] in = x.toDoubleArray();
    double[] w = Reference.values(up.weight());
    double[] b = Reference.values(up.bias());
    double[] expected = new double[3 * 4 * 6];
    for (int o = 0; o < 3; o++) {
      Arrays.fill(expected, o * 24, (o + 1) * 24, b[o]);
      for (int i = 0; i < 2; i++) {
        for (int p = 0; p < 6; p++) {
          for (int k = 0; k < 9; k++) {
            int row = 2 * (p / 3) + k / 3 - 1;
            int col = 2 * (p % 3) + k % 3 - 1;
            if (row >= 0 && row < 4 && col >= 0 && col < 6) {
              expected[(o * 4 + row) * 6 + col] += in[i * 6 + p] * w[(i * 3 + o) * 9 + k];
            }
          }
        }
      }
    }
    assertClose(expected, forward(up, x));
  }

  @Test
  void poolsTakeLargestAndMean() {
    double[] image = {1, 5, 2, 0, 3, 4, 8, 1};
    Tensor x = Reference.f64(image, 1, 1, 2, 4);
    assertClose(new double[] {5, 8}, forward(MaxPool2d.of(2), x));
    assertClose(new double[] {13 / 4.0, 11 / 4.0}, forward(AvgPool2d.of(2), x));
  }

  @Test
  void activationsFollowTheirFormulas() {
    Tensor x = Reference.f64(new double[] {-1.5, 0, 2}, 3);
    assertClose(new double[] {0, 0, 2}, forward(Activation.RELU, x));
    assertClose(new double[] {-0.3, 0, 2}, forward(new LeakyRelu(0.2), x));
    assertClose(new double[] {tanhGelu(-1.5), 0, tanhGelu(2)}, forward(Activation.GELU, x));
    assertClose(
        new double[] {-1.5 / (1 + Math.exp(1.5)), 0, 2 / (1 + Math.exp(-2))},
        forward(Activation.SILU, x));
    assertClose(new double[] {Math.tanh(-1.5), 0, Math.tanh(2)}, forward(Activation.TANH, x));
    assertClose(
        new double[] {1 / (1 + Math.exp(1.5)), 0.5, 1 / (1 + Math.exp(-2))},
        forward(Activation.SIGMOID, x));
    assertClose(
        new double[] {Math.log1p(Math.exp(-1.5)), Math.log(2), 2 + Math.log1p(Math.exp(-2))},
        forward(Activation.SOFTPLUS, x));
    // PyTorch: gelu(2) = 1.9545 and gelu(-1.5) = -0.1002
    assertArrayEquals(new double[] {-0.10021, 0, 1.95450}, forward(Activation.GELU_ERF, x), 5e-6);
  }

  private static double tanhGelu(double x) {
    return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
  }

  @Test
  void flattenAndUnflattenAreInverse() {
    Tensor x = Reference.random(1, 3, 2, 4, 5);
    Tensor flat = new Flatten().forward(x, EVALUATION);
    assertEquals(Shape.of(3, 40), flat.shape());
    assertEquals(x.shape(), Unflatten.of(2, 4, 5).forward(flat, EVALUATION).shape());
  }

  @Test
  void passReadsWhatItWroteAndWritesNothingItAssumed() {
    Linear linear = Linear.of(Reference.init(1), 1, 1, Initialiser.constant(2));
    Tensor x = Reference.f64(new double[] {1}, 1, 1);
    Pass pass = Pass.training();
    assertEquals(2, linear.forward(x, pass).item());
    pass.update(linear.weight(), Reference.f64(new double[] {5}, 1, 1));
    assertEquals(5, linear.forward(x, pass).item());
    assertEquals(2, Reference.values(linear.weight())[0]);
    pass.assume(linear.weight(), Reference.f64(new double[] {7}, 1, 1));
    assertEquals(7, linear.forward(x, pass).item());
    Step.run(List.of(), pass.updates());
    assertEquals(5, Reference.values(linear.weight())[0]);
    assertThrows(
        ShapeException.class, () -> pass.assume(linear.weight(), Reference.random(1, 2, 1)));
  }
}
