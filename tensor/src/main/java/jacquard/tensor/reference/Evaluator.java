package jacquard.tensor.reference;

import jacquard.tensor.DType;
import jacquard.tensor.FusedBody;
import jacquard.tensor.IndexException;
import jacquard.tensor.Shape;
import jacquard.tensor.Step;
import jacquard.tensor.graph.Node;
import jacquard.tensor.graph.Op;
import jacquard.tensor.graph.Source;
import jacquard.tensor.graph.Traversal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/// Evaluates graphs one node after another, in double precision. Nodes of any device will do:
/// inputs are read from their buffers, and nothing is written.
public final class Evaluator {
  private Evaluator() {}

  /// {@return the values of `roots`, in their order} A value is let go after its last reader.
  ///
  /// @param roots what is asked for
  /// @throws IndexException if a gather or scatterAdd meets an index outside its axis
  /// @throws jacquard.tensor.StateException if a state is read in a version that was overwritten
  public static List<Value> evaluate(List<Node> roots) {
    List<Node> order = Traversal.sourcesFirst(roots);
    Map<Node, Integer> readers = new IdentityHashMap<>();
    for (Node root : roots) {
      readers.merge(root, 1, Integer::sum);
    }
    for (Node node : order) {
      for (Node source : node.sources()) {
        readers.merge(source, 1, Integer::sum);
      }
    }
    Map<Node, Value> values = new IdentityHashMap<>();
    for (Node node : order) {
      List<Value> x = new ArrayList<>();
      for (Node source : node.sources()) {
        x.add(values.get(source));
        if (readers.merge(source, -1, Integer::sum) == 0) {
          values.remove(source);
        }
      }
      values.put(node, evaluate(node, x));
    }
    return roots.stream().map(values::get).toList();
  }

  /// {@return the value of `node` from the values of its sources}
  ///
  /// @param node what to compute
  /// @param x values of the sources, in order
  public static Value evaluate(Node node, List<Value> x) {
    Shape result = node.shape();
    DType dtype = node.dtype();
    return switch (node.op()) {
      case Op.Input i -> input(node);
      case Op.Constant c -> Value.filled(dtype, 1, c.bits());
      case Op.Iota i -> cast(dtype, counted(i.n()));
      case Op.Reshape r -> x.get(0);
      case Op.Detach d -> x.get(0);
      case Op.After a -> x.get(0);
      case Op.Recompute r -> x.get(0);
      case Op.Permute p -> {
        int[] strides = shape(node, 0).strides().toArray();
        yield x.get(0)
            .select(Strided.indices(result, 0, p.order().map((i, a) -> strides[a]).toArray()));
      }
      case Op.Expand e -> {
        Shape from = shape(node, 0);
        yield x.get(0)
            .select(
                Strided.part(
                    result, from, axis -> 0, axis -> from.dim(axis) == result.dim(axis) ? 1 : 0));
      }
      case Op.Slice s ->
          x.get(0).select(Strided.part(result, shape(node, 0), s.start()::get, s.step()::get));
      case Op.Flip f -> {
        Shape from = shape(node, 0);
        yield x.get(0)
            .select(
                Strided.part(
                    result,
                    from,
                    axis -> f.axes().contains(axis) ? from.dim(axis) - 1 : 0,
                    axis -> f.axes().contains(axis) ? -1 : 1));
      }
      case Op.Pad p ->
          Value.filled(dtype, result.arraySize(), p.value())
              .with(
                  Strided.part(
                      shape(node, 0), result, p.before()::get, axis -> p.interior().get(axis) + 1),
                  x.get(0));
      case Op.Concat c -> concat(node, c.axis(), x);
      case Op.DynamicSlice d -> x.get(0).select(window(result, shape(node, 0), x.get(1).toLongs()));
      case Op.DynamicUpdate d ->
          x.get(0).with(window(shape(node, 1), result, x.get(2).toLongs()), x.get(1));
      case Op.Unary u -> unary(u, dtype, x.get(0));
      case Op.Binary b -> binary(b, node.source(0).dtype(), x.get(0), x.get(1));
      case Op.Where w -> {
        long[] condition = x.get(0).toLongs();
        int[] holds = chosen(condition);
        yield x.get(2).with(holds, x.get(1).select(holds));
      }
      case Op.Cast c -> cast(dtype, x.get(0));
      case Op.Random r -> {
        long key = x.get(0).toLongs()[0];
        long[] y = new long[result.arraySize()];
        Arrays.setAll(y, i -> Threefry.bits(key, i, r.salt()));
        yield new Value.Integers(y);
      }
      case Op.Reduce r -> Reductions.reduce(r, dtype, shape(node, 0), result, x.get(0));
      case Op.ArgMax a -> Reductions.argmax(a.axis(), shape(node, 0), result, x.get(0));
      case Op.Cumsum c -> Reductions.cumsum(c.axis(), dtype, result, x.get(0));
      case Op.ArgSort a -> Reductions.argsort(a.descending(), result, x.get(0));
      case Op.Dot d -> dot(dtype, shape(node, 0).dim(-1), result, x.get(0), x.get(1));
      case Op.Conv c ->
          new Value.Floats(
              Convolution.apply(
                  c, ((Value.Floats) x.get(0)).elements, ((Value.Floats) x.get(1)).elements));
      case Op.Gather g -> x.get(0).select(rows("gather", shape(node, 0), x.get(1).toLongs()));
      case Op.Fused f -> body(node, x);
      case Op.ScatterAdd s ->
          scatterAdd(dtype, rows("scatterAdd", result, x.get(1).toLongs()), x.get(0), x.get(2));
    };
  }

