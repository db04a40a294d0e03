package jacquard.nn.text;

import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The most likely cut of a word into tokens that occur independently, by Viterbi's algorithm.
///
/// @see <a href="https://arxiv.org/abs/1804.10959">Subword regularization</a>
final class UnigramModel implements SubwordModel {
  /// How much less likely than the least likely token an unknown character is, in nats.
  private static final double PENALTY = 10;

  private final Map<String, Integer> vocabulary;
  private final double[] scores;
  private final int unknownId;
  private final @Nullable String unknown;
  private final int @Nullable [] byteTokens;
  private final double unknownScore;
  private final int longest;

  private UnigramModel(
      Map<String, Integer> vocabulary,
      double[] scores,
      int unknownId,
      @Nullable String unknown,
      int @Nullable [] byteTokens) {
    this.vocabulary = vocabulary;
    this.scores = scores;
    this.unknownId = unknownId;
    this.unknown = unknown;
    this.byteTokens = byteTokens;
    this.unknownScore = Arrays.stream(scores).min().orElse(0) - PENALTY;
    this.longest = vocabulary.keySet().stream().mapToInt(String::length).max().orElse(0);
  }

  static UnigramModel read(Json json) throws FormatException {
    List<Json> entries = json.field("vocab").items();
    Map<String, Integer> vocabulary = new HashMap<>();
    double[] scores = new double[entries.size()];
    for (int id = 0; id < scores.length; id++) {
      List<Json> entry = entries.get(id).items();
      if (entry.size() != 2) {
        throw new FormatException(
            "tokenizer: vocab has %d values at index %d, expected a token and its score"
                .formatted(entry.size(), id));
      }
      vocabulary.put(entry.getFirst().asText(), id);
      scores[id] = entry.getLast().asDouble();
    }
    Json unknown = Components.present(json, "unk_id");
    int unknownId = unknown == null ? -1 : unknown.asInt();
    if (unknownId >= scores.length) {
      throw new FormatException(
          "tokenizer: unk_id is %d, expected one of the %d tokens"
              .formatted(unknownId, scores.length));
    }
    return new UnigramModel(
        vocabulary,
        scores,
        unknownId,
        unknownId < 0 ? null : entries.get(unknownId).items().getFirst().asText(),
        Components.flag(json, "byte_fallback", false) ? SubwordModel.byteTokens(vocabulary) : null);
  }

  @Override
  public Map<String, Integer> vocabulary() {
    return vocabulary;
  }

  @Override
  public @Nullable String unknown() {
    return unknown;
  }

  boolean isUnknown(int id) {
    return id == unknownId;
  }

  @Override
  public Pieces pieces(String word) {
    int length = word.length();
    // The best cut of the first n units: its score, where its last token begins and what it is.
    double[] best = new double[length + 1];
    int[] begins = new int[length + 1];
    int[] ids = new int[length + 1];
    Arrays.fill(begins, -1);
    for (int at = 0; at < length; ) {
      int next = at + Character.charCount(word.codePointAt(at));
      boolean single = false;
      for (int end = next; end <= length && end - at <= longest; end++) {
        Integer id = vocabulary.get(word.substring(at, end));
        if (id != null) {
          better(best, begins, ids, at, end, best[at] + scores[id], id);
          single |= end == next;
        }
      }
      if (!single) {
        better(best, begins, ids, at, next, best[at] + unknownScore, unknownId);
      }
      at = next;
    }
    return cut(word, begins, ids);
  }

  private static void better(
      double[] best, int[] begins, int[] ids, int at, int end, double score, int id) {
    if (begins[end] < 0 || score > best[end]) {
      best[end] = score;
      begins[end] = at;
      ids[end] = id;
    }
  }

  private Pieces cut(String word, int[] begins, int[] ids) {
    Deque<Integer> ends = new ArrayDeque<>();
    for (int end = word.length(); end > 0; end = begins[end]) {
      ends.push(end);
    }
    Pieces.Builder pieces = new Pieces.Builder();
    int unknownFrom = -1;
    for (int end : ends) {
      if (ids[end] == unknownId) {
        // Unknown characters side by side are one token.
        unknownFrom = unknownFrom < 0 ? begins[end] : unknownFrom;
        if (end == word.length()) {
          addUnknown(pieces, word, unknownFrom, end);
        }
        continue;
      }
      if (unknownFrom >= 0) {
        addUnknown(pieces, word, unknownFrom, begins[end]);
        unknownFrom = -1;
      }
      pieces.add(ids[end], begins[end], end);
    }
    return pieces.build();
  }

  private void addUnknown(Pieces.Builder pieces, String word, int begin, int end) {
    String part = word.substring(begin, end);
    if (byteTokens != null) {
      for (byte b : part.getBytes(StandardCharsets.UTF_8)) {
        pieces.add(byteTokens[b & 255], begin, end);
      }
    } else if (unknownId >= 0) {
      pieces.add(unknownId, begin, end);
    } else {
      throw new TokenizerException(
          "encode: unknown characters '%s', and the vocabulary has no token for unknown ones"
              .formatted(part));
    }
  }
}
