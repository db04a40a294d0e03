package jacquard.examples.recipe;

import jacquard.nn.Gpt;
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
import jacquard.tensor.Step;
import jacquard.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Measures runs that have to do with text.
public final class TextEvaluation {
  private static final int ROWS = 12;
  private static final int REFERENCES = 500;
  private static final long MOST_LOGITS = 1L << 26;

  /// Cuts Chinese into characters, and other languages as the usual 13a does.
  private static final BleuTokens WORDS = BleuTokens.ZH;

  private TextEvaluation() {}

  /// Measures a transformer: perplexity and bits per character of the text held out, or of all of
  /// `--data`, and how varied its samples are.
  ///
  /// Every token is predicted once, from those before it in its window of the model's context; the
  /// windows lie side by side.
  ///
  /// @param run folder of the run
  /// @param config its configuration
  /// @param options what to measure it on
  /// @return the figures
  /// @throws IOException if files can't be read
  public static Evaluation gpt(RunFolder run, Json config, EvalOptions options) throws IOException {
    options.requireOnly(GptRecipe.NAME, "--seed", "--smoothing");
    TrainedGpt trained = TrainedGpt.of(run, config);
    int[] tokens = tokens(run, config, trained.tokenizer(run.path()), options.data);
    return of("gpt", run.path(), trained, tokens, options);
  }

  /// The same for a model in Hugging Face's layout, which has no text of its own.
  ///
  /// @param folder of the model
  /// @param options what to measure it on
  /// @return the figures
  /// @throws IOException if files can't be read, or there is no `--data`
  public static Evaluation pretrained(Path folder, EvalOptions options) throws IOException {
    options.requireOnly(GptRecipe.NAME, "--seed", "--smoothing");
    if (options.data == null) {
      throw new IllegalArgumentException(
          "--data is missing, expected a text: " + folder + " is a model without one");
    }
    TrainedGpt trained = TrainedGpt.open(folder);
    int[] tokens = tokens(options.data, trained.tokenizer(folder));
    return of("model", folder, trained, tokens, options);
  }

  private static Evaluation of(
      String kind, Path path, TrainedGpt trained, int[] tokens, EvalOptions options)
      throws IOException {
    if (tokens.length < 2) {
      throw new FormatException(
          "--data: " + tokens.length + " tokens, expected 2 or more, one to predict another");
    }
    GptWriter writer = trained.writer(path);
    if (writer.known() != null && options.bleu.smoothing != null) {
      throw new IllegalArgumentException(
          "--smoothing is for BLEU of running text, and this run writes names");
    }
    Gpt model = trained.model();
    int context = Math.min(model.config().context(), tokens.length - 1);
    Dataset windows = new TextWindows(tokens, context).all();
    double nats = 0;
    for (Batch batch : batches(windows, model, context)) {
      Tensor logits = model.forward(batch.tensor("x"), Pass.evaluation());
      Tensor missed = Loss.crossEntropy(logits, batch.tensor("y"), Reduction.NONE);
      nats += missed.mul(batch.mask().reshape(-1, 1)).sum().item();
    }
    int predicted = windows.size() * context;
    String text = trained.tokenizer(path).decode(Arrays.copyOfRange(tokens, 1, 1 + predicted));
    TextLikelihood likelihood = TextLikelihood.of(nats / predicted, predicted, text);
    List<String> lines = lines(writer, options.seed());
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
    Map<String, Object> facts = new LinkedHashMap<>();
    if (writer.known() == null && lines.size() > 1) {
      Bleu bleu = options.bleu.bleu(WORDS);
      addBleu(rows, bleu, lines, text.lines().filter(line -> !line.isBlank()).toList());
      facts.putAll(BleuOptions.toConfig(bleu));
    }
    facts.put("tokens", predicted);
    facts.put("characters", likelihood.characters());
    return new Evaluation(
        "%s %s on %,d tokens, %,d characters"
            .formatted(kind, path, predicted, likelihood.characters()),
        rows,
        facts);
  }

  /// Few enough windows at a time that their logits stay within 256 MiB.
  private static Iterable<Batch> batches(Dataset windows, Gpt model, int context) {
    long logits = (long) context * model.config().vocabulary();
    int rows = (int) Math.clamp(MOST_LOGITS / logits, 1, Math.min(ROWS, windows.size()));
    return Batches.of(windows, rows, Batches.Tail.PAD).epoch(0);
  }