  /// The value of a fused node: that of the expression that defines it.
  private static Value body(Node node, List<Value> x) {
    Node body = FusedBody.of(node);
    Map<Node, Value> values = new IdentityHashMap<>();
    for (int i = 0; i < x.size(); i++) {
      values.put(node.source(i), x.get(i));
    }
    Value value = values.get(body);
    for (Node part : Traversal.sourcesFirst(List.of(body), node.sources())) {
      value = evaluate(part, part.sources().stream().map(values::get).toList());
      values.put(part, value);
    }
    return Objects.requireNonNull(value);
  }

  private static Shape shape(Node node, int source) {
    return node.source(source).shape();
  }

  private static Value input(Node node) {
    return node.input() instanceof Source.Number number
        ? Value.filled(node.dtype(), 1, number.bits())
        : Value.read(Step.buffer(node));
  }

  private static Value counted(int n) {
    long[] y = new long[n];
    Arrays.setAll(y, i -> i);
    return new Value.Integers(y);
  }

  private static Value concat(Node node, int axis, List<Value> x) {
    Value y = Value.filled(node.dtype(), node.shape().arraySize(), 0);
    int at = 0;
    for (int i = 0; i < x.size(); i++) {
      int start = at;
      y =
          y.with(
              Strided.part(shape(node, i), node.shape(), a -> a == axis ? start : 0, a -> 1),
              x.get(i));
      at += shape(node, i).dim(axis);
    }
    return y;
  }

  /// Indices within `whole` of a `part` that starts at `start`, clamped so that it fits.
  private static int[] window(Shape part, Shape whole, long[] start) {
    return Strided.part(
        part,
        whole,
        axis -> Math.clamp(start[axis], 0, whole.dim(axis) - part.dim(axis)),
        axis -> 1);
  }

  private static int[] chosen(long[] condition) {
    return IntStream.range(0, condition.length).filter(i -> condition[i] != 0).toArray();
  }

  private static Value unary(Op.Unary op, DType dtype, Value x) {
    return switch (x) {
      case Value.Floats f ->
          new Value.Floats(
              Arrays.stream(f.elements).map(v -> FloatArithmetic.unary(op.kind(), v)).toArray());
      case Value.Integers n ->
          new Value.Integers(
              Arrays.stream(n.elements)
                  .map(v -> IntegerArithmetic.unary(dtype, op.kind(), v))
                  .toArray());
    };
  }

