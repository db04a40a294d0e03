package jacquard.kernels;

import jacquard.tensor.DType;
import jacquard.tensor.FusedBody;
import jacquard.tensor.Ints;
import jacquard.tensor.Shape;
import jacquard.tensor.graph.BinaryKind;
import jacquard.tensor.graph.Node;
import jacquard.tensor.graph.Op;
import jacquard.tensor.graph.ReduceKind;
import jacquard.tensor.graph.Traversal;
import jacquard.tensor.reference.FloatArithmetic;
import jacquard.tensor.reference.IntegerArithmetic;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.DoubleBinaryOperator;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// First pass: equal nodes become one, identities and float arithmetic on constants are folded,
/// sums are taken apart where that saves a walk ([FactoredSum]), markers that only autograd reads
/// go away.
///
/// [Op.After] stays, and makes two otherwise equal nodes different: that is how a recomputation
/// survives.
final class Canonical {
  private record Key(Op op, List<Vertex> sources, int slot, boolean dynamic) {}

  private final Map<Key, Vertex> unique = new HashMap<>();
  private final Predicate<Node> hasKernel;

  /// The fused node whose expression is at hand: its vertices take the node's place in the order.
  private @Nullable Node lowering;

  /// Whether the last source of the node at hand has no other reader.
  private boolean usedOnce;

  private Canonical(Predicate<Node> hasKernel) {
    this.hasKernel = hasKernel;
  }

  /// The canonical graph of a plan's nodes.
  ///
  /// @param hasKernel which fused nodes stay; the others become their expressions
  /// @return the vertex of every node
  static Vertex[] of(PlanKey key, Predicate<Node> hasKernel) {
    Canonical pass = new Canonical(hasKernel);
    Vertex[] vertices = new Vertex[key.size()];
    int[] uses = new int[vertices.length];
    for (int i = 0; i < vertices.length; i++) {
      for (int source : key.sourcesOf(i)) {
        uses[source]++;
      }
    }
    for (int i = 0; i < key.rootCount(); i++) {
      uses[key.rootNode(i)]++;
    }
    for (int i = 0; i < vertices.length; i++) {
      Node node = key.node(i);
      List<Vertex> sources = new ArrayList<>();
      for (int source : key.sourcesOf(i)) {
        sources.add(vertices[source]);
        pass.usedOnce = uses[source] == 1;
      }
      vertices[i] = pass.vertex(node, sources, key.slotOf(i), key.isDynamic(i));
    }
    return vertices;
  }

  private Vertex vertex(Node node, List<Vertex> sources, int slot, boolean dynamic) {
    if (node.op() instanceof Op.Fused
        && !(hasKernel.test(node) && isWithAttention(node, sources))) {
      return lowered(node, sources);
    }
    Vertex simpler = simplify(node, sources);
    return simpler != null
        ? simpler
        : intern(node.op(), sources, node.dtype(), node.shape(), sequence(node), slot, dynamic);
  }

  /// Whether sums come with the attention they belong to, whose task computes them: it may have
  /// been realised since. True for everything else.
  private static boolean isWithAttention(Node node, List<Vertex> sources) {
    return !(node.op() instanceof Op.AttentionLogSum sums)
        || (sources.get(2).op instanceof Op.Attention y
            && y.causal() == sums.causal()
            && y.scale() == sums.scale()
            && sources.get(2).source(0) == sources.get(0)
            && sources.get(2).source(1) == sources.get(1));
  }

  private long sequence(Node node) {
    return lowering == null ? node.sequence() : lowering.sequence();
  }

  /// The expression that defines a fused node.
  private Vertex lowered(Node node, List<Vertex> sources) {
    lowering = node;
    Node body = FusedBody.of(node);
    Map<Node, Vertex> vertices = new IdentityHashMap<>();
    for (int i = 0; i < sources.size(); i++) {
      vertices.put(node.source(i), sources.get(i));
    }
    usedOnce = false;
    Vertex vertex = vertices.get(body);
    for (Node part : Traversal.sourcesFirst(List.of(body), node.sources())) {
      vertex = vertex(part, part.sources().stream().map(vertices::get).toList(), -1, false);
      vertices.put(part, vertex);
    }
    lowering = null;
    return Objects.requireNonNull(vertex);
  }

  private Vertex intern(
      Op op,
      List<Vertex> sources,
      DType dtype,
      Shape shape,
      long sequence,
      int slot,
      boolean dynamic) {
    return unique.computeIfAbsent(
        new Key(op, List.copyOf(sources), slot, dynamic),
        k -> new Vertex(op, k.sources, dtype, shape, sequence, slot, dynamic));
  }

