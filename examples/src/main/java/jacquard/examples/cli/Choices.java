package jacquard.examples.cli;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.TypeConversionException;

/// Enums as the command line calls them: their names in lower case. Any case is read.
final class Choices {
  private Choices() {}

  /// Has every enum among the options and parameters of `line` and its subcommands read so.
  static void register(CommandLine line) {
    for (ArgSpec argument : line.getCommandSpec().args()) {
      for (Class<?> type : argument.auxiliaryTypes()) {
        if (type.isEnum()) {
          register(line, type);
        }
      }
    }
    line.getSubcommands().values().forEach(Choices::register);
  }

  private static <E> void register(CommandLine line, Class<E> type) {
    Map<String, E> choices = new LinkedHashMap<>();
    for (E constant : type.getEnumConstants()) {
      choices.put(((Enum<?>) constant).name().toLowerCase(Locale.ROOT), constant);
    }
    line.registerConverter(
        type,
        value -> {
          E constant = choices.get(value.toLowerCase(Locale.ROOT));
          if (constant == null) {
            throw new TypeConversionException(
                "expected one of " + choices.keySet() + ", but was '" + value + "'");
          }
          return constant;
        });
  }
}
