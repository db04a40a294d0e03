package jacquard.examples;

import jacquard.autograd.Gradients;
import jacquard.kernels.Kernel;
import jacquard.kernels.Launch;
import jacquard.kernels.PlannedBackend;
import jacquard.kernels.Schedule;
import jacquard.kernels.Task;
import jacquard.kernels.cpu.emit.LoopCode;
import jacquard.kernels.cpu.emit.LoopCompiler;
import jacquard.kernels.cpu.machine.VectorWidth;
import jacquard.kernels.csource.Call;
import jacquard.kernels.csource.Calls;
import jacquard.kernels.csource.Dialect;
import jacquard.tensor.Scalar;
import jacquard.tensor.State;
import jacquard.tensor.Step;
import jacquard.tensor.Tensor;
import jacquard.tensor.TensorException;
import jacquard.tensor.Update;
import jacquard.tensor.graph.GraphPrinter;
import jacquard.tensor.graph.Node;
import jacquard.tensor.spi.Backend;
import jacquard.tensor.spi.Backends;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/// The program behind `docs/how-it-works.md`: one step of gradient descent on `y = softmax(x Wᵀ +
/// b)`, printed stage by stage.
///
/// B = 4 rows, I = 6 inputs, O = 8 outputs.
public final class HowItWorks {
  private final PrintStream out;
  private final Tensor x = wave(4, 6).realise();
  private final Tensor target = wave(4, 8).softmax(-1).realise();
  private final State w = new State("w", wave(8, 6));
  private final State b = new State("b", wave(8));

  private HowItWorks(PrintStream out) {
    this.out = out;
  }

  public static void main(String[] args) {
    print(System.out);
  }

  /// Prints every stage; what the debug switches write to the standard error goes to `out` too.
  static void print(PrintStream out) {
    PrintStream before = System.err;
    System.setErr(out);
    try {
      new HowItWorks(out).print();
    } finally {
      System.setErr(before);
    }
  }

  /// Numbers without a random generator.
  private static Tensor wave(int... dims) {
    int n = 1;
    for (int dim : dims) {
      n *= dim;
    }
    return Tensor.linspace(0, n - 1, n).mul(0.7).sin().reshape(dims);
  }

  /// `[B, I]` to `[B, O]`.
  private Tensor model() {
    return x.matmul(w.value().t()).add(b.value()).softmax(-1);
  }

  private Tensor loss() {
    return model().sub(target).square().mean();
  }

  /// Gradient descent on both states.
  private List<Update> updates(Tensor loss, double rate) {
    List<Update> updates = new ArrayList<>();
    Gradients.ofStates(loss, List.of(w, b))
        .forEach((state, g) ->
            updates.add(new Update(state, state.value().sub(g.mul(Scalar.f32(rate))))));
    return updates;
  }

  private static List<Backend.Root> roots(Tensor loss, List<Update> updates) {
    List<Backend.Root> roots = new ArrayList<>(List.of(new Backend.Root(loss.node(), null)));
    updates.forEach(u -> roots.add(new Backend.Root(u.value().node(), u.state().buffer())));
    return roots;
  }

  private void print() {
    graph();
    error();
    gradient();
    Tensor loss = loss();
    List<Update> updates = updates(loss, 0.5);
    Schedule schedule = PlannedBackend.schedule(roots(loss, updates));
    Task.Dot forward =
        (Task.Dot)
            schedule.tasks().stream().filter(Task.Dot.class::isInstance).findFirst().orElseThrow();
    run(loss, updates);
    product(forward);
    kernel(Objects.requireNonNull(forward.epilogue(), "the product has no epilogue"));
    languages(schedule);
    memory(schedule);
    cache();
    versions();
    validated();
    profiled();
  }

  private void section(String name) {
    out.println("== " + name);
  }

  private void graph() {
    section("graph");
    out.print(GraphPrinter.listing(List.of(loss().node())));
  }

  private void error() {
    section("error");
    try {
      Tensor unused = x.matmul(w.value());
      out.println(unused);
    } catch (TensorException e) {
      out.println(e.getMessage());
    }
  }

  private void gradient() {
    section("gradient");
    Tensor loss = loss();
    Node forward = loss.node();
    Tensor g = Gradients.of(loss, b.value());
    String listing = GraphPrinter.listing(List.of(forward, g.node()));
    int done = GraphPrinter.listing(List.of(forward)).split("\n").length - 1;
    listing.lines().skip(done).forEach(out::println);
  }

