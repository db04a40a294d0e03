package jacquard.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.nn.optim.Adam;
import jacquard.nn.train.TrainStep;
import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Key;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class LoraTest {
  private static Gpt base() {
    return Schemes.model(Init.of(1).withDevice(Device.CPU), Schemes.all().get("llama"));
  }

  private static Gpt adapted(Gpt base) {
    return base.withLora(Init.of(1), n -> true, new Lora.Config(3, 6));
  }

  private static Tensor tokens() {
    int[] tokens = new int[12];
    Arrays.setAll(tokens, i -> i * i % Schemes.VOCABULARY);
    return Tensor.stored(DType.I32, tokens, Shape.of(2, 6), Device.CPU);
  }

  private static float[] logits(Gpt model) {
    return model.forward(tokens(), Pass.evaluation()).toFloatArray();
  }

  private static double train(Gpt model, int steps) {
    List<Parameter> trained = model.parameters(name -> name.contains(".lora."));
    TrainStep<Tensor> step =
        TrainStep.of(
            (x, pass) -> Loss.crossEntropy(model.forward(x, pass), tokens()),
            Adam.of(trained, 0.02),
            Key.of(1, Device.CPU));
    double loss = 0;
    for (int i = 0; i < steps; i++) {
      loss = step.run(i, tokens()).loss().item();
    }
    return loss;
  }

  @Test
  void beginsAsItsBase() {
    Gpt base = base();
    assertArrayEquals(logits(base), logits(adapted(base)));
  }

  /// `x W^T + b + alpha / rank * x A^T B^T`, with rank 2 and alpha 5.
  @Test
  void theAdditionIsTheProductOfItsFactorsTimesAlphaByRank() {
    Init init = Reference.init(3);
    Linear linear = Linear.of(init.at("fc"), 3, 4);
    Linear adapted = linear.withLora(Lora.of(init, linear.weight(), new Lora.Config(2, 5)));
    Lora lora = adapted.lora();
    lora.b().load(Reference.random(4, 4, 2).toDoubleArray());
    double[] a = Reference.values(lora.a());
    double[] b = Reference.values(lora.b());
    Tensor x = Reference.random(5, 1, 3);
    double[] in = x.toDoubleArray();
    double[] expected = linear.forward(x, Pass.evaluation()).toDoubleArray();
    for (int out = 0; out < 4; out++) {
      for (int rank = 0; rank < 2; rank++) {
        for (int i = 0; i < 3; i++) {
          expected[out] += 5.0 / 2 * b[out * 2 + rank] * a[rank * 3 + i] * in[i];
        }
      }
    }
    assertArrayEquals(
        expected, adapted.forward(x, Pass.evaluation()).toDoubleArray(), 1e-12, "beside");
    assertArrayEquals(
        expected, adapted.merged().forward(x, Pass.evaluation()).toDoubleArray(), 1e-12, "merged");
  }

  @Test
  void onlyTheAdditionIsTrainedAndLearns() {
    Gpt base = base();
    List<float[]> before = new ArrayList<>();
    base.parameters().forEach(p -> before.add(p.value().toFloatArray()));
    Gpt adapted = adapted(base);
    double first = train(adapted, 1);
    double last = train(adapted, 30);
    assertTrue(last < first - 0.5, first + " to " + last);
    for (int i = 0; i < before.size(); i++) {
      assertArrayEquals(before.get(i), base.parameters().get(i).value().toFloatArray());
    }
    assertEquals(
        2 * adapted.linears().size(), adapted.parameters().size() - base.parameters().size());
  }

  @Test
  void mergedEqualsUnmerged() {
    Gpt adapted = adapted(base());
    float[] untrained = logits(adapted);
    train(adapted, 20);
    float[] unmerged = logits(adapted);
    assertFalse(Arrays.equals(untrained, unmerged));
    Gpt merged = adapted.merged();
    assertTrue(merged.linears().stream().allMatch(linear -> linear.lora() == null));
    float[] result = logits(merged);
    for (int i = 0; i < result.length; i++) {
      assertEquals(unmerged[i], result[i], 1e-5 * Math.max(1, Math.abs(unmerged[i])));
    }
  }

  @Test
  void theDecoderUsesIt() {
    Gpt adapted = adapted(base());
    train(adapted, 5);
    float[] full = logits(adapted);
    float[] decoded = new GptDecoder(adapted, 1).prefill(0, 1, 4, 9, 5, 3)[0];
    int v = Schemes.VOCABULARY;
    assertArrayEquals(Arrays.copyOfRange(full, 5 * v, 6 * v), decoded, 1e-4f);
  }

  @Test
  void namesChooseWeights() {
    Gpt base = base();
    Gpt some = base.withLora(Init.of(1), n -> n.contains("qkv"), new Lora.Config(1, 1));
    assertEquals(
        List.of(
            "blocks.0.attention.qkv.weight.lora.a [1, 16]",
            "blocks.0.attention.qkv.weight.lora.b [32, 1]",
            "blocks.1.attention.qkv.weight.lora.a [1, 16]",
            "blocks.1.attention.qkv.weight.lora.b [32, 1]"),
        some.parameters(n -> n.contains("lora")).stream()
            .map(p -> p.name() + " " + p.shape())
            .toList());
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> base.withLora(Init.of(1), n -> false, new Lora.Config(1, 1)))
            .getMessage();
    assertTrue(
        message.startsWith("lora: no weight is chosen, expected some of blocks.0.attention"));
    assertThrows(IllegalArgumentException.class, () -> new Lora.Config(0, 1));
  }
}
