package jacquard.examples.recipe;

import jacquard.nn.Gpt;
import jacquard.nn.GptDecoder;
import jacquard.nn.Sampler;
import jacquard.nn.data.SplitMix;
import jacquard.nn.text.Tokenizer;
import java.util.Arrays;

/// Writes text token by token. Keys and values of what was written are cached, so a token costs one
/// position's work; when the context is full, the later half of it is read again and the cache goes
/// on from there.
final class TextSampler {
  /// No token: write until the length is reached.
  static final int NEVER = -1;

  private final GptDecoder decoder;
  private final Tokenizer tokenizer;

  TextSampler(Gpt model, Tokenizer tokenizer) {
    this.decoder = new GptDecoder(model, 1);
    this.tokenizer = tokenizer;
  }

  /// The token of a text that is one.
  int token(String text) {
    return tokenizer.encode(text)[0];
  }

  /// What follows `prompt`.
  ///
  /// @param prompt at least one character
  /// @param most tokens to write
  /// @param stop the token that ends the text, or [#NEVER]; never the first
  /// @throws jacquard.nn.text.TokenizerException if a character of the prompt is not in the
  ///   vocabulary
  String write(String prompt, int most, int stop, Sampler sampler, SplitMix random) {
    int[] tokens = tokenizer.encode(prompt);
    int begin = tokens.length;
    int end = begin;
    tokens = Arrays.copyOf(tokens, begin + most);
    float[] logits = read(tokens, end, decoder.capacity());
    while (end < tokens.length) {
      if (end == begin && stop != NEVER) {
        logits[stop] = Float.NEGATIVE_INFINITY;
      }
      int token = sampler.choose(logits, random);
      if (token == stop) {
        break;
      }
      tokens[end++] = token;
      if (end < tokens.length) {
        logits =
            decoder.position() < decoder.capacity()
                ? decoder.next(token)[0]
                : read(tokens, end, Math.max(1, decoder.capacity() / 2));
      }
    }
    return tokenizer.decode(Arrays.copyOfRange(tokens, begin, end));
  }

  private float[] read(int[] tokens, int end, int most) {
    return decoder.prefill(Arrays.copyOfRange(tokens, Math.max(0, end - most), end))[0];
  }
}
