package jacquard.examples;

import jacquard.examples.recipe.PrepareText;
import picocli.CommandLine.Command;

/// `jacquard prepare KIND`: makes data ready to learn from, once instead of in every run.
@Command(
    name = "prepare",
    mixinStandardHelpOptions = true,
    subcommands = PrepareText.class,
    description = "Cleans data, and says what was left out and why.")
final class Prepare {}
