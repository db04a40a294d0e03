package jacquard.nn.text;

import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/// Byte pair encoding: a word's characters, of which the pair that was merged first in training is
/// merged first, until no pair is left that was.
///
/// @see <a href="https://arxiv.org/abs/1508.07909">Neural machine translation of rare words with
///   subword units</a>
final class BpeModel implements SubwordModel {
  private final Map<String, Integer> vocabulary;
  // Rank << 32 | id of what a pair becomes.
  private final PairMap merges;
  private final @Nullable String unknown;
  private final String prefix;
  private final String suffix;
  private final boolean fuseUnknown;
  private final boolean ignoreMerges;
  private final int @Nullable [] byteTokens;
  // Ids of the characters of the basic plane that are tokens, -1 where there is none.
  private final int[] characters = new int[1 << 16];

  private BpeModel(Json json) throws FormatException {
    vocabulary = SubwordModel.vocabulary(json.field("vocab"));
    unknown = Components.text(json, "unk_token");
    String before = Components.text(json, "continuing_subword_prefix");
    prefix = before == null ? "" : before;
    String behind = Components.text(json, "end_of_word_suffix");
    suffix = behind == null ? "" : behind;
    fuseUnknown = Components.flag(json, "fuse_unk", false);
    ignoreMerges = Components.flag(json, "ignore_merges", false);
    byteTokens =
        Components.flag(json, "byte_fallback", false) ? SubwordModel.byteTokens(vocabulary) : null;
    merges = merges(json.field("merges").items());
    Arrays.fill(characters, -1);
    for (Map.Entry<String, Integer> token : vocabulary.entrySet()) {
      if (token.getKey().length() == 1) {
        characters[token.getKey().charAt(0)] = token.getValue();
      }
    }
  }

  /// @throws FormatException if something is missing, or a merge's tokens are not in the vocabulary
  static BpeModel read(Json json) throws FormatException {
    Json dropout = Components.present(json, "dropout");
    if (dropout != null && dropout.asDouble() != 0) {
      throw Components.unsupported("dropout", dropout.toString(), "null: encoding is exact");
    }
    return new BpeModel(json);
  }

  private PairMap merges(List<Json> items) throws FormatException {
    PairMap map = new PairMap(items.size());
    for (int rank = 0; rank < items.size(); rank++) {
      String[] pair = pair(items.get(rank), rank);
      int left = id(pair[0], rank);
      int right = id(pair[1], rank);
      int merged = id(pair[0] + pair[1].substring(prefix.length()), rank);
      map.put(PairMap.key(left, right), (long) rank << 32 | merged);
    }
    return map;
  }

  /// `"a b"`, or in newer files `["a", "b"]`, where tokens may hold spaces.
  private String[] pair(Json merge, int rank) throws FormatException {
    String[] pair =
        merge instanceof Json.Items(List<Json> two) && two.size() == 2
            ? new String[] {two.getFirst().asText(), two.getLast().asText()}
            : merge.asText().split(" ", -1);
    if (pair.length != 2 || !pair[1].startsWith(prefix)) {
      throw new FormatException(
          "tokenizer: merge %d is %s, expected two tokens%s"
              .formatted(rank, merge, prefix.isEmpty() ? "" : ", the second with " + prefix));
    }
    return pair;
  }

  private int id(String token, int rank) throws FormatException {
    Integer id = vocabulary.get(token);
    if (id == null) {
      throw new FormatException(
          "tokenizer: merge %d needs the token '%s', which is not among the %d of the vocabulary"
              .formatted(rank, token, vocabulary.size()));
    }
    return id;
  }

  @Override
  public Map<String, Integer> vocabulary() {
    return vocabulary;
  }

  @Override
  public @Nullable String unknown() {
    return unknown;
  }

  @Override
  public Pieces pieces(String word) {
    if (ignoreMerges) {
      Integer whole = vocabulary.get(word);
      if (whole != null) {
        return new Pieces(new int[] {whole}, new int[] {0}, new int[] {word.length()});
      }
    }
    return merged(characters(word));
  }

