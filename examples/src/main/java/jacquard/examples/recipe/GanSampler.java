package jacquard.examples.recipe;

import jacquard.examples.recipe.gan.Brush;
import jacquard.examples.recipe.gan.GanModel;
import jacquard.examples.view.ImageGrid;
import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Key;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Draws with a trained generator.
final class GanSampler {
  private static final int AT_ONCE = 100;

  private GanSampler() {}

  /// Draws pictures, 0 to 1; a model with classes draws each as often as the others, in turn.
  ///
  /// @param only the one class to draw, or null for all
  static Pictures draw(GanModel model, int count, long seed, @Nullable Integer only) {
    GanModel.Sizes sizes = model.sizes();
    int pixels = sizes.height() * sizes.width();
    float[] all = new float[count * pixels];
    int[] labels = new int[count];
    Arrays.setAll(
        labels, i -> only != null ? only : sizes.classes() == 0 ? 0 : i % sizes.classes());
    Key key = Key.of(seed);
    Brush brush = model.brush();
    int atOnce = Math.min(AT_ONCE, count);
    int[] block = new int[atOnce];
    for (int from = 0; from < count; from += atOnce) {
      int valid = Math.min(atOnce, count - from);
      // The last block keeps the size, so that there is one plan for all; its tail is not used.
      System.arraycopy(labels, from, block, 0, valid);
      Tensor asked =
          sizes.classes() == 0
              ? null
              : Tensor.stored(DType.I32, block.clone(), Shape.of(atOnce), Device.standard());
      float[] drawn =
          brush
              .draw(key.dynamic().fold(from / atOnce), atOnce, asked)
              .add(1)
              .mul(0.5)
              .toFloatArray();
      System.arraycopy(drawn, 0, all, from * pixels, valid * pixels);
    }
    return new Pictures(all, labels, sizes.height(), sizes.width());
  }

  /// Writes a grid; of a model with classes each class has its column, unless one alone is asked
  /// for.
  static void write(Path path, GanModel model, SampleOptions options) throws IOException {
    GanModel.Sizes sizes = model.sizes();
    Integer only = options.label(sizes.classes());
    boolean columns = sizes.classes() > 0 && only == null;
    int count =
        options.pictures(columns ? 8 * sizes.classes() : 64, sizes.height() * sizes.width());
    Pictures drawn = draw(model, count, options.seed, only);
    ImageGrid.of(sizes.height(), sizes.width())
        .withScale(2)
        .withColumns(columns ? sizes.classes() : 0)
        .write(path, drawn.pixels(), count);
  }
}
