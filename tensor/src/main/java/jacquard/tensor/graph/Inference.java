package jacquard.tensor.graph;

import jacquard.tensor.DType;
import jacquard.tensor.DTypeException;
import jacquard.tensor.Device;
import jacquard.tensor.DeviceException;
import jacquard.tensor.Ints;
import jacquard.tensor.Shape;
import jacquard.tensor.ShapeException;
import java.util.List;

/// Shape, dtype and device of each operation's result, and every check of its sources.
public final class Inference {
  private Inference() {}

  /// What an operation makes.
  ///
  /// @param dtype dtype of the elements
  /// @param shape size of each axis
  /// @param device where it lives
  public record Result(DType dtype, Shape shape, Device device) {}

  /// Dtype, shape and device of what an operation makes of its sources.
  ///
  /// @param op the operation
  /// @param sources what it reads, in order
  /// @return the three
  /// @throws jacquard.tensor.TensorException if the sources don't fit the operation
  public static Result infer(Op op, List<Node> sources) {
    String name = op.label();
    int expected = arity(op);
    if (expected >= 0 ? sources.size() != expected : sources.isEmpty()) {
      throw new IllegalArgumentException(
          name
              + ": "
              + sources.size()
              + " sources, expected "
              + (expected >= 0 ? expected : "1 or more"));
    }
    Device device = sources.isEmpty() ? Device.standard() : sources.get(0).device();
    for (Node source : sources) {
      if (!source.device().equals(device)) {
        throw new DeviceException(
            name
                + ": sources on "
                + device
                + " and "
                + source.device()
                + ", expected one device; move one of them");
      }
    }
    Node x = sources.isEmpty() ? null : sources.get(0);
    if (x == null) {
      throw new IllegalArgumentException(name + ": a leaf is made with Node.leaf or Node.input");
    }
    return new Result(dtype(op, name, sources, x), shape(op, name, sources, x), device);
  }

  private static int arity(Op op) {
    return switch (op) {
      case Op.Leaf l -> 0;
      case Op.Concat c -> -1;
      case Op.Recompute r -> -1;
      case Op.Reshape r -> 1;
      case Op.Permute p -> 1;
      case Op.Expand e -> 1;
      case Op.Pad p -> 1;
      case Op.Slice s -> 1;
      case Op.Flip f -> 1;
      case Op.DynamicSlice d -> 2;
      case Op.DynamicUpdate d -> 3;
      case Op.Unary u -> 1;
      case Op.Binary b -> 2;
      case Op.Where w -> 3;
      case Op.Cast c -> 1;
      case Op.Random r -> 1;
      case Op.Reduction r -> 1;
      case Op.Contraction c -> 2;
      case Op.Gather g -> 2;
      case Op.ScatterAdd s -> 3;
      case Op.Attention a -> 3;
      case Op.AttentionLogSum a -> 3;
      case Op.AttentionGradient a -> 6;
      case Op.Detach d -> 1;
      case Op.After a -> 2;
    };
  }

  private static DType dtype(Op op, String name, List<Node> sources, Node x) {
    DType result = unchecked(op, name, sources, x);
    boolean stores =
        switch (op) {
          case Op.Leaf l -> true;
          case Op.Movement m -> true;
          case Op.Where w -> true;
          case Op.Cast c -> true;
          case Op.Contraction c -> true;
          case Op.Gather g -> true;
          case Op.Marker m -> true;
          case Op.Unary u -> false;
          case Op.Binary b -> false;
          case Op.Random r -> false;
          case Op.Reduction r -> false;
          case Op.ScatterAdd s -> false;
          case Op.Fused f -> false;
        };
    for (Node source : sources) {
      if (source.dtype().isHalf() && !stores) {
        throw new DTypeException(
            name
                + ": no node computes in "
                + source.dtype()
                + "; cast to f32, as Tensor.apply does");
      }
    }
    return result;
  }

