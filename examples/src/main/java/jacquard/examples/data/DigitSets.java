package jacquard.examples.data;

import jacquard.nn.data.ArrayDataset;
import jacquard.nn.data.Dataset;
import jacquard.nn.data.ImageSet;
import jacquard.nn.data.Mnist;
import jacquard.nn.io.FormatException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Digits of 28 x 28 pixels from 0 to 1 with their labels, for programs of one file.
///
/// @param train to learn from
/// @param test to measure on; none of them is in `train`
public record DigitSets(Dataset train, Dataset test) {
  private static final int DRAWN = 8000;
  private static final int DRAWN_TO_TEST = 1000;

  /// So many fill a batch.
  private static final int LEAST = 128;

  /// Drawn from strokes.
  ///
  /// @return 8,000 to learn from and 1,000 others to test on
  public static DigitSets drawn() {
    StrokeDigits digits = new StrokeDigits(1);
    return new DigitSets(drawn(digits, 0, DRAWN), drawn(digits, DRAWN, DRAWN_TO_TEST));
  }

  private static Dataset drawn(StrokeDigits digits, int first, int count) {
    return ArrayDataset.ofSize(count)
        .with("image", digits.images(first, count), 1, StrokeDigits.SIZE, StrokeDigits.SIZE)
        .with("label", digits.labels(first, count));
  }

  /// MNIST's four files.
  ///
  /// @param folder of the files, as MNIST names them
  /// @return all of them
  /// @throws FormatException if one can't be read, or holds few pictures or others than these
  public static DigitSets read(Path folder) throws FormatException {
    if (!Files.isDirectory(folder)) {
      throw new FormatException("mnist: " + folder + ": no such folder");
    }
    return new DigitSets(checked(folder, Mnist.train(folder)), checked(folder, Mnist.test(folder)));
  }

  private static ImageSet checked(Path folder, ImageSet images) throws FormatException {
    if (images.size() < LEAST
        || images.height() != StrokeDigits.SIZE
        || images.width() != StrokeDigits.SIZE
        || images.classes().size() > StrokeDigits.CLASSES) {
      throw new FormatException(
          "mnist: %s: holds %s, expected %d and more of %d x %d pixels in %d classes"
              .formatted(
                  folder,
                  images,
                  LEAST,
                  StrokeDigits.SIZE,
                  StrokeDigits.SIZE,
                  StrokeDigits.CLASSES));
    }
    return images;
  }
}
