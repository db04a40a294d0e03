package jacquard.examples.recipe;

import jacquard.nn.metrics.Bleu;
import jacquard.nn.metrics.BleuTokens;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/// How BLEU is counted, and of which files. Names are sacrebleu's.
final class BleuOptions {
  private static final Map<String, Bleu.Smoothing> SMOOTHINGS = smoothings();
  private static final Map<String, BleuTokens> WORDS = words();

  @Option(
      names = "--hypotheses",
      paramLabel = "FILE",
      description =
          "In place of RUN: texts to score by BLEU, such as translations, one a line; written to"
              + " FILE.eval.json.")
  @Nullable Path hypotheses;

  @Option(
      names = "--references",
      paramLabel = "FILE",
      description =
          "What they should say, line by line; may be given several times, for several good ones.")
  List<Path> references = List.of();

  @Option(
      names = "--smoothing",
      paramLabel = "NAME",
      converter = SmoothingConverter.class,
      description =
          "What BLEU counts for n-grams that never match: exp (halves), floor (0.1), add-k (1 more"
              + " of all) or none. Default: exp.")
  Bleu.@Nullable Smoothing smoothing;

  @Option(
      names = "--tokenize",
      paramLabel = "NAME",
      converter = WordsConverter.class,
      description =
          "How --hypotheses are cut into words: 13a, intl, zh, char or none. Default: 13a.")
  @Nullable BleuTokens words;

  @Option(names = "--lowercase", description = "Small letters and capitals of them are alike.")
  boolean lowercase;

  private static Map<String, Bleu.Smoothing> smoothings() {
    Map<String, Bleu.Smoothing> smoothings = new LinkedHashMap<>();
    smoothings.put("exp", new Bleu.Smoothing.Exponential());
    smoothings.put("floor", new Bleu.Smoothing.Floor(0.1));
    smoothings.put("add-k", new Bleu.Smoothing.AddK(1));
    smoothings.put("none", new Bleu.Smoothing.None());
    return smoothings;
  }

  private static Map<String, BleuTokens> words() {
    Map<String, BleuTokens> words = new LinkedHashMap<>();
    words.put("13a", BleuTokens.V13A);
    words.put("intl", BleuTokens.INTL);
    words.put("zh", BleuTokens.ZH);
    words.put("char", BleuTokens.CHAR);
    words.put("none", BleuTokens.NONE);
    return words;
  }

  /// @param otherwise how texts are cut into words unless `--tokenize` says
  Bleu bleu(BleuTokens otherwise) {
    return Bleu.STANDARD
        .withTokens(words == null ? otherwise : words)
        .withLowercase(lowercase)
        .withSmoothing(smoothing == null ? Bleu.STANDARD.smoothing() : smoothing);
  }

  /// What `eval.json` says of it.
  static Map<String, Object> toConfig(Bleu bleu) {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("smoothing", name(SMOOTHINGS, bleu.smoothing()));
    config.put("tokenize", name(WORDS, bleu.tokens()));
    config.put("lowercase", bleu.lowercase());
    return config;
  }

  private static <T> String name(Map<String, T> names, T value) {
    return names.entrySet().stream()
        .filter(entry -> entry.getValue().equals(value))
        .findFirst()
        .orElseThrow()
        .getKey();
  }

  private static <T> T named(Map<String, T> names, String name) {
    T value = names.get(name.toLowerCase(Locale.ROOT));
    if (value == null) {
      throw new TypeConversionException(
          "expected one of " + names.keySet() + ", but was '" + name + "'");
    }
    return value;
  }

  static final class SmoothingConverter implements ITypeConverter<Bleu.Smoothing> {
    @Override
    public Bleu.Smoothing convert(String value) {
      return named(SMOOTHINGS, value);
    }
  }

  static final class WordsConverter implements ITypeConverter<BleuTokens> {
    @Override
    public BleuTokens convert(String value) {
      return named(WORDS, value);
    }
  }
}
