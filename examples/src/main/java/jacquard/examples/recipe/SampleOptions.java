package jacquard.examples.recipe;

import jacquard.nn.Sampler;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// What to draw from a trained model.
public final class SampleOptions {
  @Option(
      names = "--count",
      paramLabel = "N",
      description = "How many. Default: 20 names, 1 text, 64 images.")
  @Nullable Integer count;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "The same seed draws the same samples. Default: ${DEFAULT-VALUE}.")
  long seed = 1;

  @Option(
      names = "--prompt",
      paramLabel = "TEXT",
      description = "gpt: how the text or every name begins.")
  @Nullable String prompt;

  @Option(
      names = "--length",
      paramLabel = "N",
      description = "gpt: most characters of a sample. Default: 500, for names 60.")
  @Nullable Integer length;

  @Option(
      names = "--temperature",
      paramLabel = "X",
      description =
          "gpt: below 1 more of the likely, above 1 more of the rest; 0 only the likeliest. Default: 0.8.")
  @Nullable Double temperature;

  @Option(
      names = "--top-k",
      paramLabel = "N",
      description = "gpt: choose among the N likeliest characters only. Default: all.")
  @Nullable Integer topK;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Where to write. Default: text to the standard output, images to RUN/samples.")
  @Nullable Path out;

  int count(int otherwise) {
    return count == null ? otherwise : Require.atLeast("--count", count, 1);
  }

  int length(int otherwise) {
    return length == null ? otherwise : Require.atLeast("--length", length, 1);
  }

  Sampler sampler() {
    double t = temperature == null ? 0.8 : temperature;
    if (!(t >= 0 && t < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "--temperature is " + t + ", expected 0 or more and finite");
    }
    return new Sampler(t, topK == null ? 0 : Require.atLeast("--top-k", topK, 1));
  }

  /// Where images of `run` go.
  Path imagePath(RunFolder run) {
    return out != null ? out : run.samples().resolve("seed-" + seed + ".png");
  }

  /// @throws IllegalArgumentException if something is said that only a text can follow
  void requireNoText(String recipe) {
    String wrong =
        prompt != null
            ? "--prompt"
            : length != null
                ? "--length"
                : temperature != null ? "--temperature" : topK != null ? "--top-k" : "";
    if (!wrong.isEmpty()) {
      throw new IllegalArgumentException(wrong + " is for gpt runs, and this is a " + recipe);
    }
  }
}
