package jacquard.examples.recipe;

import jacquard.nn.Gpt;
import jacquard.nn.Pass;
import jacquard.nn.hub.Pretrained;
import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import jacquard.nn.text.Tokenizer;
import jacquard.tensor.DType;
import jacquard.tensor.Shape;
import jacquard.tensor.Step;
import jacquard.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A trained transformer that is opened once and asked again and again, on any thread: it writes,
/// or fills gaps, and shows what its heads attend to.
public final class TextModel {
  /// Tokens whose attention is shown; of longer texts the last ones.
  private static final int MOST_SHOWN = 64;

  /// Texts of a model that sees only what comes before are padded to multiples of this, so that
  /// there are few plans.
  private static final int PADDING = 16;

  private final Gpt model;
  private final Tokenizer tokenizer;

  /// Exactly one of the two is there.
  private final @Nullable GptWriter writer;

  private final @Nullable GapFiller filler;

  /// What each position takes up from each.
  ///
  /// @param tokens as texts
  /// @param dropped tokens in front of these that are not shown
  /// @param heads of a layer
  /// @param layers of each `[heads, tokens, tokens]`: rows are positions that look, columns those
  ///   that are looked at
  public record Attention(List<String> tokens, int dropped, int heads, List<float[]> layers) {}

  private TextModel(TrainedGpt trained, Path folder) throws IOException {
    this.model = trained.model();
    this.tokenizer = trained.tokenizer(folder);
    boolean writes = model.config().causal();
    this.writer = writes ? trained.writer(folder) : null;
    this.filler = writes ? null : new GapFiller(model, tokenizer);
  }

  /// Opens a model.
  ///
  /// @param folder of a run, or of a GPT-2 or Llama in Hugging Face's layout
  /// @param checkpoint of a run, such as `best`; null for the weights it saved last
  /// @return the model, with its weights
  /// @throws IOException if it holds no transformer, or can't be read
  /// @throws IllegalArgumentException if there can be no checkpoint of that name
  public static TextModel open(Path folder, @Nullable String checkpoint) throws IOException {
    if (Pretrained.isFolder(folder)) {
      return new TextModel(TrainedGpt.open(folder), folder);
    }
    RunFolder run = checkpoint == null ? RunFolder.open(folder) : RunFolder.openToResume(folder);
    Json config = run.readConfig();
    String recipe = run.configured(config, c -> c.field("recipe").asText());
    if (!recipe.equals(GptRecipe.NAME) && !recipe.equals(MlmRecipe.NAME)) {
      throw new FormatException(
          folder + ": is a run of train " + recipe + ", expected one of train gpt or mlm");
    }
    return new TextModel(
        checkpoint == null ? TrainedGpt.of(run, config) : TrainedGpt.of(run, config, checkpoint),
        folder);
  }

  /// What `jacquard sample` writes with these options, such as `--prompt=One`, as it is written.
  ///
  /// @param options as on the command line
  /// @param out is given each piece of the text
  /// @throws IllegalArgumentException if an option can't be followed
  /// @throws jacquard.nn.text.TokenizerException if a prompt has a character that the model doesn't
  ///   know
  /// @throws java.util.concurrent.CancellationException if the thread is interrupted
  public void write(List<String> options, Consumer<String> out) {
    SampleOptions parsed = SampleOptions.of(options);
    if (writer != null) {
      writer.write(parsed, out);
    } else if (filler != null) {
      out.accept(filler.write(parsed));
    }
  }

  /// What the heads attend to in a text, in which a model that fills gaps finds them.
  ///
  /// @param text what to look at
  /// @return heads of all layers
  /// @throws IllegalArgumentException if the text is empty
  /// @throws jacquard.nn.text.TokenizerException if it has a character that the model doesn't know
  public Attention attention(String text) {
    int[] all = writer != null ? writer.tokens(text) : filler != null ? filler.tokens(text) : null;
    if (all == null || all.length == 0) {
      throw new IllegalArgumentException("the text is empty, expected some");
    }
    int context = model.config().context();
    int count = Math.min(all.length, Math.min(MOST_SHOWN, context));
    int[] tokens = Arrays.copyOfRange(all, all.length - count, all.length);
    int length =
        writer == null ? count : Math.min(context, (count + PADDING - 1) / PADDING * PADDING);
    Tensor index =
        Tensor.stored(
            DType.I32,
            Arrays.copyOf(tokens, length),
            Shape.of(1, length),
            model.tokens().weight().device());
    Pass pass = Pass.watching();
    model.forward(index, pass); // the logits are not computed, as nobody asks for them
    List<Tensor> weights = pass.attention().stream().map(w -> w.cast(DType.F32)).toList();
    Step.realise(weights.toArray(Tensor[]::new));
    int heads = model.config().heads();
    List<float[]> layers = new ArrayList<>();
    for (Tensor layer : weights) {
      layers.add(cut(layer.toFloatArray(), heads, length, count));
    }
    List<String> shown = new ArrayList<>();
    for (int token : tokens) {
      boolean gap = filler != null && token == filler.mask();
      shown.add(gap ? GapFiller.GAP : tokenizer.decode(new int[] {token}));
    }
    return new Attention(List.copyOf(shown), all.length - count, heads, List.copyOf(layers));
  }

  /// The first `count` of `length` positions on both sides.
  private static float[] cut(float[] weights, int heads, int length, int count) {
    float[] kept = new float[heads * count * count];
    for (int row = 0; row < heads * count; row++) {
      int from = (row / count * length + row % count) * length;
      System.arraycopy(weights, from, kept, row * count, count);
    }
    return kept;
  }
}
