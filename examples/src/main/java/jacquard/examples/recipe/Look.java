package jacquard.examples.recipe;

import jacquard.examples.tensorboard.Histogram;
import jacquard.nn.Parameter;
import jacquard.nn.train.Inspection;
import jacquard.tensor.DType;
import jacquard.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// A model in training at one step: how its weights and gradients are spread, by parameter.
///
/// @param step steps made
/// @param ranks of the parameters
/// @param relus parts of units that are dead, by layer
/// @param broken a parameter that holds NaN or infinite numbers; null if none does
record Look(
    long step,
    SequencedMap<String, Histogram> weights,
    SequencedMap<String, Histogram> gradients,
    SequencedMap<String, Integer> ranks,
    SequencedMap<String, Double> relus,
    @Nullable String broken) {

  static Look of(long step, Inspection found) {
    SequencedMap<String, Histogram> weights = new LinkedHashMap<>();
    SequencedMap<String, Histogram> gradients = new LinkedHashMap<>();
    SequencedMap<String, Integer> ranks = new LinkedHashMap<>();
    String broken = null;
    for (Map.Entry<Parameter, Tensor> gradient : found.gradients().entrySet()) {
      Parameter parameter = gradient.getKey();
      String name = parameter.name();
      Histogram spread = spread(parameter.value());
      if (broken == null && spread.count() < parameter.shape().size()) {
        broken = name;
      }
      weights.put(name, spread);
      gradients.put(name, spread(gradient.getValue()));
      ranks.put(name, parameter.shape().rank());
    }
    return new Look(step, weights, gradients, ranks, found.relus(), broken);
  }

  private static Histogram spread(Tensor values) {
    return Histogram.of(values.cast(DType.F32).toFloatArray());
  }

  /// Root mean square of a parameter's gradient.
  double gradientSize(String name) {
    Histogram gradient = gradients.get(name);
    return gradient == null ? 0 : gradient.size();
  }

  /// Norm of all gradients together.
  double gradientNorm() {
    return Math.sqrt(gradients.values().stream().mapToDouble(Histogram::squares).sum());
  }
}
