package jacquard.examples.recipe;

import jacquard.nn.Precision;
import jacquard.nn.train.TrainStep;
import picocli.CommandLine.Option;

/// `--precision`: what the products of a training step multiply.
final class PrecisionOptions {
  @Option(
      names = "--precision",
      paramLabel = "TYPE",
      defaultValue = "f32",
      description =
          "What matrix products, convolutions and attention multiply: f32, bf16 or f16, added in f32; weights"
              + " stay f32. Default: ${DEFAULT-VALUE}.")
  private Precision precision;

  Precision precision() {
    return precision;
  }

  /// The same step in this precision.
  <B> TrainStep<B> apply(TrainStep<B> step) {
    return step.withPrecision(precision);
  }
}
