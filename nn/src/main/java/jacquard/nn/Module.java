package jacquard.nn;

import jacquard.nn.io.FormatException;
import jacquard.tensor.State;
import jacquard.tensor.StateException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/// A model or a part of one: mostly a record, which lists those of its components that hold state.
public non-sealed interface Module extends Part {

  /// {@return what this module consists of, in the order in which its states are listed and stored}
  Parts parts();

  /// {@return every state of this module and the modules in it, each once, in the order of the
  /// parts}
  default List<State> states() {
    Set<State> found = new LinkedHashSet<>();
    collect(this, found);
    return List.copyOf(found);
  }

  private static void collect(Part part, Set<State> found) {
    switch (part) {
      case Parameter parameter -> found.add(parameter);
      case Statistic statistic -> found.add(statistic);
      case Module module -> module.parts().list().forEach(inner -> collect(inner, found));
    }
  }

  /// {@return the states that are trained, in the order of the parts}
  default List<Parameter> parameters() {
    return parameters(name -> true);
  }

  /// {@return the trained states whose names are accepted, in the order of the parts}
  ///
  /// @param name accepts a parameter by its name
  default List<Parameter> parameters(Predicate<String> name) {
    List<Parameter> found = new ArrayList<>();
    for (State state : states()) {
      if (state instanceof Parameter parameter && name.test(parameter.name())) {
        found.add(parameter);
      }
    }
    return List.copyOf(found);
  }

  /// {@return the states by name}
  ///
  /// @throws StateException if two have the same name
  default Map<String, State> namedStates() {
    return StateDict.of(states()).states();
  }

  /// Writes the states into a safetensors file, which replaces `path` in one step.
  ///
  /// @param path the file
  /// @throws FormatException if it can't be written; an old file is intact then
  default void save(Path path) throws FormatException {
    StateDict.of(states()).save(path, Map.of());
  }

  /// Gives the states the values in a safetensors file.
  ///
  /// @param path the file
  /// @throws FormatException if it can't be read, or its tensors aren't these states; nothing is
  ///   changed then
  default void load(Path path) throws FormatException {
    StateDict.of(states()).load(path);
  }

  /// {@return number of elements of all parameters}
  default long parameterCount() {
    return parameters().stream().mapToLong(parameter -> parameter.shape().size()).sum();
  }
}