  private Pieces characters(String word) {
    Pieces.Builder pieces = new Pieces.Builder();
    int unknownFrom = -1;
    for (int at = 0; at < word.length(); ) {
      int next = at + Character.charCount(word.codePointAt(at));
      int id = id(word, at, next);
      boolean known = id >= 0 || byteTokens != null;
      if (unknownFrom >= 0 && (known || !fuseUnknown)) {
        addUnknown(pieces, unknownFrom, at);
        unknownFrom = -1;
      }
      if (id >= 0) {
        pieces.add(id, at, next);
      } else if (byteTokens != null) {
        for (byte b : word.substring(at, next).getBytes(StandardCharsets.UTF_8)) {
          pieces.add(byteTokens[b & 255], at, next);
        }
      } else if (unknownFrom < 0) {
        unknownFrom = at;
      }
      at = next;
    }
    if (unknownFrom >= 0) {
      addUnknown(pieces, unknownFrom, word.length());
    }
    return pieces.build();
  }

  /// The token of one character, with the marks of its place in the word; -1 if there is none.
  private int id(String word, int begin, int end) {
    if (prefix.isEmpty() && suffix.isEmpty() && end == begin + 1) {
      return characters[word.charAt(begin)];
    }
    String token =
        (begin > 0 ? prefix : "")
            + word.substring(begin, end)
            + (end == word.length() ? suffix : "");
    return vocabulary.getOrDefault(token, -1);
  }

  /// Without a token for them, unknown characters are left out.
  private void addUnknown(Pieces.Builder pieces, int begin, int end) {
    if (unknown == null) {
      return;
    }
    Integer id = vocabulary.get(unknown);
    if (id == null) {
      throw new TokenizerException("encode: the vocabulary has no " + unknown);
    }
    pieces.add(id, begin, end);
  }

  /// The symbols are a list linked by index; a queue holds the pairs that merge, by rank and then
  /// by place. A pair that is gone when its turn comes is passed over: n symbols cost n log n.
  private Pieces merged(Pieces symbols) {
    int[] ids = symbols.ids();
    int count = ids.length;
    int[] next = new int[count];
    int[] previous = new int[count];
    int[] ends = symbols.ends().clone();
    PriorityQueue<Candidate> queue = new PriorityQueue<>();
    for (int i = 0; i < count; i++) {
      next[i] = i + 1;
      previous[i] = i - 1;
      offer(queue, ids, i, i + 1);
    }
    while (!queue.isEmpty()) {
      Candidate best = queue.remove();
      int left = best.at;
      int right = ids[left] < 0 ? count : next[left];
      if (right >= count || PairMap.key(ids[left], ids[right]) != best.pair) {
        continue;
      }
      ids[left] = (int) merges.get(best.pair);
      ids[right] = -1;
      ends[left] = ends[right];
      next[left] = next[right];
      if (next[left] < count) {
        previous[next[left]] = left;
      }
      if (previous[left] >= 0) {
        offer(queue, ids, previous[left], left);
      }
      offer(queue, ids, left, next[left]);
    }
    Pieces.Builder pieces = new Pieces.Builder();
    for (int i = 0; i < count; i = next[i]) {
      pieces.add(ids[i], symbols.begins()[i], ends[i]);
    }
    return pieces.build();
  }

  private void offer(PriorityQueue<Candidate> queue, int[] ids, int left, int right) {
    if (right < ids.length) {
      long pair = PairMap.key(ids[left], ids[right]);
      long merge = merges.get(pair);
      if (merge != PairMap.NONE) {
        queue.add(new Candidate((int) (merge >>> 32), left, pair));
      }
    }
  }

  private record Candidate(int rank, int at, long pair) implements Comparable<Candidate> {
    @Override
    public int compareTo(Candidate other) {
      return rank != other.rank ? Integer.compare(rank, other.rank) : Integer.compare(at, other.at);
    }
  }
}