  private static DType unchecked(Op op, String name, List<Node> sources, Node x) {
    return switch (op) {
      case Op.Leaf l -> throw new IllegalArgumentException(name);
      case Op.Unary u -> {
        if (!(x.dtype().isFloat() || (u.kind().acceptsIntegers() && x.dtype().isInteger()))) {
          throw new DTypeException(
              name
                  + ": not defined for "
                  + x.dtype()
                  + ", expected "
                  + (u.kind().acceptsIntegers() ? "a numeric dtype" : "f32 or f64; cast first"));
        }
        yield x.dtype();
      }
      case Op.Binary b -> binary(b.kind(), name, x, sources.get(1));
      case Op.Where w -> {
        require(name, "condition", x, DType.BOOL);
        equalDTypes(name, sources.get(1), sources.get(2));
        yield sources.get(1).dtype();
      }
      case Op.Cast c -> c.dtype();
      case Op.Random r -> {
        require(name, "key", x, DType.I64);
        yield DType.I32;
      }
      case Op.Reduce r -> numeric(name, x);
      case Op.ArgMax a -> {
        numeric(name, x);
        yield DType.I32;
      }
      case Op.Cumsum c -> numeric(name, x);
      case Op.ArgSort a -> {
        numeric(name, x);
        yield DType.I32;
      }
      case Op.Dot d -> {
        equalDTypes(name, x, sources.get(1));
        yield summed(numeric(name, x));
      }
      case Op.Conv c -> {
        equalDTypes(name, x, sources.get(1));
        yield summed(floats(name, x));
      }
      case Op.Gather g -> {
        index(name, sources.get(1));
        yield x.dtype();
      }
      case Op.ScatterAdd s -> {
        index(name, sources.get(1));
        equalDTypes(name, x, sources.get(2));
        yield numeric(name, x);
      }
      case Op.DynamicSlice d -> {
        require(name, "start", sources.get(1), DType.I32);
        yield x.dtype();
      }
      case Op.DynamicUpdate d -> {
        equalDTypes(name, x, sources.get(1));
        require(name, "start", sources.get(2), DType.I32);
        yield x.dtype();
      }
      case Op.Concat c -> {
        for (Node source : sources) {
          equalDTypes(name, x, source);
        }
        yield x.dtype();
      }
      case Op.Fused f -> {
        for (Node source : sources) {
          equalDTypes(name, x, source);
        }
        yield floats(name, x);
      }
      case Op.Reshape r -> x.dtype();
      case Op.Permute p -> x.dtype();
      case Op.Expand e -> x.dtype();
      case Op.Pad p -> x.dtype();
      case Op.Slice s -> x.dtype();
      case Op.Flip f -> x.dtype();
      case Op.Detach d -> x.dtype();
      case Op.After a -> x.dtype();
      case Op.Recompute r -> x.dtype();
    };
  }

  /// The dtype in which products of elements are added.
  private static DType summed(DType dtype) {
    return dtype.isHalf() ? DType.F32 : dtype;
  }

  private static DType floats(String name, Node x) {
    if (!x.dtype().isFloat()) {
      throw new DTypeException(name + ": not defined for " + x.dtype() + ", expected f32 or f64");
    }
    return x.dtype();
  }

  private static DType binary(BinaryKind kind, String name, Node x, Node y) {
    equalDTypes(name, x, y);
    DType dtype = x.dtype();
    boolean fits =
        switch (kind) {
          case ADD, SUB, MUL, DIV, MAX, MIN, MOD, LT -> dtype != DType.BOOL;
          case POW -> dtype.isFloat();
          case EQ -> true;
          case AND, OR, XOR -> !dtype.isFloat();
          case SHL, SHR -> dtype.isInteger();
        };
    if (!fits) {
      throw new DTypeException(
          name
              + ": not defined for "
              + dtype
              + (kind == BinaryKind.POW ? ", expected f32 or f64" : "")
              + "; cast first");
    }
    return kind.isComparison() ? DType.BOOL : dtype;
  }