  private @Nullable Vertex simplify(Node node, List<Vertex> sources) {
    Op op = node.op();
    Vertex x = sources.isEmpty() ? null : sources.get(0);
    if (x == null) {
      return null;
    }
    return switch (op) {
      case Op.Leaf l -> null;
      case Op.Detach d -> x;
      case Op.Recompute r -> x;
      case Op.Reshape r -> {
        if (x.shape.equals(r.shape())) {
          yield x;
        }
        yield x.op instanceof Op.Reshape ? vertexLike(node, op, List.of(x.source(0))) : null;
      }
      case Op.Expand e -> {
        if (x.shape.equals(e.shape())) {
          yield x;
        }
        yield x.op instanceof Op.Expand ? vertexLike(node, op, List.of(x.source(0))) : null;
      }
      case Op.Permute p -> permute(node, p, x);
      case Op.Reduce r -> {
        if (x.shape.isEmpty()) {
          yield full(node, identity(r.kind(), node.dtype()));
        }
        boolean none = true;
        for (int i = 0; i < r.axes().length(); i++) {
          none &= x.shape.dim(r.axes().get(i)) == 1;
        }
        yield none ? x : FactoredSum.of(x, r, (made, of, shape) -> made(node, made, of, shape));
      }
      case Op.Cast c -> x.dtype == c.dtype() ? x : isBack(c, x) ? x.source(0) : widened(node, x);
      case Op.Binary b -> binary(node, b.kind(), x, sources.get(1));
      case Op.Where w -> sources.get(1) == sources.get(2) ? sources.get(1) : null;
      case Op.Unary u -> null;
      case Op.Random r -> null;
      case Op.Pad p -> null;
      case Op.Slice s -> null;
      case Op.Flip f -> null;
      case Op.Concat c -> sources.size() == 1 ? x : null;
      case Op.DynamicSlice d -> d.shape().equals(x.shape) ? x : null;
      case Op.DynamicUpdate d -> null;
      case Op.ArgMax a -> null;
      case Op.Cumsum c -> null;
      case Op.ArgSort a -> null;
      case Op.Contraction c -> null;
      case Op.Indexing i -> null;
      case Op.Fused f -> null;
      case Op.After a -> null;
    };
  }

  /// Whether `x` is an f16 or bf16 that was widened, and is narrowed to what it was.
  private static boolean isBack(Op.Cast cast, Vertex x) {
    return cast.dtype().isHalf()
        && x.dtype == DType.F32
        && x.op instanceof Op.Cast
        && x.source(0).dtype == cast.dtype();
  }

  /// An f16 or bf16 constant as the f32 that it is: arithmetic is done on those.
  private @Nullable Vertex widened(Node node, Vertex x) {
    Op.@Nullable Constant c = constant(x);
    return c == null || !x.dtype.isHalf() || node.dtype() != DType.F32
        ? null
        : full(node, Op.Constant.of(DType.F32, rounded(c.value(), x.dtype)));
  }

  /// What a reduction of no elements gives.
  private static Op.Constant identity(ReduceKind kind, DType dtype) {
    return switch (kind) {
      case SUM -> Op.Constant.of(dtype, 0L);
      case PROD -> Op.Constant.of(dtype, 1L);
      case MAX ->
          dtype.isFloat()
              ? Op.Constant.of(dtype, Double.NEGATIVE_INFINITY)
              : Op.Constant.of(dtype, IntegerArithmetic.smallest(dtype));
      case MIN ->
          dtype.isFloat()
              ? Op.Constant.of(dtype, Double.POSITIVE_INFINITY)
              : Op.Constant.of(dtype, IntegerArithmetic.largest(dtype));
    };
  }

  /// A vertex of no node of its own, made in place of the node.
  private Vertex made(Node node, Op op, List<Vertex> sources, Shape shape) {
    return intern(op, sources, node.dtype(), shape, sequence(node), -1, false);
  }

  private Vertex vertexLike(Node node, Op op, List<Vertex> sources) {
    if (sources.get(0).shape.equals(node.shape()) && op instanceof Op.Movement) {
      return sources.get(0);
    }
    return intern(op, sources, node.dtype(), node.shape(), sequence(node), -1, false);
  }

