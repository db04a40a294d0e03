package jacquard.nn.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import jacquard.nn.SharedData;
import jacquard.nn.io.Json;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class BpeTrainerTest {
  private static List<String> merges(SubwordTokenizer tokenizer) throws Exception {
    List<String> merges = new ArrayList<>();
    for (Json merge : tokenizer.definition().field("model").field("merges").items()) {
      merges.add(merge.asText());
    }
    return merges;
  }

  @Test
  void theMostFrequentPairIsMergedFirst() throws Exception {
    // hug 10, pug 5, pun 12, bun 4, hugs 5: the textbook's words.
    String text =
        " hug".repeat(10)
            + " pug".repeat(5)
            + " pun".repeat(12)
            + " bun".repeat(4)
            + " hugs".repeat(5);
    SubwordTokenizer tokenizer = BpeTrainer.of(259).train(List.of(text));
    assertEquals(List.of("u g", "Ġ p", "u n"), merges(tokenizer));
    assertEquals(text, tokenizer.decode(tokenizer.encode(text)));
  }

  /// Counts all pairs anew for each merge.
  private static List<String> slowly(String text, int most) {
    Map<String, Integer> counts = new HashMap<>();
    for (Aligned word : new PreTokenizer.ByteLevel(false, true).apply(Aligned.of(text))) {
      counts.merge(word.text, 1, Integer::sum);
    }
    Map<String, Integer> rank = new HashMap<>();
    for (int b = 0, next = 0; b < 512; b++) {
      String c = String.valueOf((char) b);
      boolean used = false;
      for (int i = 0; i < 256; i++) {
        used |= ByteAlphabet.character(i) == b;
      }
      if (used) {
        rank.put(c, next++);
      }
    }
    Map<List<String>, Integer> words = new HashMap<>();
    counts.forEach((word, count) -> words.put(List.of(word.split("")), count));
    List<String> merges = new ArrayList<>();
    while (merges.size() < most) {
      Map<List<String>, Integer> pairs = new HashMap<>();
      words.forEach((word, count) -> {
        for (int i = 0; i + 1 < word.size(); i++) {
          pairs.merge(List.of(word.get(i), word.get(i + 1)), count, Integer::sum);
        }
      });
      List<String> best = null;
      for (List<String> pair : pairs.keySet()) {
        if (best == null
            || pairs.get(pair) > pairs.get(best)
            || (pairs.get(pair).equals(pairs.get(best))
                && (rank.get(pair.get(0)) < rank.get(best.get(0))
                    || (pair.get(0).equals(best.get(0))
                        && rank.get(pair.get(1)) < rank.get(best.get(1)))))) {
          best = pair;
        }
      }
      if (best == null || pairs.get(best) < 2) {
        break;
      }
      merges.add(best.get(0) + " " + best.get(1));
      rank.put(best.get(0) + best.get(1), rank.size());
      Map<List<String>, Integer> merged = new HashMap<>();
      for (Map.Entry<List<String>, Integer> word : words.entrySet()) {
        List<String> symbols = new ArrayList<>(word.getKey());
        for (int i = 0; i + 1 < symbols.size(); i++) {
          if (symbols.get(i).equals(best.get(0)) && symbols.get(i + 1).equals(best.get(1))) {
            symbols.set(i, best.get(0) + symbols.remove(i + 1));
          }
        }
        merged.put(symbols, word.getValue());
      }
      words.clear();
      words.putAll(merged);
    }
    return merges;
  }

  @Property(tries = 200, seed = "3")
  void mergesAreThoseOfCountingAnew(
      @ForAll @CharRange(from = 'a', to = 'c') @StringLength(max = 60) String letters,
      @ForAll @StringLength(max = 8) String any)
      throws Exception {
    String text = letters.replace("cc", " ") + any + letters;
    SubwordTokenizer tokenizer = BpeTrainer.of(276).train(List.of(text));
    assertEquals(slowly(text, 20), merges(tokenizer));
    String valid = new ByteTokenizer().decode(new ByteTokenizer().encode(text));
    assertEquals(valid, tokenizer.decode(tokenizer.encode(text)));
  }

  @Test
  void shakespeareBecomesAThirdAsLong() throws Exception {
    String text = Files.readString(SharedData.path("tinyshakespeare/input.txt"));
    SubwordTokenizer tokenizer = BpeTrainer.of(2000).train(List.of(text));
    assertEquals(2000, tokenizer.vocabularySize());
    // The first merges of Hugging Face's trainer on this text.
    assertEquals(List.of("Ġ t", "h e", "Ġ a", "o u", "Ġ s"), merges(tokenizer).subList(0, 5));
    int[] ids = tokenizer.encode(text);
    assertEquals(text, tokenizer.decode(ids));
    assertEquals(3.0, (double) text.length() / ids.length, 0.3);
    assertEquals(tokenizer, BpeTrainer.of(2000).train(List.of(text)));
  }

  @Test
  void specialTokensStandForThemselves() {
    SubwordTokenizer tokenizer =
        BpeTrainer.of(300).withSpecial("<|endoftext|>").train(List.of("aaaa aaaa"));
    int end = tokenizer.id("<|endoftext|>").getAsInt();
    assertEquals(tokenizer.vocabularySize() - 1, end);
    int a = tokenizer.id("a").getAsInt();
    assertArrayEquals(new int[] {a, end, a}, tokenizer.encode("a<|endoftext|>a"));
    assertEquals("a<|endoftext|>a", tokenizer.decode(new int[] {a, end, a}));
  }

  @Test
  void textsWithoutPairsGiveBytes() {
    assertEquals(256, BpeTrainer.of(1000).train(List.of()).vocabularySize());
    assertEquals(256, BpeTrainer.of(1000).train(List.of("", "ab")).vocabularySize());
    assertEquals(257, BpeTrainer.of(1000).train(List.of("ab", "ab")).vocabularySize());
  }

  @Test
  void impossibleSizesAreNamed() {
    assertEquals(
        "bpe: vocabulary of 256, expected 257 to 1048576: 256 bytes, 1 special tokens and the merges",
        assertThrows(
                TokenizerException.class, () -> BpeTrainer.of(256).withSpecial("<|endoftext|>"))
            .getMessage());
    assertThrows(TokenizerException.class, () -> BpeTrainer.of(300).withLeastCount(1));
  }
}
