package jacquard.examples.recipe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.nn.Gpt;
import jacquard.nn.Parameter;
import jacquard.nn.Pass;
import jacquard.nn.Positions;
import jacquard.nn.Reference;
import jacquard.nn.Sampler;
import jacquard.nn.data.SplitMix;
import jacquard.nn.text.CharTokenizer;
import jacquard.nn.text.Tokenizer;
import jacquard.tensor.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Texts written with cached keys and values, to thrice the context, against computing the whole
/// window anew for each token: every way to tell positions, every number of heads of keys, every
/// sampler.
class CachedWritingTest {
  private static final Tokenizer LETTERS = CharTokenizer.of("abcdefgh\n");
  private static final int CONTEXT = 10;
  private static final int WRITTEN = 3 * CONTEXT;

  private static final Map<String, Positions> POSITIONS =
      Map.of("learned", new Positions.Learned(), "rotary", new Positions.Rotary(100));

  private static Map<String, Sampler> samplers() {
    Sampler plain = new Sampler(1, 0);
    Map<String, Sampler> samplers = new LinkedHashMap<>();
    samplers.put("greedy", Sampler.greedy());
    samplers.put("temperature", new Sampler(1.4, 0));
    samplers.put("top-k", new Sampler(1, 3));
    samplers.put("top-p", plain.withTopP(0.7));
    samplers.put("min-p", plain.withMinP(0.2));
    samplers.put("repetition penalty", Sampler.greedy().withRepetitionPenalty(1.3));
    samplers.put(
        "all of them", new Sampler(0.9, 6).withTopP(0.9).withMinP(0.02).withRepetitionPenalty(1.2));
    return samplers;
  }

  @TestFactory
  Stream<DynamicTest> theCacheWritesWhatComputingAnewWrites() {
    List<DynamicTest> tests = new ArrayList<>();
    POSITIONS.forEach((scheme, positions) -> {
      for (int keys : new int[] {4, 2, 1}) {
        Gpt model = model(positions, keys);
        samplers()
            .forEach((name, sampler) ->
                tests.add(
                    DynamicTest.dynamicTest(
                        scheme + ", " + keys + " heads of keys, " + name,
                        () -> compare(model, sampler))));
      }
    });
    return tests.stream();
  }

  /// Two layers: keys of the second depend on all that the first has seen. In double precision, and
  /// with weights so large that tokens and positions matter.
  private static Gpt model(Positions positions, int keys) {
    Gpt model =
        Gpt.of(
            Reference.init(3),
            Gpt.Config.of(LETTERS.vocabularySize(), CONTEXT, 16, 4, 2)
                .withPositions(positions)
                .withKvHeads(keys));
    for (Parameter parameter : model.parameters()) {
      if (parameter.shape().rank() == 2) {
        parameter.load(Arrays.stream(Reference.values(parameter)).map(v -> 20 * v).toArray());
      }
    }
    return model;
  }

  private static void compare(Gpt model, Sampler sampler) {
    for (String prompt : List.of("ab", "abcdefghabcdefgh")) {
      String written =
          new TextSampler(model, LETTERS)
              .write(
                  List.of(new TextSampler.Beginning(prompt, SplitMix.of(5))),
                  new TextSampler.Manner(sampler, WRITTEN, List.of(), false),
                  new Silent())
              .getFirst();
      assertEquals(anew(model, prompt, sampler, SplitMix.of(5)), written);
      assertTrue(written.chars().distinct().count() > 1, written);
    }
  }

  private record Silent() implements TextSampler.Listener {
    @Override
    public void part(int text, String part) {}

    @Override
    public void end(int text) {}
  }

  /// When the context is full, the later half of it stays.
  private static String anew(Gpt model, String prompt, Sampler sampler, SplitMix random) {
    int[] tokens = LETTERS.encode(prompt);
    int begin = tokens.length;
    int from = Math.max(0, begin - CONTEXT);
    while (tokens.length < begin + WRITTEN) {
      int[] window = Arrays.copyOfRange(tokens, from, tokens.length);
      float[] logits =
          model
              .forward(Reference.i32(window, 1, window.length), Pass.evaluation())
              .cast(DType.F32)
              .toFloatArray();
      int vocabulary = LETTERS.vocabularySize();
      float[] last = Arrays.copyOfRange(logits, logits.length - vocabulary, logits.length);
      int token = sampler.choose(last, tokens, random);
      tokens = Arrays.copyOf(tokens, tokens.length + 1);
      tokens[tokens.length - 1] = token;
      if (tokens.length - from > CONTEXT) {
        from = tokens.length - CONTEXT / 2;
      }
    }
    return LETTERS.decode(Arrays.copyOfRange(tokens, begin, tokens.length));
  }
}
