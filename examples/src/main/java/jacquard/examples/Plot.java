package jacquard.examples;

import jacquard.examples.recipe.AugmentPlot;
import jacquard.examples.recipe.LatentPlot;
import jacquard.examples.recipe.ManifoldPlot;
import picocli.CommandLine.Command;

/// `jacquard plot WHAT`: pictures that are worth looking at.
@Command(
    name = "plot",
    mixinStandardHelpOptions = true,
    subcommands = {LatentPlot.class, ManifoldPlot.class, AugmentPlot.class},
    description = "Draws what a model has learned, or what it learns from.")
final class Plot {}
