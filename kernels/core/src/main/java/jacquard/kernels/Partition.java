package jacquard.kernels;

import jacquard.tensor.Ints;
import jacquard.tensor.Shape;
import jacquard.tensor.graph.Op;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Second pass: decides which vertices get memory, and turns what lies between them into
/// expressions.
///
/// Memory goes to outputs, to what contractions, gathers and their kin read and write, to
/// reductions, and to element-wise vertices with several uses unless they are cheap to compute
/// again: at most 3 vertices read, of which one is of their own size, and one transcendental. Views
/// (reshape, permute, expand, slice, flip) get none unless a reshape can't be expressed with
/// strides.
final class Partition {
  private static final int CHEAP_READS = 3;
  private static final int CHEAP_FULL_READS = 1;
  static final int CHEAP_TRANSCENDENTALS = 1;

  /// Copies of an element from which on a division is done once and kept.
  private static final int MANY_COPIES = 8;

  /// An expression may not grow beyond this: kernels must stay small for the JIT.
  private static final int MOST_OPERATIONS = 48;

  private static final int MOST_READS = 8;

  private final boolean fuse;
  private final List<Vertex> order;
  private final Set<Vertex> required = new HashSet<>();
  private final Map<Vertex, Integer> uses = new HashMap<>();
  private final List<Unit> ordered = new ArrayList<>();

  private Partition(boolean fuse, List<Vertex> order) {
    this.fuse = fuse;
    this.order = order;
  }

  /// The units that compute `outputs`, in an order in which they can run.
  static List<Unit> of(Collection<Vertex> outputs, boolean fuse) {
    List<Vertex> order = sourcesFirst(outputs);
    Partition pass = new Partition(fuse, order);
    pass.link(outputs);
    for (Vertex v : order) {
      pass.express(v);
    }
    return pass.ordered;
  }

  static List<Vertex> sourcesFirst(Collection<Vertex> roots) {
    List<Vertex> order = new ArrayList<>();
    Set<Vertex> seen = new HashSet<>();
    ArrayDeque<Object[]> stack = new ArrayDeque<>();
    for (Vertex root : roots) {
      stack.push(new Object[] {root, false});
      while (!stack.isEmpty()) {
        Object[] visit = stack.pop();
        Vertex v = (Vertex) visit[0];
        if ((boolean) visit[1]) {
          order.add(v);
        } else if (seen.add(v)) {
          stack.push(new Object[] {v, true});
          for (int i = v.sources.size() - 1; i >= 0; i--) {
            stack.push(new Object[] {v.source(i), false});
          }
        }
      }
    }
    return order;
  }

  private void link(Collection<Vertex> outputs) {
    required.addAll(outputs);
    for (Vertex v : order) {
      for (Vertex source : v.sources) {
        source.consumers.add(v);
      }
      if (!isExpression(v.op) && !isAssembly(v.op)) {
        for (Vertex source : v.sources) {
          required.add(strides(v.op) ? base(source) : source);
        }
      }
      if (v.op instanceof Op.After) {
        required.add(v.source(1));
        required.add(base(v.source(0)));
      }
    }
    for (int i = order.size() - 1; i >= 0; i--) {
      Vertex v = order.get(i);
      int n = 0;
      for (Vertex consumer : v.consumers) {
        n += isView(consumer.op) ? uses.getOrDefault(consumer, 0) : 1;
      }
      uses.put(v, n);
    }
  }

  private static Vertex base(Vertex v) {
    Vertex at = v;
    while (isView(at.op)) {
      at = at.source(0);
    }
    return at;
  }

  /// Whether the operation reads sources through strides.
  private static boolean strides(Op op) {
    return op instanceof Op.Dot || op instanceof Op.Fused;
  }

  /// Whether the operation puts parts, which may be any expressions, into its result.
  private static boolean isAssembly(Op op) {
    return op instanceof Op.Pad || op instanceof Op.Concat;
  }

  /// Whether the operation is part of expressions, rather than a task of its own.
  private static boolean isExpression(Op op) {
    return switch (op) {
      case Op.Leaf l -> true;
      case Op.Elementwise e -> true;
      case Op.Reduce r -> true;
      case Op.Marker m -> true;
      case Op.Reshape r -> true;
      case Op.Permute p -> true;
      case Op.Expand e -> true;
      case Op.Slice s -> true;
      case Op.Flip f -> true;
      case Op.Pad p -> false;
      case Op.Concat c -> false;
      case Op.DynamicSlice d -> false;
      case Op.DynamicUpdate d -> false;
      case Op.ArgMax a -> false;
      case Op.Cumsum c -> false;
      case Op.ArgSort a -> false;
      case Op.Contraction c -> false;
      case Op.Indexing i -> false;
      case Op.Fused f -> false;
    };
  }

