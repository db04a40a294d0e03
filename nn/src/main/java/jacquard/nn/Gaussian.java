package jacquard.nn;

import jacquard.nn.data.SplitMix;
import java.util.function.DoubleSupplier;

/// Standard normal numbers by Box and Muller's transform, with `StrictMath` so that every machine
/// draws the same bits.
final class Gaussian implements DoubleSupplier {
  private final SplitMix random;
  private double spare = Double.NaN;

  Gaussian(SplitMix random) {
    this.random = random;
  }

  @Override
  public double getAsDouble() {
    if (!Double.isNaN(spare)) {
      double second = spare;
      spare = Double.NaN;
      return second;
    }
    // 1 - u lies in (0, 1], where the logarithm is finite
    double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - random.nextDouble()));
    double angle = 2 * Math.PI * random.nextDouble();
    spare = radius * StrictMath.sin(angle);
    return radius * StrictMath.cos(angle);
  }
}
