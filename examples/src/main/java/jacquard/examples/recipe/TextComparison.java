package jacquard.examples.recipe;

import jacquard.nn.io.FormatException;
import jacquard.nn.metrics.Bleu;
import jacquard.nn.metrics.BleuTokens;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Scores texts in a file by references in others, line by line: translations, for example.
public final class TextComparison {
  private TextComparison() {}

  /// Whether the options name files in place of a run.
  ///
  /// @param folder of a run, if one is named, too
  /// @param options what to measure
  /// @return whether [#of] is what is asked for
  /// @throws IllegalArgumentException if it isn't told what to measure, or not all of it
  public static boolean isAskedFor(@Nullable Path folder, EvalOptions options) {
    Path hypotheses = options.bleu.hypotheses;
    if (hypotheses == null) {
      if (!options.bleu.references.isEmpty()) {
        throw new IllegalArgumentException(
            "--references is "
                + options.bleu.references.getFirst()
                + ", and there is no --hypotheses, expected a file of texts");
      }
      if (folder == null) {
        throw new IllegalArgumentException(
            "RUN is missing, expected the folder of a run, or --hypotheses and --references");
      }
      return false;
    }
    if (folder != null) {
      throw new IllegalArgumentException(
          "--hypotheses is " + hypotheses + ", and RUN is " + folder + "; leave one of them out");
    }
    if (options.bleu.references.isEmpty()) {
      throw new IllegalArgumentException(
          "--references is missing, expected a file with a line for each of " + hypotheses);
    }
    return true;
  }

  /// BLEU of all lines together and of each alone.
  ///
  /// @param options which files, and how to count
  /// @return the figures
  /// @throws FormatException if a file can't be read, or has another number of lines
  public static Evaluation of(EvalOptions options) throws FormatException {
    options.requireNoRun();
    Path file = hypotheses(options);
    List<String> hypotheses = lines("--hypotheses", file);
    if (hypotheses.isEmpty()) {
      throw new FormatException("--hypotheses: " + file + ": is empty, expected a text in a line");
    }
    List<List<String>> references = new ArrayList<>();
    hypotheses.forEach(_ -> references.add(new ArrayList<>()));
    for (Path reference : options.bleu.references) {
      List<String> lines = lines("--references", reference);
      if (lines.size() != hypotheses.size()) {
        throw new FormatException(
            "--references: %s: has %,d lines, expected %,d as %s has"
                .formatted(reference, lines.size(), hypotheses.size(), file));
      }
      for (int i = 0; i < lines.size(); i++) {
        references.get(i).add(lines.get(i));
      }
    }
    Bleu bleu = options.bleu.bleu(BleuTokens.V13A);
    BleuScores scores = BleuScores.of(bleu, hypotheses, references);
    Bleu.Score corpus = scores.corpus();
    List<Evaluation.Row> rows = new ArrayList<>(scores.rows("all lines together, 0 to 100"));
    for (int n = 1; n <= bleu.orders(); n++) {
      String meaning = "percent of the " + (n == 1 ? "words" : n + "-grams") + " that match";
      rows.add(Evaluation.Row.of("precision_" + n, corpus.precisions().get(n - 1), meaning));
    }
    rows.add(
        Evaluation.Row.of(
            "brevity_penalty", corpus.brevityPenalty(), "below 1 for too short a text"));
    rows.add(Evaluation.Row.of("words", corpus.length(), "of the lines"));
    rows.add(
        Evaluation.Row.of(
            "reference_words", corpus.referenceLength(), "of the references nearest in length"));
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("sentence_bleus", scores.sentences());
    facts.putAll(BleuOptions.toConfig(bleu));
    facts.put("references", options.bleu.references.stream().map(Path::toString).toList());
    return new Evaluation(
        "%s: %,d lines against %d for each"
            .formatted(file, hypotheses.size(), options.bleu.references.size()),
        rows,
        facts);
  }

  /// {@return where the figures go: beside the texts}
  ///
  /// @param options which files
  public static Path file(EvalOptions options) {
    Path file = hypotheses(options);
    return file.resolveSibling(file.getFileName() + ".eval.json");
  }

  private static Path hypotheses(EvalOptions options) {
    Path file = options.bleu.hypotheses;
    if (file == null) {
      throw new IllegalArgumentException("--hypotheses is missing, expected a file of texts");
    }
    return file;
  }

  private static List<String> lines(String option, Path file) throws FormatException {
    try {
      return Files.readAllLines(file);
    } catch (CharacterCodingException e) {
      throw new FormatException(option + ": " + file + ": is not UTF-8; convert the file", e);
    } catch (IOException e) {
      throw FormatException.unreadable(option, file, e);
    }
  }
}
