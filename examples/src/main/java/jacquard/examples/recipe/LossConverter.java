package jacquard.examples.recipe;

import java.util.Arrays;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// `wgan-gp` is no name of a Java constant.
final class LossConverter implements ITypeConverter<GanOptions.LossName> {
  @Override
  public GanOptions.LossName convert(String value) {
    for (GanOptions.LossName name : GanOptions.LossName.values()) {
      if (name.toString().equals(value.toLowerCase(Locale.ROOT))) {
        return name;
      }
    }
    throw new TypeConversionException(
        "expected one of "
            + Arrays.toString(GanOptions.LossName.values())
            + ", but was '"
            + value
            + "'");
  }
}
