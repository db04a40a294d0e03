package jacquard.examples.tour;

import static jacquard.examples.tour.Sections.section;

import jacquard.tensor.Key;
import jacquard.tensor.Step;
import jacquard.tensor.Tensor;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/// Chapter 10: a GPT from tensors and gradients alone learns to count in words.
///
/// B windows, T letters each, D wide, H heads of E, V letters in the alphabet.
public final class GptByHand {
  private static final int B = 16;
  private static final int T = 32;
  private static final int D = 32;
  private static final int H = 2;
  private static final int E = D / H;
  private static final int LAYERS = 2;
  private static final int STEPS = 600;

  private final String text = NumberWords.text();
  private final String alphabet = NumberWords.letters();
  private final Weights weights = new Weights(Key.of(1));
  private final AdamByHand adam;

  private GptByHand() {
    weights.normal("letters", 0.1, alphabet.length(), D);
    weights.normal("positions", 0.1, T, D);
    for (int i = 0; i < LAYERS; i++) {
      weights.normal("qkv" + i, 1 / Math.sqrt(D), 3 * D, D);
      weights.normal("out" + i, 0.5 / Math.sqrt(D), D, D);
      weights.normal("up" + i, 1 / Math.sqrt(D), 4 * D, D);
      weights.normal("down" + i, 0.5 / Math.sqrt(4 * D), D, 4 * D);
    }
    adam = new AdamByHand(weights.all(), 0.9, 0.99);
  }

  /// `x wᵀ`: `[..., in]` to `[..., out]`.
  private Tensor linear(Tensor x, String weight) {
    return x.matmul(weights.of(weight).t());
  }

  /// Rows of length 1, on average over their columns.
  private static Tensor norm(Tensor x) {
    return x.mul(x.square().meanKeepDims(-1).add(1e-5).rsqrt());
  }

  /// Every position looks at itself and those before: `[B, T, D]` to the same.
  private Tensor attention(Tensor x, int layer) {
    int batch = x.dim(0);
    Tensor qkv = linear(x, "qkv" + layer).reshape(batch, T, 3, H, E).permute(2, 0, 3, 1, 4);
    Tensor q = qkv.select(0, 0); // [B, H, T, E]
    Tensor k = qkv.select(0, 1);
    Tensor v = qkv.select(0, 2);
    Tensor scores = q.matmul(k.t()).mul(1 / Math.sqrt(E)); // [B, H, T, T]
    Tensor position = Tensor.arange(T);
    Tensor seen = position.unsqueeze(1).ge(position);
    Tensor looks = seen.where(scores, Double.NEGATIVE_INFINITY).softmax(-1);
    Tensor heads = looks.matmul(v).permute(0, 2, 1, 3).reshape(batch, T, D);
    return linear(heads, "out" + layer);
  }

  private Tensor feedForward(Tensor x, int layer) {
    return linear(linear(x, "up" + layer).relu(), "down" + layer);
  }

  /// Scores of the next letter at each position: `[B, T]` to `[B, T, V]`.
  private Tensor logits(Tensor index) {
    Tensor x = weights.of("letters").gather(index).add(weights.of("positions"));
    for (int layer = 0; layer < LAYERS; layer++) {
      x = x.add(attention(norm(x), layer));
      x = x.add(feedForward(norm(x), layer));
    }
    return linear(norm(x), "letters");
  }

  /// Mean of `-log p(next letter)`, in nats.
  private Tensor loss(Tensor index, Tensor next) {
    Tensor chosen = next.oneHot(alphabet.length());
    return logits(index).logSoftmax(-1).mul(chosen).sum(-1).mean().neg();
  }

  private double step(int step, SplittableRandom random) {
    int[] index = new int[B * T];
    int[] next = new int[B * T];
    for (int b = 0; b < B; b++) {
      int start = random.nextInt(text.length() - T);
      for (int t = 0; t < T; t++) {
        index[b * T + t] = alphabet.indexOf(text.charAt(start + t));
        next[b * T + t] = alphabet.indexOf(text.charAt(start + t + 1));
      }
    }
    Tensor loss = loss(Tensor.of(index, B, T), Tensor.of(next, B, T));
    double rate = 0.01 * Math.min(1, (STEPS - step) / (0.5 * STEPS));
    Step.run(List.of(loss), adam.updates(loss, step, rate));
    return loss.item();
  }

  /// `prompt` and what the model takes to be likeliest after it, letter by letter.
  private String write(String prompt, int length) {
    StringBuilder written = new StringBuilder(prompt);
    while (written.length() < length) {
      String seen = written.substring(Math.max(0, written.length() - T));
      int[] index = new int[T]; // what comes after the letters seen changes nothing before it
      for (int t = 0; t < seen.length(); t++) {
        index[t] = alphabet.indexOf(seen.charAt(t));
      }
      int[] likeliest = logits(Tensor.of(index, 1, T)).argmax(-1).toIntArray();
      written.append(alphabet.charAt(likeliest[seen.length() - 1]));
    }
    return written.toString();
  }

  static void main(String[] args) {
    GptByHand gpt = new GptByHand();
    section("text");
    System.out.println(gpt.text.length() + " letters of '" + gpt.alphabet + "': ");
    System.out.println(gpt.text.substring(0, 60) + " ...");

    section("training");
    SplittableRandom random = new SplittableRandom(1);
    for (int step = 0; step < STEPS; step++) {
      double loss = gpt.step(step, random);
      if (step % 100 == 0 || step == STEPS - 1) {
        System.out.println(String.format(Locale.ROOT, "step %3d  loss %.2f", step, loss));
      }
    }

    section("written");
    for (String prompt : List.of("seven ", "twenty-eight ", "fifty-nine sixty ")) {
      System.out.println(gpt.write(prompt, 60).strip());
    }
  }
}
