package jacquard.examples.recipe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.examples.recipe.TextSampler.Beginning;
import jacquard.examples.recipe.TextSampler.Manner;
import jacquard.nn.FeedForward;
import jacquard.nn.Gpt;
import jacquard.nn.Init;
import jacquard.nn.Normalisation;
import jacquard.nn.Pass;
import jacquard.nn.Positions;
import jacquard.nn.Sampler;
import jacquard.nn.data.SplitMix;
import jacquard.nn.text.ByteTokenizer;
import jacquard.nn.text.CharTokenizer;
import jacquard.nn.text.Tokenizer;
import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TextSamplerTest {
  private static final Tokenizer LETTERS = CharTokenizer.of("abcdefgh\n");
  private static final List<String> PROMPTS =
      List.of("a", "bcd", "hhhhhhhhhhhhhhhhhhhhhhhhhhh", "fa", "aaaaaaaaabbbbbbb", "gg", "cafe");

  private static Gpt model(Tokenizer tokenizer, boolean llama) {
    Gpt.Config config = Gpt.Config.of(tokenizer.vocabularySize(), 20, 16, 4, 1);
    return Gpt.of(
        Init.of(3),
        llama
            ? config
                .withNorm(Normalisation.rms())
                .withMlp(FeedForward.swiglu(16))
                .withPositions(new Positions.Rotary(100))
                .withKvHeads(2)
            : config);
  }

  /// Collects what it is told.
  private static final class Told implements TextSampler.Listener {
    final Map<Integer, List<String>> parts = new TreeMap<>();
    final List<Integer> ended = new ArrayList<>();

    @Override
    public void part(int text, String part) {
      assertFalse(ended.contains(text));
      parts.computeIfAbsent(text, key -> new ArrayList<>()).add(part);
    }

    @Override
    public void end(int text) {
      ended.add(text);
    }

    String joined(int text) {
      return String.join("", parts.getOrDefault(text, List.of()));
    }
  }

  private static List<Beginning> beginnings() {
    List<Beginning> all = new ArrayList<>();
    for (int i = 0; i < PROMPTS.size(); i++) {
      all.add(new Beginning(PROMPTS.get(i), SplitMix.of(5, i)));
    }
    return all;
  }

  static Stream<Sampler> samplers() {
    Sampler plain = new Sampler(1, 0);
    return Stream.of(
        Sampler.greedy(),
        plain,
        new Sampler(1, 3),
        plain.withTopP(0.6),
        plain.withMinP(0.9),
        Sampler.greedy().withRepetitionPenalty(1.1));
  }

  /// Seven texts in four rows: rows begin anew, and every context overflows.
  @ParameterizedTest
  @MethodSource("samplers")
  void severalPromptsGiveWhatEachGivesAlone(Sampler sampler) {
    Gpt model = model(LETTERS, true);
    TextSampler text = new TextSampler(model, LETTERS);
    Manner manner = new Manner(sampler, 40, List.of("\n"), true);
    Told told = new Told();
    List<String> together = text.write(beginnings(), manner, told);
    List<Beginning> alone = beginnings();
    for (int i = 0; i < alone.size(); i++) {
      Told one = new Told();
      String written = text.write(List.of(alone.get(i)), manner, one).getFirst();
      assertEquals(written, together.get(i));
      assertEquals(written, told.joined(i));
      assertEquals(one.parts.get(0), told.parts.get(i));
    }
    assertEquals(PROMPTS.size(), told.ended.size());
  }

  /// The penalty is for what was written, too, and not for the prompt alone.
  @Test
  void everyTokenIsChosenWithAllThatCameBefore() {
    Gpt model = model(LETTERS, true);
    // So cold that the little that an untrained model knows decides.
    Sampler sampler = new Sampler(0.02, 0).withRepetitionPenalty(3);
    SplitMix random = SplitMix.of(9);
    int[] prompt = LETTERS.encode("cafe");
    int[] tokens = Arrays.copyOf(prompt, model.config().context());
    int vocabulary = model.config().vocabulary();
    for (int end = prompt.length; end < tokens.length; end++) {
      Tensor index =
          Tensor.stored(DType.I32, tokens.clone(), Shape.of(1, tokens.length), Device.standard());
      float[] all = model.forward(index, Pass.evaluation()).toFloatArray();
      float[] last = Arrays.copyOfRange(all, (end - 1) * vocabulary, end * vocabulary);
      tokens[end] = sampler.choose(last, tokens, end, random);
    }
    Manner manner = new Manner(sampler, tokens.length - prompt.length, List.of(), false);
    Beginning beginning = new Beginning("cafe", SplitMix.of(9));
    assertEquals(
        LETTERS.decode(Arrays.copyOfRange(tokens, prompt.length, tokens.length)),
        new TextSampler(model, LETTERS).write(List.of(beginning), manner, new Told()).getFirst());
  }

  @Test
  void seedsMatter() {
    TextSampler text = new TextSampler(model(LETTERS, false), LETTERS);
    Manner manner = new Manner(new Sampler(1, 0), 30, List.of(), false);
    String one = text.write(List.of(new Beginning("a", SplitMix.of(1))), manner, new Told()).get(0);
    String same =
        text.write(List.of(new Beginning("a", SplitMix.of(1))), manner, new Told()).get(0);
    String other =
        text.write(List.of(new Beginning("a", SplitMix.of(2))), manner, new Told()).get(0);
    assertEquals(30, one.length());
    assertEquals(one, same);
    assertNotEquals(one, other);
  }

  @Test
  void stopsCutTheTextAndAreNeverTold() {
    TextSampler text = new TextSampler(model(LETTERS, false), LETTERS);
    Manner free = new Manner(new Sampler(1, 3), 60, List.of(), false);
    int cut = 0;
    for (int seed = 0; seed < 8; seed++) {
      Beginning from = new Beginning("ab", SplitMix.of(seed));
      String whole = text.write(List.of(from), free, new Told()).getFirst();
      String first = whole.substring(20, 22);
      String second = whole.substring(24, 27);
      Told told = new Told();
      String ended =
          text.write(
                  List.of(new Beginning("ab", SplitMix.of(seed))),
                  new Manner(new Sampler(1, 3), 60, List.of(second, first), false),
                  told)
              .getFirst();
      int expected = Math.min(whole.indexOf(first), whole.indexOf(second));
      assertEquals(whole.substring(0, expected), ended);
      assertEquals(ended, told.joined(0));
      assertEquals(List.of(0), told.ended);
      cut += expected < 20 ? 1 : 0;
    }
    assertTrue(cut < 8, "some stop should be found where it was looked for");
  }

  @Test
  void tokensThatEndATextAreNotPartOfIt() {
    TextSampler text = new TextSampler(model(LETTERS, false), LETTERS);
    Manner free = new Manner(new Sampler(1, 0), 40, List.of(), false);
    Beginning from = new Beginning("ab", SplitMix.of(4));
    String whole = text.write(List.of(from), free, new Told()).getFirst();
    int end = LETTERS.encode(whole.substring(30, 31))[0];
    Told told = new Told();
    text.write(
        List.of(new Beginning("ab", SplitMix.of(4))),
        new Manner(new Sampler(1, 0), 40, List.of(), false, java.util.Set.of(end)),
        told);
    assertEquals(whole.substring(0, whole.indexOf(whole.charAt(30))), told.joined(0));
    assertEquals(List.of(0), told.ended);
  }

  @Test
  void whatOnlyLooksLikeAStopIsTold() {
    TextSampler text = new TextSampler(model(LETTERS, false), LETTERS);
    Manner free = new Manner(new Sampler(1, 0), 30, List.of(), false);
    Beginning from = new Beginning("ab", SplitMix.of(4));
    String whole = text.write(List.of(from), free, new Told()).getFirst();
    // begins like the last four letters, and goes on with what no text has
    String stop = whole.substring(26) + "#";
    Told told = new Told();
    text.write(
        List.of(new Beginning("ab", SplitMix.of(4))),
        new Manner(new Sampler(1, 0), 30, List.of(stop), false),
        told);
    assertEquals(whole, told.joined(0));
  }

  @Test
  void partsOfBytesAreWholeCharacters() {
    Tokenizer bytes = new ByteTokenizer();
    TextSampler text = new TextSampler(model(bytes, false), bytes);
    Told told = new Told();
    Beginning from = new Beginning("明月", SplitMix.of(4));
    Manner manner = new Manner(new Sampler(1, 0), 300, List.of(), false);
    String whole = text.write(List.of(from), manner, told).getFirst();
    assertEquals(whole, told.joined(0));
    assertTrue(told.parts.get(0).size() > 100);
    for (String part : told.parts.get(0)) {
      assertFalse(Character.isLowSurrogate(part.charAt(0)), part);
      assertFalse(Character.isHighSurrogate(part.charAt(part.length() - 1)), part);
    }
  }
}
