package jacquard.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import jacquard.autograd.GradientCheck;
import jacquard.nn.data.SplitMix;
import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Shape;
import jacquard.tensor.StateException;
import jacquard.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Every kind of transformer: cache against full computation, gradients, names, configuration.
class GptSchemesTest {
  private static Init cpu() {
    return Init.of(1).withDevice(Device.CPU);
  }

  private static Stream<DynamicTest> each(Function<Gpt.Config, Runnable> test) {
    return Schemes.all().entrySet().stream()
        .map(scheme ->
            DynamicTest.dynamicTest(scheme.getKey(), () -> test.apply(scheme.getValue()).run()));
  }

  private static int[] tokens(int count) {
    int[] tokens = new int[count];
    SplitMix random = new SplitMix(5);
    Arrays.setAll(tokens, i -> (int) (random.nextDouble() * Schemes.VOCABULARY));
    return tokens;
  }

  /// Logits of what follows each token, `[T][V]`, without a cache.
  private static float[][] full(Gpt model, int... tokens) {
    Tensor index =
        Tensor.stored(
            DType.I32, tokens, Shape.of(1, tokens.length), model.tokens().weight().device());
    float[] all = model.forward(index, Pass.evaluation()).cast(DType.F32).toFloatArray();
    float[][] rows = new float[tokens.length][];
    for (int t = 0; t < rows.length; t++) {
      rows[t] = Arrays.copyOfRange(all, t * Schemes.VOCABULARY, (t + 1) * Schemes.VOCABULARY);
    }
    return rows;
  }

  @TestFactory
  Stream<DynamicTest> aPassThatWatchesSeesWhatAttentionWeighs() {
    return each(config -> () -> watch(Schemes.model(cpu(), config)));
  }

  private static void watch(Gpt model) {
    int time = 9;
    int heads = model.config().heads();
    int[] tokens = tokens(time);
    Tensor index =
        Tensor.stored(DType.I32, tokens, Shape.of(1, time), model.tokens().weight().device());
    Pass pass = Pass.watching();
    Tensor logits = model.forward(index, pass).cast(DType.F32);
    float[] found = logits.toFloatArray();
    float[] expected = model.forward(index, Pass.evaluation()).cast(DType.F32).toFloatArray();
    assertArrayEquals(expected, found, 2e-4f, "what it computes is the same");
    assertEquals(model.config().layers(), pass.attention().size());
    for (Tensor layer : pass.attention()) {
      assertEquals(Shape.of(1, heads, time, time), layer.shape());
      float[] weights = layer.cast(DType.F32).toFloatArray();
      for (int row = 0; row < heads * time; row++) {
        double sum = 0;
        for (int s = 0; s < time; s++) {
          float weight = weights[row * time + s];
          sum += weight;
          assertEquals(model.config().causal() && s > row % time, weight == 0, row + " " + s);
        }
        assertEquals(1, sum, 1e-5);
      }
    }
  }

  @Test
  void aPassThatWatchesSeesBothSidesOfAModelThatFillsGaps() {
    Gpt.Config plain = Schemes.all().values().iterator().next();
    watch(Schemes.model(cpu(), plain.withCausal(false)));
  }

  @Test
  void attentionIsKeptForThoseWhoAsk() {
    assertThrows(StateException.class, () -> Pass.evaluation().attention());
  }

  @TestFactory
  Stream<DynamicTest> cacheEqualsFullComputationOnTheReference() {
    return each(config -> () -> decode(Schemes.model(Reference.init(1), config), 1e-6f));
  }

  @TestFactory
  Stream<DynamicTest> cacheEqualsFullComputationOnTheProcessor() {
    return each(config -> () -> decode(Schemes.model(cpu(), config), 2e-4f));
  }

