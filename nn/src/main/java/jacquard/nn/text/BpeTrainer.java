package jacquard.nn.text;

import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;

/* Every different word is counted once and kept as a row of ids. For each pair of neighbours there is its
count over all words and a list of the words that have it. A merge visits only the words of its pair, and
changes only the counts of that pair's neighbours. A queue has every pair at the highest count it had; an
entry whose count is no longer true goes back with the true one, so the first true entry is the most
frequent pair. Equal counts are decided by the ids, so the result depends on nothing but the words. */

/// Learns byte-level BPE from texts: from the 256 bytes, the most frequent pair of neighbours within
/// a word becomes a token, again and again. Of equally frequent pairs the one of lower ids comes
/// first. The same texts give the same tokenizer.
///
///     SubwordTokenizer tokenizer = BpeTrainer.of(2000).train(texts);
///
/// Words are cut as GPT-2 cuts them. The result is a `tokenizer.json` like any other.
///
/// @param vocabularySize tokens to reach: 256 bytes, the special tokens, and merges
/// @param leastCount pairs that are rarer stay apart, 2 or more
/// @param special tokens that stand for themselves, after all others; `<|endoftext|>` for example
/// @see <a href="https://arxiv.org/abs/1508.07909">Neural machine translation of rare words with
///     subword units</a>
public record BpeTrainer(int vocabularySize, int leastCount, List<String> special) {
  private static final int BYTES = 256;

  /// Refuses counts that are too small.
  ///
  /// @throws TokenizerException if the vocabulary has no room for the bytes and special tokens, or
  ///   `leastCount` is below 2
  public BpeTrainer {
    special = List.copyOf(special);
    if (vocabularySize < BYTES + special.size() || vocabularySize > 1 << 20) {
      throw new TokenizerException(
          "bpe: vocabulary of %d, expected %d to %d: 256 bytes, %d special tokens and the merges"
              .formatted(vocabularySize, BYTES + special.size(), 1 << 20, special.size()));
    }
    if (leastCount < 2) {
      throw new TokenizerException(
          "bpe: least count is "
              + leastCount
              + ", expected 2 or more: rarer pairs shorten nothing");
    }
  }

  /// {@return a trainer without special tokens that joins pairs from 2 occurrences on}
  ///
  /// @param vocabularySize most tokens, with bytes and special ones
  public static BpeTrainer of(int vocabularySize) {
    return new BpeTrainer(vocabularySize, 2, List.of());
  }

  /// {@return this with tokens that are never cut, at the beginning of the vocabulary}
  ///
  /// @param tokens as they are written in a text
  public BpeTrainer withSpecial(String... tokens) {
    return new BpeTrainer(vocabularySize, leastCount, List.of(tokens));
  }

  /// {@return this, joining pairs that occur at least so often}
  ///
  /// @param count 1 or more
  public BpeTrainer withLeastCount(int count) {
    return new BpeTrainer(vocabularySize, count, special);
  }

  /// {@return a tokenizer of `vocabularySize` tokens, fewer if the texts have not so many pairs}
  ///
  /// @param texts no token spans two of them
  public SubwordTokenizer train(Iterable<String> texts) {
    Training training = new Training(words(texts));
    training.run(vocabularySize - BYTES - special.size(), leastCount);
    Map<String, Json> vocabulary = new LinkedHashMap<>();
    for (String token : training.tokens) {
      vocabulary.put(token, Json.of(vocabulary.size()));
    }
    Map<String, Integer> added = new LinkedHashMap<>();
    for (String token : special) {
      if (!vocabulary.containsKey(token)) {
        added.put(token, vocabulary.size());
        vocabulary.put(token, Json.of(vocabulary.size()));
      }
    }
    try {
      return SubwordTokenizer.of(Gpt2Files.byteLevel(Json.of(vocabulary), training.merges, added));
    } catch (FormatException e) {
      throw new AssertionError("the trained tokenizer is none", e);
    }
  }

  /// Every different word in the characters of [ByteAlphabet], and how often it occurs, in order.
  private static Map<String, Long> words(Iterable<String> texts) {
    PreTokenizer cut = new PreTokenizer.ByteLevel(false, true);
    Map<String, Long> counts = new HashMap<>();
    for (String text : texts) {
      if (!text.isEmpty()) {
        for (Aligned word : cut.apply(Aligned.of(text))) {
          counts.merge(word.text, 1L, Long::sum);
        }
      }
    }
    return new TreeMap<>(counts);
  }

  private record Candidate(long pair, long count) implements Comparable<Candidate> {
    @Override
    public int compareTo(Candidate other) {
      return count != other.count
          ? Long.compare(other.count, count)
          : Long.compare(pair, other.pair);
    }
  }

