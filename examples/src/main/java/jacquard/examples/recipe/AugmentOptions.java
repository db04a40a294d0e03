package jacquard.examples.recipe;

import jacquard.nn.data.Augmentation;
import jacquard.nn.data.AugmentationSpec;
import jacquard.nn.data.AugmentedBatches;
import jacquard.nn.data.DataLoader;
import jacquard.nn.data.Image;
import jacquard.nn.data.SplitMix;
import jacquard.nn.io.FormatException;
import jacquard.tensor.Switches;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// What is done to the images that are learned from: `--augment`.
final class AugmentOptions {
  private static final int PREFETCH = 4;

  @Option(
      names = "--augment",
      paramLabel = "SPEC",
      description =
          "What to do to every image at random, such as rotate=10,shift=2,crop=0.8:1; also flip,"
              + " brightness, contrast and saturation=0.2, resize and centre-crop=28x28. jacquard"
              + " plot augment shows it.")
  private @Nullable String spec;

  /// The digits, those to learn from augmented.
  ///
  /// @throws FormatException if the option can't be read, or changes the size of the images or the
  ///   range of their values
  Digits apply(Digits digits, long seed) throws FormatException {
    if (spec == null) {
      return digits;
    }
    Augmentation augmentation = AugmentationSpec.parse(spec);
    // black and white tell what becomes of the range of values
    for (float shade : new float[] {0, 1}) {
      Image plain = Image.of(1, digits.height(), digits.width());
      java.util.Arrays.fill(plain.values(), shade);
      requireAlike(plain, augmentation.apply(plain, SplitMix.of(seed)), shade);
    }
    return digits.withTrain(new AugmentedBatches(digits.train(), augmentation, seed, digits.low()));
  }

  /// Makes batches ahead of training, with several threads where they are augmented.
  DataLoader loader(Digits digits, long first, long end) {
    int threads = spec == null ? 1 : Math.clamp(Switches.threads() / 2, 1, PREFETCH);
    return new DataLoader(digits.train(), first, end, PREFETCH, threads);
  }

  private static void requireAlike(Image before, Image after, float shade) throws FormatException {
    if (after.height() != before.height() || after.width() != before.width()) {
      throw new FormatException(
          "--augment: makes %d x %d of images of %d x %d, expected the same size"
              .formatted(after.height(), after.width(), before.height(), before.width()));
    }
    for (float value : after.values()) {
      if (!(value >= 0 && value <= 1 + 1e-6)) {
        throw new FormatException(
            "--augment: makes "
                + value
                + " of "
                + (shade == 0 ? "black" : "white")
                + ", expected 0 to 1; leave normalise out");
      }
    }
  }
}
