package jacquard.tensor;

import jacquard.tensor.graph.Node;
import jacquard.tensor.graph.Op;
import jacquard.tensor.graph.Source;
import jacquard.tensor.spi.Backend;
import jacquard.tensor.spi.Backends;
import jacquard.tensor.spi.Buffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A step whose graph is built once: further runs bind their arguments, ask for the scalars and
/// run. What [Step#run] does at each step (building, differentiating, looking up) costs some
/// hundred microseconds; that matters where a step takes a few milliseconds or less.
///
/// ```java
/// int[] step = {0};
/// CompiledStep train =
///     CompiledStep.of(
///         batch -> {
///           Pass pass = Pass.training(key.fold(() -> step[0]));
///           Tensor loss = Loss.crossEntropy(model.forward(batch.get(0), pass), batch.get(1));
///           adam.update(() -> step[0], Gradients.of(loss, pass.values(adam.parameters())), pass);
///           return new CompiledStep.Work(List.of(loss), pass.updates());
///         },
///         x, y);
/// for (; step[0] < steps; step[0]++) {
///   Tensor loss = train.run(x(step[0]), y(step[0])).get(0);
/// }
/// ```
///
/// What the body reads apart from its arguments stays as it was when it was traced: numbers, keys,
/// and tensors are constants. Two things are read anew at each run: states, which have their
/// present values, and scalars and keys with a supplier ([Scalar#of(DType,
/// java.util.function.DoubleSupplier, Device)], [Key#fold(java.util.function.IntSupplier)]).
///
/// With the switch `jacquard.eager` the body is called at each run.
public final class CompiledStep {
  private final Body body;
  private final List<Form> forms;
  private final List<Form> results;
  private final List<State> written;

  /// Null with the switch `jacquard.eager`.
  private final Backend.@Nullable Compiled compiled;

  /// What a step does, as a function of its arguments.
  @FunctionalInterface
  public interface Body {
    /// Called once; must not evaluate what depends on the arguments.
    ///
    /// @param arguments the arguments of a run, in the shapes and dtypes of `like`
    /// @return what is to be computed and written
    Work trace(List<Tensor> arguments);
  }

  /// What is computed: [Step#run]'s arguments.
  ///
  /// @param outputs values to return
  /// @param updates new values of states
  public record Work(List<Tensor> outputs, List<Update> updates) {
    /// Copies the lists.
    public Work {
      outputs = List.copyOf(outputs);
      updates = List.copyOf(updates);
    }
  }

  private record Form(DType dtype, Shape shape, Device device) {
    static Form of(Tensor tensor) {
      return new Form(tensor.dtype(), tensor.shape(), tensor.device());
    }

    boolean fits(Tensor tensor) {
      return tensor.dtype() == dtype
          && tensor.shape().equals(shape)
          && tensor.device().equals(device);
    }

    @Override
    public String toString() {
      return dtype + shape.toString() + "@" + device;
    }
  }

  private CompiledStep(Body body, List<Form> forms) {
    this.body = body;
    this.forms = forms;
    if (Switches.eager()) {
      results = List.of();
      written = List.of();
      compiled = null;
      return;
    }
    List<Tensor> arguments = new ArrayList<>();
    for (int i = 0; i < forms.size(); i++) {
      Form form = forms.get(i);
      arguments.add(
          new Tensor(Node.input(new Source.Argument(i), form.dtype, form.shape, form.device)));
    }
    Work work = body.trace(arguments);
    Device device = Step.device(work.outputs, work.updates);
    if (device == null) {
      throw new IllegalArgumentException(
          "compiled step: no outputs and no updates, expected at least one");
    }
    results = work.outputs.stream().map(Form::of).toList();
    written = work.updates.stream().map(Update::state).toList();
    compiled = Backends.of(device).compile(Step.roots(work.outputs, work.updates));
  }

  /// Traces `body` and makes its plan.
  ///
  /// @param body what is traced or run
  /// @param like have the shapes, dtypes and devices of the arguments; their values don't matter
  /// @return the step, ready to be run
  /// @throws StateException if the body evaluates an argument, or updates a state twice
  public static CompiledStep of(Body body, Tensor... like) {
    return new CompiledStep(body, Arrays.stream(like).map(Form::of).toList());
  }

  /// Runs the step and gives every updated state its new value.
  ///
  /// @param arguments are evaluated if they are not yet
  /// @return the outputs, each with its value
  /// @throws TensorException if there are more or fewer arguments than traced, or one has another
  ///   shape, dtype or device, or is the value of a state: the body reads states itself
  public List<Tensor> run(Tensor... arguments) {
    Backend.Compiled plan = compiled;
    if (arguments.length != forms.size()) {
      throw new TensorException(
          "compiled step: " + arguments.length + " arguments, expected " + forms.size());
    }
    for (int i = 0; i < arguments.length; i++) {
      if (!forms.get(i).fits(arguments[i])) {
        throw new TensorException(
            "compiled step: argument "
                + i
                + " is "
                + arguments[i]
                + ", expected "
                + forms.get(i)
                + "; compile another step for it");
      }
    }
    if (plan == null) {
      Work work = body.trace(List.of(arguments));
      Step.run(work.outputs, work.updates);
      return work.outputs;
    }
    List<Buffer> values = new ArrayList<>(arguments.length);
    for (int i = 0; i < arguments.length; i++) {
      values.add(buffer(i, arguments[i]));
    }
    List<Buffer> buffers = plan.run(values);
    List<Tensor> outputs = new ArrayList<>(results.size());
    for (int i = 0; i < results.size(); i++) {
      Form form = results.get(i);
      Source stored = new Source.Stored(buffers.get(i));
      outputs.add(new Tensor(Node.input(stored, form.dtype, form.shape, form.device)));
    }
    for (State state : written) {
      state.advance();
    }
    return outputs;
  }

  private static Buffer buffer(int index, Tensor argument) {
    if (!(argument.node().op() instanceof Op.Input)) {
      argument.realise();
    }
    if (!(argument.node().input() instanceof Source.Stored(Buffer buffer))) {
      throw new TensorException(
          "compiled step: argument "
              + index
              + " is the value of a state or a dynamic scalar, expected data; read it in the body");
    }
    return buffer;
  }
}