  private static Shape shape(Op op, String name, List<Node> sources, Node x) {
    Shape s = x.shape();
    return switch (op) {
      case Op.Leaf l -> throw new IllegalArgumentException(name);
      case Op.Unary u -> s;
      case Op.Cast c -> s;
      case Op.Detach d -> s;
      case Op.After a -> s;
      case Op.Recompute r -> s;
      case Op.Binary b -> equalShapes(name, s, sources.get(1).shape());
      case Op.Where w ->
          equalShapes(name, equalShapes(name, s, sources.get(1).shape()), sources.get(2).shape());
      case Op.Random r -> {
        equalShapes(name + ": key", Shape.scalar(), s);
        yield r.shape();
      }
      case Op.Reshape r -> {
        if (r.shape().size() != s.size()) {
          throw new ShapeException(
              name
                  + ": "
                  + s
                  + " to "
                  + r.shape()
                  + ": "
                  + s.size()
                  + " and "
                  + r.shape().size()
                  + " elements, expected the same number");
        }
        yield r.shape();
      }
      case Op.Permute p -> permute(name, p.order(), s);
      case Op.Expand e -> expand(name, e.shape(), s);
      case Op.Pad p -> pad(name, p, s);
      case Op.Slice c -> slice(name, c, s);
      case Op.Flip f -> {
        for (int i = 0; i < f.axes().length(); i++) {
          axis(name, f.axes().get(i), s);
        }
        yield s;
      }
      case Op.Concat c -> concat(name, c.axis(), sources);
      case Op.DynamicSlice d -> {
        fits(name, d.shape(), s);
        equalShapes(name + ": start", Shape.of(s.rank()), sources.get(1).shape());
        yield d.shape();
      }
      case Op.DynamicUpdate d -> {
        fits(name, sources.get(1).shape(), s);
        equalShapes(name + ": start", Shape.of(s.rank()), sources.get(2).shape());
        yield s;
      }
      case Op.Reduce r -> {
        Shape reduced = s;
        for (int i = 0; i < r.axes().length(); i++) {
          axis(name, r.axes().get(i), s);
          if (i > 0 && r.axes().get(i) <= r.axes().get(i - 1)) {
            throw new ShapeException(
                name + ": axes " + r.axes() + ", expected each once and in ascending order");
          }
          reduced = reduced.withDim(r.axes().get(i), 1);
        }
        yield reduced;
      }
      case Op.ArgMax a -> {
        axis(name, a.axis(), s);
        if (s.dim(a.axis()) == 0) {
          throw new ShapeException(
              name + ": axis " + a.axis() + " of " + s + " is empty, expected at least 1 element");
        }
        yield s.withDim(a.axis(), 1);
      }
      case Op.Cumsum c -> {
        axis(name, c.axis(), s);
        yield s;
      }
      case Op.ArgSort a -> {
        if (s.rank() == 0) {
          throw new ShapeException(name + ": a scalar has no axis to sort; reshape it to [1]");
        }
        yield s;
      }
      case Op.Dot d -> dot(name, s, sources.get(1).shape());
      case Op.Conv c -> conv(name, c, s, sources.get(1).shape());
      case Op.Gather g -> gathered(name, s, sources.get(1).shape());
      case Op.Attention a -> {
        attention(name, s, sources.get(1).shape(), sources.get(2).shape());
        yield s;
      }
      case Op.AttentionLogSum a -> {
        attention(name, s, sources.get(1).shape(), sources.get(1).shape());
        equalShapes(name + ": y", s, sources.get(2).shape());
        yield Shape.of(s.dim(0), s.dim(1), s.dim(2));
      }
      case Op.AttentionGradient a -> {
        for (int i : new int[] {1, 2, 3, 5}) {
          attention(name, s, sources.get(i).shape(), s);
          equalShapes(name, s, sources.get(i).shape());
        }
        equalShapes(
            name + ": logSum", Shape.of(s.dim(0), s.dim(1), s.dim(2)), sources.get(4).shape());
        yield Shape.of(s.dim(0), s.dim(1), 3, s.dim(2), s.dim(3));
      }
      case Op.ScatterAdd a -> {
        equalShapes(
            name + ": updates", gathered(name, s, sources.get(1).shape()), sources.get(2).shape());
        yield s;
      }
    };
  }

  private static void attention(String name, Shape q, Shape k, Shape v) {
    boolean fits =
        q.rank() == 4 && k.rank() == 4 && k.equals(v) && q.withDim(1, 0).equals(k.withDim(1, 0));
    if (!fits) {
      throw new ShapeException(
          name
              + ": shapes "
              + q
              + ", "
              + k
              + " and "
              + v
              + ", expected [B, T, H, E], [B, S, H, E] and [B, S, H, E]");
    }
  }

