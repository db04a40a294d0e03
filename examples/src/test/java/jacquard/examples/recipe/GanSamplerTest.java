package jacquard.examples.recipe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import jacquard.examples.recipe.gan.GanModel;
import jacquard.nn.Init;
import jacquard.nn.Parameter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// `sample --class K` of a GAN.
class GanSamplerTest {
  private static final int LATENT = 4;
  private static final int CLASSES = 3;

  @TempDir Path temp;

  /// Weights by which class K goes in change the pictures of class K and no others.
  @ParameterizedTest
  @EnumSource(GanModel.Arch.class)
  void theClassThatIsAskedForGoesIn(GanModel.Arch arch) throws IOException {
    GanModel model =
        GanModel.of(
            Init.of(5), new GanModel.Sizes(arch, 8, 8, 2, LATENT, CLASSES, GanModel.Norm.NONE, 0));
    Parameter first = model.generator().parameters().getFirst();
    int in = LATENT + CLASSES;
    assertEquals(in, first.shape().dim(1), first.toString());
    for (int changed = 0; changed < CLASSES; changed++) {
      for (int k = 0; k < CLASSES; k++) {
        write(model, k, "before");
      }
      float[] weights = first.value().toFloatArray();
      for (int at = LATENT + changed; at < weights.length; at += in) {
        weights[at] += 100;
      }
      first.load(weights);
      for (int k = 0; k < CLASSES; k++) {
        long different = Files.mismatch(file("before", k), write(model, k, "after"));
        assertEquals(k == changed, different >= 0, "class " + k + ", weights of " + changed);
      }
    }
  }

  private Path file(String when, int label) {
    return temp.resolve(when + label + ".png");
  }

  private Path write(GanModel model, int label, String when) throws IOException {
    Path file = file(when, label);
    GanSampler.write(file, model, SampleOptions.of(List.of("--class=" + label)));
    return file;
  }
}
