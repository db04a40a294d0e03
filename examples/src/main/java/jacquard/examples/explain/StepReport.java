package jacquard.examples.explain;

import jacquard.kernels.Cost;
import jacquard.kernels.Explanation;
import jacquard.kernels.PlannedBackend;
import jacquard.kernels.Schedule;
import jacquard.kernels.ScheduleText;
import jacquard.kernels.Task;
import jacquard.kernels.cpu.ceiling.Roofline;
import jacquard.tensor.CompiledStep.Work;
import jacquard.tensor.Device;
import jacquard.tensor.State;
import jacquard.tensor.Update;
import jacquard.tensor.graph.Layers;
import jacquard.tensor.graph.Node;
import jacquard.tensor.graph.Op;
import jacquard.tensor.graph.Origin;
import jacquard.tensor.graph.Source;
import jacquard.tensor.graph.Traversal;
import jacquard.tensor.spi.Backend;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// What there is to say of a step, before anybody says it.
///
/// @param title of the step
/// @param device it runs on
/// @param operations the graph, sources first
/// @param tasks the plan, in the order in which they run
/// @param explanation how the plan came to be
/// @param updates parts of the model that get new values, by the first of their names
/// @param measured what was found by running it
public record StepReport(
    String title,
    String device,
    List<Operation> operations,
    List<Kernel> tasks,
    Explanation explanation,
    List<String> updates,
    Measured measured) {

  /// A share to be explained, with some room for what differs from one second to the next.
  private static final double IMPOSSIBLE = 1.2;

  /// Part of what the machine could do below which a loop's time is doubted. Code that isn't C2's
  /// makes an object of every vector, and is a hundred times slower.
  private static final double DOUBTFUL = 0.02;

  /// Shorter tasks are far from any ceiling because starting them takes as long.
  private static final double LEAST_DOUBTFUL_NANOS = 20_000;

  /// What was found by running a step.
  ///
  /// @param runs that were asked for
  /// @param times of the tasks; null if none were asked for, or if the device can't tell
  /// @param roofline of the device; null if it was not measured, or can't be told
  record Measured(int runs, @Nullable List<Stopwatch.Time> times, @Nullable Roofline roofline) {
    static final Measured NOTHING = new Measured(0, null, null);
  }

  /// A node of the graph.
  ///
  /// @param name of the operation, or of the state that an input holds
  /// @param type such as `f32[12, 64]`
  /// @param layer the part of the model, empty for none, as [Layers] finds it
  /// @param line that made it
  /// @param caller the line outside of the library that led to it
  /// @param role what it is for
  /// @param computes whether it makes values, and does not only move them about
  /// @param sources by number
  /// @param tasks that compute it
  public record Operation(
      String name,
      String type,
      String layer,
      String line,
      String caller,
      Role role,
      boolean computes,
      List<Integer> sources,
      List<Integer> tasks) {}

  /// What a node is for.
  public enum Role {
    /// Data, constants, also repeated ones, and states.
    INPUT,
    /// From data to losses.
    FORWARD,
    /// From losses to gradients.
    GRADIENT,
    /// New values of states.
    UPDATE
  }

  /// A task of the plan.
  ///
  /// @param task what it does
  /// @param text as schedules have it
  /// @param layer that it belongs to, empty for none
  /// @param operations by number
  /// @param ends where it ends, and why
  /// @param cost operations and bytes
  /// @param nanos median time; NaN if it was not measured
  /// @param isInterim whether code ran that stands in until the task's own is compiled
  /// @param limit the ceiling that it meets first; null if that is not known
  public record Kernel(
      Task task,
      String text,
      String layer,
      List<Integer> operations,
      List<Explanation.End> ends,
      Cost cost,
      double nanos,
      boolean isInterim,
      Roofline.@Nullable Limit limit) {

    /// {@return part of what the machine could do; NaN if either is not known}
    public double share() {
      return limit == null ? Double.NaN : limit.millis() * 1e6 / nanos;
    }

    /// {@return whether it is a loop so slow that something other than its own code may be the
    /// reason}
    public boolean isFar() {
      return task instanceof Task.Loop
          && !isInterim
          && nanos > LEAST_DOUBTFUL_NANOS
          && share() < DOUBTFUL;
    }
  }

  /// The roots that a step evaluates.
  static List<Backend.Root> roots(Work work) {
    List<Backend.Root> roots = new ArrayList<>();
    work.outputs().forEach(output -> roots.add(new Backend.Root(output.node(), null)));
    for (Update update : work.updates()) {
      roots.add(new Backend.Root(update.value().node(), update.state().buffer()));
    }
    return roots;
  }

  /// Takes a step apart.
  ///
  /// @param work made within [Origin#recorded]
  static StepReport of(String title, Work work, PlannedBackend backend, Measured measured) {
    List<Backend.Root> roots = roots(work);
    Explanation explanation = backend.explain(roots);
    List<Node> order = Traversal.sourcesFirst(roots.stream().map(Backend.Root::node).toList());
    Map<Node, Integer> numbers = new IdentityHashMap<>();
    order.forEach(node -> numbers.put(node, numbers.size()));
    Layers layers = Layers.of(work);
    Map<Node, List<Integer>> tasksOf = new IdentityHashMap<>();
    for (int t = 0; t < explanation.parts().size(); t++) {
      for (Node node : explanation.parts().get(t).nodes()) {
        tasksOf.computeIfAbsent(node, n -> new ArrayList<>()).add(t);
      }
    }
    List<Operation> operations = new ArrayList<>();
    Set<Node> constants = Collections.newSetFromMap(new IdentityHashMap<>());
    for (Node node : order) {
      Origin origin = Origin.of(node);
      if (isConstant(node, constants)) {
        constants.add(node);
      }
      operations.add(
          new Operation(
              name(node),
              node.dtype() + node.shape().toString(),
              layers.of(node),
              origin == null ? "" : origin.line(),
              origin == null ? "" : origin.callerLine(),
              constants.contains(node) ? Role.INPUT : role(node, layers),
              computes(node.op()),
              node.sources().stream().map(numbers::get).toList(),
              tasksOf.getOrDefault(node, List.of())));
    }
    List<Kernel> tasks = new ArrayList<>();
    List<Stopwatch.Time> times = measured.times();
    Roofline roofline = measured.roofline();
    Schedule schedule = explanation.schedule();
    for (int t = 0; t < schedule.size(); t++) {
      Task task = schedule.tasks().get(t);
      List<Integer> covered =
          explanation.parts().get(t).nodes().stream()
              .filter(numbers::containsKey)
              .map(numbers::get)
              .toList();
      Cost cost = Cost.of(schedule, task);
      tasks.add(
          new Kernel(
              task,
              ScheduleText.line(task),
              layer(task, covered, operations),
              covered,
              explanation.parts().get(t).ends(),
              cost,
              times == null ? Double.NaN : times.get(t).nanos(),
              times != null && times.get(t).isInterim(),
              roofline == null ? null : roofline.limit(cost.flops(), cost.bytes())));
    }
    return new StepReport(
        title,
        backend.device().toString(),
        operations,
        tasks,
        explanation,
        work.updates().stream()
            .map(update -> layers.of(update.value().node()).split("\\.", 2)[0])
            .filter(name -> !name.isEmpty())
            .distinct()
            .toList(),
        measured);
  }

  private static String name(Node node) {
    return switch (node.input()) {
      case Source.Cell(State state, long version) -> state.name();
      case Source.Stored stored -> "data";
      case Source.Number number -> "scalar";
      case Source.Argument argument -> "argument " + argument.index();
      case null -> node.op().label();
    };
  }

  /// Whether a node has a value that no state, data or argument has a say in, perhaps moved about.
  private static boolean isConstant(Node node, Set<Node> constants) {
    return switch (node.input()) {
      case Source.Cell _, Source.Stored _, Source.Argument _ -> false;
      case Source.Number _ -> true;
      case null ->
          node.op() instanceof Op.Leaf
              || (node.op() instanceof Op.Movement && constants.containsAll(node.sources()));
    };
  }

  private static Role role(Node node, Layers layers) {
    Origin origin = Origin.of(node);
    if (node.sources().isEmpty()) {
      return Role.INPUT;
    }
    if (origin != null && origin.forward() != null) {
      return Role.GRADIENT;
    }
    return layers.isOfUpdate(node) ? Role.UPDATE : Role.FORWARD;
  }

  private static boolean computes(Op op) {
    return !(op instanceof Op.Leaf || op instanceof Op.Movement);
  }

  /// The layer of the product, gather and so on that a task is named after: of several the first,
  /// for what an epilogue does comes later. Of a loop, that of most of the operations that compute.
  private static String layer(Task task, List<Integer> covered, List<Operation> operations) {
    List<Operation> all = covered.stream().sorted().map(operations::get).toList();
    List<Operation> computing = all.stream().filter(Operation::computes).toList();
    return all.stream()
        .filter(operation -> operation.name().startsWith(task.label()))
        .findFirst()
        .map(Operation::layer)
        .orElseGet(() -> mostFrequent(computing.isEmpty() ? all : computing));
  }

  private static String mostFrequent(List<Operation> operations) {
    Map<String, Integer> counts = new TreeMap<>();
    operations.stream()
        .map(Operation::layer)
        .filter(l -> !l.isEmpty())
        .forEach(l -> counts.merge(l, 1, Integer::sum));
    return counts.entrySet().stream()
        .max(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .orElse("");
  }

  /// What is to be known about times and shares, a sentence each.
  List<String> notes() {
    if (measured.times() == null) {
      return List.of(
          measured.runs() == 0
              ? "times were not measured: --runs is 0"
              : "times were not measured: " + device + " doesn't tell tasks apart");
    }
    List<String> notes = new ArrayList<>();
    if (measured.roofline() == null && device.equals(Device.CPU.toString())) {
      notes.add(
          "'of it' is left out: the loops that measure what the cpu can do were still waiting for"
              + " the compiler after some seconds; a busy machine or -Xint can cause it");
    } else if (measured.roofline() == null) {
      notes.add(
          "'of it' is left out: what "
              + device
              + " can do at most is not measured, only what the cpu can; and each time holds the"
              + " task's launch and the wait for its end");
    }
    String interim = numbers(Kernel::isInterim);
    if (!interim.isEmpty()) {
      notes.add(
          "not compiled when timed, and several times faster once it is: task "
              + interim
              + "; a busy machine or -Xint can cause it");
    }
    String far = numbers(Kernel::isFar);
    if (!far.isEmpty()) {
      notes.add(
          "far from any ceiling, also when timed again: task "
              + far
              + "; its code may have been recompiled, or another program had the processor");
    }
    if (tasks.stream().anyMatch(task -> task.share() > IMPOSSIBLE)) {
      notes.add(
          "'of it' is above 100 % where a task does better than the loops that measure ceilings:"
              + " reading alone can be faster than copying, data may lie in a nearer cache than"
              + " their size tells, and another program may have slowed the measurement");
    }
    return notes;
  }

  /// Tasks of a kind, by number, with commas.
  private String numbers(Predicate<Kernel> kind) {
    return IntStream.range(0, tasks.size())
        .filter(t -> kind.test(tasks.get(t)))
        .mapToObj(String::valueOf)
        .collect(Collectors.joining(", "));
  }

  /// Operations of all tasks together.
  double flops() {
    return tasks.stream().mapToDouble(k -> k.cost().flops()).sum();
  }

  /// Bytes of all tasks together.
  double bytes() {
    return tasks.stream().mapToDouble(k -> k.cost().bytes()).sum();
  }

  /// Nanoseconds of all tasks together.
  double totalNanos() {
    return tasks.stream().mapToDouble(Kernel::nanos).sum();
  }
}
