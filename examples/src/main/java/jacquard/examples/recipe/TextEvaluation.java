package jacquard.examples.recipe;

import jacquard.nn.Loss;
import jacquard.nn.Pass;
import jacquard.nn.Reduction;
import jacquard.nn.data.Batch;
import jacquard.nn.data.Batches;
import jacquard.nn.data.Dataset;
import jacquard.nn.data.TextWindows;
import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import jacquard.nn.metrics.DistinctN;
import jacquard.nn.metrics.TextLikelihood;
import jacquard.nn.text.Tokenizer;
import jacquard.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Measures runs that have to do with text.
public final class TextEvaluation {
  private static final int ROWS = 12;

  private TextEvaluation() {}

  /// Measures a transformer: perplexity and bits per character of the text held out, or of all of
  /// `--data`, and how varied its samples are.
  ///
  /// Every token is predicted once, from those before it in its window of the model's context; the
  /// windows lie side by side.
  ///
  /// @throws IOException if files can't be read
  public static Evaluation gpt(RunFolder run, Json config, EvalOptions options) throws IOException {
    TrainedGpt trained = TrainedGpt.of(run, config);
    Tokenizer tokenizer = trained.tokenizer();
    if (tokenizer == null) {
      throw new FormatException(run.config() + ": has no tokenizer");
    }
    int[] tokens = tokens(run, config, tokenizer, options.data);
    int context = trained.model().config().context();
    Dataset windows = new TextWindows(tokens, context).all();
    double nats = 0;
    for (Batch batch :
        Batches.of(windows, Math.min(ROWS, windows.size()), Batches.Tail.PAD).epoch(0)) {
      Tensor logits = trained.model().forward(batch.tensor("x"), Pass.evaluation());
      Tensor missed = Loss.crossEntropy(logits, batch.tensor("y"), Reduction.NONE);
      nats += missed.mul(batch.mask().reshape(-1, 1)).sum().item();
    }
    int predicted = windows.size() * context;
    String text = tokenizer.decode(Arrays.copyOfRange(tokens, 1, 1 + predicted));
    TextLikelihood likelihood = TextLikelihood.of(nats / predicted, predicted, text);
    List<List<String>> words = words(trained.writer(run.path()));
    return new Evaluation(
        "gpt %s on %,d tokens, %,d characters"
            .formatted(run.path(), likelihood.tokens(), likelihood.characters()),
        List.of(
            Evaluation.Row.of("loss", likelihood.loss(), "nats a token, lower is better"),
            Evaluation.Row.of(
                "perplexity", likelihood.perplexity(), "tokens to choose among, as it were"),
            Evaluation.Row.of("bits_per_char", likelihood.bitsPerCharacter(), "lower is better"),
            Evaluation.Row.of("bits_per_byte", likelihood.bitsPerByte(), "of UTF-8"),
            Evaluation.Row.of(
                "distinct_1", DistinctN.of(words, 1), "part of its words that differ"),
            Evaluation.Row.of("distinct_2", DistinctN.of(words, 2), "part of its pairs of words")),
        Map.of("tokens", likelihood.tokens(), "characters", likelihood.characters()));
  }

  private static int[] tokens(RunFolder run, Json config, Tokenizer tokenizer, @Nullable Path data)
      throws IOException {
    TokenizerChoice given = new TokenizerChoice.Given(tokenizer);
    if (data == null) {
      TextOptions prepared = run.configured(config, TextOptions::recorded);
      return Corpus.of(EvalOptions.recorded(run, config), given, prepared).text().validation();
    }
    Corpus.Text text = Corpus.of(data, given).text();
    return IntStream.concat(Arrays.stream(text.train()), Arrays.stream(text.validation()))
        .toArray();
  }

  /// Of a sample, line by line.
  private static List<List<String>> words(GptWriter writer) {
    SampleOptions options = new SampleOptions();
    options.count = writer.known() == null ? 4 : 200;
    return writer
        .write(options)
        .lines()
        .map(line -> Arrays.asList(line.strip().split("\\s+")))
        .filter(line -> !line.getFirst().isEmpty())
        .toList();
  }
}
