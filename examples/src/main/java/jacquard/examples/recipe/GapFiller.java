package jacquard.examples.recipe;

import jacquard.nn.Gpt;
import jacquard.nn.Pass;
import jacquard.nn.Sampler;
import jacquard.nn.data.SplitMix;
import jacquard.nn.text.Tokenizer;
import jacquard.tensor.DType;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

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

  /// What `sample` writes: each prompt with its gaps filled, as often as is asked for, a line each.
  ///
  /// @throws IllegalArgumentException if an option is for models that write, or there is no prompt
  String write(SampleOptions options) {
    options.requireNoText(
        MlmRecipe.NAME,
        "--prompt",
        "--temperature",
        "--top-k",
        "--top-p",
        "--min-p",
        "--repetition-penalty");
    options.requireNoClass(MlmRecipe.NAME);
    if (options.prompts.isEmpty()) {
      throw new IllegalArgumentException(
          "--prompt is missing, expected a text in which " + GAP + " stands for each gap");
    }
    List<String> filled = new ArrayList<>();
    for (String prompt : options.prompts) {
      int[] text = read(prompt);
      for (int i = 0; i < options.count(1); i++) {
        filled.add(fill(text, options.sampler(), SplitMix.of(options.seed, filled.size())));
      }
    }
    return String.join("\n", filled) + "\n";
  }

  /// The tokens of a text in which each [#GAP] is one.
  int[] tokens(String text) {
    String[] parts = text.split(GAP, -1);
    int[] tokens = tokenizer.encode(parts[0]);
    for (int i = 1; i < parts.length; i++) {
      int[] more = tokenizer.encode(parts[i]);
      int end = tokens.length;
      tokens = Arrays.copyOf(tokens, end + 1 + more.length);
      tokens[end] = mask();
      System.arraycopy(more, 0, tokens, end + 1, more.length);
    }
    return tokens;
  }

  /// [#tokens] of a text with gaps.
  ///
  /// @throws IllegalArgumentException if there is no gap, or there are more tokens than the model's
  ///   context
  int[] read(String text) {
    int[] tokens = tokens(text);
    long gaps = Arrays.stream(tokens).filter(token -> token == mask()).count();
    if (gaps == 0 || tokens.length > model.config().context()) {
      throw new IllegalArgumentException(
          "--prompt has "
              + gaps
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
  ///
  /// @throws java.util.concurrent.CancellationException if the thread is interrupted
  String fill(int[] text, Sampler sampler, SplitMix random) {
    int[] tokens = text.clone();
    while (true) {
      TextSampler.requireGoingOn();
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
