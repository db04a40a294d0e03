package jacquard.kernels;

import jacquard.kernels.KernelBuilder.Place;
import jacquard.tensor.Ints;
import jacquard.tensor.Shape;
import jacquard.tensor.graph.Op;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Fourth pass: ordered units become tasks, values get memory.
final class TaskBuilder {
  private final PlanKey key;
  private final List<Vertex> roots;
  private final List<Unit> order;
  private final Map<Vertex, Integer> externals;
  private final Set<Vertex> stored = new HashSet<>();
  private final Map<Vertex, Integer> numbers = new HashMap<>();
  private final List<Vertex> values = new ArrayList<>();
  private final List<Task> tasks = new ArrayList<>();
  private final List<Unit> unitOfTask = new ArrayList<>();

  TaskBuilder(PlanKey key, List<Vertex> roots, List<Unit> order, Map<Vertex, Integer> externals) {
    this.key = key;
    this.roots = roots;
    this.order = order;
    this.externals = externals;
  }

  Schedule build() {
    stored.addAll(roots);
    for (Unit unit : order) {
      stored.addAll(unit.needs());
    }
    for (Unit unit : order) {
      task(unit);
      while (unitOfTask.size() < tasks.size()) {
        unitOfTask.add(unit);
      }
    }
    List<Integer> results = roots.stream().map(this::value).toList();
    return new Placement(tasks, values, externals).place(key, results);
  }

  /// The unit that each task is made of; after [#build].
  List<Unit> unitOfTask() {
    return List.copyOf(unitOfTask);
  }

  /// Number of the value that holds a vertex; -1 if none does. After [#build].
  int numberOf(Vertex v) {
    return numbers.getOrDefault(v, -1);
  }

  private int value(Vertex v) {
    return numbers.computeIfAbsent(
        v,
        k -> {
          values.add(k);
          return values.size() - 1;
        });
  }

  /// The value behind a source that is a contiguous read.
  private int source(Vertex v) {
    return value(read(v).vertex());
  }

  private static Expression.Read read(Vertex v) {
    Expression.Read read = Expression.asRead(v.expression);
    if (read == null) {
      throw new AssertionError("not materialised: " + v);
    }
    return read;
  }

  private void task(Unit unit) {
    Vertex v = unit.operation;
    if (v == null) {
      tasks.add(loop(unit, stored, Map.of(), false));
      return;
    }
    switch (v.op) {
      case Op.Dot d -> tasks.add(dot(unit, v));
      case Op.Conv c ->
          tasks.add(
              new Task.Conv(
                  v.dtype,
                  c.kind(),
                  c.window(),
                  source(v.source(0)),
                  source(v.source(1)),
                  value(v)));
      case Op.Gather g -> {
        Shape x = v.source(0).shape;
        tasks.add(
            new Task.Gather(
                v.dtype,
                v.source(1).dtype,
                source(v.source(0)),
                source(v.source(1)),
                value(v),
                x.dim(0),
                rowSize(x),
                v.source(1).shape.arraySize()));
      }
      case Op.ScatterAdd s -> {
        Shape x = v.source(0).shape;
        tasks.add(
            new Task.ScatterAdd(
                v.dtype,
                v.source(1).dtype,
                source(v.source(0)),
                source(v.source(1)),
                source(v.source(2)),
                value(v),
                x.dim(0),
                rowSize(x),
                v.source(1).shape.arraySize()));
      }
      case Op.Cumsum c -> tasks.add(scan(v, Task.Scan.Kind.CUMSUM, c.axis()));
      case Op.ArgMax a -> tasks.add(scan(v, Task.Scan.Kind.ARGMAX, a.axis()));
      case Op.ArgSort a ->
          tasks.add(
              scan(
                  v,
                  a.descending() ? Task.Scan.Kind.ARGSORT_DESCENDING : Task.Scan.Kind.ARGSORT,
                  v.shape.rank() - 1));
      case Op.DynamicSlice d ->
          tasks.add(
              new Task.Dynamic(
                  v.dtype,
                  false,
                  v.source(0).shape,
                  d.shape(),
                  source(v.source(0)),
                  -1,
                  source(v.source(1)),
                  value(v)));
      case Op.DynamicUpdate d ->
          tasks.add(
              new Task.Dynamic(
                  v.dtype,
                  true,
                  v.shape,
                  v.source(1).shape,
                  source(v.source(0)),
                  source(v.source(1)),
                  source(v.source(2)),
                  value(v)));
      case Op.Attention a -> tasks.add(attention(unit, v, a));
      case Op.AttentionGradient a -> tasks.add(attentionGradient(v, a));
      case Op.AttentionLogSum a -> throw unexpected(v);
      case Op.Pad p -> pad(unit, v, p);
      case Op.Concat c -> concat(unit, v, c.axis());
      case Op.Leaf l -> throw unexpected(v);
      case Op.Elementwise e -> throw unexpected(v);
      case Op.Reduce r -> throw unexpected(v);
      case Op.Marker m -> throw unexpected(v);
      case Op.Reshape r -> throw unexpected(v);
      case Op.Permute p -> throw unexpected(v);
      case Op.Expand e -> throw unexpected(v);
      case Op.Slice s -> throw unexpected(v);
      case Op.Flip f -> throw unexpected(v);
    }
  }

