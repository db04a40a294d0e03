package jacquard.examples.recipe;

import jacquard.examples.view.LossChart;
import jacquard.nn.Gpt;
import jacquard.nn.Init;
import jacquard.nn.Loss;
import jacquard.nn.Sampler;
import jacquard.nn.data.Batch;
import jacquard.nn.data.BatchSource;
import jacquard.nn.data.Batches;
import jacquard.nn.data.Dataset;
import jacquard.nn.data.SplitMix;
import jacquard.nn.data.TextWindows;
import jacquard.nn.io.AtomicFile;
import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import jacquard.nn.optim.Adam;
import jacquard.nn.optim.Group;
import jacquard.nn.optim.Schedule;
import jacquard.nn.text.CharTokenizer;
import jacquard.nn.text.Tokenizer;
import jacquard.nn.train.TrainStep;
import jacquard.tensor.Key;
import jacquard.tensor.State;
import java.io.IOException;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// A transformer that learns to write text token by token: nanoGPT's model and its settings for a
/// laptop.
///
/// @see <a href="https://github.com/karpathy/nanoGPT">nanoGPT</a>
@Command(
    name = "gpt",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Trains a transformer that writes text token by token; 2000 steps unless told otherwise.",
      "Learns the class names of the running JDK, or with --data a text file or a folder of .txt"
          + " files."
    })
public final class GptRecipe implements Callable<Integer> {
  static final String NAME = "gpt";

  private static final double WEIGHT_DECAY = 0.1;
  private static final double CLIP_NORM = 1.0;
  private static final int WARM_UP = 100;
  private static final Adam.Settings ADAM_W = Adam.Settings.ADAM_W.withBetas(0.9, 0.99);

  @Mixin private TrainOptions options;

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

  @Option(
      names = "--layers",
      paramLabel = "N",
      defaultValue = "4",
      description = "Blocks. Default: ${DEFAULT-VALUE}.")
  private int layers;

  @Option(
      names = "--heads",
      paramLabel = "N",
      defaultValue = "4",
      description = "Attention heads; divide --dim. Default: ${DEFAULT-VALUE}.")
  private int heads;

  @Option(
      names = "--dim",
      paramLabel = "N",
      defaultValue = "128",
      description = "Width. Default: ${DEFAULT-VALUE}.")
  private int dim;

  @Option(
      names = "--context",
      paramLabel = "N",
      defaultValue = "64",
      description = "Tokens seen at once. Default: ${DEFAULT-VALUE}.")
  private int context;

  @Option(
      names = "--tokenizer",
      paramLabel = "NAME",
      defaultValue = "char",
      description = "What a token is: char or byte. Default: ${DEFAULT-VALUE}.")
  private String tokenizer;

  @Override
  public Integer call() throws IOException {
    requireSizes();
    options.device.apply();

    Corpus corpus = Corpus.of(options.data, TokenizerChoice.of(tokenizer));
    TextWindows text = new TextWindows(corpus.text().train(), context);
    TextWindows heldOut = new TextWindows(corpus.text().validation(), context);
    long windowsPerEpoch = corpus.text().train().length / context;
    long steps = options.steps(windowsPerEpoch / batch, TrainOptions.Length.ofSteps(2000));

    Gpt model =
        Gpt.of(
            Init.of(options.seed),
            Gpt.Config.of(corpus.tokenizer().vocabularySize(), context, dim, heads, layers));
    Lesson lesson =
        new Lesson(
            model,
            trainStep(model, steps),
            text.random(batch, options.seed),
            heldOut,
            new Writer(model, corpus.tokenizer(), known(corpus)));

    try (Run run = options.open(NAME, config(corpus, steps))) {
      return train(run, lesson, corpus);
    }
  }

  private int train(Run run, Lesson lesson, Corpus corpus) throws IOException {
    System.out.printf(
        "gpt: %,d parameters learn %s (%,d %ss, %d different); run %s%n",
        lesson.model().parameterCount(),
        corpus.source(),
        corpus.text().train().length,
        TokenizerChoice.of(tokenizer).unit(),
        corpus.tokenizer().vocabularySize(),
        run.path());
    Pace pace = Pace.of(NAME, run.end(), 250, "tokens", (long) batch * context);
    LossChart chart =
        LossChart.logarithmic(
                "gpt: " + corpus.source(), "nats per " + TokenizerChoice.of(tokenizer).unit())
            .noisy("loss")
            .exact("val_loss");
    int exit = new TrainingLoop(run, pace, chart).run(lesson);
    if (exit == 0) {
      System.out.print("\n" + Files.readString(run.folder().sample(run.end(), "txt")));
      System.out.println("\nmore: " + run.folder().sampleCommand() + " --seed 2");
    }
    return exit;
  }

  private void requireSizes() {
    Require.atLeast("--batch", batch, 1);
    Require.aboveZero("--lr", learningRate);
    Require.atLeast("--layers", layers, 1);
    Require.atLeast("--heads", heads, 1);
    Require.atLeast("--dim", dim, 1);
    Require.atLeast("--context", context, 1);
    Require.product("--batch", batch, "letters of --context", context, Integer.MAX_VALUE);
    if (dim % heads != 0) {
      throw new IllegalArgumentException(
          "--dim is " + dim + " and --heads is " + heads + ", expected heads that divide it");
    }
  }

