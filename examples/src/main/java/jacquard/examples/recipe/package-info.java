/// Recipes, a file each, and what they share.
///
///     GptRecipe  VaeRecipe  GanRecipe      options, model, one step, samples: read these first
///     MlmRecipe                            a fourth, on the parts of the first
///     GptOptions  TuneOptions  TrainedGpt  kinds of transformers, training further, what a folder holds
///     GptWriter  TextSampler               text from a transformer, several texts side by side
///     ClassifierRecipe                     tells digits apart, for the features that compare images
///     GanOptions  GanMonitor  GanSampler   kinds of GANs, watching them, drawing with them
///     Evaluation                           what jacquard eval tells; ImageEvaluation, TextEvaluation measure
///     TrainingLoop                         steps, progress, metrics, charts, Ctrl-C
///     RunFolder                            what a run leaves behind
///     Corpus  Digits                       text and images to learn from
@NullMarked
package jacquard.examples.recipe;

import org.jspecify.annotations.NullMarked;
