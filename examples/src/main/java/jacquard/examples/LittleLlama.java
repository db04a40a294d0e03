package jacquard.examples;

import jacquard.examples.data.JdkNames;
import jacquard.examples.recipe.TrainedGpt;
import jacquard.nn.FeedForward;
import jacquard.nn.Gpt;
import jacquard.nn.GptDecoder;
import jacquard.nn.Init;
import jacquard.nn.Loss;
import jacquard.nn.Normalisation;
import jacquard.nn.Pass;
import jacquard.nn.Positions;
import jacquard.nn.Reduction;
import jacquard.nn.Sampler;
import jacquard.nn.data.Batch;
import jacquard.nn.data.BatchSource;
import jacquard.nn.data.Batches;
import jacquard.nn.data.Dataset;
import jacquard.nn.data.SplitMix;
import jacquard.nn.data.TextWindows;
import jacquard.nn.hub.Pretrained;
import jacquard.nn.io.AtomicFile;
import jacquard.nn.io.FormatException;
import jacquard.nn.optim.Adam;
import jacquard.nn.text.CharTokenizer;
import jacquard.nn.text.TextFiles;
import jacquard.nn.train.TrainStep;
import jacquard.tensor.Key;
import jacquard.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A small Llama that learns the class names of this JDK, or the lines of a text, and writes new
/// ones: `java ... jacquard.examples.LittleLlama [STEPS [FOLDER [TEXT]]]`. With a folder, it is
/// stored there in Hugging Face's layout, and `jacquard sample FOLDER` writes more.
public final class LittleLlama {
  private static final int CONTEXT = 32;

  /// So many leave more than a context for the last tenth, even of surrogate pairs.
  private static final int LEAST = 1000;

  private LittleLlama() {}

  static void main(String[] args) {
    Arguments.run("LittleLlama [STEPS [FOLDER [TEXT]]]", args, LittleLlama::train);
  }

  static void train(Arguments args) throws IOException {
    int steps = args.count(0, 500);
    String text = args.has(2) ? read(args.path(2)) : names();
    CharTokenizer letters = CharTokenizer.of(text);
    int[] tokens = letters.encode(text);
    int cut = tokens.length / 10 * 9;
    int[] heldOut = Arrays.copyOfRange(tokens, cut, tokens.length);
    Gpt model =
        Gpt.of(
            Init.of(1),
            Gpt.Config.of(letters.vocabularySize(), CONTEXT, 64, 4, 2)
                .withPositions(new Positions.Rotary(10_000))
                .withNorm(Normalisation.rms())
                .withMlp(FeedForward.swiglu(64))
                .withKvHeads(2)
                .withTied(true));

    TrainStep<Batch> step =
        TrainStep.of(
            (batch, pass) ->
                Loss.crossEntropy(model.forward(batch.tensor("x"), pass), batch.tensor("y")),
            Adam.of(model.parameters(), 3e-3),
            Key.of(1));
    BatchSource batches = new TextWindows(Arrays.copyOf(tokens, cut), CONTEXT).random(16, 1);
    for (int i = 0; i < steps; i++) {
      double loss = step.run(i, batches.batch(i)).loss().item();
      if (i % 100 == 0 || i == steps - 1) {
        System.out.printf("step %d: %.2f nats per letter%n", i, loss);
      }
    }

    System.out.printf(
        "held out: perplexity %.2f a letter%n",
        perplexity(model, new TextWindows(heldOut, CONTEXT).all()));

    GptDecoder decoder = new GptDecoder(model, 1);
    Sampler sampler = new Sampler(0.8, 0).withTopP(0.95);
    int end = letters.encode("\n")[0];
    for (int n = 0; n < 5; n++) {
      SplitMix random = SplitMix.of(1, n);
      StringBuilder name = new StringBuilder();
      float[] logits = decoder.prefill(end)[0];
      int token = sampler.choose(logits, random);
      while (token != end && decoder.position() < decoder.capacity()) {
        name.append(letters.decode(new int[] {token}));
        token = sampler.choose(decoder.next(token)[0], random);
      }
      System.out.println(name);
    }
    if (args.has(1)) {
      Path folder = args.path(1);
      Pretrained.save(folder, model, Pretrained.Form.standard());
      AtomicFile.write(
          "save", folder.resolve(TrainedGpt.TOKENIZER), letters.toJson().pretty() + "\n");
    }
  }

  /// Names in no order, so that the last tenth is like the rest.
  private static String names() throws IOException {
    JdkNames.Split split = JdkNames.split(JdkNames.load(), 0.1, 1);
    List<String> all = new ArrayList<>(split.train());
    all.addAll(split.validation());
    return JdkNames.text(all);
  }

  private static String read(Path file) throws FormatException {
    String text = TextFiles.joined(TextFiles.read(file));
    if (text.length() < LEAST) {
      throw new FormatException(
          "text: %s: %d characters, expected at least %d".formatted(file, text.length(), LEAST));
    }
    return "\n" + text;
  }

  /// Letters to choose among, as it were, in windows side by side.
  private static double perplexity(Gpt model, Dataset windows) {
    double nats = 0;
    for (Batch batch : Batches.of(windows, 16, Batches.Tail.PAD).epoch(0)) {
      Tensor logits = model.forward(batch.tensor("x"), Pass.evaluation());
      Tensor missed = Loss.crossEntropy(logits, batch.tensor("y"), Reduction.NONE);
      nats += missed.mul(batch.mask().reshape(-1, 1)).sum().item();
    }
    return Math.exp(nats / ((double) windows.size() * CONTEXT));
  }
}
