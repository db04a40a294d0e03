package jacquard.nn;

import jacquard.nn.io.FormatException;
import jacquard.nn.io.Safetensors;
import jacquard.nn.io.SafetensorsWriter;
import jacquard.nn.io.StoredTensor;
import jacquard.tensor.DType;
import jacquard.tensor.State;
import jacquard.tensor.StateException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// States by name, to be stored and loaded together: those of a model, an optimiser, an average.
public final class StateDict {
  private static final int MOST_NAMED = 5;

  private final Map<String, State> states;

  private StateDict(Map<String, State> states) {
    this.states = states;
  }

  /// States under their own names.
  ///
  /// @param states named cells
  /// @return the states by name
  /// @throws StateException if two states have the same name
  public static StateDict of(Collection<? extends State> states) {
    return new StateDict(Map.of()).and(states);
  }

  /// {@return these and `more`}
  ///
  /// @param more further states, with other names
  /// @throws StateException if two states have the same name
  public StateDict and(Collection<? extends State> more) {
    Map<String, State> all = new LinkedHashMap<>(states);
    for (State state : more) {
      if (all.putIfAbsent(state.name(), state) != null) {
        throw new StateException(
            "states: two are called '"
                + state.name()
                + "'; make each part under a path of its own with Init.at");
      }
    }
    return new StateDict(all);
  }

  /// {@return the states by name}
  public Map<String, State> states() {
    return Collections.unmodifiableMap(states);
  }

  /// {@return the values as they are now}
  public List<StoredTensor> stored() {
    List<StoredTensor> stored = new ArrayList<>();
    states.forEach((name, state) -> stored.add(StoredTensor.of(name, state.value())));
    return stored;
  }

  /// Writes a safetensors file, which replaces `path` in one step.
  ///
  /// @param path the file
  /// @param metadata texts of the file's header, by name
  /// @throws FormatException if it can't be written; an old file is intact then
  public void save(Path path, Map<String, String> metadata) throws FormatException {
    SafetensorsWriter.write(path, stored(), metadata);
  }

  /// Loads a safetensors file; see [#load(String, Map)].
  ///
  /// @param path the file
  /// @return the file's metadata
  /// @throws FormatException if it can't be read, or its tensors aren't these states
  public Map<String, String> load(Path path) throws FormatException {
    try (Safetensors file = Safetensors.open(path)) {
      load(path.toString(), file.tensors());
      return file.metadata();
    }
  }

  /// Gives every state the value of the tensor of its name. All are checked before the first is
  /// changed.
  ///
  /// f32 states take F32, F16 and BF16 tensors; all others take their own type.
  ///
  /// @param source what error texts call it
  /// @param tensors what was stored, by name
  /// @throws FormatException if a tensor is missing or left over, or has another shape or type
  public void load(String source, Map<String, StoredTensor> tensors) throws FormatException {
    List<String> problems = new ArrayList<>();
    name(problems, "missing", states.keySet(), tensors.keySet());
    name(problems, "unexpected", tensors.keySet(), states.keySet());
    for (State state : states.values()) {
      StoredTensor tensor = tensors.get(state.name());
      if (tensor != null && !fits(state, tensor)) {
        problems.add(tensor + ", expected " + state.dtype() + state.shape());
      }
    }
    if (!problems.isEmpty()) {
      int left = problems.size() - MOST_NAMED;
      throw new FormatException(
          "load: "
              + source
              + ": "
              + String.join("; ", problems.subList(0, Math.min(problems.size(), MOST_NAMED)))
              + (left > 0 ? "; and " + left + " more" : ""));
    }
    for (State state : states.values()) {
      StoredTensor tensor = tensors.get(state.name());
      if (tensor != null) {
        state.load(array(state.dtype(), tensor));
      }
    }
  }

  private static void name(
      List<String> problems, String what, Collection<String> names, Collection<String> in) {
    List<String> left = names.stream().filter(name -> !in.contains(name)).toList();
    if (!left.isEmpty()) {
      problems.add(
          what
              + " "
              + left.size()
              + " of "
              + names.size()
              + " tensors: "
              + String.join(", ", left.subList(0, Math.min(left.size(), MOST_NAMED)))
              + (left.size() > MOST_NAMED ? ", ..." : ""));
    }
  }

  private static boolean fits(State state, StoredTensor tensor) {
    long[] dims = Arrays.stream(state.shape().toArray()).asLongStream().toArray();
    boolean type =
        switch (tensor.type()) {
          case F16, BF16 -> state.dtype() == DType.F32 || state.dtype() == tensor.type().dtype();
          case BOOL,
              F4,
              F6_E2M3,
              F6_E3M2,
              U8,
              I8,
              F8_E5M2,
              F8_E4M3,
              F8_E8M0,
              F8_E4M3FNUZ,
              F8_E5M2FNUZ,
              I16,
              U16,
              I32,
              U32,
              F32,
              C64,
              F64,
              I64,
              U64 ->
              state.dtype() == tensor.type().dtype();
        };
    return type && Arrays.equals(dims, tensor.dims());
  }

  private static Object array(DType dtype, StoredTensor tensor) throws FormatException {
    return switch (dtype) {
      case F32, F16, BF16 -> tensor.toFloatArray();
      case F64 -> tensor.toDoubleArray();
      case I32 -> tensor.toIntArray();
      case I64 -> tensor.toLongArray();
      case U8, BOOL -> tensor.toByteArray();
    };
  }
}
