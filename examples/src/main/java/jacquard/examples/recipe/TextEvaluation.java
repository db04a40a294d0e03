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
import jacquard.nn.metrics.Bleu;
import jacquard.nn.metrics.BleuTokens;
import jacquard.nn.metrics.DistinctN;
import jacquard.nn.metrics.TextLikelihood;
import jacquard.nn.text.Tokenizer;
import jacquard.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Measures runs that have to do with text.
public final class TextEvaluation {
  private static final int ROWS = 12;
  private static final int REFERENCES = 500;

  /// Cuts Chinese into characters, and other languages as the usual 13a does.
  private static final BleuTokens WORDS = BleuTokens.ZH;

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
    GptWriter writer = trained.writer(run.path());
    List<String> lines = lines(writer);
    List<List<String>> words = lines.stream().map(WORDS::of).toList();
    List<Evaluation.Row> rows = new ArrayList<>();
    rows.add(Evaluation.Row.of("loss", likelihood.loss(), "nats a token, lower is better"));
    rows.add(
        Evaluation.Row.of(
            "perplexity", likelihood.perplexity(), "tokens to choose among, as it were"));
    rows.add(Evaluation.Row.of("bits_per_char", likelihood.bitsPerCharacter(), "lower is better"));
    rows.add(Evaluation.Row.of("bits_per_byte", likelihood.bitsPerByte(), "of UTF-8"));
    rows.add(
        Evaluation.Row.of("distinct_1", DistinctN.of(words, 1), "part of its words that differ"));
    rows.add(Evaluation.Row.of("distinct_2", DistinctN.of(words, 2), "part of its pairs of words"));
    if (writer.known() == null && lines.size() > 1) {
      addBleu(rows, lines, text.lines().filter(line -> !line.isBlank()).toList());
    }
    return new Evaluation(
        "gpt %s on %,d tokens, %,d characters"
            .formatted(run.path(), predicted, likelihood.characters()),
        rows,
        Map.of("tokens", predicted, "characters", likelihood.characters()));
  }

  /// BLEU of the lines of the samples: against the text's lines it tells how much they are like it,
  /// against each other how much they are alike.
  ///
  /// @see <a href="https://arxiv.org/abs/1802.01886">Zhu et al.: Texygen</a>
  private static void addBleu(List<Evaluation.Row> rows, List<String> lines, List<String> text) {
    Bleu bleu = Bleu.STANDARD.withTokens(WORDS);
    List<String> references = text.subList(0, Math.min(REFERENCES, text.size()));
    List<List<String>> others = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      List<String> rest = new ArrayList<>(lines);
      rest.remove(i);
      others.add(rest);
    }
    if (!references.isEmpty()) {
      rows.add(
          Evaluation.Row.of(
              "bleu",
              bleu.corpus(lines, Collections.nCopies(lines.size(), references)).score(),
              "its lines against %,d of the text".formatted(references.size())));
    }
    rows.add(
        Evaluation.Row.of(
            "self_bleu", bleu.corpus(lines, others).score(), "its lines against each other"));
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

  /// The lines of a sample that aren't empty.
  private static List<String> lines(GptWriter writer) {
    SampleOptions options = new SampleOptions();
    options.count = writer.known() == null ? 4 : 200;
    return writer.write(options).lines().filter(line -> !line.isBlank()).toList();
  }
}
