package jacquard.nn.optim;

import jacquard.nn.Parameter;
import java.util.ArrayList;
import java.util.List;

/// Parameters that are updated alike.
///
/// @param parameters what is trained
/// @param learningRate by step
/// @param weightDecay 0 for none
public record Group(List<Parameter> parameters, Schedule learningRate, double weightDecay) {
  /// Copies the list.
  public Group {
    parameters = List.copyOf(parameters);
  }

  /// Without weight decay.
  ///
  /// @param parameters what is trained
  /// @param learningRate rate at every step
  /// @return the group
  public static Group of(List<Parameter> parameters, double learningRate) {
    return new Group(parameters, Schedule.constant(learningRate), 0);
  }

  /// Decay for matrices, filters and tables, none for biases and norm weights: by whether a
  /// parameter has 2 axes or more.
  ///
  /// @return two groups, decayed first; one if the other would be empty
  public static List<Group> byRank(
      List<Parameter> parameters, Schedule learningRate, double weightDecay) {
    List<Parameter> decayed = new ArrayList<>();
    List<Parameter> others = new ArrayList<>();
    for (Parameter parameter : parameters) {
      (parameter.shape().rank() >= 2 ? decayed : others).add(parameter);
    }
    List<Group> groups = new ArrayList<>();
    if (!decayed.isEmpty()) {
      groups.add(new Group(decayed, learningRate, weightDecay));
    }
    if (!others.isEmpty()) {
      groups.add(new Group(others, learningRate, 0));
    }
    return groups;
  }
}
