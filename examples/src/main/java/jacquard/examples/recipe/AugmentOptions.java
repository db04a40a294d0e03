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
              + " brightness and contrast=0.2, resize and centre-crop=28x28. jacquard plot augment"
              + " shows it.")
  private @Nullable String spec;

  /// The digits, those to learn from augmented.
  ///
  /// @throws FormatException if the option can't be read, isn't for grey images, or changes their
  ///   size
  Digits apply(Digits digits, long seed) throws FormatException {
    if (spec == null) {
      return digits;
    }
    Augmentation augmentation = parsed(spec);
    Image plain = Image.of(1, digits.height(), digits.width());
    requireSameSize(plain, augmentation.apply(plain, SplitMix.of(seed)));
    return digits.withTrain(new AugmentedBatches(digits.train(), augmentation, seed, digits.low()));
  }

  private static Augmentation parsed(String spec) throws FormatException {
    try {
      return AugmentationSpec.parseForGrey(spec);
    } catch (FormatException e) {
      throw new FormatException(
          String.valueOf(e.getMessage()).replaceFirst("^augment:", "--augment:"), e);
    }
  }

  /// Makes batches ahead of training, with several threads where they are augmented.
  DataLoader loader(Digits digits, long first, long end) {
    int threads = spec == null ? 1 : Math.clamp(Switches.threads() / 2, 1, PREFETCH);
    return new DataLoader(digits.train(), first, end, PREFETCH, threads);
  }

  private static void requireSameSize(Image before, Image after) throws FormatException {
    if (after.height() != before.height() || after.width() != before.width()) {
      throw new FormatException(
          "--augment: makes %d x %d of images of %d x %d, expected the same size"
              .formatted(after.height(), after.width(), before.height(), before.width()));
    }
  }
}
