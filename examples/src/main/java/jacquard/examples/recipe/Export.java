package jacquard.examples.recipe;

import jacquard.nn.Gpt;
import jacquard.nn.hub.Pretrained;
import jacquard.nn.io.AtomicFile;
import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import jacquard.nn.io.StoredType;
import jacquard.nn.text.SubwordTokenizer;
import jacquard.nn.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `jacquard export RUN --out DIR`: a transformer for Hugging Face's library.
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Writes the model of a gpt run in Hugging Face's layout: config.json and model.safetensors.",
      "It is stored as a GPT-2 or a Llama, whichever it is; other mixtures have no layout there."
    })
public final class Export implements Callable<Integer> {
  /// Picocli fills in the options.
  public Export() {}

  /// What numbers are stored as.
  enum Type {
    F32,
    F16,
    BF16
  }

  @Parameters(paramLabel = "RUN", description = "The folder of a run of train gpt.")
  private Path folder;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Folder to write, new or empty.")
  private Path out;

  @Option(names = "--merge", description = "Puts what a run with --lora learned into the weights.")
  private boolean merge;

  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      defaultValue = "f32",
      description = "f32, f16 or bf16. Default: ${DEFAULT-VALUE}.")
  private Type type;

  @Option(
      names = "--shard-mb",
      paramLabel = "N",
      defaultValue = "5000",
      description =
          "Most megabytes (10^6 bytes) of a file: a larger model becomes several, listed in"
              + " model.safetensors.index.json. Default: ${DEFAULT-VALUE}.")
  private int shard;

  @Override
  public Integer call() throws IOException {
    Require.atLeast("--shard-mb", shard, 1);
    requireEmpty(out);
    TrainedGpt trained = TrainedGpt.open(folder);
    Gpt model = trained.model();
    boolean adapted = model.linears().stream().anyMatch(linear -> linear.lora() != null);
    if (adapted && !merge) {
      throw new IllegalArgumentException(
          folder + ": was trained with --lora, which the layout has no place for; add --merge");
    }
    StoredType stored =
        switch (type) {
          case F32 -> StoredType.F32;
          case F16 -> StoredType.F16;
          case BF16 -> StoredType.BF16;
        };
    Pretrained.Form form =
        Pretrained.Form.standard()
            .withType(stored)
            .withMostBytes(shard * 1_000_000L)
            .withEnds(trained.ends());
    Pretrained.save(out, model.merged(), form);
    if (trained.tokenizer() != null) {
      write(trained.tokenizer());
    }
    System.out.println(out);
    return 0;
  }

  /// As the library's `tokenizer.json` if it has such tokenizers, else for [TrainedGpt#open].
  private void write(Tokenizer tokenizer) throws FormatException {
    boolean known = tokenizer instanceof SubwordTokenizer;
    Json json =
        tokenizer instanceof SubwordTokenizer subword ? subword.definition() : tokenizer.toJson();
    String name = known ? "tokenizer.json" : TrainedGpt.TOKENIZER;
    AtomicFile.write("export", out.resolve(name), json.pretty() + "\n");
  }

  private static void requireEmpty(Path out) throws FormatException {
    if (Files.exists(out)) {
      try (Stream<Path> entries = Files.list(out)) {
        if (entries.findAny().isPresent()) {
          throw new FormatException("--out: " + out + ": is not empty, expected a new folder");
        }
      } catch (FormatException e) {
        throw e;
      } catch (IOException e) {
        throw FormatException.unreadable("--out", out, e);
      }
    }
  }
}
