package jacquard.examples.recipe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import jacquard.examples.TinyData;
import jacquard.examples.recipe.gan.Duel;
import jacquard.examples.recipe.gan.GanModel;
import jacquard.nn.AdversarialLoss;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// Each option of a GAN arrives where it counts, in its own place.
class GanOptionsTest {
  private static GanOptions parsed(String... arguments) {
    GanOptions options = new GanOptions();
    new CommandLine(options).setCaseInsensitiveEnumValuesAllowed(true).parseArgs(arguments);
    return options;
  }

  @Test
  void eachSettingHasItsOption() {
    assertEquals(
        new Duel.Settings(AdversarialLoss.LSGAN, 1e-4, 4e-4, 2, 0.1, 0.2, 3, 0.5, 100),
        parsed(
                "--loss=lsgan",
                "--lr-d=1e-4",
                "--lr-g=4e-4",
                "--d-steps=2",
                "--label-smoothing=0.1",
                "--instance-noise=0.2",
                "--gradient-penalty=3",
                "--r1=0.5")
            .settings(100));
  }

  @Test
  void oneRateIsForBothUnlessOneHasItsOwn() {
    assertEquals(
        new Duel.Settings(AdversarialLoss.BCE, 2e-4, 2e-4, 1, 0, 0, 0, 0, 7), parsed().settings(7));
    assertEquals(
        new Duel.Settings(AdversarialLoss.BCE, 1e-3, 5e-3, 1, 0, 0, 0, 0, 7),
        parsed("--lr=1e-3", "--lr-g=5e-3").settings(7));
    assertEquals(
        new Duel.Settings(AdversarialLoss.WGAN, 2e-4, 2e-4, 5, 0, 0, 10, 0, 7),
        parsed("--loss=wgan-gp").settings(7));
    assertEquals(2, parsed("--loss=wgan-gp", "--d-steps=2").settings(7).rounds());
  }

  @Test
  void linearLayersWithClassesAreAdvisedOtherwiseWhereConvolutionsFit(@TempDir Path temp)
      throws IOException {
    Digits digits = Digits.of(TinyData.mnist(temp.resolve("eight"), 20, 10, 8), -1, 4, 1);
    assertEquals(
        "--conditional with linear layers draws some classes badly; --arch dcgan takes longer and"
            + " draws more of the class that is asked for",
        parsed("--conditional").hint(digits));
    assertNull(parsed().hint(digits));
    assertNull(parsed("--conditional", "--arch=dcgan").hint(digits));
    Digits odd = Digits.of(TinyData.mnist(temp.resolve("six"), 20, 10, 6), -1, 4, 1);
    assertNull(parsed("--conditional").hint(odd));
  }

  @Test
  void onlyWhatIsNotDoneAlreadyIsAdvised() {
    assertEquals("--loss wgan-gp, --spectral-norm or --lr-d", parsed().remedies());
    assertEquals("--loss wgan-gp or --lr-d", parsed("--loss=hinge", "--spectral-norm").remedies());
    assertEquals(
        "more --d-steps", parsed("--loss=wgan-gp", "--spectral-norm", "--lr-d=1e-4").remedies());
  }

  @Test
  void sizesHaveTheirs(@TempDir Path temp) throws IOException {
    Digits digits = Digits.of(TinyData.mnist(temp, 20, 10, 8), -1, 4, 1);
    assertEquals(
        new GanModel.Sizes(GanModel.Arch.DCGAN, 8, 8, 6, 9, 10, GanModel.Norm.SPECTRAL, 0.99),
        parsed(
                "--arch=dcgan",
                "--channels=6",
                "--latent=9",
                "--conditional",
                "--spectral-norm",
                "--ema=0.99")
            .sizes(digits));
  }
}
