package jacquard.bench.workloads;

import jacquard.nn.Parameter;
import jacquard.nn.Pass;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import java.util.List;
import java.util.function.IntSupplier;
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

  /// Tensors that a step takes.
  ///
  /// @param portable with noise from [PortableRandom], for models that draw any; otherwise [#trace]
  ///   draws it with the engine's generator
  List<Tensor> batch(int step, boolean portable);

  /// The graph of a step.
  ///
  /// @param step its number, which may be asked for at each run
  /// @param batch as from [#batch]
  Prepared trace(IntSupplier step, List<Tensor> batch);

  /// The graph of one step.
  default Prepared prepare(int step, boolean portable) {
    return trace(() -> step, batch(step, portable));
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

  /// A step's data, and portable standard normal noise if wanted.
  static List<Tensor> withNoise(Tensor data, int step, boolean portable, int... dims) {
    return portable
        ? List.of(
            data,
            Tensor.of(PortableRandom.gauss(NOISE_SEED + step, Shape.of(dims).arraySize()), dims))
        : List.of(data);
  }

  /// The noise of a batch, or if it has none, noise drawn with the pass's key.
  static Tensor noise(List<Tensor> batch, Pass pass, int... dims) {
    return batch.size() > 1 ? batch.get(1) : Tensor.randn(pass.key(), dims);
  }
}
