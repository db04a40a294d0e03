package jacquard.examples.board;

import jacquard.examples.Shell;
import jacquard.examples.TinyData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Small runs of those recipes whose models the board asks.
final class TrainedRuns {
  private static final String TINY = " --layers 1 --heads 2 --dim 16 --context 16 --batch 4";

  private TrainedRuns() {}

  /// Runs `gpt` of four steps with all checkpoints, `mlm` and `vae` of few.
  static void write(Path folder) throws IOException {
    Path data = Files.createDirectories(folder.resolve("data"));
    Path text = TinyData.text(data.resolve("letters.txt"), 3000);
    String gpt = "gpt --steps 4 --tokenizer byte --checkpoint-every 2 --keep 9";
    Shell.train(gpt + TINY, text, folder.resolve("gpt"));
    Shell.train("mlm --steps 2" + TINY, text, folder.resolve("mlm"));
    Path digits = TinyData.mnist(data.resolve("idx"), 64, 10);
    String vae = "vae --steps 2 --hidden 8 --latent 3 --batch 16";
    Shell.train(vae, digits, folder.resolve("vae"));
  }

  /// A transformer's run of so many steps, small ones.
  static void trainText(Path folder, String steps) throws IOException {
    Path text = TinyData.text(folder.resolve("letters.txt"), 3000);
    Shell.train("gpt --steps " + steps + TINY, text, folder.resolve("gpt"));
  }
}
