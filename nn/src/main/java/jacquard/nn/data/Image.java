package jacquard.nn.data;

import java.util.Arrays;

/// A picture being prepared, black 0 and white 1.
///
/// @param values `[channels, height, width]`; not copied
/// @param channels 1 for grey, 3 for colour
/// @param height height in pixels
/// @param width width in pixels
public record Image(float[] values, int channels, int height, int width) {

  /// Refuses sizes that don't fit the array.
  ///
  /// @throws IllegalArgumentException if a size is below 1 or the array has another length
  public Image {
    if (channels < 1
        || height < 1
        || width < 1
        || values.length != (long) channels * height * width) {
      throw new IllegalArgumentException(
          "image: %d values, expected %d channels of %d x %d"
              .formatted(values.length, channels, height, width));
    }
  }

  /// A black one.
  ///
  /// @param channels 1 for grey, 3 for colour
  /// @param height height in pixels
  /// @param width width in pixels
  /// @return the picture
  public static Image of(int channels, int height, int width) {
    return new Image(
        new float[Math.multiplyExact(channels, Math.multiplyExact(height, width))],
        channels,
        height,
        width);
  }

  /// Element number of the first value of a channel.
  int plane(int channel) {
    return channel * height * width;
  }

  /// The same values in an array of their own.
  Image copy() {
    return new Image(values.clone(), channels, height, width);
  }

  /// Brightness of a pixel: Rec. 601's weights for three channels, the mean otherwise.
  float luma(int pixel) {
    int plane = height * width;
    if (channels == 3) {
      return 0.299f * values[pixel]
          + 0.587f * values[plane + pixel]
          + 0.114f * values[2 * plane + pixel];
    }
    float sum = 0;
    for (int c = 0; c < channels; c++) {
      sum += values[c * plane + pixel];
    }
    return sum / channels;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Image image
        && channels == image.channels
        && height == image.height
        && width == image.width
        && Arrays.equals(values, image.values);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * height + width) + Arrays.hashCode(values);
  }

  @Override
  public String toString() {
    return "image [" + channels + ", " + height + ", " + width + "]";
  }
}
