package jacquard.nn.data;

import java.util.List;

/// What is done to a picture before a model sees it, mostly at random: the same random numbers make
/// the same picture.
///
///     Augmentation = Resize | CentreCrop | ResizedCrop | Flip | Rotate | Shift | Brightness
///                  | Contrast | Saturation | Normalise | Sequence [Augmentation...]
///
/// The size of the result depends on the size of the picture only. What comes from beyond its edge
/// is black.
public sealed interface Augmentation {

  /// Changes a picture, or makes another of it.
  ///
  /// @param image the picture, which may be changed
  /// @param random source of random numbers, the picture's own
  /// @return another picture; the one that was given is not changed
  Image apply(Image image, SplitMix random);

  /// One after the other.
  ///
  /// @param steps one after the other
  record Sequence(List<Augmentation> steps) implements Augmentation {
    /// Copies the list.
    public Sequence {
      steps = List.copyOf(steps);
    }

    @Override
    public Image apply(Image image, SplitMix random) {
      Image result = image.copy();
      for (Augmentation step : steps) {
        result = step.apply(result, random);
      }
      return result;
    }
  }

  /// To a size, by a triangle filter that is widened when it shrinks; not in proportion.
  ///
  /// @param height height in pixels
  /// @param width width in pixels
  record Resize(int height, int width) implements Augmentation {
    /// Refuses sizes below 1.
    public Resize {
      requireSize("resize", height, width);
    }

    @Override
    public Image apply(Image image, SplitMix random) {
      return Resampler.resized(image, 0, 0, image.height(), image.width(), height, width);
    }
  }

  /// The middle; black around a picture that is smaller.
  ///
  /// @param height height in pixels
  /// @param width width in pixels
  record CentreCrop(int height, int width) implements Augmentation {
    /// Refuses sizes below 1.
    public CentreCrop {
      requireSize("centre crop", height, width);
    }

    @Override
    public Image apply(Image image, SplitMix random) {
      return Placement.moved(
          image,
          height,
          width,
          Math.floorDiv(image.height() - height, 2),
          Math.floorDiv(image.width() - width, 2));
    }
  }

  /// A part of random area, proportions and place, resized to the size of the whole.
  ///
  /// @param least smallest area of the part, above 0
  /// @param most largest area of the part, at most 1
  /// @param ratio the proportions differ from the picture's by up to this factor, 1 or more
  record ResizedCrop(double least, double most, double ratio) implements Augmentation {
    /// Refuses areas outside 0 to 1 and proportions below 1.
    public ResizedCrop {
      if (!(least > 0 && least <= most && most <= 1 && ratio >= 1 && ratio < 100)) {
        throw new IllegalArgumentException(
            "resized crop: areas %s to %s, proportions %s, expected 0 < least <= most <= 1 and 1 or more"
                .formatted(least, most, ratio));
      }
    }

    @Override
    public Image apply(Image image, SplitMix random) {
      double side = Math.sqrt(least + (most - least) * random.nextDouble());
      // Of the logarithm, so that wide and high are as likely.
      double stretch = StrictMath.exp(StrictMath.log(ratio) * (random.nextDouble() - 0.5));
      double height = Math.min(1, side * stretch) * image.height();
      double width = Math.min(1, side / stretch) * image.width();
      double top = random.nextDouble() * (image.height() - height);
      double left = random.nextDouble() * (image.width() - width);
      return Resampler.resized(image, top, left, height, width, image.height(), image.width());
    }
  }

  /// Left to right.
  ///
  /// @param probability with which it is done
  record Flip(double probability) implements Augmentation {
    /// Refuses what is no probability.
    public Flip {
      requireShare("flip", probability);
    }

    @Override
    public Image apply(Image image, SplitMix random) {
      return random.nextDouble() < probability ? Placement.flipped(image) : image;
    }
  }

