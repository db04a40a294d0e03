package jacquard.examples.data;

import jacquard.nn.data.SplitMix;
import java.util.Objects;

/// Handwritten-looking digits, drawn rather than stored: an endless, labelled stand-in for MNIST.
///
/// Every image is 28 x 28, row by row from the top, paper 0 and ink 1. As in MNIST the ink fits a
/// box of 20 x 20 pixels and its centre of mass lies in the middle of the image; about an eighth of
/// the light is ink. Image `index` of `seed` is a pure function of the two: the same bits on every
/// machine and thread, in any order.
///
/// @param seed another seed is another, independent sequence
public record StrokeDigits(long seed) {
  /// Height and width of an image, in pixels.
  public static final int SIZE = 28;

  /// Pixels of an image.
  public static final int PIXELS = SIZE * SIZE;

  /// Number of labels, `0 .. 9`.
  public static final int CLASSES = 10;

  /// {@return the digit that image `index` shows; all ten are equally likely}
  ///
  /// @param index of the image, 0 or more
  public int label(long index) {
    return SplitMix.of(seed, index).nextInt(CLASSES);
  }

  /// Draws the `count` images from index `first` on.
  ///
  /// @param first index of the first image
  /// @param count number of images
  /// @param images receives `count * PIXELS` values in `0 .. 1`, from element `offset` on
  /// @param offset of the first image's first pixel in `images`
  /// @param labels receives `count` digits, from element 0 on
  /// @throws IndexOutOfBoundsException if an array is too short
  public void fill(long first, int count, float[] images, int offset, int[] labels) {
    Objects.checkFromIndexSize(0, count, labels.length);
    Objects.checkFromIndexSize((long) offset, (long) count * PIXELS, images.length);
    DigitPen pen = new DigitPen();
    for (int i = 0; i < count; i++) {
      SplitMix random = SplitMix.of(seed, first + i);
      labels[i] = random.nextInt(CLASSES);
      pen.draw(labels[i], random, images, offset + i * PIXELS);
    }
  }

  /// {@return the `count` images from index `first` on, `[count, 28, 28]`}
  ///
  /// @param first index of the first image
  /// @param count number of images
  /// @throws IllegalArgumentException if they don't fit one array (2,739,137 and more)
  public float[] images(long first, int count) {
    long size = (long) count * PIXELS;
    if (count < 0 || size > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "digits: " + count + " images, expected 0 to " + (Integer.MAX_VALUE - 8) / PIXELS);
    }
    float[] images = new float[(int) size];
    fill(first, count, images, 0, new int[count]);
    return images;
  }

  /// {@return the digits that the `count` images from index `first` on show}
  ///
  /// @param first index of the first image
  /// @param count number of images
  public int[] labels(long first, int count) {
    int[] labels = new int[count];
    for (int i = 0; i < count; i++) {
      labels[i] = label(first + i);
    }
    return labels;
  }
}
