package jacquard.bench.workloads;

import jacquard.nn.Parameter;
import jacquard.nn.Pass;
import jacquard.tensor.Key;
import jacquard.tensor.Shape;
import jacquard.tensor.Step;
import jacquard.tensor.Tensor;
import java.util.List;
import java.util.function.ToDoubleFunction;

/// A model with its data and optimiser, trained a step at a time.
interface Workload {
  /// Batches that exist before the clock starts; step `s` uses batch `s mod BATCHES`.
  int BATCHES = 4;

  /// Seed of batch 0.
  long DATA_SEED = 1000;

  /// Seed of the portable noise of step 0.
  long NOISE_SEED = 2000;

  /// Samples or tokens in a step.
  int units();

  /// What a step computes.
  ///
  /// @param losses one or two
  /// @param pass holds the updates
  record Prepared(List<Tensor> losses, Pass pass) {}

  /// The graph of one step.
  ///
  /// @param portable draws the noise from [PortableRandom] instead of the engine's generator
  Prepared prepare(int step, boolean portable);

  /// Trains one step.
  ///
  /// @return the losses
  default double[] step(int step, boolean portable) {
    Prepared prepared = prepare(step, portable);
    Step.run(prepared.losses(), prepared.pass().updates());
    return prepared.losses().stream().mapToDouble(Tensor::item).toArray();
  }

  /// Fills parameter `k` from seed `first + k`, uniform within `bound`; a bound of 0 leaves it as
  /// it is.
  static void initialise(
      List<Parameter> parameters, long first, ToDoubleFunction<Parameter> bound) {
    for (int k = 0; k < parameters.size(); k++) {
      Parameter parameter = parameters.get(k);
      double a = bound.applyAsDouble(parameter);
      if (a > 0) {
        parameter.load(PortableRandom.symmetric(first + k, a, parameter.shape().arraySize()));
      }
    }
  }

  /// `1 / sqrt(fan in)` of the weight that `parameter` is, or is the bias of; 0 for norms.
  ///
  /// @param all every parameter of the model: a bias follows its weight
  static double fanBound(Parameter parameter, List<Parameter> all) {
    if (parameter.name().startsWith("norm")) {
      return 0;
    }
    int at = all.indexOf(parameter);
    Shape weight = (parameter.shape().rank() > 1 ? parameter : all.get(at - 1)).shape();
    return 1 / Math.sqrt((double) weight.size() / weight.dim(0));
  }

  /// Standard normal noise of a step.
  static Tensor noise(int step, boolean portable, Key key, int... dims) {
    if (!portable) {
      return Tensor.randn(key, dims);
    }
    return Tensor.of(PortableRandom.gauss(NOISE_SEED + step, Shape.of(dims).arraySize()), dims);
  }
}
