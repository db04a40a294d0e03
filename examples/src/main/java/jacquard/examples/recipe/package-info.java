/// Three recipes, a file each, and what they share.
///
///     GptRecipe  VaeRecipe  GanRecipe      options, model, one step, samples: read these first
///     TrainingLoop                         steps, progress, metrics, charts, Ctrl-C
///     RunFolder                            what a run leaves behind
///     Corpus  Digits                       text and images to learn from
@NullMarked
package jacquard.examples.recipe;

import org.jspecify.annotations.NullMarked;