  /// Forward, backward, clipping and AdamW. The model enters as what it does to a batch, so this is
  /// all there is to it.
  private TrainStep<Batch> trainStep(Gpt model, long steps) {
    Schedule rate =
        Schedule.warmupCosine(
            learningRate, learningRate / 10, Math.min(WARM_UP, steps / 10), steps);
    Adam adam = new Adam(Group.byRank(model.parameters(), rate, WEIGHT_DECAY), ADAM_W);
    return TrainStep.<Batch>of(
            (tokens, pass) ->
                Loss.crossEntropy(model.forward(tokens.tensor("x"), pass), tokens.tensor("y")),
            adam,
            Key.of(options.seed))
        .withClipNorm(CLIP_NORM);
  }

  private static Corpus.@Nullable Known known(Corpus corpus) {
    return corpus.names() == null ? null : Corpus.Known.of(corpus.names());
  }

  private Map<String, Object> config(Corpus corpus, long steps) {
    Fingerprint data = Fingerprint.of(corpus.text().train(), corpus.text().validation());
    Map<String, Object> config =
        options.config(NAME, corpus.source(), data, steps, batch, learningRate);
    Map<String, Object> model = new LinkedHashMap<>();
    model.put("layers", layers);
    model.put("heads", heads);
    model.put("dim", dim);
    model.put("context", context);
    config.put("model", model);
    config.put("names", corpus.names() != null);
    config.put("tokenizer", corpus.tokenizer().toJson());
    return config;
  }

  /// A model in training.
  private record Lesson(
      Gpt model,
      TrainStep<Batch> trainStep,
      BatchSource batches,
      TextWindows heldOut,
      Writer writer)
      implements Training {
    private static final int WINDOWS = 240;
    private static final int WINDOWS_AT_LAST = 2400;

    @Override
    public List<State> states() {
      return Stream.of(model.states(), trainStep.states()).flatMap(List::stream).toList();
    }

    @Override
    public Map<String, Double> step(long step) {
      return Map.of("loss", trainStep.run(step, batches.batch(step)).loss().item());
    }

    @Override
    public Map<String, Double> validate(boolean last) {
      Dataset windows = heldOut.spread(last ? WINDOWS_AT_LAST : WINDOWS);
      int rows = Math.min(12, windows.size());
      Batches all = Batches.of(windows, rows, Batches.Tail.DROP);
      return Map.of("val_loss", trainStep.evaluate(all.epoch(0)));
    }

    @Override
    public void sample(RunFolder run, long step) throws IOException {
      AtomicFile.write("sample", run.sample(step, "txt"), writer.write(new SampleOptions()));
    }
  }

  /// Draws from the model of an earlier run.
  ///
  /// @throws IOException if its files can't be read, or the samples not written
  public static void sample(RunFolder run, Json config, SampleOptions options) throws IOException {
    Restored restored = run.configured(config, Restored::of);
    restored.model.load(run.model());
    Corpus.Known known = restored.names ? Corpus.Known.of(Corpus.split()) : null;
    String text = new Writer(restored.model, restored.tokenizer, known).write(options);
    if (options.out == null) {
      System.out.print(text);
    } else {
      AtomicFile.write("--out", options.out, text);
      System.out.println(options.out);
    }
  }

  /// What a configuration describes; the model's weights are the initial ones.
  private record Restored(Gpt model, Tokenizer tokenizer, boolean names) {
    static Restored of(Json config) throws FormatException {
      Json sizes = config.field("model");
      Tokenizer tokenizer = Tokenizer.fromJson(config.field("tokenizer"));
      Gpt model =
          Gpt.of(
              Init.of(0),
              Gpt.Config.of(
                  tokenizer.vocabularySize(),
                  sizes.field("context").asInt(),
                  sizes.field("dim").asInt(),
                  sizes.field("heads").asInt(),
                  sizes.field("layers").asInt()));
      return new Restored(model, tokenizer, config.field("names").asBoolean());
    }
  }

  /// Writes texts, or a list of names.
  ///
  /// @param known what tells new names from those that were learned; null for running text
  private record Writer(Gpt model, Tokenizer tokenizer, Corpus.@Nullable Known known) {

    String write(SampleOptions options) {
      TextSampler text = new TextSampler(model, tokenizer);
      return known == null ? texts(text, options) : names(text, known, options);
    }

    private static String names(TextSampler text, Corpus.Known known, SampleOptions options) {
      Sampler sampler = options.sampler();
      String begin = options.prompt == null ? "" : options.prompt;
      int stop = text.token("\n");
      StringBuilder list = new StringBuilder();
      for (int i = 0; i < options.count(20); i++) {
        SplitMix random = SplitMix.of(options.seed, i);
        String name = begin + text.write("\n" + begin, options.length(60), stop, sampler, random);
        list.append(known.mark(name)).append(' ').append(name).append('\n');
      }
      return list.append(
              "(* is new, not among the %,d names it learned from; + too, but this JDK has it)%n"
                  .formatted(known.learnt().size()))
          .toString();
    }

    private static String beginning(Tokenizer tokenizer) {
      boolean lines =
          !(tokenizer instanceof CharTokenizer chars) || chars.characters().contains("\n");
      return lines ? "\n" : tokenizer.decode(new int[] {0});
    }

    private String texts(TextSampler text, SampleOptions options) {
      Sampler sampler = options.sampler();
      String prompt = options.prompt == null ? "" : options.prompt;
      // A model needs something to go on from: the beginning of a line, where there are lines.
      String before = prompt.isEmpty() ? beginning(tokenizer) : "";
      StringBuilder all = new StringBuilder();
      for (int i = 0; i < options.count(1); i++) {
        SplitMix random = SplitMix.of(options.seed, i);
        all.append(i == 0 ? "" : "----\n").append(prompt);
        all.append(
            text.write(before + prompt, options.length(500), TextSampler.NEVER, sampler, random));
        all.append('\n');
      }
      return all.toString();
    }
  }
}
