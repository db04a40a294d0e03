package jacquard.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.kernels.PlannedBackend;
import jacquard.nn.data.SplitMix;
import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Shape;
import jacquard.tensor.ShapeException;
import jacquard.tensor.State;
import jacquard.tensor.Tensor;
import jacquard.tensor.TensorException;
import jacquard.tensor.spi.Backend;
import jacquard.tensor.spi.Backends;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class GptTest {
  private static final Gpt.Config CONFIG =
      Gpt.Config.of(11, 8, 12, 3, 2).withBias(true).withDropout(0.2);

  private static Gpt model(long seed) {
    return model(Reference.init(seed), seed);
  }

  private static Gpt model(Init init, long seed) {
    Gpt model = Gpt.of(init, CONFIG);
    // initial weights are so small that every token looks alike
    for (Parameter p : model.parameters()) {
      SplitMix random = SplitMix.of(seed, p.name().length());
      switch (p.value().toArray()) {
        case double[] values -> {
          Arrays.setAll(values, i -> values[i] + 0.6 * random.nextDouble() - 0.3);
          p.load(values);
        }
        case float[] values -> {
          for (int i = 0; i < values.length; i++) {
            values[i] += 0.6f * random.nextFloat() - 0.3f;
          }
          p.load(values);
        }
        case Object other -> throw new AssertionError(other);
      }
    }
    return model;
  }

  private static double[] logits(Gpt model, int... tokens) {
    State weight = model.head().weight();
    Tensor index = Tensor.stored(DType.I32, tokens, Shape.of(1, tokens.length), weight.device());
    return model.forward(index, Pass.evaluation()).cast(DType.F64).toDoubleArray();
  }

  @Test
  void parametersAreListedInTheOrderOfTheWorkloads() {
    Gpt small = Gpt.of(Reference.init(1), Gpt.Config.of(65, 64, 128, 4, 1));
    assertEquals(
        List.of(
            "tokens.weight [65, 128]",
            "positions.weight [64, 128]",
            "blocks.0.norm1.weight [128]",
            "blocks.0.attention.qkv.weight [384, 128]",
            "blocks.0.attention.projection.weight [128, 128]",
            "blocks.0.norm2.weight [128]",
            "blocks.0.mlp.fc.weight [512, 128]",
            "blocks.0.mlp.projection.weight [128, 512]",
            "norm.weight [128]",
            "head.weight [65, 128]"),
        small.parameters().stream().map(p -> p.name() + " " + p.shape()).toList());
  }

  @Test
  void initialValuesAreNanoGpts() {
    Gpt gpt = Gpt.of(Reference.init(1), Gpt.Config.of(65, 64, 64, 4, 8).withBias(true));
    Block block = gpt.blocks().get(7);
    assertEquals(0.02, deviation(block.attention().qkv().weight()), 0.001);
    assertEquals(0.02 / 4, deviation(block.attention().projection().weight()), 0.0003);
    assertEquals(0.02 / 4, deviation(block.mlp().projection().weight()), 0.0003);
    assertEquals(0, deviation(block.mlp().fc().bias()));
  }

  private static double deviation(State state) {
    return Math.sqrt(
        Arrays.stream(Reference.values(state)).map(v -> v * v).average().orElseThrow());
  }

  @Test
  void logitsOfAPositionDependOnItAndThePastOnly() {
    Gpt model = model(1);
    double[] a = logits(model, 1, 2, 3, 4, 5);
    double[] b = logits(model, 1, 2, 3, 9, 5);
    assertEquals(5 * 11, a.length);
    assertArrayEquals(Arrays.copyOf(a, 33), Arrays.copyOf(b, 33));
    for (int row = 3; row < 5; row++) {
      assertFalse(
          Arrays.equals(
              Arrays.copyOfRange(a, row * 11, row * 11 + 11),
              Arrays.copyOfRange(b, row * 11, row * 11 + 11)));
    }
    double[] c = logits(model, 2, 1, 3);
    assertFalse(
        Arrays.equals(Arrays.copyOfRange(a, 22, 33), Arrays.copyOfRange(c, 22, 33)),
        "order of the past matters");
  }

  @Test
  void withoutCausalityEveryLogitDependsOnEveryToken() {
    Gpt model = Gpt.of(Reference.init(4), CONFIG.withCausal(false));
    double[] a = logits(model, 1, 2, 3, 4, 5);
    double[] b = logits(model, 1, 2, 3, 4, 6);
    for (int i = 0; i < a.length; i++) {
      assertFalse(a[i] == b[i], "logit " + i);
    }
    assertThrows(IllegalArgumentException.class, () -> new GptDecoder(model, 1));
  }

  @Test
  void rowsOfABatchAreIndependent() {
    Gpt model = model(1);
    double[] both =
        model
            .forward(Reference.i32(new int[] {1, 2, 3, 4, 5, 6}, 2, 3), Pass.evaluation())
            .toDoubleArray();
    assertArrayEquals(logits(model, 1, 2, 3), Arrays.copyOf(both, 33), 1e-14);
    assertArrayEquals(logits(model, 4, 5, 6), Arrays.copyOfRange(both, 33, 66), 1e-14);
  }

  /// Attention by its definition, with loops.
  @Test
  void attentionEqualsItsDefinition() {
    int time = 4;
    int dim = 6;
    int size = 3;
    SelfAttention attention = SelfAttention.of(Reference.init(3), dim, 2, Initialiser.normal(0.5));
    Tensor x = Reference.random(5, 1, time, dim);
    double[] in = x.toDoubleArray();
    double[] w = Reference.values(attention.qkv().weight());
    double[] p = Reference.values(attention.projection().weight());
    double[][] qkv = new double[time][3 * dim];
    for (int t = 0; t < time; t++) {
      for (int o = 0; o < 3 * dim; o++) {
        for (int i = 0; i < dim; i++) {
          qkv[t][o] += in[t * dim + i] * w[o * dim + i];
        }
      }
    }
    double[] expected = new double[time * dim];
    for (int t = 0; t < time; t++) {
      double[] mixed = new double[dim];
      for (int h = 0; h < 2; h++) {
        double[] weight = new double[t + 1];
        double total = 0;
        for (int s = 0; s <= t; s++) {
          double dot = 0;
          for (int e = 0; e < size; e++) {
            dot += qkv[t][h * size + e] * qkv[s][dim + h * size + e];
          }
          weight[s] = Math.exp(dot / Math.sqrt(size));
          total += weight[s];
        }
        for (int s = 0; s <= t; s++) {
          for (int e = 0; e < size; e++) {
            mixed[h * size + e] += weight[s] / total * qkv[s][2 * dim + h * size + e];
          }
        }
      }
      for (int o = 0; o < dim; o++) {
        for (int i = 0; i < dim; i++) {
          expected[t * dim + o] += mixed[i] * p[o * dim + i];
        }
      }
    }
    assertArrayEquals(expected, attention.forward(x, Pass.evaluation()).toDoubleArray(), 1e-12);
  }

  @Test
  void decodingTokenByTokenEqualsFullRecomputation() {
    for (long seed = 1; seed <= 3; seed++) {
      decode(model(seed), seed, 1e-6f);
    }
  }

  @Test
  void decodingOnTheProcessorEqualsFullRecomputation() {
    decode(model(Init.of(1).withDevice(Device.CPU), 1), 1, 1e-4f);
  }

  /// Fills the context with sampled tokens, and compares logits and choices at every position.
  private static void decode(Gpt model, long seed, float tolerance) {
    Sampler sampler = new Sampler(1, 0);
    GptDecoder decoder = new GptDecoder(model, 1);
    int[] prompt = {3, 7, 1};
    float[] cached = decoder.prefill(prompt)[0];
    List<Integer> tokens = new ArrayList<>(List.of(3, 7, 1));
    while (true) {
      int[] all = tokens.stream().mapToInt(i -> i).toArray();
      double[] full = logits(model, all);
      float[] last = new float[11];
      for (int i = 0; i < 11; i++) {
        last[i] = (float) full[(all.length - 1) * 11 + i];
      }
      assertArrayEquals(last, cached, tolerance, "seed " + seed + " after " + tokens);
      int token = sampler.choose(last, SplitMix.of(seed, all.length));
      assertEquals(token, sampler.choose(cached, SplitMix.of(seed, all.length)));
      if (tokens.size() == model.config().context()) {
        break;
      }
      tokens.add(token);
      cached = decoder.next(token)[0];
    }
    assertEquals(8, decoder.position());
    assertThrows(TensorException.class, () -> decoder.next(0));
  }

  /// The decoder looks at 32, 64 and then all 70 slots of its cache.
  @Test
  void longDecodingEqualsFullRecomputation() {
    Init init = Init.of(5).withDevice(Device.CPU);
    Gpt model = Gpt.of(init, Gpt.Config.of(11, 70, 16, 2, 1));
    GptDecoder decoder = new GptDecoder(model, 1);
    int[] tokens = new int[70];
    Arrays.setAll(tokens, i -> i * i % 11);
    for (int t = 0; t < 70; t++) {
      float[] cached = t == 0 ? decoder.prefill(tokens[0])[0] : decoder.next(tokens[t])[0];
      if (t % 16 >= 14 || t == 69) {
        double[] full = logits(model, Arrays.copyOf(tokens, t + 1));
        for (int i = 0; i < 11; i++) {
          assertEquals(full[t * 11 + i], cached[i], 1e-4, "position " + t);
        }
      }
    }
  }

  @Test
  void decodingNeedsTwoPlans() {
    GptDecoder decoder = new GptDecoder(model(Init.of(1).withDevice(Device.CPU), 1), 1);
    decoder.prefill(1, 2);
    decoder.next(3);
    long before = misses();
    decoder.next(4);
    decoder.prefill(5, 6, 7, 8);
    decoder.next(9);
    assertEquals(before, misses());
  }

  private static long misses() {
    return switch (Backends.of(Device.CPU)) {
      case PlannedBackend planned -> planned.statistics().misses();
      case Backend other -> throw new AssertionError("no plans in " + other);
    };
  }

  @Test
  void prefillStartsAnewWhateverWasDecodedBefore() {
    Gpt model = model(1);
    GptDecoder fresh = new GptDecoder(model, 1);
    float[] expected = fresh.prefill(4, 2)[0];
    float[] expectedNext = fresh.next(6)[0];
    GptDecoder used = new GptDecoder(model, 1);
    used.prefill(9, 9, 9, 9, 9, 9, 9);
    used.next(8);
    assertArrayEquals(expected, used.prefill(4, 2)[0]);
    assertArrayEquals(expectedNext, used.next(6)[0]);
    GptDecoder stepped = new GptDecoder(model, 1);
    stepped.prefill(4);
    assertArrayEquals(expected, stepped.next(2)[0], 1e-6f);
  }

  @Test
  void batchedDecodingEqualsSingle() {
    Gpt model = model(2);
    GptDecoder two = new GptDecoder(model, 2);
    GptDecoder one = new GptDecoder(model, 1);
    float[][] start = two.prefill(1, 2, 3);
    assertArrayEquals(start[0], start[1]);
    float[][] next = two.next(4, 5);
    one.prefill(1, 2, 3);
    assertArrayEquals(one.next(4)[0], next[0], 1e-6f);
    one.prefill(1, 2, 3);
    assertArrayEquals(one.next(5)[0], next[1], 1e-6f);
  }

  @Test
  void decodingLeavesTheModelAlone() {
    Gpt model = model(1);
    long[] versions = model.states().stream().mapToLong(State::version).toArray();
    GptDecoder decoder = new GptDecoder(model, 1);
    decoder.prefill(1, 2);
    assertArrayEquals(versions, model.states().stream().mapToLong(State::version).toArray());
  }

  @Test
  void badTokensAndLengthsAreNamed() {
    Gpt model = model(1);
    GptDecoder decoder = new GptDecoder(model, 2);
    assertEquals(
        "prefill: 9 tokens, expected 1 to 8",
        assertThrows(TensorException.class, () -> decoder.prefill(new int[9])).getMessage());
    assertEquals(
        "decode: token 11, expected 0 to 10",
        assertThrows(TensorException.class, () -> decoder.prefill(1, 11)).getMessage());
    assertTrue(
        assertThrows(TensorException.class, () -> decoder.next(1))
            .getMessage()
            .startsWith("decode: 1 tokens at position 0, expected 2"));
    assertThrows(ShapeException.class, () -> logits(model, new int[9]));
    assertThrows(
        IllegalArgumentException.class,
        () -> Gpt.of(Reference.init(1), Gpt.Config.of(5, 5, 7, 2, 1)));
  }

  @Test
  void dropoutChangesTrainingOnly() {
    Gpt model = model(1);
    Tensor tokens = Reference.i32(new int[] {1, 2, 3}, 1, 3);
    double[] evaluated = logits(model, 1, 2, 3);
    double[] a = model.forward(tokens, Pass.training(Reference.key(1))).toDoubleArray();
    double[] b = model.forward(tokens, Pass.training(Reference.key(1))).toDoubleArray();
    double[] c = model.forward(tokens, Pass.training(Reference.key(2))).toDoubleArray();
    assertArrayEquals(a, b);
    assertFalse(Arrays.equals(a, c));
    assertFalse(Arrays.equals(a, evaluated));
    assertEquals(Shape.of(1, 3, 11), model.forward(tokens, Pass.evaluation()).shape());
  }
}