  /// About the middle, bilinear.
  ///
  /// @param degrees most, in either direction
  record Rotate(double degrees) implements Augmentation {
    /// Refuses angles outside 0 to 180 degrees.
    public Rotate {
      if (!(degrees >= 0 && degrees <= 180)) {
        throw new IllegalArgumentException("rotate: " + degrees + " degrees, expected 0 to 180");
      }
    }

    @Override
    public Image apply(Image image, SplitMix random) {
      return Placement.rotated(image, degrees * (2 * random.nextDouble() - 1));
    }
  }

  /// By whole pixels in both directions.
  ///
  /// @param pixels most
  record Shift(int pixels) implements Augmentation {
    /// Refuses a negative number of pixels.
    public Shift {
      if (pixels < 0) {
        throw new IllegalArgumentException("shift: " + pixels + " pixels, expected 0 or more");
      }
    }

    @Override
    public Image apply(Image image, SplitMix random) {
      int down = random.nextInt(2 * pixels + 1) - pixels;
      int right = random.nextInt(2 * pixels + 1) - pixels;
      return Placement.moved(image, image.height(), image.width(), -down, -right);
    }
  }

  /// Times a factor of 1 - `amount` to 1 + `amount`; cut at white.
  ///
  /// @param amount how far from 1 the factor may be
  record Brightness(double amount) implements Augmentation {
    /// Refuses amounts outside 0 to 1.
    public Brightness {
      requireShare("brightness", amount);
    }

    @Override
    public Image apply(Image image, SplitMix random) {
      float factor = factor(amount, random);
      return Colours.mixed(image, (channel, pixel) -> 0, factor);
    }
  }

  /// Distance from the picture's mean brightness times a factor of 1 - `amount` to 1 + `amount`;
  /// cut at black and white.
  ///
  /// @param amount how far from 1 the factor may be
  record Contrast(double amount) implements Augmentation {
    /// Refuses amounts outside 0 to 1.
    public Contrast {
      requireShare("contrast", amount);
    }

    @Override
    public Image apply(Image image, SplitMix random) {
      float factor = factor(amount, random);
      float mean = Colours.meanLuma(image);
      return Colours.mixed(image, (channel, pixel) -> mean, factor);
    }
  }

  /// Distance from a pixel's own grey times a factor of 1 - `amount` to 1 + `amount`; cut at black
  /// and white. Nothing happens to grey pictures.
  ///
  /// @param amount how far from 1 the factor may be
  record Saturation(double amount) implements Augmentation {
    /// Refuses amounts outside 0 to 1.
    public Saturation {
      requireShare("saturation", amount);
    }

    @Override
    public Image apply(Image image, SplitMix random) {
      float factor = factor(amount, random);
      return Colours.mixed(image, (channel, pixel) -> image.luma(pixel), factor);
    }
  }

  /// `(x - mean) / deviation`, alike for all channels.
  ///
  /// @param mean what is subtracted
  /// @param deviation what is divided by
  record Normalise(double mean, double deviation) implements Augmentation {
    /// Refuses a deviation that is not above 0.
    public Normalise {
      if (!(deviation > 0) || !Double.isFinite(mean)) {
        throw new IllegalArgumentException(
            "normalise: mean %s and deviation %s, expected a finite one and one above 0"
                .formatted(mean, deviation));
      }
    }

    @Override
    public Image apply(Image image, SplitMix random) {
      Image result = image.copy();
      for (int i = 0; i < result.values().length; i++) {
        result.values()[i] = (float) ((result.values()[i] - mean) / deviation);
      }
      return result;
    }
  }

  private static float factor(double amount, SplitMix random) {
    return (float) (1 + amount * (2 * random.nextDouble() - 1));
  }

  private static void requireShare(String what, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(what + ": " + value + ", expected 0 to 1");
    }
  }

  private static void requireSize(String what, int height, int width) {
    if (height < 1 || width < 1) {
      throw new IllegalArgumentException(
          "%s: %d x %d, expected 1 x 1 or more".formatted(what, height, width));
    }
  }
}
