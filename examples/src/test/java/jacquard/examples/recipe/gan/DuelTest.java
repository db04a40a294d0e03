package jacquard.examples.recipe.gan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.examples.recipe.gan.GanModel.Arch;
import jacquard.examples.recipe.gan.GanModel.Norm;
import jacquard.nn.AdversarialLoss;
import jacquard.nn.Init;
import jacquard.nn.Precision;
import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Key;
import jacquard.tensor.Shape;
import jacquard.tensor.State;
import jacquard.tensor.Tensor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Two networks in training with products of f16 and bf16.
class DuelTest {
  private static final int STEPS = 8;
  private static final int SIDE = 8;

  private static Duel duel(Arch arch, AdversarialLoss loss, Precision precision) {
    GanModel.Sizes sizes =
        new GanModel.Sizes(arch, SIDE, SIDE, 4, 4, 0, Norm.NONE, arch == Arch.MLP ? 0.5 : 0);
    double penalty = loss == AdversarialLoss.WGAN ? 10 : 0;
    Duel.Settings settings = new Duel.Settings(loss, 1e-3, 1e-3, 2, 0, 0, penalty, 0, STEPS);
    return new Duel(GanModel.of(Init.of(1), sizes), settings, Key.of(1), precision);
  }

  private static Duel.Real pictures(double scale) {
    float[] values = new float[16 * SIDE * SIDE];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (scale * Math.sin(i * 0.37));
    }
    Shape shape = Shape.of(16, 1, SIDE, SIDE);
    return new Duel.Real(Tensor.stored(DType.F32, values, shape, Device.CPU), null);
  }

  private static double[][] losses(Arch arch, AdversarialLoss loss, Precision precision) {
    Duel duel = duel(arch, loss, precision);
    double[][] losses = new double[2][STEPS];
    for (int s = 0; s < STEPS; s++) {
      Map<String, Double> step = duel.step(s, round -> pictures(1));
      losses[0][s] = step.getOrDefault("d_loss", Double.NaN);
      losses[1][s] = step.getOrDefault("g_loss", Double.NaN);
    }
    return losses;
  }

  /// With WGAN's penalty, gradients of gradients go through rounded products.
  @ParameterizedTest
  @CsvSource({
    "MLP, BCE, BF16, 2e-2",
    "MLP, BCE, F16, 3e-3",
    "DCGAN, BCE, F16, 3e-3",
    "DCGAN, WGAN, BF16, 5e-2",
    "DCGAN, WGAN, F16, 1e-2",
  })
  void losesWhatItLosesInF32(
      Arch arch, AdversarialLoss loss, Precision precision, double tolerance) {
    double[][] expected = losses(arch, loss, Precision.F32);
    double[][] actual = losses(arch, loss, precision);
    assertArrayEquals(expected[0], actual[0], tolerance);
    assertArrayEquals(expected[1], actual[1], tolerance);
    assertNotEquals(expected[0][STEPS - 1], actual[0][STEPS - 1], "products are rounded");
  }

  @Test
  void eachLossHasItsScale() {
    Duel duel = duel(Arch.MLP, AdversarialLoss.BCE, Precision.F16);
    List<String> names = duel.states().stream().map(State::name).toList();
    assertTrue(names.contains("d_loss_scale.scale"), names::toString);
    assertTrue(names.contains("g_loss_scale.scale"), names::toString);
    assertEquals(names.size(), names.stream().distinct().count());
    duel.step(0, round -> pictures(1));
    assertEquals(
        "discriminator: loss scale 65536, 0 steps skipped; generator: loss scale 65536, 0 steps skipped",
        duel.note());
    assertNull(duel(Arch.MLP, AdversarialLoss.BCE, Precision.BF16).note());
  }

  /// Pictures beyond f16 make every gradient of the discriminator infinite; the generator, which
  /// never sees them, goes on.
  @Test
  void anOverflowOfOneSideStopsThatSideAlone() {
    Duel duel = duel(Arch.MLP, AdversarialLoss.BCE, Precision.F16);
    State d = duel.model().discriminator().states().getFirst();
    State g = duel.model().generator().states().getFirst();
    float[] before = d.value().toFloatArray();
    float[] drawing = g.value().toFloatArray();
    duel.step(0, round -> pictures(1e6));
    assertArrayEquals(before, d.value().toFloatArray());
    assertTrue(!java.util.Arrays.equals(drawing, g.value().toFloatArray()), "the generator learns");
    assertEquals(
        "discriminator: loss scale 16384, 2 steps skipped; generator: loss scale 65536, 0 steps skipped",
        duel.note());
  }
}
