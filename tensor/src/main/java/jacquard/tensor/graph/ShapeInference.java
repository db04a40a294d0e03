package jacquard.tensor.graph;

import jacquard.tensor.Ints;
import jacquard.tensor.Shape;
import jacquard.tensor.ShapeException;
import java.util.List;

/// The shape of each operation's result, and what shapes its sources may have.
final class ShapeInference {
  private ShapeInference() {}

  /// The shape of what an operation makes.
  ///
  /// @param x the first source
  /// @throws ShapeException if the sources' shapes don't fit it
  static Shape of(Op op, String name, List<Node> sources, Node x) {
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
      case Op.Dot d -> ProductShapes.dot(name, s, sources.get(1).shape());
      case Op.Conv c -> ProductShapes.conv(name, c, s, sources.get(1).shape());
      case Op.Gather g -> gathered(name, s, sources.get(1).shape());
      case Op.Attention a -> {
        ProductShapes.attention(name, s, sources.get(1).shape(), sources.get(2).shape());
        yield s;
      }
      case Op.AttentionLogSum a -> {
        ProductShapes.attention(name, s, sources.get(1).shape(), sources.get(1).shape());
        equalShapes(name + ": y", s, sources.get(2).shape());
        yield Shape.of(s.dim(0), s.dim(1), s.dim(2));
      }
      case Op.AttentionGradient a -> {
        for (int i : new int[] {1, 2, 3, 5}) {
          ProductShapes.attention(name, s, sources.get(i).shape(), s);
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

  static Shape equalShapes(String name, Shape a, Shape b) {
    if (!a.equals(b)) {
      throw new ShapeException(name + ": shapes " + a + " and " + b + ", expected equal");
    }
    return a;
  }
}
