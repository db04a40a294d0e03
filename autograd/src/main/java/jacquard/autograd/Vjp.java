package jacquard.autograd;

import jacquard.tensor.Ints;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import jacquard.tensor.graph.ConvKind;
import jacquard.tensor.graph.Node;
import jacquard.tensor.graph.Op;
import jacquard.tensor.graph.Window;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The vector-Jacobian product of every primitive: from the cotangent of a node to the cotangents
/// of its sources.
///
/// The rules are written with tensor operations, so a gradient can be differentiated again.
/// Conventions where a derivative does not exist:
///
/// | where | gradient |
/// |-------|----------|
/// | `max`, `min` of two equal arguments | half to each |
/// | `max`, `min` over axes, several largest | shared evenly among them |
/// | `abs` at 0 | 0 |
/// | `pow` at base 0 | by the exponent 0; by the base `b * 0^(b-1)`, 0 for exponent 0 |
/// | `pow` at a base below 0 | by the exponent NaN, as the logarithm is |
/// | `mod` | as between the jumps: 1 and `-floor(a / b)` |
///
/// `sign`, `floor`, comparisons, `argmax`, `argsort`, `random`, `detach`, casts from or to
/// integers, conditions and indices let no gradient through: see [#flows].
public final class Vjp {
  private final Node node;
  private final Tensor g;
  private final boolean[] needed;
  private final Zeros zeros;

  private Vjp(Node node, Tensor g, boolean[] needed, Zeros zeros) {
    this.node = node;
    this.g = g;
    this.needed = needed;
    this.zeros = zeros;
  }

  /// The cotangents of the sources of `node`.
  ///
  /// @param node whose sources are differentiated by
  /// @param g cotangent of the node, of its shape and dtype
  /// @param needed for each source, whether its cotangent is wanted; never true where [#flows] is
  ///   false
  /// @return for each source its cotangent, shaped like the source; null where it is not wanted
  public static @Nullable Tensor[] of(Node node, Tensor g, boolean[] needed) {
    return of(node, g, needed, new Zeros());
  }

  static @Nullable Tensor[] of(Node node, Tensor g, boolean[] needed, Zeros zeros) {
    return new Vjp(node, g, needed, zeros).cotangents();
  }

  /// {@return whether the result of `node` can be differentiated by source `index`}
  ///
  /// @param node whose sources are differentiated by
  /// @param index number of the source
  public static boolean flows(Node node, int index) {
    return node.dtype().isFloat()
        && node.source(index).dtype().isFloat()
        && switch (node.op()) {
          case Op.Leaf l -> false;
          case Op.Unary u -> UnaryVjp.flows(u.kind());
          case Op.Binary b -> true;
          case Op.Where w -> true;
          case Op.Cast c -> true;
          case Op.Random r -> false;
          case Op.Movement m -> true;
          case Op.Reduce r -> true;
          case Op.Cumsum c -> true;
          case Op.ArgMax a -> false;
          case Op.ArgSort a -> false;
          case Op.Contraction c -> true;
          case Op.Indexing i -> true;
          case Op.Fused f -> FusedVjp.flows(f, index);
          case Op.Detach d -> false;
          case Op.After a -> index == 0;
          case Op.Recompute r -> index == 0;
        };
  }

  private @Nullable Tensor[] cotangents() {
    return switch (node.op()) {
      case Op.Leaf l -> none();
      case Op.Unary u -> one(UnaryVjp.of(u.kind(), x(0), y(), g));
      case Op.Binary b -> BinaryVjp.of(b.kind(), x(0), x(1), y(), g, needed[0], needed[1], zeros);
      case Op.Where w -> {
        Tensor condition = WhereVjp.condition(node);
        yield each(
            null, () -> condition.where(g, zeros.like(g)), () -> condition.where(zeros.like(g), g));
      }
      case Op.Cast c -> one(g.cast(x(0).dtype()));
      case Op.Random r -> none();
      case Op.Reshape r -> one(g.reshape(shape(0)));
      case Op.Permute p -> one(g.permute(inverse(p.order())));
      case Op.Expand e -> one(summed());
      case Op.Pad p -> one(unpadded(p));
      case Op.Slice s -> one(padded(s));
      case Op.Flip f -> one(g.flip(f.axes().toArray()));
      case Op.Concat c -> parts(c.axis());
      case Op.DynamicSlice d -> one(zeros.like(x(0)).dynamicUpdate(g, x(1)));
      case Op.DynamicUpdate d ->
          each(
              () -> g.dynamicUpdate(zeros.like(x(1)), x(2)),
              () -> g.dynamicSlice(x(2), shape(1).toArray()));
      case Op.Reduce r -> one(reduce(r));
      case Op.ArgMax a -> none();
      case Op.Cumsum c -> one(g.flip(c.axis()).cumsum(c.axis()).flip(c.axis()));
      case Op.ArgSort a -> none();
      case Op.Dot d -> {
        Tensor like = narrowed();
        yield each(() -> dot(like, x(1).t()), () -> dot(x(0).t(), like));
      }
      case Op.Conv c -> conv(c.kind(), c.window(), narrowed());
      case Op.Gather i -> one(zeros.like(x(0)).scatterAdd(x(1), g));
      case Op.ScatterAdd s -> each(() -> g, null, () -> g.gather(x(1)));
      case Op.Fused f -> FusedVjp.of(f, node, g, needed);
      case Op.Detach d -> none();
      case Op.After a -> one(g);
      case Op.Recompute r -> one(g);
    };
  }