  private static boolean isView(Op op) {
    return op instanceof Op.Reshape
        || op instanceof Op.Permute
        || op instanceof Op.Expand
        || op instanceof Op.Slice
        || op instanceof Op.Flip;
  }

  private void express(Vertex v) {
    switch (v.op) {
      case Op.Input i ->
          v.expression = v.dynamic ? new Expression.Dynamic(v.dtype, v.slot) : Expression.whole(v);
      case Op.Constant c -> v.expression = new Expression.Constant(c.dtype(), c.bits());
      case Op.Iota i -> v.expression = new Expression.Index(i.dtype(), View.contiguous(v.shape));
      case Op.Reshape r -> move(v, view -> view.reshape(r.shape()).orElse(null));
      case Op.Permute p -> move(v, view -> view.permute(p.order()));
      case Op.Expand e -> {
        if (!isCheapToRepeat(v)) {
          materialise(v.source(0));
        }
        move(v, view -> view.expand(e.shape()));
      }
      case Op.Slice s -> move(v, view -> view.slice(s.start(), s.stop(), s.step()));
      case Op.Flip f -> move(v, view -> view.flip(f.axes()));
      case Op.Elementwise e -> elementwise(v, e);
      case Op.After a -> {
        materialiseBase(v.source(0));
        materialise(v.source(1));
        Expression.Read read = Expression.asRead(v.source(0).expression);
        v.expression =
            read == null
                ? expression(v.source(0))
                : new Expression.Read(read.vertex(), read.view(), v.source(1));
      }
      case Op.Detach d -> v.expression = expression(v.source(0));
      case Op.Recompute r -> v.expression = expression(v.source(0));
      case Op.Reduce r -> {
        Ints axes = significant(r.axes(), v.source(0));
        add(v, Unit.reduce(v, expression(v.source(0)), r.kind(), v.source(0).shape, axes));
      }
      case Op.Pad p -> assembly(v);
      case Op.Concat c -> assembly(v);
      case Op.DynamicSlice d -> operation(v);
      case Op.DynamicUpdate d -> operation(v);
      case Op.ArgMax a -> operation(v);
      case Op.Cumsum c -> operation(v);
      case Op.ArgSort a -> operation(v);
      case Op.Contraction c -> operation(v);
      case Op.Indexing i -> operation(v);
      case Op.Attention a -> operation(v);
      case Op.AttentionLogSum a -> {
        // the kernel of the attention leaves it behind
        attentionOf(v).yields(v);
        v.expression = Expression.whole(v);
      }
      case Op.AttentionGradient a -> operation(v);
    }
    if ((required.contains(v) || !fuse) && needsUnit(v)) {
      materialise(v);
    }
  }

  private static Ints significant(Ints axes, Vertex source) {
    int[] kept =
        java.util.Arrays.stream(axes.toArray()).filter(a -> source.shape.dim(a) != 1).toArray();
    return Ints.of(kept);
  }

  /// Whether the vertex is a computation without memory so far. Views of something with memory
  /// don't need their own.
  private boolean needsUnit(Vertex v) {
    if (v.op instanceof Op.Leaf || isView(v.op) || v.op instanceof Op.Marker) {
      return required.contains(v) && !isWhole(v);
    }
    return !isWhole(v);
  }

  private static boolean isWhole(Vertex v) {
    return v.expression instanceof Expression.Read r && r.vertex() == v;
  }

  private void move(Vertex v, java.util.function.Function<View, @Nullable View> move) {
    Expression moved = Expression.moved(expression(v.source(0)), move);
    if (moved == null) {
      materialise(v.source(0));
      moved = Expression.moved(expression(v.source(0)), move);
    }
    if (moved == null) {
      throw new AssertionError("a movement of a contiguous view failed: " + v);
    }
    v.expression = moved;
  }

