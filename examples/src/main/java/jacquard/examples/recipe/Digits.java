package jacquard.examples.recipe;

import jacquard.examples.data.StrokeDigits;
import jacquard.examples.view.MetricsLog;
import jacquard.nn.data.ArrayDataset;
import jacquard.nn.data.Batch;
import jacquard.nn.data.BatchSource;
import jacquard.nn.data.Batches;
import jacquard.nn.data.Dataset;
import jacquard.nn.data.Field;
import jacquard.nn.data.ImageSet;
import jacquard.nn.data.Mnist;
import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import jacquard.tensor.DType;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Grey pictures to learn from and others to measure on: MNIST's files, or digits drawn from
/// strokes, endless and never twice the same.
///
/// @param source what they are, for people
/// @param height of a picture, in pixels
/// @param width of a picture, in pixels
/// @param classes number of labels, from 0
/// @param low what black is read as; white is 1
/// @param train batches with fields `image`, f32 `[batch, 1, height, width]`, and `label`, i32
///   `[batch]`
/// @param stepsPerEpoch batches in a pass over the data; for drawn digits in 60,000 of them, as
///   many as MNIST has
/// @param known pictures that are learned from: all, or some of endless ones
/// @param test pictures that are not learned from, of the same fields
/// @param fingerprint of both, whatever black is read as
record Digits(
    String source,
    int height,
    int width,
    int classes,
    double low,
    BatchSource train,
    long stepsPerEpoch,
    Dataset known,
    Dataset test,
    Fingerprint fingerprint) {
  private static final String STROKES = "digits drawn from strokes";
  private static final int TEST_ROWS = 500;
  private static final int DRAWN_PER_EPOCH = 60_000;
  private static final int DRAWN_TO_TEST = 5_000;
  private static final List<Field> FIELDS =
      List.of(
          new Field("image", DType.F32, Shape.of(1, StrokeDigits.SIZE, StrokeDigits.SIZE)),
          new Field("label", DType.I32, Shape.scalar()));

  /// @param data a folder with MNIST's files; null to draw digits
  /// @param low what black is read as; white is 1
  /// @param batch pictures in a step
  /// @throws FormatException if the files can't be read or aren't MNIST's
  static Digits of(@Nullable Path data, double low, int batch, long seed) throws FormatException {
    return data == null ? drawn((float) low, batch, seed) : read(data, low, batch, seed);
  }

  private static Digits read(Path folder, double low, int batch, long seed) throws FormatException {
    if (!Files.exists(folder)) {
      throw new FormatException("--data: " + folder + ": no such folder");
    }
    ImageSet learned = Mnist.train(folder);
    ImageSet tested = Mnist.test(folder);
    ImageSet train = learned.withRange(low, 1);
    ImageSet test = tested.withRange(low, 1);
    if (test.height() != train.height() || test.width() != train.width() || test.size() == 0) {
      throw new FormatException(
          "--data: "
              + folder
              + ": holds "
              + train
              + " and, to test, "
              + test
              + ", expected both of one size and not empty");
    }
    Batches batches = Batches.shuffled(train, batch, Batches.Tail.DROP, seed);
    return new Digits(
        folder.toString(),
        train.height(),
        train.width(),
        Math.max(train.classes().size(), test.classes().size()),
        low,
        batches,
        batches.batchesPerEpoch(),
        train,
        test,
        Fingerprint.of(learned, tested));
  }

  private static Digits drawn(float low, int batch, long seed) {
    StrokeDigits digits = new StrokeDigits(seed);
    BatchSource train =
        step -> {
          Batch drawn = new Batch(step, step * batch / DRAWN_PER_EPOCH, batch, batch, FIELDS);
          float[] images = drawn.floats("image");
          digits.fill(step * batch, batch, images, 0, drawn.ints("label"));
          stretch(images, low);
          return drawn;
        };
    int size = StrokeDigits.SIZE;
    Dataset test = drawn(new StrokeDigits(~seed), DRAWN_TO_TEST, low);
    return new Digits(
        STROKES,
        size,
        size,
        StrokeDigits.CLASSES,
        low,
        train,
        Math.max(1, DRAWN_PER_EPOCH / batch),
        drawn(digits, DRAWN_TO_TEST, low),
        test,
        Fingerprint.of(test));
  }

  private static Dataset drawn(StrokeDigits digits, int count, float low) {
    float[] images = digits.images(0, count);
    stretch(images, low);
    return ArrayDataset.ofSize(count)
        .with("image", images, 1, StrokeDigits.SIZE, StrokeDigits.SIZE)
        .with("label", digits.labels(0, count));
  }

  private static void stretch(float[] images, float low) {
    if (low != 0) {
      for (int i = 0; i < images.length; i++) {
        images[i] = low + (1 - low) * images[i];
      }
    }
  }

  /// Whether a run with this configuration learned these pictures, or strokes of any seed where
  /// these are drawn from strokes.
  ///
  /// @throws FormatException if `config` is not an object
  boolean isLearnedBy(Json config) throws FormatException {
    boolean drawn = source.equals(STROKES);
    return drawn
        ? Json.of(source).equals(config.optional("data"))
        : MetricsLog.toJson(fingerprint.toConfig()).equals(config.optional("data_check"));
  }

  /// The same with other batches to learn from.
  Digits withTrain(BatchSource batches) {
    return new Digits(
        source, height, width, classes, low, batches, stepsPerEpoch, known, test, fingerprint);
  }

  int pixels() {
    return height * width;
  }

  /// The first `count` pictures that are learned from, or as many as there are.
  Pictures learned(int count) {
    return Pictures.of(known, count, low, height, width);
  }

  /// The first `count` test pictures, or as many as there are.
  Pictures tested(int count) {
    return Pictures.of(test, count, low, height, width);
  }

  /// `count` pictures that are learned from, drawn by lot: [Pictures#some].
  Pictures someLearned(int count, long seed) {
    return Pictures.some(known, count, seed, low, height, width);
  }

  /// `count` test pictures, drawn by lot: [Pictures#some].
  Pictures someTested(int count, long seed) {
    return Pictures.some(test, count, seed, low, height, width);
  }

  /// All test pictures in order; the last batch may be padded.
  Iterable<Batch> testBatches() {
    return Batches.of(test, Math.min(TEST_ROWS, test.size()), Batches.Tail.PAD).epoch(0);
  }

  /// The pictures of a batch as rows, `[batch, pixels]`.
  static Tensor rows(Batch batch) {
    return batch.tensor("image").reshape(batch.rows(), -1);
  }

  /// One picture of a batch, `[pixels]`, copied.
  static float[] row(Batch batch, int row) {
    float[] images = batch.floats("image");
    int pixels = images.length / batch.rows();
    return Arrays.copyOfRange(images, row * pixels, (row + 1) * pixels);
  }

  /// Pictures one after the other.
  static float[] joined(List<float[]> pictures) {
    FloatBuffer all = FloatBuffer.allocate(pictures.stream().mapToInt(p -> p.length).sum());
    pictures.forEach(all::put);
    return all.array();
  }
}
