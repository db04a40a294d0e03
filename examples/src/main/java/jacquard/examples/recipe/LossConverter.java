package jacquard.examples.recipe;

import jacquard.nn.AdversarialLoss;
import java.util.Arrays;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Losses as the command line calls them: `wgan-gp`, because WGAN comes with its penalty there.
final class LossConverter implements ITypeConverter<AdversarialLoss> {

  static String name(AdversarialLoss loss) {
    return switch (loss) {
      case BCE -> "bce";
      case LSGAN -> "lsgan";
      case HINGE -> "hinge";
      case WGAN -> "wgan-gp";
    };
  }

  @Override
  public AdversarialLoss convert(String value) {
    for (AdversarialLoss loss : AdversarialLoss.values()) {
      if (name(loss).equals(value.toLowerCase(Locale.ROOT))) {
        return loss;
      }
    }
    throw new TypeConversionException(
        "expected one of "
            + Arrays.stream(AdversarialLoss.values()).map(LossConverter::name).toList()
            + ", but was '"
            + value
            + "'");
  }
}
