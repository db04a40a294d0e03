package jacquard.examples.recipe;

import jacquard.examples.recipe.vae.VaePictures;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// The pictures that a run of a variational autoencoder keeps up to date beside its samples.
final class VaeGallery {
  static final String REBUILT = "rebuilt.png";
  static final String BETWEEN = "between.png";

  /// Test pictures that are shown: a multiple of 10.
  private static final int SHOWN = 40;

  private static final int PAIRS = 8;

  private VaeGallery() {}

  /// The file of a manifold, of one class if one is asked for.
  static String manifold(@Nullable Integer only) {
    return only == null ? "manifold.png" : "manifold-" + only + ".png";
  }

  /// @throws IOException if one can't be written
  static void write(RunFolder run, VaePictures pictures, Digits digits) throws IOException {
    Pictures test = digits.tested(SHOWN);
    int rows = test.count() / 10 * 10;
    if (rows > 0) {
      Pictures shown = test.slice(0, rows);
      pictures.writeRebuilt(run.path().resolve(REBUILT), shown.pixels(), shown.labels());
    }
    int ends = Math.min(2 * PAIRS, test.count() / 2 * 2);
    if (ends > 0) {
      Pictures ended = test.slice(0, ends);
      pictures.writeBetween(run.path().resolve(BETWEEN), ended.pixels(), ended.labels());
    }
    if (pictures.model().sizes().latent() == 2) {
      pictures.writeManifold(run.path().resolve(manifold(null)), 0);
    }
  }
}