  private static Value binary(Op.Binary op, DType dtype, Value a, Value b) {
    int n = a.size();
    if (a instanceof Value.Floats x && b instanceof Value.Floats y) {
      if (op.kind().isComparison()) {
        long[] z = new long[n];
        Arrays.setAll(
            z, i -> FloatArithmetic.compare(op.kind(), x.elements[i], y.elements[i]) ? 1 : 0);
        return new Value.Integers(z);
      }
      double[] z = new double[n];
      Arrays.setAll(z, i -> FloatArithmetic.binary(op.kind(), x.elements[i], y.elements[i]));
      return new Value.Floats(z);
    }
    long[] x = ((Value.Integers) a).elements;
    long[] y = ((Value.Integers) b).elements;
    long[] z = new long[n];
    Arrays.setAll(z, i -> IntegerArithmetic.binary(dtype, op.kind(), x[i], y[i]));
    return new Value.Integers(z);
  }

  private static Value cast(DType dtype, Value x) {
    return switch (x) {
      case Value.Floats f when dtype.isFloat() ->
          new Value.Floats(
              Arrays.stream(f.elements).map(v -> FloatArithmetic.round(dtype, v)).toArray());
      case Value.Floats f ->
          new Value.Integers(
              Arrays.stream(f.elements)
                  .mapToLong(v -> FloatArithmetic.toInteger(dtype, v))
                  .toArray());
      case Value.Integers n when dtype.isFloat() ->
          new Value.Floats(
              Arrays.stream(n.elements)
                  .mapToDouble(v -> FloatArithmetic.ofInteger(dtype, v))
                  .toArray());
      case Value.Integers n ->
          new Value.Integers(
              Arrays.stream(n.elements).map(v -> IntegerArithmetic.wrap(dtype, v)).toArray());
    };
  }

  // out is [B, M, N], a [B, M, K], b [B, K, N]
  private static Value dot(DType dtype, int kSize, Shape out, Value a, Value b) {
    int size = out.arraySize();
    int m = out.dim(-2);
    int n = out.dim(-1);
    double[] floats = new double[dtype.isFloat() ? size : 0];
    long[] integers = new long[dtype.isFloat() ? 0 : size];
    for (int i = 0; i < size; i++) {
      int row = i / n;
      int left = row * kSize;
      int right = row / m * kSize * n + i % n;
      for (int k = 0; k < kSize; k++) {
        if (a instanceof Value.Floats x && b instanceof Value.Floats y) {
          floats[i] += x.elements[left + k] * y.elements[right + k * n];
        } else if (a instanceof Value.Integers x && b instanceof Value.Integers y) {
          integers[i] =
              IntegerArithmetic.wrap(
                  dtype, integers[i] + x.elements[left + k] * y.elements[right + k * n]);
        }
      }
    }
    return dtype.isFloat() ? new Value.Floats(floats) : new Value.Integers(integers);
  }

  /// Element indices of the rows of `x[n, R...]` that `index` names, in its order.
  private static int[] rows(String op, Shape x, long[] index) {
    int rows = x.dim(0);
    for (int i = 0; i < index.length; i++) {
      if (index[i] < 0 || index[i] >= rows) {
        throw new IndexException(
            op
                + ": index "
                + index[i]
                + " at position "
                + i
                + (rows == 0 ? " of no rows" : " of rows 0 to " + (rows - 1))
                + ", expected a row that exists; clamp the index or add rows");
      }
    }
    int length = rows == 0 ? 0 : x.arraySize() / rows;
    int[] elements = new int[index.length * length];
    Arrays.setAll(elements, i -> (int) index[i / length] * length + i % length);
    return elements;
  }

  private static Value scatterAdd(DType dtype, int[] elements, Value x, Value updates) {
    return switch (x) {
      case Value.Floats f -> {
        double[] y = f.elements.clone();
        double[] u = ((Value.Floats) updates).elements;
        for (int i = 0; i < elements.length; i++) {
          y[elements[i]] += u[i];
        }
        yield new Value.Floats(y);
      }
      case Value.Integers n -> {
        long[] y = n.elements.clone();
        long[] u = ((Value.Integers) updates).elements;
        for (int i = 0; i < elements.length; i++) {
          y[elements[i]] = IntegerArithmetic.wrap(dtype, y[elements[i]] + u[i]);
        }
        yield new Value.Integers(y);
      }
    };
  }
}
