package jacquard.examples.recipe;

import jacquard.nn.Gpt;
import jacquard.nn.Init;
import jacquard.nn.Loss;
import jacquard.nn.Parameter;
import jacquard.nn.data.Batch;
import jacquard.nn.data.BatchSource;
import jacquard.nn.data.Batches;
import jacquard.nn.data.Dataset;
import jacquard.nn.data.TextWindows;
import jacquard.nn.io.AtomicFile;
import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import jacquard.nn.text.Tokenizer;
import jacquard.nn.train.Inspection;
import jacquard.nn.train.TrainStep;
import jacquard.tensor.CompiledStep.Work;
import jacquard.tensor.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
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
      "Learns the class names of the running JDK, or with --data a text file, or a .json, .jsonl"
          + " or .txt file or a folder of such files."
    })
public final class GptRecipe implements Callable<Integer> {
  static final String NAME = "gpt";

  @Mixin private TrainOptions options;

  @Mixin private TextLearning learning;

  @Option(
      names = "--tokenizer",
      paramLabel = "NAME",
      description = {
        "What a token is: char, byte, bpe:N (N byte pairs and bytes, learned from the text), or a",
        "tokenizer.json or folder of GPT-2's files. Default: char, or what --from has."
      })
  private @Nullable String tokenizer;

  @Mixin private GptOptions kind;

  @Mixin private TuneOptions tuning;

  @Mixin private TextOptions texts;

  /// Picocli fills in the options.
  public GptRecipe() {}

  @Override
  public Integer call() throws IOException {
    kind.require();
    learning.require();
    tuning.require();
    options.device.apply();

    TrainedGpt old = old();
    int context = old == null ? kind.context() : kind.contextWithin(old.model().config().context());
    long tokens = learning.tokens(context);
    TokenizerChoice choice = choice(old);
    Corpus corpus = Corpus.of(options.data, choice, texts);
    corpus.notes().forEach(System.out::println);
    TextWindows text = new TextWindows(corpus.text().train(), context);
    TextWindows heldOut = new TextWindows(corpus.text().validation(), context);
    long steps = learning.steps(options, corpus.text().train().length, context);

    Gpt model = model(old, corpus.tokenizer());
    Lesson lesson =
        new Lesson(
            model,
            learning.step(
                tuning.trained(model),
                steps,
                options.seed,
                (batch, pass) ->
                    Loss.crossEntropy(model.forward(batch.tensor("x"), pass), batch.tensor("y"))),
            text.random(learning.batch(), options.seed),
            heldOut,
            new GptWriter(model, corpus.tokenizer(), known(corpus), ends(old)));
    if (options.visitor != null) {
      return options.visitor.visit(lesson);
    }
    Map<String, Object> config = learning.config(NAME, options, model, corpus, ends(old), steps);
    try (Run run = options.open(NAME, config)) {
      List<Parameter> trained = lesson.trainStep().parameters();
      String unit = choice.unit();
      int exit = learning.train(NAME, run, lesson, trained, corpus, unit, unit, tokens);
      if (exit == 0) {
        System.out.print("\n" + Files.readString(run.folder().sample(run.end(), "txt")));
        System.out.println("\nmore: " + run.folder().sampleCommand() + " --seed 2");
      }
      return exit;
    }
  }

  /// What `--from` names; null for a new model. The configuration of a run that is resumed
  /// describes it, and the checkpoint holds its weights: where it came from isn't looked at again.
  private @Nullable TrainedGpt old() throws FormatException {
    if (tuning.from == null) {
      return null;
    }
    Continuation begun = options.continuation;
    return begun == null || begun.checkpoint() == null
        ? TrainedGpt.open(tuning.from)
        : begun.folder().configured(begun.config(), TrainedGpt::blank);
  }

  private TokenizerChoice choice(@Nullable TrainedGpt old) throws FormatException {
    Continuation begun = options.continuation;
    if (begun != null && (old != null || tokenizer != null)) {
      return TokenizerChoice.again(tokenizer, begun);
    }
    if (old == null || old.tokenizer() == null) {
      return TokenizerChoice.of(tokenizer == null ? "char" : tokenizer);
    }
    if (tokenizer != null) {
      throw new IllegalArgumentException(
          "--tokenizer is for new models, and --from names one that has its own; leave it out");
    }
    return new TokenizerChoice.Given(old.tokenizer());
  }

  private static Set<Integer> ends(@Nullable TrainedGpt old) {
    return old == null ? Set.of() : old.ends();
  }

  private Gpt model(@Nullable TrainedGpt old, Tokenizer tokens) {
    if (old == null) {
      return Gpt.of(Init.of(options.seed), kind.config(tokens.vocabularySize()));
    }
    if (options.continuation != null && options.continuation.checkpoint() != null) {
      return old.model(); // as it was adapted when the run began
    }
    kind.requireNothingOfAnOldModel();
    int vocabulary = old.model().config().vocabulary();
    if (tokens.vocabularySize() > vocabulary) {
      throw new IllegalArgumentException(
          "--tokenizer has "
              + tokens.vocabularySize()
              + " tokens, expected at most the model's "
              + vocabulary);
    }
    return tuning.adapted(old.model().merged().withDropout(kind.dropout()), options.seed);
  }

  private static Corpus.@Nullable Known known(Corpus corpus) {
    return corpus.names() == null ? null : Corpus.Known.of(corpus.names());
  }

  /// A model in training.
  private record Lesson(
      Gpt model,
      TrainStep<Batch> trainStep,
      BatchSource batches,
      TextWindows heldOut,
      GptWriter writer)
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
    public List<Supplier<Work>> plans(long step) {
      return List.of(() -> trainStep.work(step, batches.batch(step)));
    }

    @Override
    public Inspection inspect(long step) {
      return trainStep.inspect(step, batches.batch(step));
    }

    @Override
    public @Nullable String note() {
      return trainStep.note();
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
  /// @param run folder of the run
  /// @param config its configuration
  /// @param options what to draw, and where to
  /// @throws IOException if its files can't be read, or the samples not written
  public static void sample(RunFolder run, Json config, SampleOptions options) throws IOException {
    sample(TrainedGpt.of(run, config).writer(run.path()), options);
  }

  /// Draws from a model in Hugging Face's layout.
  ///
  /// @param folder of the model
  /// @param options what to draw, and where to
  /// @throws IOException if its files can't be read, or the samples not written
  public static void samplePretrained(Path folder, SampleOptions options) throws IOException {
    sample(TrainedGpt.open(folder).writer(folder), options);
  }

  private static void sample(GptWriter writer, SampleOptions options) throws IOException {
    options.requireNoClass(NAME);
    StringBuilder text = new StringBuilder();
    writer.write(
        options,
        part -> {
          text.append(part);
          if (options.stream) {
            System.out.print(part);
            System.out.flush();
          }
        });
    if (options.out != null) {
      AtomicFile.write("--out", options.out, text.toString());
      System.out.println(options.out);
    } else if (!options.stream) {
      System.out.print(text);
    }
  }
}
