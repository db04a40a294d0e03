package jacquard.nn.optim;

import jacquard.nn.Parameter;
import jacquard.tensor.Tensor;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Checks that every optimiser makes.
final class Groups {
  private Groups() {}

  static List<Parameter> parameters(List<Group> groups) {
    return groups.stream().flatMap(group -> group.parameters().stream()).toList();
  }

  static void requireDisjoint(String optimiser, List<Group> groups) {
    Set<Parameter> seen = new HashSet<>();
    for (Parameter parameter : parameters(groups)) {
      if (!seen.add(parameter)) {
        throw new IllegalArgumentException(
            optimiser + ": parameter '" + parameter.name() + "' is listed twice, expected once");
      }
    }
  }

  static void requireCount(String optimiser, List<Group> groups, List<Tensor> gradients) {
    int count = groups.stream().mapToInt(group -> group.parameters().size()).sum();
    if (gradients.size() != count) {
      throw new IllegalArgumentException(
          optimiser
              + ": "
              + gradients.size()
              + " gradients for "
              + count
              + " parameters, expected one for each of parameters()");
    }
  }
}
