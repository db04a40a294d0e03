package jacquard.examples;

import jacquard.examples.recipe.DeviceOptions;
import jacquard.examples.recipe.GanRecipe;
import jacquard.examples.recipe.GptRecipe;
import jacquard.examples.recipe.MlmRecipe;
import jacquard.examples.recipe.RunFolder;
import jacquard.examples.recipe.SampleOptions;
import jacquard.examples.recipe.VaeRecipe;
import jacquard.nn.hub.Pretrained;
import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `jacquard sample RUN`: draws from a model that `train` left in a folder.
@Command(
    name = "sample",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Writes text or draws images with a trained model.")
final class Sample implements Callable<Integer> {
  @Parameters(
      paramLabel = "RUN",
      description = "The folder of a run, or of a GPT-2 or Llama in Hugging Face's layout.")
  private Path folder;

  @Mixin private SampleOptions options;
  @Mixin private DeviceOptions device;

  @Override
  public Integer call() throws IOException {
    if (Pretrained.isFolder(folder)) {
      device.apply();
      GptRecipe.samplePretrained(folder, options);
      return 0;
    }
    RunFolder run = RunFolder.open(folder);
    device.apply();
    Json config = run.readConfig();
    String recipe = run.configured(config, c -> c.field("recipe").asText());
    switch (recipe) {
      case "gpt" -> GptRecipe.sample(run, config, options);
      case "mlm" -> MlmRecipe.sample(run, config, options);
      case "vae" -> VaeRecipe.sample(run, config, options);
      case "gan" -> GanRecipe.sample(run, config, options);
      case "classifier" ->
          throw new IllegalArgumentException(
              folder + " is a classifier, which draws nothing; jacquard eval measures it");
      default ->
          throw new FormatException(
              run.config() + ": unknown recipe '" + recipe + "', expected gpt, mlm, vae or gan");
    }
    return 0;
  }
}