  private @Nullable Vertex permute(Node node, Op.Permute p, Vertex x) {
    if (x.op instanceof Op.Dot && usedOnce && swapsLastTwo(p.order())) {
      // (a b)^T is b^T a^T: the product is written the way it is read, and the sources are strided
      // anyway
      Vertex left = transposed(x.source(1), p, node);
      Vertex right = transposed(x.source(0), p, node);
      return intern(
          x.op, List.of(left, right), node.dtype(), node.shape(), sequence(node), -1, false);
    }
    if (!(x.op instanceof Op.Permute inner)) {
      return null;
    }
    Ints composed = p.order().map((i, axis) -> inner.order().get(axis));
    return composed.equals(Ints.range(composed.length()))
        ? x.source(0)
        : intern(
            new Op.Permute(composed),
            List.of(x.source(0)),
            node.dtype(),
            node.shape(),
            sequence(node),
            -1,
            false);
  }

  private static boolean swapsLastTwo(Ints order) {
    int n = order.length();
    return order.equals(Ints.range(n).map((i, v) -> i == n - 2 ? n - 1 : i == n - 1 ? n - 2 : v));
  }

  private Vertex transposed(Vertex x, Op.Permute swap, Node node) {
    if (x.op instanceof Op.Permute inner && inner.order().equals(swap.order())) {
      return x.source(0);
    }
    int n = x.shape.rank();
    Shape shape = x.shape.withDim(n - 1, x.shape.dim(n - 2)).withDim(n - 2, x.shape.dim(n - 1));
    return intern(swap, List.of(x), x.dtype, shape, sequence(node), -1, false);
  }

  private @Nullable Vertex binary(Node node, BinaryKind kind, Vertex x, Vertex y) {
    Op.@Nullable Constant a = constant(x);
    Op.@Nullable Constant b = constant(y);
    DType dtype = x.dtype;
    if (a != null && b != null && dtype.isFloat()) {
      DoubleBinaryOperator f =
          switch (kind) {
            case ADD -> Double::sum;
            case SUB -> (p, q) -> p - q;
            case MUL -> (p, q) -> p * q;
            case DIV -> (p, q) -> p / q;
            case MAX -> Math::max;
            case MIN -> Math::min;
            case POW, MOD, LT, EQ, AND, OR, XOR, SHL, SHR -> null;
          };
      if (f != null) {
        double value =
            rounded(f.applyAsDouble(rounded(a.value(), dtype), rounded(b.value(), dtype)), dtype);
        return full(node, Op.Constant.of(dtype, value));
      }
    }
    boolean isInteger = !dtype.isFloat();
    return switch (kind) {
      // x + 0 is x but for -0 + 0; kept exact by folding +0 only where it can't show: x + (-0) and
      // integer 0
      case ADD ->
          isExactly(b, isInteger ? 0.0 : -0.0)
              ? x
              : isExactly(a, isInteger ? 0.0 : -0.0) ? y : null;
      case SUB -> isExactly(b, 0.0) ? x : null;
      case MUL -> isExactly(b, 1.0) ? x : isExactly(a, 1.0) ? y : null;
      case DIV -> isExactly(b, 1.0) ? x : null;
      case POW -> isExactly(b, 1.0) ? x : null;
      case MAX, MIN, MOD, LT, EQ, AND, OR, XOR, SHL, SHR -> null;
    };
  }

  private static double rounded(double value, DType dtype) {
    return FloatArithmetic.round(dtype, value);
  }

  private static boolean isExactly(Op.@Nullable Constant c, double value) {
    return c != null && Double.compare(c.value(), value) == 0;
  }

  /// The constant behind reshapes and expands, if there is one.
  private static Op.@Nullable Constant constant(Vertex v) {
    Vertex at = v;
    while (at.op instanceof Op.Expand || at.op instanceof Op.Reshape) {
      at = at.source(0);
    }
    return at.op instanceof Op.Constant c ? c : null;
  }

  private Vertex full(Node node, Op.Constant value) {
    Vertex scalar =
        intern(value, List.of(), value.dtype(), Shape.scalar(), sequence(node), -1, false);
    int rank = node.shape().rank();
    Vertex ones =
        rank == 0
            ? scalar
            : intern(
                new Op.Reshape(Shape.of(Ints.filled(rank, 1).toArray())),
                List.of(scalar),
                value.dtype(),
                Shape.of(Ints.filled(rank, 1).toArray()),
                sequence(node),
                -1,
                false);
    return ones.shape.equals(node.shape())
        ? ones
        : intern(
            new Op.Expand(node.shape()),
            List.of(ones),
            value.dtype(),
            node.shape(),
            sequence(node),
            -1,
            false);
  }
}