  /// A prompt of each of some lengths, then token by token to the end of the context.
  private static void decode(Gpt model, float tolerance) {
    int[] tokens = tokens(Schemes.CONTEXT);
    float[][] expected = full(model, tokens);
    GptDecoder decoder = new GptDecoder(model, 1);
    for (int prompt : new int[] {1, 2, 9, 20, Schemes.CONTEXT}) {
      float[] logits = decoder.prefill(Arrays.copyOf(tokens, prompt))[0];
      for (int t = prompt; t <= Schemes.CONTEXT; t++) {
        assertArrayEquals(expected[t - 1], logits, tolerance, prompt + " + " + (t - prompt));
        logits = t == Schemes.CONTEXT ? logits : decoder.next(tokens[t])[0];
      }
    }
  }

  /// Every sampler chooses the same text from cached and from full computation, token by token.
  @TestFactory
  Stream<DynamicTest> samplersWriteTheSameWithAndWithoutCache() {
    Map<String, Sampler> samplers =
        Map.of(
            "greedy", Sampler.greedy(),
            "temperature", new Sampler(1.3, 0),
            "top-k", new Sampler(1, 3),
            "top-p", new Sampler(1, 0).withTopP(0.7),
            "min-p", new Sampler(1, 0).withMinP(0.1),
            "repetition penalty", new Sampler(0.7, 0).withRepetitionPenalty(1.5));
    List<Gpt> models =
        Stream.of("plain", "llama")
            .map(name -> Schemes.model(Reference.init(2), Schemes.all().get(name)))
            .toList();
    return samplers.entrySet().stream()
        .map(sampler ->
            DynamicTest.dynamicTest(
                sampler.getKey(), () -> models.forEach(model -> write(model, sampler.getValue()))));
  }

  private static void write(Gpt model, Sampler sampler) {
    GptDecoder decoder = new GptDecoder(model, 1);
    int[] tokens = {4, 1};
    float[] cached = decoder.prefill(tokens)[0];
    while (tokens.length < Schemes.CONTEXT) {
      int length = tokens.length;
      float[] recomputed = full(model, tokens)[length - 1];
      int token = sampler.choose(recomputed, tokens, SplitMix.of(9, length));
      assertEquals(token, sampler.choose(cached, tokens, SplitMix.of(9, length)), "at " + length);
      tokens = Arrays.copyOf(tokens, length + 1);
      tokens[length] = token;
      cached = decoder.next(token)[0];
    }
  }

  /// Rows of different lengths, one of which starts anew and one of which rests.
  @TestFactory
  Stream<DynamicTest> rowsOfABatchHaveTheBitsOfDecodersOfTheirOwn() {
    return each(config -> () -> batch(Schemes.model(cpu(), config)));
  }

  /// A longer neighbour makes all rows look at more slots of the cache: sums over them may not be
  /// added up in an order that their number decides.
  @TestFactory
  Stream<DynamicTest> aLongerNeighbourChangesNoBits() {
    Gpt.Config plain = Gpt.Config.of(Schemes.VOCABULARY, 128, 16, 4, 1);
    return Map.of("plain", plain, "llama", Schemes.llama(plain)).entrySet().stream()
        .map(s ->
            DynamicTest.dynamicTest(
                s.getKey(), () -> neighbours(Schemes.model(cpu(), s.getValue()), 20, 50, 100)));
  }

  private static void neighbours(Gpt model, int... lengths) {
    int[] tokens = tokens(128);
    GptDecoder together = new GptDecoder(model, lengths.length);
    List<GptDecoder> alone = new ArrayList<>();
    for (int row = 0; row < lengths.length; row++) {
      alone.add(new GptDecoder(model, 1));
      int[] prompt = Arrays.copyOf(tokens, lengths[row]);
      assertArrayEquals(alone.get(row).prefill(prompt)[0], together.read(row, prompt));
    }
    for (int t = 0; t < 15; t++) {
      int[] next = new int[lengths.length];
      for (int row = 0; row < next.length; row++) {
        next[row] = tokens[lengths[row] + t];
      }
      float[][] logits = together.next(next);
      for (int row = 0; row < next.length; row++) {
        assertArrayEquals(alone.get(row).next(next[row])[0], logits[row], "row " + row);
      }
    }
  }

