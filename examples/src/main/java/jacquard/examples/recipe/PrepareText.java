package jacquard.examples.recipe;

import jacquard.nn.io.AtomicFile;
import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import jacquard.nn.text.TextFiles;
import jacquard.nn.text.TextPreparation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `jacquard prepare text IN --out OUT`: texts through the steps that `train gpt` has too.
@Command(
    name = "text",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Normalises, strips and filters texts, drops duplicates, and writes what is left.",
      "Reads what train gpt --data does."
    })
public final class PrepareText implements Callable<Integer> {
  @Parameters(paramLabel = "IN", description = "A text file, .json, .jsonl, or a folder of such.")
  private Path in;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      required = true,
      description =
          "A new file: .jsonl for a document in each line, .txt for empty lines between them.")
  private Path out;

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "Also write every dropped document and the reason, as JSON.")
  private @Nullable Path report;

  @Mixin private TextOptions texts;

  /// Picocli fills in the options.
  public PrepareText() {}

  @Override
  public Integer call() throws IOException {
    boolean lines = out.toString().endsWith(".jsonl");
    if (!lines && !out.toString().endsWith(".txt")) {
      throw new IllegalArgumentException("--out is " + out + ", expected a .jsonl or .txt file");
    }
    for (Path file : report == null ? new Path[] {out} : new Path[] {out, report}) {
      if (Files.exists(file)) {
        throw new FormatException("prepare: " + file + ": exists already, expected a new file");
      }
    }
    TextPreparation.Result result = texts.read(in);
    AtomicFile.write(
        "--out", out, lines ? jsonLines(result) : TextFiles.joined(result.documents()) + "\n");
    if (report != null) {
      AtomicFile.write("--report", report, result.toJson().pretty() + "\n");
    }
    result.lines().forEach(System.out::println);
    long characters =
        result.documents().stream()
            .mapToLong(each -> each.text().codePointCount(0, each.text().length()))
            .sum();
    System.out.printf(
        "%s: %,d documents, %,d characters%n", out, result.documents().size(), characters);
    return 0;
  }

  private static String jsonLines(TextPreparation.Result result) {
    StringBuilder lines = new StringBuilder();
    for (TextFiles.Document document : result.documents()) {
      lines.append(Json.of(Map.of("text", Json.of(document.text())))).append('\n');
    }
    return lines.toString();
  }
}
