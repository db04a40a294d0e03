package jacquard.examples.tour;

import static jacquard.examples.tour.Sections.section;

import jacquard.autograd.Gradients;
import jacquard.tensor.Key;
import jacquard.tensor.Step;
import jacquard.tensor.Tensor;
import jacquard.tensor.Update;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// Chapter 12: a GAN from tensors and gradients alone learns to put points on a ring.
///
/// B points of two coordinates, made of Z random numbers each.
public final class GanByHand {
  private static final int B = 64;
  private static final int Z = 4;
  private static final int WIDE = 32;
  private static final int STEPS = 1500;

  /// Weight of the penalty on the discriminator's slope where the data is.
  private static final double GAMMA = 0.2;

  private final Key key = Key.of(1);
  private final Weights generator = new Weights(key.fold(2));
  private final Weights discriminator = new Weights(key.fold(3));
  private final AdamByHand forGenerator;
  private final AdamByHand forDiscriminator;

  private GanByHand() {
    network(generator, Z, WIDE, WIDE, 2);
    network(discriminator, 2, WIDE, WIDE, 1);
    forGenerator = new AdamByHand(generator.all(), 0.5, 0.99);
    forDiscriminator = new AdamByHand(discriminator.all(), 0.5, 0.99);
  }

  private static void network(Weights weights, int... sizes) {
    for (int i = 1; i < sizes.length; i++) {
      weights.normal("w" + i, Math.sqrt(2.0 / sizes[i - 1]), sizes[i], sizes[i - 1]);
      weights.zeros("b" + i, sizes[i]);
    }
  }

  /// Three layers. With a kink at 0 the second derivative that the penalty needs would be rough:
  /// softplus has none.
  private static Tensor apply(Weights weights, Tensor x) {
    Tensor y = x;
    for (int i = 1; i <= 3; i++) {
      y = y.matmul(weights.of("w" + i).t()).add(weights.of("b" + i));
      y = i < 3 ? y.leakyRelu(0.2) : y;
    }
    return y;
  }

  /// Points near the circle of radius 1, `[B, 2]`.
  private static Tensor ring(Key key) {
    Tensor angle = Tensor.uniform(key.fold(0), 0, 2 * Math.PI, B, 1);
    Tensor radius = Tensor.randn(key.fold(1), B, 1).mul(0.05).add(1);
    return Tensor.concat(1, angle.cos(), angle.sin()).mul(radius);
  }

  private Tensor points(Key noise) {
    return apply(generator, Tensor.randn(noise, B, Z));
  }

  /// Both networks learn from the same points, in one plan.
  private double[] step(int step) {
    Key own = key.fold(1).dynamic().fold(step);
    double rate = 5e-3 * (STEPS - step) / STEPS;
    Tensor real = ring(own.fold(0)).realise();
    Tensor made = points(own.fold(1));

    // the discriminator: large where the data is, small where the generator's points are
    Tensor judged = apply(discriminator, real);
    Tensor lossD =
        judged.neg().softplus().mean().add(apply(discriminator, made.detach()).softplus().mean());
    Tensor slope = Gradients.of(judged.sum(), real); // [B, 2], a graph like any other
    Tensor penalty = slope.square().sum(1).mean().mul(GAMMA / 2);
    List<Update> updates =
        new ArrayList<>(forDiscriminator.updates(lossD.add(penalty), step, rate));

    // the generator: its points should be taken for data
    Tensor lossG = apply(discriminator, made).neg().softplus().mean();
    updates.addAll(forGenerator.updates(lossG, step, rate));

    Step.run(List.of(lossD, lossG), updates);
    return new double[] {lossD.item(), lossG.item()};
  }

  private void report(int step) {
    Tensor points = points(Key.of(99)).realise();
    Tensor radius = points.square().sum(1).sqrt();
    System.out.println(
        String.format(
            Locale.ROOT,
            "step %4d  radius %.2f, deviation %.2f",
            step,
            radius.mean().item(),
            radius.std().item()));
  }

  /// The plane from -1.5 to 1.5, a point where there is one.
  private static void picture(Tensor points) {
    char[][] rows = new char[15][30];
    for (char[] row : rows) {
      Arrays.fill(row, ' ');
    }
    float[] xy = points.toFloatArray();
    for (int i = 0; i < xy.length; i += 2) {
      int column = (int) Math.floor((xy[i] + 1.5) * 10);
      int row = (int) Math.floor((xy[i + 1] + 1.5) * 5);
      if (row >= 0 && row < 15 && column >= 0 && column < 30) {
        rows[14 - row][column] = 'o';
      }
    }
    for (char[] row : rows) {
      System.out.println(("|" + new String(row)).stripTrailing());
    }
  }

  static void main(String[] args) {
    GanByHand gan = new GanByHand();
    section("data");
    picture(ring(Key.of(5)));
    section("before");
    picture(gan.points(Key.of(99)));
    section("training");
    for (int step = 0; step < STEPS; step++) {
      if (step % 200 == 0) {
        gan.report(step);
      }
      gan.step(step);
    }
    gan.report(STEPS);
    section("after");
    picture(gan.points(Key.of(99)));
  }
}