  private Tensor x(int index) {
    return new Tensor(node.source(index));
  }

  private Tensor y() {
    return new Tensor(node);
  }

  private Shape shape(int source) {
    return node.source(source).shape();
  }

  private @Nullable Tensor[] none() {
    return new @Nullable Tensor[needed.length];
  }

  /// `cotangent` for the first source.
  private @Nullable Tensor[] one(Tensor cotangent) {
    @Nullable Tensor[] all = none();
    all[0] = cotangent;
    return all;
  }

  /// One rule for each source, applied where it is needed.
  @SafeVarargs
  private @Nullable Tensor[] each(@Nullable Supplier<Tensor>... rules) {
    @Nullable Tensor[] all = none();
    for (int i = 0; i < rules.length; i++) {
      Supplier<Tensor> rule = rules[i];
      if (needed[i] && rule != null) {
        all[i] = rule.get();
      }
    }
    return all;
  }

  private static int[] inverse(Ints order) {
    int[] inverse = new int[order.length()];
    for (int i = 0; i < inverse.length; i++) {
      inverse[order.get(i)] = i;
    }
    return inverse;
  }

  /// Of an expand: the sum over the repeats.
  private Tensor summed() {
    int[] repeated = new int[g.rank()];
    int n = 0;
    for (int axis = 0; axis < g.rank(); axis++) {
      if (shape(0).dim(axis) != g.dim(axis)) {
        repeated[n++] = axis;
      }
    }
    return n == 0 ? g : g.sumKeepDims(java.util.Arrays.copyOf(repeated, n));
  }

  /// Of a pad: where the elements went.
  private Tensor unpadded(Op.Pad p) {
    Shape x = shape(0);
    Ints step = p.interior().map((axis, interior) -> interior + 1);
    Ints stop =
        p.before()
            .map((axis, before) -> before + Math.max(0, (x.dim(axis) - 1) * step.get(axis) + 1));
    // an axis without elements has neither a last one nor a stop beyond its start
    return g.slice(
        p.before(), stop.map((axis, s) -> x.dim(axis) == 0 ? p.before().get(axis) : s), step);
  }

  /// Of a slice: zeros where nothing was taken.
  private Tensor padded(Op.Slice s) {
    Shape x = shape(0);
    Ints interior = s.step().map((axis, step) -> step - 1);
    Ints after =
        s.start()
            .map((axis, start) ->
                g.dim(axis) == 0
                    ? x.dim(axis) - start
                    : x.dim(axis) - start - (g.dim(axis) - 1) * s.step().get(axis) - 1);
    return g.pad(s.start(), after, interior, 0);
  }

  private @Nullable Tensor[] parts(int axis) {
    @Nullable Tensor[] all = none();
    int start = 0;
    for (int i = 0; i < all.length; i++) {
      int stop = start + shape(i).dim(axis);
      if (needed[i]) {
        all[i] = g.slice(axis, start, stop);
      }
      start = stop;
    }
    return all;
  }

  private Tensor reduce(Op.Reduce r) {
    if (r.axes().length() == 0) {
      return g;
    }
    Tensor x = x(0);
    return switch (r.kind()) {
      case SUM -> g.expand(x.shape());
      case MAX, MIN -> {
        Tensor chosen = x.eq(y()).cast(x.dtype());
        yield chosen.mul(g.div(chosen.sumKeepDims(r.axes().toArray())));
      }
      case PROD -> x.shape().isEmpty() ? zeros.like(x) : ExclusiveProduct.of(x, r.axes()).mul(g);
    };
  }

  /// The cotangent in the dtype of the sources: a product of f16 or bf16 is f32, and what is
  /// multiplied with its sources is rounded as they are.
  private Tensor narrowed() {
    return g.cast(x(0).dtype());
  }

  private static Tensor dot(Tensor a, Tensor b) {
    return Tensor.apply(new Op.Dot(), a, b);
  }

  /// With image `x`, filter `w` and result `y`, every member of the family is the derivative of
  /// `sum(y * conv(x, w))` by the third.
  private @Nullable Tensor[] conv(ConvKind kind, Window window, Tensor like) {
    return switch (kind) {
      case FORWARD ->
          each(
              () -> conv(ConvKind.INPUT_GRADIENT, window, like, x(1)),
              () -> conv(ConvKind.WEIGHT_GRADIENT, window, x(0), like));
      case INPUT_GRADIENT ->
          each(
              () -> conv(ConvKind.FORWARD, window, like, x(1)),
              () -> conv(ConvKind.WEIGHT_GRADIENT, window, like, x(0)));
      case WEIGHT_GRADIENT ->
          each(
              () -> conv(ConvKind.INPUT_GRADIENT, window, x(1), like),
              () -> conv(ConvKind.FORWARD, window, x(0), like));
    };
  }

  private static Tensor conv(ConvKind kind, Window window, Tensor a, Tensor b) {
    return Tensor.apply(new Op.Conv(kind, window), a, b);
  }
}