  /// The first run of a structure prints its schedule.
  private void run(Tensor loss, List<Update> updates) {
    section("jacquard.debug=1");
    with("jacquard.debug", "1", () -> Step.run(List.of(loss), updates));
    section("loss");
    // sums depend on the number of lanes: a few digits are the same on every machine
    out.println(String.format(Locale.ROOT, "%.6f", loss.item()));
  }

  private void product(Task.Dot dot) {
    section("product");
    out.println("a: v" + dot.a() + " " + dot.aView());
    out.println("b: v" + dot.b() + " " + dot.bView());
  }

  private void kernel(Task.Loop loop) {
    section("kernel");
    Kernel kernel = loop.kernel();
    out.println(
        kernel.outerAxes()
            + " outer, "
            + kernel.reducedAxes()
            + " reduced, inner reduced: "
            + kernel.innerReduced());
    for (int i = 0; i < kernel.accesses().size(); i++) {
      out.println("access " + i + " = v" + loop.values().get(i) + " " + kernel.accesses().get(i));
    }
    for (int i = 0; i < kernel.instructions().size(); i++) {
      out.println("%" + i + " = " + kernel.instructions().get(i));
    }
    section("launch");
    Launch launch = loop.launch();
    out.println(
        "outer " + launch.outer() + ", reduced " + launch.reduced() + ", inner " + launch.inner());
    launch.walks().forEach(out::println);
    section("code");
    LoopCompiler compiler = new LoopCompiler(VectorWidth.BITS_256);
    LoopCode code = compiler.compile(kernel);
    out.println(code.lanes() + " lanes, " + code.bytes() + " bytes of bytecode");
    out.println("the same object for an equal kernel: " + (compiler.compile(kernel) == code));
  }

  /// The update of `w`, for each kind of device.
  private void languages(Schedule schedule) {
    Task.Loop update =
        schedule.tasks().stream()
            .filter(t -> t instanceof Task.Loop l && !l.kernel().reduces())
            .map(Task.Loop.class::cast)
            .findFirst()
            .orElseThrow();
    section("update on a CPU");
    LoopCode code = new LoopCompiler(VectorWidth.BITS_256).compile(update.kernel());
    code.vectorCalls().forEach(out::println);
    for (Dialect dialect : List.of(Dialect.OPENCL, Dialect.CUDA)) {
      section("update in " + dialect.name());
      Call call = Calls.of(dialect, schedule, update).getFirst();
      out.print(call.text());
      out.println("// " + call.groups() + " group of " + call.groupSize());
    }
  }

  private void memory(Schedule schedule) {
    section("memory");
    for (int v = 0; v < schedule.values().size(); v++) {
      out.println("v" + v + " " + schedule.values().get(v));
    }
    out.println(schedule.arena() + ", " + schedule.arena().bytes() + " bytes");
  }

  private void cache() {
    section("cache");
    PlannedBackend backend = (PlannedBackend) Backends.of(x.device());
    for (double rate : new double[] {0.5, 0.25}) {
      PlannedBackend.Statistics before = backend.statistics();
      Tensor loss = loss();
      Step.run(List.of(loss), updates(loss, rate));
      PlannedBackend.Statistics after = backend.statistics();
      out.println(
          "rate "
              + rate
              + ": "
              + (after.hits() - before.hits())
              + " hit, "
              + (after.misses() - before.misses())
              + " missed");
    }
  }

  private void versions() {
    section("versions");
    Tensor old = loss();
    Tensor loss = loss();
    Step.run(List.of(loss), updates(loss, 0.5));
    try {
      out.println(old.item());
    } catch (TensorException e) {
      out.println(e.getMessage());
    }
  }

  private void validated() {
    section("jacquard.validate=true");
    Tensor loss = loss();
    with("jacquard.validate", "true", () -> Step.run(List.of(loss), updates(loss, 0.5)));
    out.println("every task agrees with its reference");
  }

  private void profiled() {
    section("jacquard.debug=2");
    Tensor loss = loss();
    with("jacquard.debug", "2", () -> Step.run(List.of(loss), updates(loss, 0.5)));
  }

  private static void with(String property, String value, Runnable action) {
    String before = System.getProperty(property);
    System.setProperty(property, value);
    try {
      action.run();
    } finally {
      if (before == null) {
        System.clearProperty(property);
      } else {
        System.setProperty(property, before);
      }
    }
  }
}
