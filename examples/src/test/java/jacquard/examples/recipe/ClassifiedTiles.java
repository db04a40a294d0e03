package jacquard.examples.recipe;

import jacquard.examples.recipe.classifier.Classifier;
import jacquard.examples.view.Tiles;
import jacquard.nn.Pass;
import jacquard.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;

/// Which classes a run of `train classifier` takes the pictures in a file for that `sample` wrote.
public final class ClassifiedTiles {
  private ClassifiedTiles() {}

  /// How many pictures of each class there are.
  public static int[] of(Path file, Path run) throws IOException {
    RunFolder folder = RunFolder.open(run);
    Classifier classifier = FeatureOptions.classifier(folder, folder.readConfig());
    Classifier.Sizes sizes = classifier.sizes();
    int[][] tiles = Tiles.read(file, sizes.height(), sizes.width(), 2, 2).levels();
    int each = sizes.height() * sizes.width();
    float[] pixels = new float[tiles.length * each];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = tiles[i / each][i % each] / 255f;
    }
    Tensor pictures = Tensor.of(pixels, tiles.length, 1, sizes.height(), sizes.width());
    int[] counts = new int[sizes.classes()];
    for (int taken : classifier.logits(pictures, Pass.evaluation()).argmax(-1).toIntArray()) {
      counts[taken]++;
    }
    return counts;
  }
}
