package jacquard.examples.recipe;

import jacquard.nn.Gpt;
import jacquard.nn.Init;
import jacquard.nn.Lora;
import jacquard.nn.Parameter;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// How a trained model is trained further.
final class TuneOptions {
  @Option(
      names = "--from",
      paramLabel = "DIR",
      description =
          "Goes on from this model instead of a new one: the folder of a gpt run, or one in Hugging Face's layout (GPT-2, Llama).")
  @Nullable Path from;

  @Option(
      names = "--freeze",
      paramLabel = "GLOB",
      description =
          "Parameters that stay as they are, such as 'tokens.*' or 'blocks.{0,1}.*'; may be given several times.")
  private List<String> freeze = List.of();

  @Option(
      names = "--lora",
      paramLabel = "R[,ALPHA]",
      description =
          "Trains only additions of rank R to the blocks' matrices (LoRA), times ALPHA / R. Default of ALPHA: 2 R.")
  private @Nullable String lora;

  @Option(
      names = "--lora-on",
      paramLabel = "GLOB",
      description = "The matrices that get additions, such as '*.qkv.weight'. Default: all.")
  private @Nullable String loraOn;

  /// @throws IllegalArgumentException if `--lora` can't be read
  Lora.@Nullable Config lora() {
    if (lora == null) {
      if (loraOn != null) {
        throw new IllegalArgumentException("--lora-on says where, expected --lora R beside it");
      }
      return null;
    }
    String[] parts = lora.split(",", -1);
    try {
      int rank = Integer.parseInt(parts[0].strip());
      double alpha = parts.length == 1 ? 2.0 * rank : Double.parseDouble(parts[1].strip());
      if (parts.length <= 2) {
        return new Lora.Config(rank, alpha);
      }
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "--lora is " + lora + ", expected a rank of 1 or more, such as 8 or 8,16", e);
    }
    throw new IllegalArgumentException(
        "--lora is " + lora + ", expected one or two numbers, such as 8 or 8,16");
  }

  /// @throws IllegalArgumentException if options can't be read, or need a model that isn't there
  void require() {
    if (lora() != null && from == null) {
      throw new IllegalArgumentException(
          "--lora is "
              + lora
              + ", which trains additions to a trained model: expected --from DIR beside it");
    }
  }

  /// `model` with what is to be trained in addition.
  Gpt adapted(Gpt model, long seed) {
    Lora.Config config = lora();
    return config == null
        ? model
        : model.withLora(
            Init.of(seed), loraOn == null ? name -> true : glob("--lora-on", loraOn), config);
  }

  /// The parameters that are trained.
  ///
  /// @throws IllegalArgumentException if a pattern fits none, or none are left
  List<Parameter> trained(Gpt model) {
    List<Parameter> all =
        model.parameters(lora == null ? name -> true : name -> name.contains(".lora."));
    List<Parameter> left = all;
    for (String pattern : freeze) {
      Predicate<String> frozen = glob("--freeze", pattern);
      if (all.stream().noneMatch(parameter -> frozen.test(parameter.name()))) {
        throw new IllegalArgumentException(
            "--freeze: no parameter fits " + pattern + ", expected some of " + names(all));
      }
      left = left.stream().filter(parameter -> !frozen.test(parameter.name())).toList();
    }
    if (left.isEmpty()) {
      throw new IllegalArgumentException("--freeze: no parameter is left to train");
    }
    return left;
  }

  private static String names(List<Parameter> parameters) {
    return String.join(", ", parameters.stream().limit(12).map(Parameter::name).toList())
        + (parameters.size() > 12 ? ", ..." : "");
  }

  private static Predicate<String> glob(String option, String pattern) {
    try {
      PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
      return name -> matcher.matches(Path.of(name));
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          option + " is " + pattern + ": " + e.getDescription() + ", expected a glob", e);
    }
  }
}
