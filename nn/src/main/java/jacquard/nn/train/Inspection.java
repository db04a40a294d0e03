package jacquard.nn.train;

import jacquard.autograd.Gradients;
import jacquard.nn.Parameter;
import jacquard.nn.Pass;
import jacquard.tensor.Step;
import jacquard.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/// What a step would find, without making it: nothing is written.
///
/// @param gradients of the parameters, before clipping; each has its value
/// @param relus parts of units that are dead, by the layer that feeds them, from 0 to 1
public record Inspection(
    SequencedMap<Parameter, Tensor> gradients, SequencedMap<String, Double> relus) {

  /// A loss and what is trained to lower it.
  ///
  /// @param loss a scalar
  /// @param parameters what is trained
  public record Target(Tensor loss, List<Parameter> parameters) {}

  /// Looks at losses, each for its own parameters.
  ///
  /// @param targets losses and what they train
  /// @param pass the losses were made with
  /// @return what was seen
  public static Inspection of(List<Target> targets, Pass pass) {
    List<Tensor> losses = new ArrayList<>();
    SequencedMap<Parameter, Tensor> gradients = new LinkedHashMap<>();
    for (Target target : targets) {
      losses.add(target.loss);
      List<Tensor> found = Gradients.of(target.loss, pass.values(target.parameters));
      for (int i = 0; i < found.size(); i++) {
        gradients.put(target.parameters.get(i), found.get(i));
      }
    }
    Map<String, Tensor> dead = Relus.dead(losses);
    List<Tensor> all = new ArrayList<>(gradients.values());
    all.addAll(dead.values());
    Step.realise(all.toArray(Tensor[]::new));
    SequencedMap<String, Double> relus = new LinkedHashMap<>();
    dead.forEach((layer, part) -> relus.put(layer, part.item()));
    return new Inspection(gradients, relus);
  }
}
