package jacquard.examples.recipe;

import jacquard.nn.Gpt;
import jacquard.nn.GptDecoder;
import jacquard.nn.Sampler;
import jacquard.nn.data.SplitMix;
import jacquard.nn.text.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/// Writes texts token by token, several at a time: as many side by side as give each the bits that
/// it has alone. Keys and values of what was written are cached, so a token costs one position's
/// work; when the context is full, the later half of it is read again and the cache goes on from
/// there.
final class TextSampler {
  /// Positions that are cached at most: models of today have contexts whose keys fill a machine.
  private static final int MOST_POSITIONS = 4096;

  private final Gpt model;
  private final Tokenizer tokenizer;
  private final Map<Integer, GptDecoder> decoders = new HashMap<>();

  TextSampler(Gpt model, Tokenizer tokenizer) {
    this.model = model;
    this.tokenizer = tokenizer;
  }

  /// What a text goes on from.
  ///
  /// @param prompt at least one token long
  record Beginning(String prompt, SplitMix random) {}

  /// How texts are written.
  ///
  /// @param most tokens to write
  /// @param stops strings that end a text, which doesn't have them
  /// @param notEmpty whether no text may begin with a stop that is one token
  /// @param ends tokens that end a text, which doesn't have them
  record Manner(
      Sampler sampler, int most, List<String> stops, boolean notEmpty, Set<Integer> ends) {
    Manner {
      stops = List.copyOf(stops);
      ends = Set.copyOf(ends);
    }

    /// Without tokens that end a text.
    Manner(Sampler sampler, int most, List<String> stops, boolean notEmpty) {
      this(sampler, most, stops, notEmpty, Set.of());
    }
  }

  /// Is told of texts as they grow.
  interface Listener {
    /// @param text which one
    /// @param part what it goes on with: whole characters, never part of a stop
    void part(int text, String part);

    /// @param text one that has its end
    void end(int text);
  }

  /// What follows each beginning.
  ///
  /// @throws CancellationException if the thread is interrupted
  /// @throws jacquard.nn.text.TokenizerException if a character of a prompt is not in the
  ///   vocabulary
  List<String> write(List<Beginning> beginnings, Manner manner, Listener listener) {
    List<TextWriting> writings = new ArrayList<>();
    for (Beginning beginning : beginnings) {
      int[] prompt = tokenizer.encode(beginning.prompt, true);
      writings.add(
          new TextWriting(writings.size(), prompt, tokenizer, manner, beginning.random, listener));
    }
    int rows = Math.min(GptDecoder.SAME_BITS, writings.size());
    int capacity = Math.min(MOST_POSITIONS, model.config().context());
    run(decoders.computeIfAbsent(rows, n -> new GptDecoder(model, n, capacity)), rows, writings);
    return writings.stream().map(TextWriting::text).toList();
  }

  /// @throws CancellationException if the thread is interrupted; it isn't any more then
  static void requireGoingOn() {
    if (Thread.interrupted()) {
      throw new CancellationException("nobody wants to know any more");
    }
  }

  /// A row whose text has ended takes up the next one at once.
  private static void run(GptDecoder decoder, int rows, List<TextWriting> writings) {
    @Nullable TextWriting[] at = new TextWriting[rows];
    float[][] logits = new float[rows][];
    int[] next = new int[rows];
    int begun = 0;
    boolean more = true;
    while (more) {
      more = false;
      requireGoingOn();
      Arrays.fill(next, GptDecoder.REST);
      for (int row = 0; row < rows; row++) {
        TextWriting writing = at[row];
        if (writing != null) {
          int token = writing.choose(logits[row]);
          if (writing.ended()) {
            writing = null;
          } else if (decoder.position(row) < decoder.capacity()) {
            next[row] = token;
          } else {
            int half = Math.max(1, decoder.capacity() / 2);
            logits[row] = decoder.read(row, writing.last(half));
          }
        }
        while (writing == null && begun < writings.size()) {
          TextWriting fresh = writings.get(begun++);
          if (!fresh.ended()) {
            writing = fresh;
            logits[row] = decoder.read(row, fresh.last(decoder.capacity()));
          }
        }
        at[row] = writing;
        more |= writing != null;
      }
      if (Arrays.stream(next).anyMatch(token -> token != GptDecoder.REST)) {
        float[][] decoded = decoder.next(next);
        for (int row = 0; row < rows; row++) {
          logits[row] = next[row] == GptDecoder.REST ? logits[row] : decoded[row];
        }
      }
    }
  }
}
