package jacquard.examples.recipe;

import jacquard.nn.Gpt;
import jacquard.nn.Pass;
import jacquard.nn.Sampler;
import jacquard.nn.data.SplitMix;
import jacquard.nn.text.Tokenizer;
import jacquard.tensor.DType;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import java.util.Arrays;

/// Fills gaps of a text with a masked model: again and again the one of which it is surest, so that
/// each is filled with a view to those before.
///
/// @param model its last token is the mask
record GapFiller(Gpt model, Tokenizer tokenizer) {
  /// What stands for a gap in a text.
  static final String GAP = "_";

  int mask() {
    return tokenizer.vocabularySize();
  }

  /// The tokens of a text in which each [#GAP] is one.
  ///
  /// @throws IllegalArgumentException if there is no gap, or there are more tokens than the model's
  ///   context
  int[] read(String text) {
    String[] parts = text.split(GAP, -1);
    int[] tokens = tokenizer.encode(parts[0]);
    for (int i = 1; i < parts.length; i++) {
      int[] more = tokenizer.encode(parts[i]);
      int end = tokens.length;
      tokens = Arrays.copyOf(tokens, end + 1 + more.length);
      tokens[end] = mask();
      System.arraycopy(more, 0, tokens, end + 1, more.length);
    }
    if (parts.length == 1 || tokens.length > model.config().context()) {
      throw new IllegalArgumentException(
          "--prompt has "
              + (parts.length - 1)
              + " gaps ("
              + GAP
              + ") among "
              + tokens.length
              + " tokens, expected at least one, and at most "
              + model.config().context()
              + " tokens");
    }
    return tokens;
  }

  /// The text with all gaps filled.
  String fill(int[] text, Sampler sampler, SplitMix random) {
    int[] tokens = text.clone();
    while (true) {
      float[][] logits = logits(tokens);
      int surest = -1;
      double best = 0;
      for (int t = 0; t < tokens.length; t++) {
        if (tokens[t] == mask()) {
          double sure = surety(logits[t]);
          if (surest < 0 || sure > best) {
            surest = t;
            best = sure;
          }
        }
      }
      if (surest < 0) {
        return tokenizer.decode(tokens);
      }
      tokens[surest] = sampler.choose(logits[surest], tokens(tokens), random);
    }
  }

  /// Those that are no gaps.
  private int[] tokens(int[] all) {
    return Arrays.stream(all).filter(token -> token != mask()).toArray();
  }

  /// Text with its gaps shown.
  String show(int[] text) {
    StringBuilder shown = new StringBuilder();
    int from = 0;
    for (int t = 0; t <= text.length; t++) {
      if (t == text.length || text[t] == mask()) {
        shown.append(tokenizer.decode(Arrays.copyOfRange(text, from, t)));
        shown.append(t == text.length ? "" : GAP);
        from = t + 1;
      }
    }
    return shown.toString();
  }

  /// Logits of the text's own tokens at each position.
  private float[][] logits(int[] tokens) {
    Tensor index =
        Tensor.stored(
            DType.I32, tokens, Shape.of(1, tokens.length), model.tokens().weight().device());
    float[] all = model.forward(index, Pass.evaluation()).toFloatArray();
    int vocabulary = model.config().vocabulary();
    float[][] rows = new float[tokens.length][];
    for (int t = 0; t < tokens.length; t++) {
      rows[t] = Arrays.copyOfRange(all, t * vocabulary, t * vocabulary + mask());
    }
    return rows;
  }

  /// Logarithm of the largest probability.
  private static double surety(float[] logits) {
    double largest = Double.NEGATIVE_INFINITY;
    for (float logit : logits) {
      largest = Math.max(largest, logit);
    }
    double sum = 0;
    for (float logit : logits) {
      sum += StrictMath.exp(logit - largest);
    }
    return -StrictMath.log(sum);
  }
}