  private static void batch(Gpt model) {
    int rows = GptDecoder.SAME_BITS;
    int[] tokens = tokens(Schemes.CONTEXT);
    GptDecoder together = new GptDecoder(model, rows);
    List<GptDecoder> alone = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      alone.add(new GptDecoder(model, 1));
      int[] prompt = Arrays.copyOfRange(tokens, row, row + 1 + 5 * row);
      assertArrayEquals(alone.get(row).prefill(prompt)[0], together.read(row, prompt));
    }
    for (int t = 0; t < 6; t++) {
      int[] next = new int[rows];
      for (int row = 0; row < rows; row++) {
        next[row] = row == 1 && t % 2 == 0 ? GptDecoder.REST : tokens[(t + row) % tokens.length];
      }
      if (t == 3) {
        int[] again = {4, 2, 9};
        assertArrayEquals(alone.get(2).prefill(again)[0], together.read(2, again));
      }
      float[][] logits = together.next(next);
      for (int row = 0; row < rows; row++) {
        if (next[row] != GptDecoder.REST) {
          assertArrayEquals(alone.get(row).next(next[row])[0], logits[row], "row " + row);
        }
        assertEquals(alone.get(row).position(), together.position(row));
      }
    }
  }

  @Test
  void longPromptsAreReadInChunks() {
    Gpt.Config config = Schemes.llama(Gpt.Config.of(Schemes.VOCABULARY, 300, 16, 4, 1));
    Gpt model = Schemes.model(cpu(), config);
    GptDecoder decoder = new GptDecoder(model, 1);
    for (int length : new int[] {128, 129, 257, 300}) {
      int[] prompt = tokens(length);
      float[] expected = full(model, prompt)[length - 1];
      assertArrayEquals(expected, decoder.prefill(prompt)[0], 2e-4f, length + " tokens");
      assertEquals(length, decoder.position());
    }
  }

  @Test
  void aSmallerCacheGivesTheSameUntilItIsFull() {
    Gpt model = Schemes.model(cpu(), Schemes.all().get("llama"));
    GptDecoder small = new GptDecoder(model, 1, 10);
    GptDecoder whole = new GptDecoder(model, 1);
    int[] tokens = tokens(10);
    assertArrayEquals(
        whole.prefill(Arrays.copyOf(tokens, 7))[0], small.prefill(Arrays.copyOf(tokens, 7))[0]);
    for (int t = 7; t < 10; t++) {
      assertArrayEquals(whole.next(tokens[t])[0], small.next(tokens[t])[0]);
    }
    assertThrows(jacquard.tensor.TensorException.class, () -> small.next(1));
    assertEquals(
        "decoder: 1 rows of 25 positions, expected at least 1 and positions up to the context of 24",
        assertThrows(IllegalArgumentException.class, () -> new GptDecoder(model, 1, 25))
            .getMessage());
  }

  @Test
  void rotaryScoresDependOnDistancesOnly() {
    Rotary rotary = Rotary.of(100, 6, 40, DType.F64, Device.REFERENCE);
    Tensor q = Reference.random(1, 1, 1, 1, 6);
    Tensor k = Reference.random(2, 1, 1, 1, 6);
    double near = score(rotary, q, 3, k, 1);
    assertEquals(near, score(rotary, q, 39, k, 37), 1e-12);
    assertFalse(Math.abs(near - score(rotary, q, 39, k, 36)) < 1e-3);
    assertEquals(q.mul(k).sum().item(), score(rotary, q, 5, k, 5), 1e-12);
  }

  private static double score(Rotary rotary, Tensor q, int at, Tensor k, int from) {
    Tensor turned = rotary.at(Reference.i32(new int[] {at}, 1, 1)).turn(q);
    return turned.mul(rotary.at(Reference.i32(new int[] {from}, 1, 1)).turn(k)).sum().item();
  }

  @TestFactory
  Stream<DynamicTest> gradientsToSecondOrder() {
    Map<String, Gpt.Config> small = Map.of("tied", tiny().withTied(true), "llama", tinyLlama());
    return small.entrySet().stream()
        .map(s -> DynamicTest.dynamicTest(s.getKey(), () -> gradients(s.getValue())));
  }

  private static Gpt.Config tiny() {
    return Gpt.Config.of(3, 3, 4, 2, 1);
  }

  private static Gpt.Config tinyLlama() {
    return tiny()
        .withNorm(Normalisation.rms())
        .withMlp(new FeedForward(3, Activation.SILU, true))
        .withPositions(new Positions.Rotary(10))
        .withKvHeads(1);
  }

  private static void gradients(Gpt.Config config) {
    Gpt model = Schemes.model(Reference.init(3), config);
    List<Parameter> parameters = model.parameters();
    Tensor[] values =
        parameters.stream()
            .map(p -> Reference.f64(Reference.values(p), p.shape().toArray()))
            .toArray(Tensor[]::new);
    GradientCheck.standard()
        .withTolerance(1e-7)
        .run(
            t -> {
              Pass pass = Pass.evaluation();
              for (int i = 0; i < t.length; i++) {
                pass.assume(parameters.get(i), t[i]);
              }
              return Loss.crossEntropy(
                  model.forward(Reference.i32(new int[] {2, 0, 2}, 1, 3), pass),
                  Reference.i32(new int[] {0, 1, 2}, 1, 3));
            },
            values)
        .orThrow();
  }

  @Test
  void aTiedHeadIsListedOnce() {
    Gpt model = Gpt.of(Reference.init(1), tiny().withTied(true));
    assertEquals(model.tokens().weight(), model.head().weight());
    assertEquals(
        1, model.parameters().stream().filter(p -> p.name().equals("tokens.weight")).count());
    assertFalse(model.namedStates().containsKey("head.weight"));
  }

  @Test
  void llamaHasItsShapesAndNoBiases() {
    assertEquals(
        List.of(
            "tokens.weight [11, 16]",
            "blocks.0.norm1.weight [16]",
            "blocks.0.attention.qkv.weight [32, 16]",
            "blocks.0.attention.projection.weight [16, 16]",
            "blocks.0.norm2.weight [16]",
            "blocks.0.mlp.fc.weight [96, 16]",
            "blocks.0.mlp.projection.weight [16, 48]"),
        Gpt.of(Reference.init(1), Schemes.all().get("llama")).parameters().stream()
            .map(p -> p.name() + " " + p.shape())
            .limit(7)
            .toList());
  }

  @TestFactory
  Stream<DynamicTest> configurationsSurviveJson() {
    return each(config ->
        () -> {
          try {
            Gpt.Config other = config.withDropout(0.25);
            String text = other.toJson().pretty();
            assertEquals(other, Gpt.Config.fromJson(Json.parse(text, "test")));
          } catch (FormatException e) {
            throw new AssertionError(e);
          }
        });
  }

  @Test
  void fiveSizesAreEnough() throws FormatException {
    String text = "{\"vocabulary\": 5, \"context\": 6, \"dim\": 4, \"heads\": 2, \"layers\": 3}";
    assertEquals(Gpt.Config.of(5, 6, 4, 2, 3), Gpt.Config.fromJson(Json.parse(text, "test")));
  }

  @Test
  void sizesThatDontFitAreNamed() {
    assertEquals(
        "gpt: dim 16, heads 4, heads of keys 3, expected each to be a multiple of the next",
        assertThrows(
                IllegalArgumentException.class, () -> Schemes.all().get("plain").withKvHeads(3))
            .getMessage());
    assertEquals(
        "gpt: rotary positions with heads of 3 columns (dim 12, heads 4), expected an even number",
        assertThrows(
                IllegalArgumentException.class,
                () -> Gpt.Config.of(5, 5, 12, 4, 1).withPositions(new Positions.Rotary(10)))
            .getMessage());
  }
}