  private static AssertionError unexpected(Vertex v) {
    return new AssertionError("no task of its own: " + v);
  }

  private static int rowSize(Shape x) {
    int n = 1;
    for (int i = 1; i < x.rank(); i++) {
      n *= x.dim(i);
    }
    return n;
  }

  private Task.Loop loop(
      Unit unit, Set<Vertex> storedHere, Map<Vertex, Place> targets, boolean rowwise) {
    KernelBuilder.Built built = KernelBuilder.build(unit, storedHere, targets, rowwise);
    int[] operands = new int[built.operands().size()];
    for (int i = 0; i < operands.length; i++) {
      Vertex operand = built.operands().get(i);
      operands[i] = operand == null ? -1 : value(operand);
    }
    return new Task.Loop(built.kernel(), built.launch(), Ints.of(operands), describe(unit));
  }

  private static String describe(Unit unit) {
    Set<String> names = new TreeSet<>();
    for (Unit.Root root : unit.roots) {
      names.add(root.reduction() != null ? root.reduction().toString() : root.vertex().op.label());
    }
    return String.join("+", names) + " " + unit.space;
  }

  private Task dot(Unit unit, Vertex v) {
    Unit after = unit.epilogue();
    Task.@Nullable Loop epilogue = after == null ? null : loop(after, stored, Map.of(), true);
    Expression.Read a = read(v.source(0));
    Expression.Read b = read(v.source(1));
    return new Task.Dot(
        v.dtype, value(a.vertex()), a.view(), value(b.vertex()), b.view(), value(v), epilogue);
  }

  private Task.Operand operand(Vertex source) {
    Expression.Read read = read(source);
    return new Task.Operand(value(read.vertex()), read.view());
  }

  private Task attention(Unit unit, Vertex v, Op.Attention a) {
    Vertex logSum = unit.besides();
    return new Task.Attention(
        v.dtype,
        a.causal(),
        a.scale(),
        operand(v.source(0)),
        operand(v.source(1)),
        operand(v.source(2)),
        value(v),
        logSum == null ? -1 : value(logSum));
  }

  private Task attentionGradient(Vertex v, Op.AttentionGradient a) {
    return new Task.AttentionGradient(
        v.dtype,
        a.causal(),
        a.scale(),
        operand(v.source(0)),
        operand(v.source(1)),
        operand(v.source(2)),
        operand(v.source(3)),
        operand(v.source(4)),
        operand(v.source(5)),
        value(v));
  }

  private Task scan(Vertex v, Task.Scan.Kind kind, int axis) {
    Shape s = v.source(0).shape;
    int before = 1;
    int after = 1;
    for (int i = 0; i < s.rank(); i++) {
      before *= i < axis ? s.dim(i) : 1;
      after *= i > axis ? s.dim(i) : 1;
    }
    return new Task.Scan(
        kind, v.source(0).dtype, source(v.source(0)), value(v), before, s.dim(axis), after);
  }

  private void pad(Unit unit, Vertex v, Op.Pad p) {
    tasks.add(
        part(v, v.shape, new Expression.Constant(v.dtype, p.value()), View.contiguous(v.shape)));
    Shape inner = v.source(0).shape;
    if (!inner.isEmpty()) {
      Ints step = p.interior().map((i, n) -> n + 1);
      Ints stop = p.before().map((i, from) -> from + (inner.dim(i) - 1) * step.get(i) + 1);
      View view = View.contiguous(v.shape).slice(p.before(), stop, step);
      tasks.add(part(v, inner, unit.parts.get(0), view));
    }
  }

  private void concat(Unit unit, Vertex v, int axis) {
    int from = 0;
    for (int i = 0; i < unit.parts.size(); i++) {
      Shape shape = v.source(i).shape;
      int begin = from;
      int end = from + shape.dim(axis);
      from = end;
      if (!shape.isEmpty()) {
        Ints start = Ints.filled(shape.rank(), 0).map((j, z) -> j == axis ? begin : 0);
        Ints stop = Ints.of(v.shape.toArray()).map((j, n) -> j == axis ? end : n);
        View view = View.contiguous(v.shape).slice(start, stop, Ints.filled(shape.rank(), 1));
        tasks.add(part(v, shape, unit.parts.get(i), view));
      }
    }
  }

  /// A loop that computes `definition` over `shape` and writes it to a view of a vertex's memory.
  private Task part(Vertex v, Shape shape, Expression definition, View view) {
    Vertex whole = new Vertex(v.op, List.of(), v.dtype, shape, v.sequence, -1, false);
    Unit unit = Unit.map(whole, definition);
    return loop(unit, Set.of(whole), Map.of(whole, new Place(v, view)), false);
  }
}