  private void elementwise(Vertex v, Op.Elementwise op) {
    Expression e = combine(v, op);
    Expression.Cost cost = Expression.cost(e);
    if (cost.operations() > MOST_OPERATIONS || cost.reads().size() > MOST_READS) {
      for (Vertex source : v.sources) {
        if (Expression.cost(expression(source)).operations() > MOST_OPERATIONS / 4) {
          materialise(source);
        }
      }
      e = combine(v, op);
      cost = Expression.cost(e);
    }
    v.expression = e;
    long full = cost.reads().stream().filter(r -> r.shape.size() >= v.shape.size()).count();
    boolean cheap =
        cost.reads().size() <= CHEAP_READS
            && full <= CHEAP_FULL_READS
            && cost.transcendentals() <= CHEAP_TRANSCENDENTALS;
    if (uses.getOrDefault(v, 0) > 1 && !cheap) {
      materialise(v);
    }
  }

  private Expression combine(Vertex v, Op.Elementwise op) {
    return switch (op) {
      case Op.Unary u -> new Expression.Unary(u.kind(), expression(v.source(0)));
      case Op.Binary b ->
          new Expression.Binary(b.kind(), expression(v.source(0)), expression(v.source(1)));
      case Op.Where w ->
          new Expression.Where(
              expression(v.source(0)), expression(v.source(1)), expression(v.source(2)));
      case Op.Cast c -> new Expression.Cast(c.dtype(), expression(v.source(0)));
      case Op.Random r -> {
        Expression key = expression(v.source(0));
        if (!(key instanceof Expression.Constant || key instanceof Expression.Dynamic)) {
          materialise(v.source(0));
          key = expression(v.source(0));
        }
        yield new Expression.Random(View.contiguous(v.shape), key, r.salt());
      }
    };
  }

  /// Whether a source may be computed again for every copy that an expand makes. One of a single
  /// element is computed once a run, wherever it is read.
  private static boolean isCheapToRepeat(Vertex expand) {
    Shape source = expand.source(0).shape;
    Expression.Cost cost = Expression.cost(expression(expand.source(0)));
    boolean divides = cost.divisions() > 0 && source.size() > 1;
    return cost.transcendentals() == 0
            && cost.reads().size() <= 1
            && cost.operations() <= 8
            && !(divides && expand.shape.size() >= source.size() * MANY_COPIES)
        || cost.reads().isEmpty() && source.size() == 1;
  }

  private void assembly(Vertex v) {
    add(v, Unit.assembly(v, v.sources.stream().map(Partition::expression).toList()));
  }

  private void operation(Vertex v) {
    for (Vertex source : v.sources) {
      if (strides(v.op)) {
        materialiseBase(source);
        if (!isReadInPlace(v, source)) {
          materialise(source);
        }
      } else if (!isContiguousRead(source)) {
        materialise(source);
      }
    }
    add(v, Unit.operation(v));
  }

  /// Whether the strides of a source will do. Kernels of fused operations want neighbours along the
  /// last axis, and the sums of the softmax as they were written.
  private static boolean isReadInPlace(Vertex v, Vertex source) {
    Expression.Read read = Expression.asRead(source.expression);
    if (read == null || !(v.op instanceof Op.Fused)) {
      return read != null;
    }
    View view = read.view();
    int last = view.shape().rank() - 1;
    boolean isSums = last < 3;
    return isSums
        ? view.isContiguous()
        : view.shape().dim(last) == 1 || view.strides().get(last) == 1;
  }

  /// The unit of the attention that a logSum belongs to.
  private Unit attentionOf(Vertex logSum) {
    for (Unit unit : ordered) {
      if (unit.operation == logSum.source(2)) {
        return unit;
      }
    }
    throw new AssertionError("no attention before " + logSum);
  }

  /// Whether the source is all of a vertex with memory in row-major order, reshaped perhaps.
  private static boolean isContiguousRead(Vertex source) {
    return source.expression instanceof Expression.Read r
        && r.view().isContiguous()
        && r.vertex().shape.size() == source.shape.size();
  }

  private void materialiseBase(Vertex v) {
    Vertex base = base(v);
    if (needsUnit(base) && !(base.op instanceof Op.Leaf)) {
      materialise(base);
    }
    if (Expression.asRead(v.expression) == null) {
      materialise(v);
    }
  }

  /// Gives a vertex memory of its own.
  private void materialise(Vertex v) {
    if (!isWhole(v)) {
      add(v, Unit.map(v, expression(v)));
    }
  }

  private void add(Vertex v, Unit unit) {
    ordered.add(unit);
    v.expression = Expression.whole(v);
  }

  private static Expression expression(Vertex v) {
    Expression e = v.expression;
    if (e == null) {
      throw new AssertionError("used before it was expressed: " + v);
    }
    return e;
  }
}
