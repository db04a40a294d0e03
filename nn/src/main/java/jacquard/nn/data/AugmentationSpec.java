package jacquard.nn.data;

import jacquard.nn.io.FormatException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// An [Augmentation] in one word, as the command line takes it: steps with commas between them, in
/// the order in which they are done.
///
/// | step | does |
/// |---|---|
/// | `resize=32x32`, `centre-crop=28x28` | to that size (height first) |
/// | `crop=0.8:1` | a random part of 0.8 to 1 of the area, resized to the whole |
/// | `flip`, `flip=0.3` | left to right, half of the pictures or that part |
/// | `rotate=10` | up to 10 degrees |
/// | `shift=2` | up to 2 pixels |
/// | `brightness=0.2`, `contrast=0.2`, `saturation=0.2` | a factor of 0.8 to 1.2 |
/// | `normalise=0.13:0.31` | less the first, divided by the second |
public final class AugmentationSpec {
  private static final double PROPORTIONS = 4.0 / 3;

  private static final List<String> FOR_GREY =
      List.of("resize", "centre-crop", "crop", "flip", "rotate", "shift", "brightness", "contrast");

  private static final List<String> ALL =
      Stream.concat(FOR_GREY.stream(), Stream.of("saturation", "normalise")).toList();

  private AugmentationSpec() {}

  /// Reads steps as they are written on the command line, in their order.
  ///
  /// @param spec steps as they are written on the command line
  /// @return the steps as one
  /// @throws FormatException if a step is unknown or its numbers are out of range
  public static Augmentation parse(String spec) throws FormatException {
    return parse(spec, ALL);
  }

  /// Reads steps for grey pictures whose values stay 0 to 1: all but `saturation`, which does
  /// nothing to them, and `normalise`.
  ///
  /// @param spec steps as they are written on the command line
  /// @return the steps as one
  /// @throws FormatException if a step is unknown or not for such pictures, or its numbers are out
  ///   of range
  public static Augmentation parseForGrey(String spec) throws FormatException {
    return parse(spec, FOR_GREY);
  }

  private static Augmentation parse(String spec, List<String> names) throws FormatException {
    List<Augmentation> steps = new ArrayList<>();
    for (String step : spec.split(",", -1)) {
      int equals = step.indexOf('=');
      String name = equals < 0 ? step : step.substring(0, equals);
      String value = equals < 0 ? "" : step.substring(equals + 1);
      try {
        requireAmong(names, name.strip());
        steps.add(step(name.strip(), value.strip()));
      } catch (IllegalArgumentException e) {
        throw new FormatException("augment: '" + step + "': " + e.getMessage(), e);
      }
    }
    return new Augmentation.Sequence(steps);
  }

  private static void requireAmong(List<String> names, String name) {
    if (!names.contains(name)) {
      int last = names.size() - 1;
      throw new IllegalArgumentException(
          (ALL.contains(name) ? "not for grey pictures of 0 to 1" : "unknown")
              + ", expected "
              + String.join(", ", names.subList(0, last))
              + " or "
              + names.get(last));
    }
  }

  private static Augmentation step(String name, String value) {
    return switch (name) {
      case "resize" -> new Augmentation.Resize(size(value, 0), size(value, 1));
      case "centre-crop" -> new Augmentation.CentreCrop(size(value, 0), size(value, 1));
      case "crop" ->
          new Augmentation.ResizedCrop(part(value, ":", 0), part(value, ":", 1), PROPORTIONS);
      case "flip" -> new Augmentation.Flip(value.isEmpty() ? 0.5 : number(value));
      case "rotate" -> new Augmentation.Rotate(number(value));
      case "shift" -> new Augmentation.Shift(whole(value));
      case "brightness" -> new Augmentation.Brightness(number(value));
      case "contrast" -> new Augmentation.Contrast(number(value));
      case "saturation" -> new Augmentation.Saturation(number(value));
      case "normalise" -> new Augmentation.Normalise(part(value, ":", 0), part(value, ":", 1));
      default -> throw new IllegalArgumentException("unknown");
    };
  }

  private static int size(String value, int index) {
    return whole(half(value, "x", index));
  }

  private static double part(String value, String between, int index) {
    return number(half(value, between, index));
  }

  private static String half(String value, String between, int index) {
    String[] halves = value.split(between, -1);
    if (halves.length != 2) {
      throw new IllegalArgumentException("expected two numbers with '" + between + "' between");
    }
    return halves[index];
  }

  private static double number(String value) {
    try {
      return Double.parseDouble(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("expected a number", e);
    }
  }

  private static int whole(String value) {
    try {
      return Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("expected a whole number", e);
    }
  }
}
