package jacquard.examples.recipe;

import jacquard.nn.Sampler;
import jacquard.nn.data.SplitMix;
import jacquard.nn.text.TextStream;
import jacquard.nn.text.Tokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// One text being written: its tokens, and how much of it is told.
///
/// What may turn out to be the beginning of a stop is held back until it isn't, or the text ends.
final class TextWriting {
  /// That fit into an array.
  private static final int MOST_TOKENS = Integer.MAX_VALUE - 8;

  private final int index;
  private final Sampler sampler;
  private final List<String> stops;
  private final int longest;

  /// Tokens that can be written; a model may have more.
  private final int vocabulary;

  /// Tokens that may not come first.
  private final Set<Integer> notFirst;

  private final Set<Integer> ends;
  private final SplitMix random;
  private final TextSampler.Listener listener;
  private final TextStream stream;
  private final StringBuilder text = new StringBuilder();
  private final int begin;

  /// Tokens of the prompt and of what is written.
  private final int limit;

  private int[] tokens;
  private int end;
  private int told;
  private boolean ended;

  TextWriting(
      int index,
      int[] prompt,
      Tokenizer tokenizer,
      TextSampler.Manner manner,
      SplitMix random,
      TextSampler.Listener listener) {
    this.index = index;
    this.sampler = manner.sampler();
    this.stops = manner.stops();
    this.longest = stops.stream().mapToInt(String::length).max().orElse(0);
    this.notFirst = manner.notEmpty() ? single(tokenizer, stops) : Set.of();
    this.vocabulary = tokenizer.vocabularySize();
    this.ends = manner.ends();
    this.random = random;
    this.listener = listener;
    this.stream = tokenizer.stream();
    this.begin = prompt.length;
    this.end = begin;
    this.limit = (int) Math.min(MOST_TOKENS, (long) begin + manner.most());
    this.tokens = prompt;
  }

  /// The tokens of those texts that are one.
  private static Set<Integer> single(Tokenizer tokenizer, List<String> texts) {
    return texts.stream()
        .map(tokenizer::encode)
        .filter(ids -> ids.length == 1)
        .map(ids -> ids[0])
        .collect(Collectors.toSet());
  }

  boolean ended() {
    return ended;
  }

  /// The last tokens, `most` or all.
  int[] last(int most) {
    return Arrays.copyOfRange(tokens, Math.max(0, end - most), end);
  }

  /// What was written, to its end.
  String text() {
    return text.toString();
  }

  /// Chooses the next token and takes it up.
  int choose(float[] logits) {
    if (logits.length > vocabulary) {
      Arrays.fill(logits, vocabulary, logits.length, Float.NEGATIVE_INFINITY);
    }
    if (end == begin) {
      notFirst.forEach(token -> logits[token] = Float.NEGATIVE_INFINITY);
    }
    int token = sampler.choose(logits, tokens, end, random);
    if (end == tokens.length) {
      tokens = Arrays.copyOf(tokens, (int) Math.clamp(2L * end, end + 64L, MOST_TOKENS));
    }
    tokens[end++] = token;
    boolean last = ends.contains(token);
    if (!last) {
      take(stream.next(token));
    }
    if (!ended && (last || end == limit)) {
      take(stream.finish());
      finish(text.length());
    }
    return token;
  }

  private void take(String part) {
    int from = Math.max(0, text.length() - longest + 1);
    text.append(part);
    int stop = Integer.MAX_VALUE;
    for (String candidate : stops) {
      int at = text.indexOf(candidate, from);
      stop = at >= 0 ? Math.min(stop, at) : stop;
    }
    if (stop < Integer.MAX_VALUE) {
      finish(stop);
    } else {
      tell(text.length() - heldBack());
    }
  }

  /// Characters at the end with which a stop may begin.
  private int heldBack() {
    for (int length = Math.min(longest - 1, text.length()); length > 0; length--) {
      String tail = text.substring(text.length() - length);
      if (stops.stream().anyMatch(stop -> stop.startsWith(tail))) {
        return length;
      }
    }
    return 0;
  }

  private void finish(int length) {
    if (!ended) {
      text.setLength(length);
      tell(length);
      ended = true;
      listener.end(index);
    }
  }

  private void tell(int length) {
    if (length > told) {
      listener.part(index, text.substring(told, length));
      told = length;
    }
  }
}
