package jacquard.nn.data;

import jacquard.tensor.DType;
import jacquard.tensor.Shape;
import java.util.List;
import java.util.Objects;

/// Labelled images of one size in memory, a byte per pixel and channel, turned into floats when
/// read.
///
/// | field | shape               | dtype                                   |
/// |-------|---------------------|-----------------------------------------|
/// | image | `[channels, height, width]` | f32, 0 to 1 unless changed by {@link #withRange} |
/// | label | `[]`                | i32, index of the class                 |
public final class ImageSet implements Dataset {
  private final byte[] pixels;
  private final int channels;
  private final int height;
  private final int width;
  private final int[] labels;
  private final List<String> classes;
  private final float[] values;
  private final List<Field> fields;

  /// Images in memory.
  ///
  /// @param pixels of image 0, 1, ..., each `[channels, height, width]`, 0 to 255; not copied
  /// @param channels 1 for grey, 3 for colour
  /// @param height height in pixels
  /// @param width width in pixels
  /// @param labels index of each image's class; not copied
  /// @param classes names of the classes, by label
  /// @throws IllegalArgumentException if lengths don't agree or a label isn't the index of a class
  public ImageSet(
      byte[] pixels, int channels, int height, int width, int[] labels, List<String> classes) {
    this(pixels, channels, height, width, labels, List.copyOf(classes), range(0, 1));
    long expected = (long) labels.length * channels * height * width;
    if (channels < 1 || height < 1 || width < 1 || pixels.length != expected) {
      throw new IllegalArgumentException(
          "images: %d bytes for %d images of [%d, %d, %d], expected %d"
              .formatted(pixels.length, labels.length, channels, height, width, expected));
    }
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] < 0 || labels[i] >= classes.size()) {
        throw new IllegalArgumentException(
            "images: label %d of image %d, expected 0 to %d"
                .formatted(labels[i], i, classes.size() - 1));
      }
    }
  }

  private ImageSet(
      byte[] pixels,
      int channels,
      int height,
      int width,
      int[] labels,
      List<String> classes,
      float[] values) {
    this.pixels = pixels;
    this.channels = channels;
    this.height = height;
    this.width = width;
    this.labels = labels;
    this.classes = classes;
    this.values = values;
    this.fields =
        List.of(
            new Field("image", DType.F32, Shape.of(channels, height, width)),
            new Field("label", DType.I32, Shape.scalar()));
  }

  private static float[] range(double low, double high) {
    float[] values = new float[256];
    for (int i = 0; i < 256; i++) {
      values[i] = (float) (low + (high - low) * i / 255);
    }
    return values;
  }

  /// {@return the same images, with black read as `low` and white as `high`: 0 and 1, or -1 and 1
  /// beside a tanh}
  ///
  /// @param low what black is read as
  /// @param high what white is read as
  public ImageSet withRange(double low, double high) {
    return new ImageSet(pixels, channels, height, width, labels, classes, range(low, high));
  }

  @Override
  public int size() {
    return labels.length;
  }

  @Override
  public List<Field> fields() {
    return fields;
  }

  /// {@return 1 for grey, 3 for colour}
  public int channels() {
    return channels;
  }

  /// {@return rows of pixels}
  public int height() {
    return height;
  }

  /// {@return pixels of a row}
  public int width() {
    return width;
  }

  /// {@return the classes' names, by label}
  public List<String> classes() {
    return classes;
  }

  /// {@return class of an image}
  ///
  /// @param index number of the image
  public int label(int index) {
    return labels[Objects.checkIndex(index, labels.length)];
  }

  /// Image `index` as bytes `[channels, height, width]`, copied.
  ///
  /// @param index number of the image
  /// @return the bytes
  public byte[] pixels(int index) {
    int size = channels * height * width;
    int from = Objects.checkIndex(index, labels.length) * size;
    return java.util.Arrays.copyOfRange(pixels, from, from + size);
  }

  @Override
  public void read(int index, Batch batch, int row) {
    int size = channels * height * width;
    int from = Objects.checkIndex(index, labels.length) * size;
    float[] image = batch.floats(0);
    int to = row * size;
    for (int i = 0; i < size; i++) {
      image[to + i] = values[pixels[from + i] & 255];
    }
    batch.ints(1)[row] = labels[index];
  }

  /// `60000 images [1, 28, 28] in 10 classes`.
  @Override
  public String toString() {
    return "%d images [%d, %d, %d] in %d classes"
        .formatted(size(), channels, height, width, classes.size());
  }
}
