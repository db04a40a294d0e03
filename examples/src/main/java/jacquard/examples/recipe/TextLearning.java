package jacquard.examples.recipe;

import jacquard.examples.view.LossChart;
import jacquard.nn.Gpt;
import jacquard.nn.Parameter;
import jacquard.nn.data.Batch;
import jacquard.nn.optim.Adam;
import jacquard.nn.optim.Group;
import jacquard.nn.optim.Schedule;
import jacquard.nn.train.Objective;
import jacquard.nn.train.TrainStep;
import jacquard.tensor.Key;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// How transformers learn texts, whether they go on with them or fill their gaps: AdamW with
/// nanoGPT's settings for a laptop.
final class TextLearning {
  private static final long VALIDATE_EVERY = 250;
  private static final int WARM_UP = 100;
  private static final double WEIGHT_DECAY = 0.1;
  private static final double CLIP_NORM = 1;
  private static final Adam.Settings ADAM_W = Adam.Settings.ADAM_W.withBetas(0.9, 0.99);

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "12",
      description = "Windows of text in a step. Default: ${DEFAULT-VALUE}.")
  private int batch;

  @Option(
      names = "--lr",
      paramLabel = "X",
      defaultValue = "1e-3",
      description = "Highest learning rate; falls to a tenth. Default: ${DEFAULT-VALUE}.")
  private double learningRate;

  @Mixin private PrecisionOptions precision;

  /// @throws IllegalArgumentException if an option has a value that it can't have
  void require() {
    Require.atLeast("--batch", batch, 1);
    Require.aboveZero("--lr", learningRate);
  }

  int batch() {
    return batch;
  }

  /// Tokens in a step.
  ///
  /// @throws IllegalArgumentException if there are too many
  long tokens(int context) {
    return Require.product("--batch", batch, "tokens of --context", context, Integer.MAX_VALUE);
  }

  /// Steps to make with `tokens` to learn from: 2000 unless told otherwise.
  long steps(TrainOptions options, int tokens, int context) {
    return options.steps(tokens / context / batch, TrainOptions.Length.ofSteps(2000));
  }

  /// Forward, backward, clipping and AdamW. The model enters as what it does to a batch, so this is
  /// all there is to it.
  TrainStep<Batch> step(
      List<Parameter> trained, long steps, long seed, Objective<Batch> objective) {
    Schedule rate =
        Schedule.warmupCosine(
            learningRate, learningRate / 10, Math.min(WARM_UP, steps / 10), steps);
    Adam adam = new Adam(Group.byRank(trained, rate, WEIGHT_DECAY), ADAM_W);
    return precision.apply(TrainStep.of(objective, adam, Key.of(seed)).withClipNorm(CLIP_NORM));
  }

  /// What `config.json` says of a run.
  Map<String, Object> config(
      String name, TrainOptions options, Gpt model, Corpus corpus, Set<Integer> ends, long steps) {
    Fingerprint data = Fingerprint.of(corpus.text().train(), corpus.text().validation());
    Map<String, Object> config =
        options.config(name, corpus.source(), data, steps, batch, learningRate);
    config.putAll(TrainedGpt.describe(model, corpus.tokenizer(), corpus.names() != null, ends));
    return config;
  }

  /// Trains to the end of `run`.
  ///
  /// @param trained the parameters that learn, all of the model's or some
  /// @param unit what a token is, for people
  /// @param target what there is a loss for: `gap`
  /// @return exit code
  int train(
      String name,
      Run run,
      Training lesson,
      List<Parameter> trained,
      Corpus corpus,
      String unit,
      String target,
      long tokensPerStep)
      throws IOException {
    long all = lesson.model().parameterCount();
    long some = trained.stream().mapToLong(parameter -> parameter.shape().size()).sum();
    System.out.printf(
        "%s: %s parameters learn %s (%,d %ss, %d different); run %s%n",
        name,
        some == all ? "%,d".formatted(all) : "%,d of %,d".formatted(some, all),
        corpus.source(),
        corpus.text().train().length,
        unit,
        corpus.tokenizer().vocabularySize(),
        run.path());
    Pace pace = Pace.of(name, run.end(), VALIDATE_EVERY, "tokens", tokensPerStep);
    LossChart chart =
        LossChart.logarithmic(name + ": " + corpus.source(), "nats per " + target)
            .noisy("loss")
            .exact("val_loss");
    return new TrainingLoop(run, pace, chart).run(lesson);
  }
}