  private static Shape permute(String name, Ints order, Shape s) {
    int[] dims = new int[s.rank()];
    boolean[] seen = new boolean[s.rank()];
    boolean fits = order.length() == s.rank();
    for (int i = 0; fits && i < dims.length; i++) {
      int from = order.get(i);
      fits = from >= 0 && from < dims.length && !seen[from];
      if (fits) {
        seen[from] = true;
        dims[i] = s.dim(from);
      }
    }
    if (!fits) {
      throw new ShapeException(
          name
              + ": order "
              + order
              + " of shape "
              + s
              + ", expected each axis 0 to "
              + (s.rank() - 1)
              + " once");
    }
    return Shape.of(dims);
  }

  private static Shape expand(String name, Shape to, Shape s) {
    boolean fits = to.rank() == s.rank();
    for (int i = 0; fits && i < s.rank(); i++) {
      fits = s.dim(i) == to.dim(i) || s.dim(i) == 1;
    }
    if (!fits) {
      throw new ShapeException(
          name
              + ": cannot expand "
              + s
              + " to "
              + to
              + ", expected the same rank and sizes equal or 1");
    }
    return to;
  }

  private static Shape pad(String name, Op.Pad p, Shape s) {
    rank(name, p.before(), s);
    rank(name, p.after(), s);
    rank(name, p.interior(), s);
    int[] dims = new int[s.rank()];
    for (int i = 0; i < dims.length; i++) {
      if (p.before().get(i) < 0 || p.after().get(i) < 0 || p.interior().get(i) < 0) {
        throw new ShapeException(
            name
                + ": before "
                + p.before()
                + ", after "
                + p.after()
                + ", interior "
                + p.interior()
                + ", expected 0 or more; use slice to cut");
      }
      int n = s.dim(i);
      dims[i] = p.before().get(i) + n + Math.max(0, n - 1) * p.interior().get(i) + p.after().get(i);
    }
    return Shape.of(dims);
  }

  private static Shape slice(String name, Op.Slice c, Shape s) {
    rank(name, c.start(), s);
    rank(name, c.stop(), s);
    rank(name, c.step(), s);
    int[] dims = new int[s.rank()];
    for (int i = 0; i < dims.length; i++) {
      int start = c.start().get(i);
      int stop = c.stop().get(i);
      int step = c.step().get(i);
      if (start < 0 || stop < start || stop > s.dim(i) || step < 1) {
        throw new ShapeException(
            name
                + ": "
                + start
                + ":"
                + stop
                + ":"
                + step
                + " of axis "
                + i
                + " of "
                + s
                + ", expected 0 <= start <= stop <= "
                + s.dim(i)
                + " and step >= 1");
      }
      dims[i] = (stop - start + step - 1) / step;
    }
    return Shape.of(dims);
  }

  private static Shape concat(String name, int axis, List<Node> sources) {
    Shape first = sources.get(0).shape();
    axis(name, axis, first);
    int total = 0;
    for (Node source : sources) {
      Shape s = source.shape();
      if (s.rank() != first.rank() || !s.withDim(axis, 1).equals(first.withDim(axis, 1))) {
        throw new ShapeException(
            name
                + ": "
                + first
                + " and "
                + s
                + " along axis "
                + axis
                + ", expected equal sizes on every other axis");
      }
      total += s.dim(axis);
    }
    return first.withDim(axis, total);
  }

  private static Shape dot(String name, Shape a, Shape b) {
    int rank = a.rank();
    boolean fits = rank >= 2 && b.rank() == rank && a.dim(rank - 1) == b.dim(rank - 2);
    int[] dims = new int[Math.max(rank, 2)];
    for (int i = 0; fits && i < rank - 2; i++) {
      fits = a.dim(i) == b.dim(i);
      dims[i] = a.dim(i);
    }
    if (!fits) {
      throw new ShapeException(
          name
              + ": "
              + a
              + " by "
              + b
              + ", expected [..., m, k] by [..., k, n] with equal leading axes");
    }
    dims[rank - 2] = a.dim(rank - 2);
    dims[rank - 1] = b.dim(rank - 1);
    return Shape.of(dims);
  }

