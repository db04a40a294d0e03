package jacquard.examples;

import jacquard.examples.recipe.ClassifierRecipe;
import jacquard.examples.recipe.GanRecipe;
import jacquard.examples.recipe.GptRecipe;
import jacquard.examples.recipe.MlmRecipe;
import jacquard.examples.recipe.VaeRecipe;
import picocli.CommandLine.Command;

/// `jacquard train RECIPE`: the recipes are commands of their own.
@Command(
    name = "train",
    mixinStandardHelpOptions = true,
    subcommands = {
      GptRecipe.class,
      MlmRecipe.class,
      VaeRecipe.class,
      GanRecipe.class,
      ClassifierRecipe.class
    },
    description = "Trains a model by a recipe.",
    footer = {
      "",
      "A run leaves a folder with its configuration, metrics, loss chart, samples and weights."
          + " Ctrl-C ends it early and saves; jacquard resume RUN goes on.",
      "The options of a recipe: jacquard train gpt --help"
    })
final class Train {}
