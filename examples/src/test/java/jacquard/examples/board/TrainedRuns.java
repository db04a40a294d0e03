package jacquard.examples.board;

import static org.junit.jupiter.api.Assertions.assertEquals;

import jacquard.examples.Shell;
import jacquard.examples.TinyData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Small runs of those recipes whose models the board asks.
final class TrainedRuns {
  private static final List<String> TINY =
      List.of("--layers", "1", "--heads", "2", "--dim", "16", "--context", "16", "--batch", "4");

  private TrainedRuns() {}

  /// Runs `gpt` of four steps with all checkpoints, `mlm` and `vae` of few.
  static void write(Path folder) throws IOException {
    Path data = Files.createDirectories(folder.resolve("data"));
    Path text = TinyData.text(data.resolve("letters.txt"), 3000);
    train(
        folder,
        "gpt",
        text,
        "4",
        TINY,
        "--tokenizer",
        "byte",
        "--checkpoint-every",
        "2",
        "--keep",
        "9");
    train(folder, "mlm", text, "2", TINY);
    Path digits = TinyData.mnist(data.resolve("idx"), 64, 10);
    train(folder, "vae", digits, "2", List.of("--hidden", "8", "--latent", "3", "--batch", "16"));
  }

  /// A run that has the name of its recipe.
  static void train(
      Path folder, String recipe, Path data, String steps, List<String> sizes, String... more) {
    String[] what =
        Shell.join(
            List.of(
                "train",
                recipe,
                "--data",
                data.toString(),
                "--steps",
                steps,
                "--out",
                folder.resolve(recipe).toString()),
            sizes.toArray(String[]::new));
    Shell.Result result = Shell.jacquard(Shell.join(List.of(what), more));
    assertEquals(0, result.exit(), result::toString);
  }

  /// A transformer's run of so many steps, small ones.
  static void trainText(Path folder, String steps) throws IOException {
    Path text = TinyData.text(folder.resolve("letters.txt"), 3000);
    train(folder, "gpt", text, steps, TINY);
  }
}
