package jacquard.examples.recipe;

import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import jacquard.nn.text.DocumentUnit;
import jacquard.nn.text.TextFiles;
import jacquard.nn.text.TextPreparation;
import jacquard.nn.text.TextStep;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/// How texts are made ready to learn from. Without any of these they are taken as they are.
public final class TextOptions {
  /// Which candidates are compared doesn't change from run to run.
  private static final long SEED = 1;

  private static final double SIMILARITY = 0.8;

  @Option(
      names = "--documents",
      paramLabel = "UNIT",
      description = "Texts: what of a file is a document: file, paragraph or line. Default: file.")
  @Nullable String documents;

  @Option(
      names = "--normalize",
      paramLabel = "FORM",
      description = "Texts: Unicode's normal form, NFC, NFD, NFKC or NFKD. Default: as they are.")
  @Nullable String normalize;

  @Option(
      names = "--strip",
      description =
          "Texts: without control characters, spaces at the ends of lines and empty lines around.")
  boolean strip;

  @Option(
      names = "--min-length",
      paramLabel = "N",
      description = "Texts: only documents of N characters or more.")
  @Nullable Integer minLength;

  @Option(
      names = "--max-length",
      paramLabel = "N",
      description = "Texts: only documents of N characters at most.")
  @Nullable Integer maxLength;

  @Option(
      names = "--dedup",
      paramLabel = "KIND",
      description =
          "Texts: only the first of documents that are equal (exact) or also similar (near).")
  @Nullable String dedup;

  @Option(
      names = "--similarity",
      paramLabel = "X",
      description =
          "Texts: part of their runs of five characters that near duplicates share. Default: 0.8.")
  @Nullable Double similarity;

  /// Picocli fills in the options.
  public TextOptions() {}

  /// Those that a run was told.
  ///
  /// @param config of the run
  static TextOptions recorded(Json config) throws FormatException {
    TextOptions options = new TextOptions();
    new CommandLine(options)
        .setUnmatchedArgumentsAllowed(true)
        .parseArgs(RecordedOptions.of(config.field("options")).arguments());
    return options;
  }

  /// One that was given, null if none was.
  @Nullable String given() {
    return documents != null
        ? "--documents"
        : normalize != null
            ? "--normalize"
            : strip
                ? "--strip"
                : minLength != null
                    ? "--min-length"
                    : maxLength != null
                        ? "--max-length"
                        : dedup != null ? "--dedup" : similarity != null ? "--similarity" : null;
  }

  /// The documents under `data`, prepared.
  ///
  /// @throws FormatException if they can't be read, or none is left
  /// @throws IllegalArgumentException if an option has a value that it can't have
  TextPreparation.Result read(Path data) throws FormatException {
    DocumentUnit unit = unit();
    TextPreparation preparation = preparation();
    List<TextFiles.Document> all = unit.cut(TextFiles.read(data));
    TextPreparation.Result result = preparation.apply(all);
    if (result.documents().isEmpty()) {
      throw new FormatException(
          "text: %s: none of %,d documents is left: %s"
              .formatted(data, all.size(), String.join("; ", result.lines())));
    }
    return result;
  }

  private DocumentUnit unit() {
    return documents == null
        ? DocumentUnit.FILE
        : constant(
            "--documents", documents, documents.toUpperCase(Locale.ROOT), DocumentUnit.values());
  }

  private TextPreparation preparation() {
    List<TextStep> steps = new ArrayList<>();
    if (normalize != null) {
      steps.add(
          new TextStep.Normalize(
              constant("--normalize", normalize, normalize, Normalizer.Form.values())));
    }
    if (strip) {
      steps.add(new TextStep.StripControls());
      steps.add(new TextStep.StripTrailingSpace());
    }
    if (minLength != null || maxLength != null) {
      int least = minLength == null ? 0 : Require.atLeast("--min-length", minLength, 0);
      int most =
          maxLength == null
              ? Integer.MAX_VALUE
              : Require.atLeast("--max-length", maxLength, Math.max(1, least));
      steps.add(new TextStep.Length(least, most));
    }
    if (similarity != null && !"near".equals(dedup)) {
      throw new IllegalArgumentException("--similarity is for --dedup near");
    }
    if (dedup != null) {
      if (!List.of("exact", "near").contains(dedup)) {
        throw new IllegalArgumentException("--dedup is " + dedup + ", expected exact or near");
      }
      steps.add(new TextStep.ExactDuplicates());
      if (dedup.equals("near")) {
        double least = similarity == null ? SIMILARITY : similarity;
        if (!(least > 0 && least <= 1)) {
          throw new IllegalArgumentException(
              "--similarity is " + least + ", expected above 0 up to 1");
        }
        steps.add(new TextStep.NearDuplicates(least, SEED));
      }
    }
    return new TextPreparation(steps);
  }

  private static <E extends Enum<E>> E constant(
      String option, String given, String name, E[] values) {
    for (E value : values) {
      if (value.name().equals(name)) {
        return value;
      }
    }
    boolean lower = !given.equals(name);
    String expected =
        String.join(
            ", ",
            Arrays.stream(values)
                .map(value -> lower ? value.name().toLowerCase(Locale.ROOT) : value.name())
                .toList());
    throw new IllegalArgumentException(option + " is " + given + ", expected one of " + expected);
  }
}