  /// Measures a masked model by gaps in the text held out, or in all of `--data`.
  ///
  /// The gaps are made as in training, and each window of the model's context has its own.
  ///
  /// @param run folder of the run
  /// @param config its configuration
  /// @param options what to measure it on
  /// @return the figures
  /// @throws IOException if files can't be read
  public static Evaluation mlm(RunFolder run, Json config, EvalOptions options) throws IOException {
    options.requireOnly(MlmRecipe.NAME);
    TrainedGpt trained = TrainedGpt.of(run, config);
    Tokenizer tokenizer = trained.tokenizer(run.path());
    Gaps gaps = run.configured(config, c -> Gaps.recorded(c, tokenizer.vocabularySize()));
    int[] tokens = tokens(run, config, tokenizer, options.data);
    Gpt model = trained.model();
    int context = Math.min(model.config().context(), tokens.length);
    Dataset windows = new TextWindows(tokens, context).all();
    double nats = 0;
    long right = 0;
    long count = 0;
    for (Batch batch : batches(windows, model, context)) {
      gaps.in(batch);
      int[] wanted = batch.ints("y");
      Arrays.fill(wanted, batch.valid() * context, wanted.length, Gaps.NONE);
      Tensor logits = model.forward(batch.tensor("x"), Pass.evaluation());
      Tensor missed = Gaps.loss(logits, batch.tensor("y"), Reduction.NONE).sum();
      Tensor found = logits.argmax(-1);
      Step.realise(missed, found);
      nats += missed.item();
      int[] likeliest = found.toIntArray();
      for (int i = 0; i < wanted.length; i++) {
        count += wanted[i] == Gaps.NONE ? 0 : 1;
        right += wanted[i] == likeliest[i] ? 1 : 0;
      }
    }
    double loss = nats / count;
    return new Evaluation(
        "mlm %s on %,d gaps among %,d tokens"
            .formatted(run.path(), count, (long) windows.size() * context),
        List.of(
            Evaluation.Row.of("loss", loss, "nats a gap, lower is better"),
            Evaluation.Row.of("perplexity", Math.exp(loss), "tokens to choose among, as it were"),
            Evaluation.Row.of("accuracy", (double) right / count, "part of the gaps filled right")),
        Map.of("gaps", count, "tokens", windows.size() * context));
  }

  /// BLEU of the lines of the samples: against the text's lines it tells how much they are like it,
  /// against each other how much they are alike.
  ///
  /// @see <a href="https://arxiv.org/abs/1802.01886">Zhu et al.: Texygen</a>
  private static void addBleu(
      List<Evaluation.Row> rows, Bleu bleu, List<String> lines, List<String> text) {
    List<String> references = text.subList(0, Math.min(REFERENCES, text.size()));
    List<List<String>> others = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      List<String> rest = new ArrayList<>(lines);
      rest.remove(i);
      others.add(rest);
    }
    if (!references.isEmpty()) {
      rows.addAll(
          BleuScores.of(bleu, lines, Collections.nCopies(lines.size(), references))
              .rows("its lines against %,d of the text".formatted(references.size())));
    }
    rows.add(
        Evaluation.Row.of(
            "self_bleu", bleu.corpus(lines, others).score(), "its lines against each other"));
  }

  private static int[] tokens(RunFolder run, Json config, Tokenizer tokenizer, @Nullable Path data)
      throws IOException {
    if (data == null) {
      TokenizerChoice given = new TokenizerChoice.Given(tokenizer);
      TextOptions prepared = run.configured(config, TextOptions::recorded);
      return Corpus.of(EvalOptions.recorded(run, config), given, prepared).text().validation();
    }
    return tokens(data, tokenizer);
  }

  private static int[] tokens(Path data, Tokenizer tokenizer) throws IOException {
    Corpus.Text text = Corpus.of(data, new TokenizerChoice.Given(tokenizer)).text();
    return IntStream.concat(Arrays.stream(text.train()), Arrays.stream(text.validation()))
        .toArray();
  }

  /// The lines of a sample that aren't empty.
  private static List<String> lines(GptWriter writer, long seed) {
    SampleOptions options = new SampleOptions();
    options.seed = seed;
    options.count = writer.known() == null ? 4 : 200;
    return writer.write(options).lines().filter(line -> !line.isBlank()).toList();
  }
}