  private static final class Training {
    final List<String> tokens = new ArrayList<>();
    final List<Json> merges = new ArrayList<>();

    private final int[][] words;
    private final long[] counts;
    // The index of a pair in the lists below.
    private final PairMap pairs = new PairMap(1 << 16);
    private final List<IntList> places = new ArrayList<>();
    private long[] pairKeys = new long[1 << 12];
    private long[] pairCounts = new long[1 << 12];
    // Pairs whose count grew since the queue was told.
    private final IntList grown = new IntList();
    private final PriorityQueue<Candidate> queue = new PriorityQueue<>();

    Training(Map<String, Long> wordCounts) {
      int[] ids = new int[512];
      char[] alphabet = new char[BYTES];
      for (int b = 0; b < BYTES; b++) {
        alphabet[b] = ByteAlphabet.character(b);
      }
      Arrays.sort(alphabet);
      for (char c : alphabet) {
        ids[c] = tokens.size();
        tokens.add(String.valueOf(c));
      }
      words = new int[wordCounts.size()][];
      counts = new long[words.length];
      int at = 0;
      for (Map.Entry<String, Long> word : wordCounts.entrySet()) {
        words[at] = word.getKey().chars().map(c -> ids[c]).toArray();
        counts[at++] = word.getValue();
      }
      for (int w = 0; w < words.length; w++) {
        for (int i = 0; i + 1 < words[w].length; i++) {
          change(PairMap.key(words[w][i], words[w][i + 1]), counts[w], w);
        }
      }
      queueGrown();
    }

    void run(int most, int leastCount) {
      while (merges.size() < most && !queue.isEmpty()) {
        Candidate best = queue.remove();
        int index = (int) pairs.get(best.pair);
        long count = pairCounts[index];
        if (count < leastCount) {
          continue;
        }
        if (count != best.count) {
          queue.add(new Candidate(best.pair, count));
          continue;
        }
        merge(best.pair, places.get(index));
      }
    }

    private void merge(long pair, IntList where) {
      String left = tokens.get(PairMap.left(pair));
      String right = tokens.get(PairMap.right(pair));
      int merged = tokens.size();
      tokens.add(left + right);
      merges.add(Json.of(left + " " + right));
      int visited = -1;
      for (int i = 0; i < where.size; i++) {
        // A word is listed again for each time the pair arose in it, in order.
        if (where.values[i] != visited) {
          visited = where.values[i];
          mergeIn(visited, pair, merged);
        }
      }
      where.clear();
      queueGrown();
    }

    private void mergeIn(int w, long pair, int merged) {
      int[] word = words[w];
      int left = PairMap.left(pair);
      int right = PairMap.right(pair);
      int length = 0;
      for (int i = 0; i < word.length; i++) {
        if (i + 1 < word.length && word[i] == left && word[i + 1] == right) {
          change(pair, -counts[w], w);
          if (length > 0) {
            change(PairMap.key(word[length - 1], left), -counts[w], w);
            change(PairMap.key(word[length - 1], merged), counts[w], w);
          }
          if (i + 2 < word.length) {
            change(PairMap.key(right, word[i + 2]), -counts[w], w);
            change(PairMap.key(merged, word[i + 2]), counts[w], w);
          }
          word[length++] = merged;
          i++;
        } else {
          word[length++] = word[i];
        }
      }
      if (length < word.length) {
        words[w] = Arrays.copyOf(word, length);
      }
    }

    private void change(long pair, long by, int word) {
      int index = (int) pairs.get(pair);
      if (index < 0) {
        index = places.size();
        pairs.put(pair, index);
        places.add(new IntList());
        if (index == pairCounts.length) {
          pairKeys = Arrays.copyOf(pairKeys, 2 * index);
          pairCounts = Arrays.copyOf(pairCounts, 2 * index);
        }
        pairKeys[index] = pair;
      }
      pairCounts[index] += by;
      if (by > 0) {
        places.get(index).add(word);
        grown.add(index);
      }
    }

    private void queueGrown() {
      Arrays.sort(grown.values, 0, grown.size);
      int last = -1;
      for (int i = 0; i < grown.size; i++) {
        int index = grown.values[i];
        if (index != last && pairCounts[index] > 0) {
          queue.add(new Candidate(pairKeys[index], pairCounts[index]));
        }
        last = index;
      }
      grown.clear();
    }
  }

  private static final class IntList {
    int[] values = new int[2];
    int size;

    void add(int value) {
      if (size == values.length) {
        values = Arrays.copyOf(values, 2 * size);
      }
      values[size++] = value;
    }

    void clear() {
      size = 0;
      values = new int[2];
    }
  }
}
