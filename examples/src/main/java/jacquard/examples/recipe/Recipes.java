package jacquard.examples.recipe;

import jacquard.nn.io.FormatException;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/// The recipes that `train` knows, as commands to be called by others.
final class Recipes {
  private Recipes() {}

  /// A recipe's command of its own: the known one may belong to the command line that is being
  /// carried out.
  ///
  /// @param spec of any command of the same command line
  /// @throws FormatException if there is no such recipe
  static CommandLine command(CommandSpec spec, String name) throws FormatException {
    CommandLine train = spec.parent().subcommands().get("train");
    CommandLine known = train == null ? null : train.getSubcommands().get(name);
    if (known == null || train == null) {
      throw new FormatException(
          "unknown recipe '"
              + name
              + "', expected one of "
              + (train == null ? java.util.List.of() : train.getSubcommands().keySet()));
    }
    CommandLine recipe = new CommandLine(known.getCommandSpec().userObject().getClass());
    recipe.setCaseInsensitiveEnumValuesAllowed(true);
    return recipe;
  }

  /// What every recipe can be told.
  static TrainOptions options(CommandLine recipe) {
    return recipe.getCommandSpec().mixins().values().stream()
        .map(CommandSpec::userObject)
        .filter(TrainOptions.class::isInstance)
        .map(TrainOptions.class::cast)
        .findFirst()
        .orElseThrow(
            () -> new AssertionError(recipe.getCommandName() + " mixes in no TrainOptions"));
  }
}
