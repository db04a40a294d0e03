package jacquard.examples;

import jacquard.examples.data.JdkNames;
import jacquard.nn.FeedForward;
import jacquard.nn.Gpt;
import jacquard.nn.GptDecoder;
import jacquard.nn.Init;
import jacquard.nn.Loss;
import jacquard.nn.Normalisation;
import jacquard.nn.Positions;
import jacquard.nn.Sampler;
import jacquard.nn.data.Batch;
import jacquard.nn.data.BatchSource;
import jacquard.nn.data.SplitMix;
import jacquard.nn.data.TextWindows;
import jacquard.nn.hub.Pretrained;
import jacquard.nn.optim.Adam;
import jacquard.nn.text.CharTokenizer;
import jacquard.nn.train.TrainStep;
import jacquard.tensor.Key;
import java.io.IOException;

/// A small Llama that learns the class names of this JDK and writes new ones: `java ...
/// jacquard.examples.LittleLlama [STEPS [FOLDER]]`. With a folder, it is stored there in Hugging
/// Face's layout.
public final class LittleLlama {
  private static final int CONTEXT = 32;

  private LittleLlama() {}

  public static void main(String[] args) {
    Arguments.run("LittleLlama [STEPS [FOLDER]]", args, LittleLlama::train);
  }

  static void train(Arguments args) throws IOException {
    int steps = args.count(0, 500);
    String names = JdkNames.text(JdkNames.load());
    CharTokenizer letters = CharTokenizer.of(names);
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
    BatchSource batches = new TextWindows(letters.encode(names), CONTEXT).random(16, 1);
    for (int i = 0; i < steps; i++) {
      double loss = step.run(i, batches.batch(i)).loss().item();
      if (i % 100 == 0 || i == steps - 1) {
        System.out.printf("step %d: %.2f nats per letter%n", i, loss);
      }
    }

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
      Pretrained.save(args.path(1), model, Pretrained.Form.standard());
    }
  }
}