  private static Shape conv(String name, Op.Conv c, Shape a, Shape b) {
    Window w = c.window();
    Shape image = w.image();
    Shape filter = w.filter();
    boolean fits =
        image.rank() == 4
            && filter.rank() == 4
            && w.groups() >= 1
            && w.strideH() >= 1
            && w.strideW() >= 1
            && w.dilationH() >= 1
            && w.dilationW() >= 1
            && w.padTop() >= 0
            && w.padBottom() >= 0
            && w.padLeft() >= 0
            && w.padRight() >= 0;
    if (!fits) {
      throw new ShapeException(
          name
              + ": "
              + w
              + ", expected 4 axes, strides, dilations and groups of 1 or more, paddings of 0 or"
              + " more");
    }
    if (image.dim(1) != filter.dim(1) * w.groups() || filter.dim(0) % w.groups() != 0) {
      throw new ShapeException(
          name
              + ": image "
              + image
              + ", filter "
              + filter
              + ", groups "
              + w.groups()
              + ", expected image channels = filter channels * groups and filters divisible by"
              + " groups");
    }
    if (filter.dim(2) < 1 || filter.dim(3) < 1 || w.outH() < 1 || w.outW() < 1) {
      throw new ShapeException(
          name
              + ": image "
              + image
              + " is smaller than the filter "
              + filter
              + " after padding, expected at least one position; pad more");
    }
    return switch (c.kind()) {
      case FORWARD -> {
        equalShapes(name + ": image", image, a);
        equalShapes(name + ": filter", filter, b);
        yield w.result();
      }
      case INPUT_GRADIENT -> {
        equalShapes(name + ": result gradient", w.result(), a);
        equalShapes(name + ": filter", filter, b);
        yield image;
      }
      case WEIGHT_GRADIENT -> {
        equalShapes(name + ": image", image, a);
        equalShapes(name + ": result gradient", w.result(), b);
        yield filter;
      }
    };
  }

  private static Shape gathered(String name, Shape x, Shape index) {
    if (x.rank() == 0) {
      throw new ShapeException(name + ": a scalar has no rows to select; reshape it to [1]");
    }
    int[] dims = new int[index.rank() + x.rank() - 1];
    for (int i = 0; i < index.rank(); i++) {
      dims[i] = index.dim(i);
    }
    for (int i = 1; i < x.rank(); i++) {
      dims[index.rank() + i - 1] = x.dim(i);
    }
    return Shape.of(dims);
  }

  private static void fits(String name, Shape part, Shape whole) {
    boolean fits = part.rank() == whole.rank();
    for (int i = 0; fits && i < whole.rank(); i++) {
      fits = part.dim(i) <= whole.dim(i);
    }
    if (!fits) {
      throw new ShapeException(
          name + ": part " + part + " of " + whole + ", expected one that fits");
    }
  }

  private static void axis(String name, int axis, Shape s) {
    if (axis < 0 || axis >= s.rank()) {
      throw new ShapeException(
          name + ": axis " + axis + " of shape " + s + ", expected 0 to " + (s.rank() - 1));
    }
  }

  private static void rank(String name, Ints values, Shape s) {
    if (values.length() != s.rank()) {
      throw new ShapeException(
          name + ": " + values + " for shape " + s + ", expected one value per axis");
    }
  }

  private static Shape equalShapes(String name, Shape a, Shape b) {
    if (!a.equals(b)) {
      throw new ShapeException(name + ": shapes " + a + " and " + b + ", expected equal");
    }
    return a;
  }

  private static void equalDTypes(String name, Node a, Node b) {
    if (a.dtype() != b.dtype()) {
      throw new DTypeException(
          name
              + ": dtypes "
              + a.dtype()
              + " and "
              + b.dtype()
              + ", expected equal; cast one of them");
    }
  }

  private static void require(String name, String what, Node x, DType dtype) {
    if (x.dtype() != dtype) {
      throw new DTypeException(
          name + ": " + what + " is " + x.dtype() + ", expected " + dtype + "; cast it");
    }
  }

  private static void index(String name, Node index) {
    if (index.dtype() != DType.I32 && index.dtype() != DType.I64) {
      throw new DTypeException(
          name + ": index is " + index.dtype() + ", expected i32 or i64; cast it");
    }
  }

  private static DType numeric(String name, Node x) {
    if (x.dtype() == DType.BOOL) {
      throw new DTypeException(
          name + ": not defined for bool, expected a numeric dtype; cast first");
    }
    return x.dtype();
  }
}
