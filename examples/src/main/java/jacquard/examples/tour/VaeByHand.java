package jacquard.examples.tour;

import static jacquard.examples.tour.Sections.section;

import jacquard.examples.data.StrokeDigits;
import jacquard.tensor.Key;
import jacquard.tensor.Step;
import jacquard.tensor.Tensor;
import java.util.List;
import java.util.Locale;

/// Chapter 11: a variational autoencoder from tensors and gradients alone squeezes digits into a
/// few numbers and draws them again.
///
/// B pictures of P pixels, Z numbers for each.
public final class VaeByHand {
  private static final int B = 64;
  private static final int SIDE = 14;
  private static final int P = SIDE * SIDE;
  private static final int WIDE = 128;
  private static final int Z = 8;
  private static final int STEPS = 600;

  private final StrokeDigits digits = new StrokeDigits(1);
  private final Key key = Key.of(1);
  private final Weights weights = new Weights(key);
  private final AdamByHand adam;

  private VaeByHand() {
    layer("in", P, WIDE);
    layer("code", WIDE, 2 * Z);
    layer("wide", Z, WIDE);
    layer("out", WIDE, P);
    adam = new AdamByHand(weights.all(), 0.9, 0.999);
  }

  private void layer(String name, int from, int to) {
    weights.normal(name, 1 / Math.sqrt(from), to, from);
    weights.zeros(name + ".bias", to);
  }

  private Tensor linear(Tensor x, String name) {
    return x.matmul(weights.of(name).t()).add(weights.of(name + ".bias"));
  }

  /// Mean and logarithm of the variance of each picture's numbers, side by side: `[B, 2 Z]`.
  private Tensor encode(Tensor pictures) {
    return linear(linear(pictures, "in").relu(), "code");
  }

  /// `[B, Z]` to `[B, P]`: the sigmoid of these is how likely each pixel is ink.
  private Tensor decode(Tensor z) {
    return linear(linear(z, "wide").relu(), "out");
  }

  /// What a picture costs in nats: its pixels, given its numbers, and the numbers themselves.
  private Tensor[] cost(Tensor pictures, Key noise) {
    Tensor code = encode(pictures);
    Tensor mean = code.slice(1, 0, Z);
    Tensor logVariance = code.slice(1, Z, 2 * Z);
    Tensor deviation = logVariance.mul(0.5).exp();
    Tensor z = mean.add(Tensor.randn(noise, B, Z).mul(deviation));
    Tensor logits = decode(z);
    // -log of a Bernoulli probability: log(1 + e^x) - x where there is ink, log(1 + e^x) elsewhere
    Tensor pixels = logits.softplus().sub(logits.mul(pictures)).sum().div(B);
    Tensor numbers =
        mean.square().add(logVariance.exp()).sub(logVariance).sub(1).mul(0.5).sum().div(B);
    return new Tensor[] {pixels, numbers};
  }

  /// Pictures `first .. first + B - 1`, each pixel the mean of two by two, `[B, P]`.
  private Tensor pictures(long first) {
    Tensor large = Tensor.of(digits.images(first, B), B, SIDE, 2, SIDE, 2);
    return large.mean(2, 4).reshape(B, P);
  }

  private double[] step(int step) {
    Tensor[] cost = cost(pictures((long) step * B), key.dynamic().fold(100 + step));
    Tensor loss = cost[0].add(cost[1]);
    Step.run(List.of(cost[0], cost[1]), adam.updates(loss, step, 2e-3));
    return new double[] {cost[0].item(), cost[1].item()};
  }

  /// Pictures side by side, the darker the more ink.
  private static void print(Tensor pictures, int count) {
    float[] ink = pictures.toFloatArray();
    for (int row = 0; row < SIDE; row++) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < count; i++) {
        for (int column = 0; column < SIDE; column++) {
          float x = ink[i * P + row * SIDE + column];
          line.append(" .:+#@".charAt((int) Math.min(5, x * 6)));
        }
        line.append(' ');
      }
      System.out.println(line.toString().stripTrailing());
    }
  }

  static void main(String[] args) {
    VaeByHand vae = new VaeByHand();
    section("training");
    for (int step = 0; step < STEPS; step++) {
      double[] cost = vae.step(step);
      if (step % 100 == 0 || step == STEPS - 1) {
        System.out.println(
            String.format(
                Locale.ROOT, "step %3d  pixels %5.1f  numbers %4.1f nats", step, cost[0], cost[1]));
      }
    }

    section("new pictures");
    Tensor unseen = vae.pictures(1_000_000);
    print(unseen, 5);

    section("drawn again");
    Tensor mean = vae.encode(unseen).slice(1, 0, Z);
    print(vae.decode(mean).sigmoid(), 5);

    section("between two");
    Tensor from = mean.slice(0, 0, 1);
    Tensor to = mean.slice(0, 1, 2);
    Tensor part = Tensor.linspace(0, 1, 5).unsqueeze(1);
    print(vae.decode(from.add(to.sub(from).mul(part))).sigmoid(), 5);

    section("from noise");
    print(vae.decode(Tensor.randn(Key.of(7), 5, Z)).sigmoid(), 5);
  }
}
