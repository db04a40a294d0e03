package jacquard.kernels;

import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Ints;
import jacquard.tensor.Shape;
import jacquard.tensor.graph.Node;
import jacquard.tensor.graph.Op;
import jacquard.tensor.graph.Source;
import jacquard.tensor.reference.Evaluator;
import jacquard.tensor.reference.Value;
import jacquard.tensor.spi.HostBuffer;
import java.util.List;
import java.util.function.IntFunction;

/// The meaning of every task: loops by [KernelReference], everything else by the reference
/// evaluator on the operation it came from. Used to validate a run kernel by kernel.
public final class TaskReference {
  private TaskReference() {}

  /// Runs a task on host memory.
  ///
  /// @param task what to run
  /// @param memory the memory of a value: its elements, contiguous
  /// @param dynamics dynamic scalars as constant bits
  public static void run(Task task, IntFunction<HostBuffer> memory, long[] dynamics) {
    switch (task) {
      case Task.Loop l -> loop(l, memory, dynamics);
      case Task.Dot d -> {
        Node a = strided(memory.apply(d.a()), d.aView());
        Node b = strided(memory.apply(d.b()), d.bView());
        write(Node.of(new Op.Dot(), a, b), memory.apply(d.c()));
        if (d.epilogue() != null) {
          loop(d.epilogue(), memory, dynamics);
        }
      }
      case Task.Attention a -> {
        Op op = new Op.Attention(a.causal(), a.scale());
        Node y =
            Node.of(op, strided(memory, a.q()), strided(memory, a.k()), strided(memory, a.v()));
        write(y, memory.apply(a.result()));
        if (a.logSum() >= 0) {
          Op logSum = new Op.AttentionLogSum(a.causal(), a.scale());
          write(Node.of(logSum, y.source(0), y.source(1), y), memory.apply(a.logSum()));
        }
      }
      case Task.AttentionGradient a ->
          write(
              Node.of(
                  new Op.AttentionGradient(a.causal(), a.scale()),
                  strided(memory, a.q()),
                  strided(memory, a.k()),
                  strided(memory, a.v()),
                  strided(memory, a.y()),
                  strided(memory, a.logSum()),
                  strided(memory, a.g())),
              memory.apply(a.result()));
      case Task.Conv c -> {
        Shape y = c.window().result();
        Shape image = c.window().image();
        Shape filter = c.window().filter();
        Node first =
            input(
                memory.apply(c.x()),
                c.kind() == jacquard.tensor.graph.ConvKind.INPUT_GRADIENT ? y : image);
        Node second =
            input(
                memory.apply(c.y()),
                c.kind() == jacquard.tensor.graph.ConvKind.WEIGHT_GRADIENT ? y : filter);
        write(Node.of(new Op.Conv(c.kind(), c.window()), first, second), memory.apply(c.result()));
      }
      case Task.Gather g ->
          write(
              Node.of(
                  new Op.Gather(),
                  input(memory.apply(g.x()), Shape.of(g.rows(), g.rowSize())),
                  input(memory.apply(g.index()), Shape.of(g.count()))),
              memory.apply(g.result()));
      case Task.ScatterAdd s ->
          write(
              Node.of(
                  new Op.ScatterAdd(),
                  input(memory.apply(s.x()), Shape.of(s.rows(), s.rowSize())),
                  input(memory.apply(s.index()), Shape.of(s.count())),
                  input(memory.apply(s.updates()), Shape.of(s.count(), s.rowSize()))),
              memory.apply(s.result()));
      case Task.Scan s -> scan(s, memory);
      case Task.Dynamic d -> {
        Node x = input(memory.apply(d.x()), d.whole());
        Node start = input(memory.apply(d.start()), Shape.of(d.whole().rank()));
        Node result =
            d.into()
                ? Node.of(
                    new Op.DynamicUpdate(), x, input(memory.apply(d.part()), d.partShape()), start)
                : Node.of(new Op.DynamicSlice(d.partShape()), x, start);
        write(result, memory.apply(d.result()));
      }
    }
  }

  private static void scan(Task.Scan s, IntFunction<HostBuffer> memory) {
    Node x = input(memory.apply(s.x()), Shape.of(s.before(), s.n(), s.after()));
    Node rows = Node.of(new Op.Permute(Ints.of(0, 2, 1)), x);
    Node result =
        switch (s.kind()) {
          case CUMSUM -> Node.of(new Op.Cumsum(1), x);
          case ARGMAX -> Node.of(new Op.ArgMax(1), x);
          case ARGSORT -> Node.of(new Op.ArgSort(false), rows);
          case ARGSORT_DESCENDING -> Node.of(new Op.ArgSort(true), rows);
        };
    write(result, memory.apply(s.result()));
  }

  private static void loop(Task.Loop l, IntFunction<HostBuffer> memory, long[] dynamics) {
    Object[] arrays = new Object[l.values().length()];
    for (int i = 0; i < arrays.length; i++) {
      int value = l.values().get(i);
      arrays[i] = value < 0 ? null : whole(memory.apply(value));
    }
    KernelReference.run(l.kernel(), l.launch(), arrays, dynamics);
  }

  private static Object whole(HostBuffer buffer) {
    if (buffer.offset() != 0) {
      throw new IllegalArgumentException("reference: " + buffer + " does not start its array");
    }
    return buffer.array();
  }

  private static Node input(HostBuffer buffer, Shape shape) {
    return Node.input(new Source.Stored(buffer), buffer.dtype(), shape, Device.REFERENCE);
  }

  private static Node strided(IntFunction<HostBuffer> memory, Task.Operand operand) {
    return strided(memory.apply(operand.value()), operand.view());
  }

  /// The elements that a view sees, as a node of the view's shape.
  private static Node strided(HostBuffer buffer, View view) {
    DType dtype = buffer.dtype();
    int n = view.shape().arraySize();
    HostBuffer dense = HostBuffer.allocate(dtype, n);
    int[] index = new int[view.shape().rank()];
    for (int i = 0; i < n; i++) {
      int rest = i;
      int at = view.offset();
      for (int axis = index.length - 1; axis >= 0; axis--) {
        at += rest % view.shape().dim(axis) * view.strides().get(axis);
        rest /= view.shape().dim(axis);
      }
      buffer.read(at, dense.array(), i, 1);
    }
    return input(dense, view.shape());
  }

  private static void write(Node node, HostBuffer into) {
    Value value = Evaluator.evaluate(List.of(node)).get(0);
    value.write(into);
  }
}
