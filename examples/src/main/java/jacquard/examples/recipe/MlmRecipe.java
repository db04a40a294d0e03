package jacquard.examples.recipe;

import jacquard.nn.Gpt;
import jacquard.nn.Init;
import jacquard.nn.Parameter;
import jacquard.nn.Reduction;
import jacquard.nn.Sampler;
import jacquard.nn.data.Batch;
import jacquard.nn.data.BatchSource;
import jacquard.nn.data.Batches;
import jacquard.nn.data.SplitMix;
import jacquard.nn.data.TextWindows;
import jacquard.nn.io.AtomicFile;
import jacquard.nn.io.Json;
import jacquard.nn.train.Inspection;
import jacquard.nn.train.TrainStep;
import jacquard.tensor.CompiledStep.Work;
import jacquard.tensor.State;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// A masked language model: a transformer that sees the whole text and learns to fill gaps in it,
/// without labels.
///
/// @see <a href="https://arxiv.org/abs/1810.04805">Devlin et al.: BERT</a>
@Command(
    name = "mlm",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Trains a transformer that fills gaps in text; 2000 steps unless told otherwise.",
      "Learns the class names of the running JDK, or with --data a text file or a folder of .txt"
          + " files."
    })
public final class MlmRecipe implements Callable<Integer> {
  static final String NAME = "mlm";

  @Mixin private TrainOptions options;

  @Mixin private TextLearning learning;

  @Option(
      names = "--mask",
      paramLabel = "X",
      defaultValue = Gaps.PART,
      description = "Part of the tokens that are to be found. Default: ${DEFAULT-VALUE}.")
  private double part;

  @Option(
      names = "--tokenizer",
      paramLabel = "NAME",
      defaultValue = "char",
      description =
          "What a token is: char, byte, bpe:N, or a tokenizer.json. Default: ${DEFAULT-VALUE}.")
  private String tokenizer;

  @Mixin private GptOptions kind;

  @Mixin private TextOptions texts;

  /// Picocli fills in the options.
  public MlmRecipe() {}

  @Override
  public Integer call() throws IOException {
    kind.require();
    learning.require();
    int context = kind.context();
    long tokens = learning.tokens(context);
    options.device.apply();

    TokenizerChoice choice =
        options.continuation == null
            ? TokenizerChoice.of(tokenizer)
            : TokenizerChoice.again(tokenizer, options.continuation);
    Corpus corpus = Corpus.of(options.data, choice, texts);
    corpus.notes().forEach(System.out::println);
    int mask = corpus.tokenizer().vocabularySize();
    Gaps gaps = new Gaps(part, mask, options.seed);
    TextWindows text = new TextWindows(corpus.text().train(), context);
    TextWindows heldOut = new TextWindows(corpus.text().validation(), context);
    long steps = learning.steps(options, corpus.text().train().length, context);

    Gpt model = Gpt.of(Init.of(options.seed), kind.config(mask + 1).withCausal(false));
    Lesson lesson =
        new Lesson(
            learning.step(
                model.parameters(),
                steps,
                options.seed,
                (batch, pass) ->
                    Gaps.loss(
                        model.forward(batch.tensor("x"), pass), batch.tensor("y"), Reduction.MEAN)),
            gaps.in(text.random(learning.batch(), options.seed)),
            heldOut,
            gaps,
            new GapFiller(model, corpus.tokenizer()));
    if (options.visitor != null) {
      return options.visitor.visit(lesson);
    }
    Map<String, Object> config = learning.config(NAME, options, model, corpus, Set.of(), steps);
    try (Run run = options.open(NAME, config)) {
      List<Parameter> trained = model.parameters();
      int exit = learning.train(NAME, run, lesson, trained, corpus, choice.unit(), "gap", tokens);
      if (exit == 0) {
        System.out.println(
            "more: " + run.folder().sampleCommand() + " --prompt 'a text with g_ps'");
      }
      return exit;
    }
  }

  /// A model in training.
  private record Lesson(
      TrainStep<Batch> trainStep,
      BatchSource batches,
      TextWindows heldOut,
      Gaps gaps,
      GapFiller filler)
      implements Training {
    private static final int WINDOWS = 240;
    private static final int SHOWN = 5;

    @Override
    public Gpt model() {
      return filler.model();
    }

    @Override
    public List<State> states() {
      return Stream.of(model().states(), trainStep.states()).flatMap(List::stream).toList();
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

    /// The gaps are the same every time.
    @Override
    public Map<String, Double> validate(boolean last) {
      return Map.of("val_loss", trainStep.evaluate(gapped(last ? 10 * WINDOWS : WINDOWS)));
    }

    private List<Batch> gapped(int windows) {
      var all = heldOut.spread(windows);
      int rows = Math.min(12, all.size());
      return StreamSupport.stream(
              Batches.of(all, rows, Batches.Tail.DROP).epoch(0).spliterator(), false)
          .map(gaps::in)
          .toList();
    }

    /// Pieces of the held-out text: with gaps, and as the model fills them.
    @Override
    public void sample(RunFolder run, long step) throws IOException {
      StringBuilder shown = new StringBuilder();
      Batch batch = gapped(SHOWN).getFirst();
      int context = model().config().context();
      for (int row = 0; row < Math.min(SHOWN, batch.rows()); row++) {
        int[] text =
            java.util.Arrays.copyOfRange(batch.ints("x"), row * context, (row + 1) * context);
        shown.append(filler.show(text)).append("\n----\n");
        shown.append(filler.fill(text, Sampler.greedy(), new SplitMix(1))).append("\n====\n");
      }
      AtomicFile.write("sample", run.sample(step, "txt"), shown.toString());
    }
  }

  /// Fills the gaps of the prompts.
  ///
  /// @param run folder of the run
  /// @param config its configuration
  /// @param options the prompts, and how to fill them
  /// @throws IOException if the run's files can't be read, or the texts not written
  public static void sample(RunFolder run, Json config, SampleOptions options) throws IOException {
    TrainedGpt trained = TrainedGpt.of(run, config);
    GapFiller filler = new GapFiller(trained.model(), trained.tokenizer(run.path()));
    String all = filler.write(options);
    if (options.out == null) {
      System.out.print(all);
    } else {
      AtomicFile.write("--out", options.out, all);
      System.out.println(options.out);
    }
  }
}
