package jacquard.examples.recipe;

import jacquard.nn.Sampler;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/// What to draw from a trained model.
public final class SampleOptions {
  @Option(
      names = "--count",
      paramLabel = "N",
      description = "How many, of each prompt. Default: 20 names, 1 text, 64 images.")
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
      description = "gpt: how the text or every name begins; may be given several times.")
  List<String> prompts = List.of();

  @Option(
      names = "--length",
      paramLabel = "N",
      description = "gpt: most tokens of a sample. Default: 500, for names 60.")
  @Nullable Integer length;

  @Option(
      names = "--temperature",
      paramLabel = "X",
      description =
          "gpt: below 1 more of the likely, above 1 more of the rest; 0 only the likeliest."
              + " Default: 0.8.")
  @Nullable Double temperature;

  @Option(
      names = "--top-k",
      paramLabel = "N",
      description = "gpt: choose among the N likeliest tokens only. Default: all.")
  @Nullable Integer topK;

  @Option(
      names = "--top-p",
      paramLabel = "X",
      description =
          "gpt: choose among the likeliest that together have this part of the probability."
              + " Default: 1.")
  @Nullable Double topP;

  @Option(
      names = "--min-p",
      paramLabel = "X",
      description =
          "gpt: choose among those at least this part as likely as the likeliest. Default: 0.")
  @Nullable Double minP;

  @Option(
      names = "--repetition-penalty",
      paramLabel = "X",
      description = "gpt: above 1, tokens that the text has are less likely. Default: 1.")
  @Nullable Double repetitionPenalty;

  @Option(
      names = "--stop",
      paramLabel = "TEXT",
      description = "gpt: end a sample before this; may be given several times.")
  List<String> stops = List.of();

  @Option(names = "--stream", description = "gpt: print the text token by token as it is written.")
  boolean stream;

  @Option(
      names = "--class",
      paramLabel = "N",
      description = "vae and gan trained with --conditional: draw this class only. Default: all.")
  @Nullable Integer label;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Where to write. Default: text to the standard output, images to RUN/samples.")
  @Nullable Path out;

  /// Picocli fills in the options.
  public SampleOptions() {}

  /// What the command line would make of such options: `--temperature=0.5`.
  ///
  /// @throws IllegalArgumentException if one is unknown, or has a value of another type
  static SampleOptions of(List<String> arguments) {
    SampleOptions options = new SampleOptions();
    try {
      new CommandLine(options).parseArgs(arguments.toArray(String[]::new));
    } catch (CommandLine.ParameterException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
    return options;
  }

  int count(int otherwise) {
    return count == null ? otherwise : Require.atLeast("--count", count, 1);
  }

  /// [#count] of pictures, which must fit into an array.
  ///
  /// @param pixels of a picture
  int pictures(int otherwise, int pixels) {
    int pictures = count(otherwise);
    Require.product("--count", pictures, "pixels", pixels, Integer.MAX_VALUE / 4);
    return pictures;
  }

  /// The one class to draw; null for all.
  ///
  /// @param classes that the model draws on demand, 0 for one that doesn't
  /// @throws IllegalArgumentException if one is asked for that the model can't draw
  @Nullable Integer label(int classes) {
    if (label != null && classes == 0) {
      throw new IllegalArgumentException(
          "--class is " + label + ", and this run was trained without --conditional");
    }
    if (label != null && (label < 0 || label >= classes)) {
      throw new IllegalArgumentException(
          "--class is " + label + ", expected 0 to " + (classes - 1));
    }
    return label;
  }

  /// @throws IllegalArgumentException if a class is asked for
  void requireNoClass(String recipe) {
    if (label != null) {
      throw new IllegalArgumentException(
          "--class is for vae and gan runs, and this is a " + recipe);
    }
  }

  int length(int otherwise) {
    return length == null ? otherwise : Require.atLeast("--length", length, 1);
  }

  /// @throws IllegalArgumentException if an option has a value that it can't have
  Sampler sampler() {
    double t = temperature == null ? 0.8 : temperature;
    if (!(t >= 0 && t < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "--temperature is " + t + ", expected 0 or more and finite");
    }
    double p = topP == null ? 1 : topP;
    if (!(p > 0 && p <= 1)) {
      throw new IllegalArgumentException("--top-p is " + p + ", expected above 0 and at most 1");
    }
    double least = minP == null ? 0 : minP;
    if (!(least >= 0 && least <= 1)) {
      throw new IllegalArgumentException("--min-p is " + least + ", expected 0 to 1");
    }
    double penalty = repetitionPenalty == null ? 1 : repetitionPenalty;
    return new Sampler(t, topK == null ? 0 : Require.atLeast("--top-k", topK, 1))
        .withTopP(p)
        .withMinP(least)
        .withRepetitionPenalty(Require.aboveZero("--repetition-penalty", penalty));
  }

  /// @throws IllegalArgumentException if one is empty
  List<String> stops() {
    if (stops.contains("")) {
      throw new IllegalArgumentException("--stop is empty, expected some text");
    }
    return stops;
  }

  /// Where images of `run` go: `samples/seed-1.png`; those of one class to
  /// `samples/seed-1-class-7.png`.
  Path imagePath(RunFolder run) {
    String only = label == null ? "" : "-class-" + label;
    return out != null ? out : run.samples().resolve("seed-" + seed + only + ".png");
  }

  /// @param understood the options for text that the recipe does follow
  /// @throws IllegalArgumentException if something else is said that only a text can follow
  void requireNoText(String recipe, String... understood) {
    Map<String, Boolean> said = new LinkedHashMap<>();
    said.put("--prompt", !prompts.isEmpty());
    said.put("--length", length != null);
    said.put("--temperature", temperature != null);
    said.put("--top-k", topK != null);
    said.put("--top-p", topP != null);
    said.put("--min-p", minP != null);
    said.put("--repetition-penalty", repetitionPenalty != null);
    said.put("--stop", !stops.isEmpty());
    said.put("--stream", stream);
    said.keySet().removeAll(List.of(understood));
    said.forEach((option, given) -> {
      if (given) {
        throw new IllegalArgumentException(option + " is for gpt runs, and this is a " + recipe);
      }
    });
  }
}
