package jacquard.examples;

import jacquard.examples.recipe.DeviceOptions;
import jacquard.examples.recipe.EvalOptions;
import jacquard.examples.recipe.Evaluation;
import jacquard.examples.recipe.ImageEvaluation;
import jacquard.examples.recipe.RunFolder;
import jacquard.examples.recipe.TextComparison;
import jacquard.examples.recipe.TextEvaluation;
import jacquard.nn.hub.Pretrained;
import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `jacquard eval RUN`: measures a model that `train` left in a folder, or texts in files.
@Command(
    name = "eval",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Measures a trained model: prints a table and writes RUN/eval.json, with --count N"
          + " RUN/eval-N.json.",
      "gpt: perplexity, bits per character, variety, BLEU; mlm: perplexity of gaps; gan: FID, kernel distance, precision,"
          + " recall, classes; vae: negative ELBO and the same; classifier: accuracy.",
      "With --hypotheses FILE --references FILE it scores texts by BLEU, as sacrebleu does."
    })
final class Eval implements Callable<Integer> {
  @Parameters(
      paramLabel = "RUN",
      arity = "0..1",
      description =
          "The folder of a run, or with --data of a GPT-2 or Llama in Hugging Face's layout.")
  private @Nullable Path folder;

  @Mixin private EvalOptions options;
  @Mixin private DeviceOptions device;

  @Override
  public Integer call() throws IOException {
    if (TextComparison.isAskedFor(folder, options)) {
      return tell(TextComparison.of(options), TextComparison.file(options));
    }
    return measure(Objects.requireNonNull(folder));
  }

  private int measure(Path folder) throws IOException {
    if (Pretrained.isFolder(folder)) {
      device.apply();
      return tell(TextEvaluation.pretrained(folder, options), options.file(new RunFolder(folder)));
    }
    RunFolder run = RunFolder.open(folder);
    device.apply();
    Json config = run.readConfig();
    String recipe = run.configured(config, c -> c.field("recipe").asText());
    Evaluation evaluation =
        switch (recipe) {
          case "gpt" -> TextEvaluation.gpt(run, config, options);
          case "mlm" -> TextEvaluation.mlm(run, config, options);
          case "vae" -> ImageEvaluation.vae(run, config, options);
          case "gan" -> ImageEvaluation.gan(run, config, options);
          case "classifier" -> ImageEvaluation.classifier(run, config, options);
          default ->
              throw new FormatException(
                  run.config()
                      + ": recipe '"
                      + recipe
                      + "', expected gpt, mlm, vae, gan or classifier");
        };
    return tell(evaluation, options.file(run));
  }

  private static int tell(Evaluation evaluation, Path file) throws FormatException {
    evaluation.lines().forEach(System.out::println);
    evaluation.write(file);
    System.out.println(file);
    return 0;
  }
}
