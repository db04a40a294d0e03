package jacquard.tensor.testing;

import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Ints;
import jacquard.tensor.Movement;
import jacquard.tensor.Scalar;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import jacquard.tensor.graph.ConvKind;
import jacquard.tensor.graph.Node;
import jacquard.tensor.graph.Op;
import jacquard.tensor.graph.Traversal;
import jacquard.tensor.graph.Window;
import jacquard.tensor.reference.FloatArithmetic;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Draws the operations of a [RandomGraph], one after another, over values drawn before.
final class GraphDrawing {
  private static final int LARGEST = 4096;

  private final SplittableRandom random;
  private final Device device;
  private final int[] sizes;
  private final List<Tracked> pool = new ArrayList<>();

  GraphDrawing(long seed, Device device) {
    this.random = new SplittableRandom(seed);
    this.device = device;
    int[] all = {1, 2, 3, 4, 5, 7, 8, 13, 16, 17, 33};
    this.sizes = new int[3];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = random.nextInt(40) == 0 ? 0 : all[random.nextInt(all.length)];
    }
    pool.add(floats(DType.F32, shape(2)));
    pool.add(floats(DType.F32, shape(3)));
    pool.add(integers(DType.I32, shape(2)));
  }

  List<RandomGraph.Output> draw(int steps) {
    List<Supplier<@Nullable Tracked>> kinds = kinds();
    for (int i = 0; i < steps; ) {
      Tracked drawn = kinds.get(random.nextInt(kinds.size())).get();
      if (drawn != null && drawn.tame() && drawn.tensor().size() <= LARGEST) {
        pool.add(drawn);
        i++;
      }
    }
    Set<Node> read = Collections.newSetFromMap(new IdentityHashMap<>());
    for (Node node :
        Traversal.sourcesFirst(pool.stream().map(Tracked::tensor).map(Tensor::node).toList())) {
      read.addAll(node.sources());
    }
    List<RandomGraph.Output> outputs = new ArrayList<>();
    for (int i = 0; i < pool.size(); i++) {
      Tracked value = pool.get(i);
      Node node = value.tensor().node();
      boolean computed = !(node.op() instanceof Op.Leaf);
      // values that are read and are outputs too: the planner must keep them
      if (computed && (!read.contains(node) || i % 5 == 4)) {
        outputs.add(new RandomGraph.Output(value.tensor(), value.tolerance()));
      }
    }
    return outputs;
  }

  private List<Supplier<@Nullable Tracked>> kinds() {
    return List.of(
        this::leaf,
        this::unary,
        this::unary,
        this::unary,
        this::binary,
        this::binary,
        this::binary,
        this::binary,
        this::number,
        this::discontinuous,
        this::comparison,
        this::choice,
        this::integer,
        this::logical,
        this::cast,
        this::reshape,
        this::permute,
        this::expand,
        this::pad,
        this::slice,
        this::flip,
        this::concat,
        this::dynamicSlice,
        this::dynamicUpdate,
        this::reduce,
        this::reduce,
        this::reduce,
        this::order,
        this::cumsum,
        this::dot,
        this::dot,
        this::conv,
        this::gather,
        this::scatterAdd,
        this::noise,
        this::softmax,
        this::normalise,
        this::marker);
  }

  // --- what there is to choose from

  private int size() {
    return sizes[random.nextInt(sizes.length)];
  }

  private Shape shape(int rank) {
    int[] dims = new int[rank];
    for (int axis = 0; axis < rank; axis++) {
      dims[axis] = random.nextInt(5) == 0 ? 1 : size();
    }
    Shape shape = Shape.of(dims);
    return shape.size() <= LARGEST / 4 ? shape : Shape.of(sizes[0]);
  }

  private @Nullable Tracked any(Predicate<Tracked> fits) {
    List<Tracked> fitting = pool.stream().filter(fits).toList();
    if (fitting.isEmpty()) {
      return null;
    }
    // later values twice as often, so that graphs grow deep
    int a = random.nextInt(fitting.size());
    int b = random.nextInt(fitting.size());
    return fitting.get(random.nextBoolean() ? a : Math.max(a, b));
  }

  private @Nullable Tracked anyFloat() {
    return any(Tracked::isFloat);
  }

  /// A value that `x` can be combined with: broadcast against it, of its dtype.
  private Tracked partner(Tracked x) {
    Tracked y =
        any(v -> v.tensor().dtype() == x.tensor().dtype() && broadcasts(v.tensor().shape(), x.tensor().shape()));
    return y == null ? x : y;
  }

  private static boolean broadcasts(Shape a, Shape b) {
    long size = 1;
    for (int i = 1; i <= Math.max(a.rank(), b.rank()); i++) {
      int x = i <= a.rank() ? a.dim(-i) : 1;
      int y = i <= b.rank() ? b.dim(-i) : 1;
      if (x != y && x != 1 && y != 1) {
        return false;
      }
      size *= x == 1 ? y : x;
    }
    return size <= LARGEST;
  }

  private int axis(Tracked x) {
    return random.nextInt(x.tensor().rank());
  }

  private static boolean ranked(Tracked x) {
    return x.tensor().rank() > 0;
  }

  // --- leaves

  /// Multiples of 1/8 between -2 and 2.
  private Tracked floats(DType dtype, Shape shape) {
    double[] values = new double[shape.arraySize()];
    java.util.Arrays.setAll(values, i -> random.nextInt(-16, 17) / 8.0);
    return new Tracked(Layout.tensor(dtype, values, shape, device), -2, 2, 0, 3);
  }

  private Tracked integers(DType dtype, Shape shape) {
    int least = dtype == DType.U8 || dtype == DType.BOOL ? 0 : -9;
    int most = dtype == DType.BOOL ? 1 : 9;
    double[] values = new double[shape.arraySize()];
    java.util.Arrays.setAll(values, i -> random.nextInt(least, most + 1));
    return Tracked.whole(Layout.tensor(dtype, values, shape, device), least, most);
  }

  private Tracked leaf() {
    Shape shape = shape(random.nextInt(4));
    return switch (random.nextInt(8)) {
      case 0 -> floats(DType.F64, shape);
      case 1 -> integers(DType.I64, shape);
      case 2 -> integers(DType.U8, shape);
      case 3 -> integers(DType.BOOL, shape);
      case 4 -> {
        int n = size();
        yield Tracked.whole(Tensor.iota(n, DType.I32, device), 0, Math.max(0, n - 1));
      }
      case 5 -> new Tracked(Scalar.of(DType.F32, 0.75, device), 0.75, 0.75, 0, 2);
      case 6 -> integers(DType.I32, shape);
      default -> floats(DType.F32, shape);
    };
  }

  // --- element by element

  private @Nullable Tracked unary() {
    Tracked x = anyFloat();
    if (x == null) {
      return null;
    }
    Tracked small = x.within(4);
    Tracked positive = small.positive();
    double most = small.hi();
    return switch (random.nextInt(14)) {
      case 0 -> x.neg();
      case 1 -> small.rising(Tensor::exp, Math::exp, Math.exp(most + 0.1), 4);
      case 2 -> positive.rising(Tensor::log, Math::log, 2.1, 8);
      case 3 -> small.abs().rising(Tensor::log1p, Math::log1p, 1, 8);
      case 4 -> small.rising(Tensor::expm1, Math::expm1, Math.exp(most + 0.1), 8);
      case 5 -> positive.rising(Tensor::sqrt, Math::sqrt, 0.75, 1);
      case 6 -> positive.falling(Tensor::rsqrt, v -> 1 / Math.sqrt(v), 1.5, 2);
      case 7 -> positive.falling(Tensor::recip, v -> 1 / v, 4.1, 1);
      case 8 -> x.wave(Tensor::sin);
      case 9 -> x.wave(Tensor::cos);
      case 10 -> x.rising(Tensor::tanh, Math::tanh, 1, 8);
      case 11 -> x.rising(Tensor::erf, FloatArithmetic::erf, 1.13, 8);
      case 12 -> x.rising(Tensor::sigmoid, v -> 1 / (1 + Math.exp(-v)), 0.25, 8);
      default -> x.abs();
    };
  }

  private @Nullable Tracked binary() {
    Tracked x = any(v -> v.tensor().dtype() != DType.BOOL);
    if (x == null) {
      return null;
    }
    Tracked y = partner(x);
    if (random.nextBoolean()) {
      Tracked swapped = x;
      x = y;
      y = swapped;
    }
    boolean floats = x.isFloat();
    return switch (random.nextInt(8)) {
      case 0, 1 -> x.add(y);
      case 2 -> x.sub(y);
      case 3, 4 -> x.mul(y);
      case 5 -> floats ? x.div(y.within(4).positive()) : x.max(y);
      case 6 -> floats ? x.within(2).positive().pow(y.within(2)) : x.min(y);
      default -> random.nextBoolean() ? x.max(y) : x.min(y);
    };
  }

  private @Nullable Tracked number() {
    Tracked x = anyFloat();
    if (x == null) {
      return null;
    }
    return switch (random.nextInt(4)) {
      case 0 -> x.add(1.5, 1);
      case 1 -> x.scale(0.5);
      case 2 -> x.scale(-0.25);
      default -> x.add(-0.25, 2);
    };
  }

  /// Functions that jump, of exact values.
  private @Nullable Tracked discontinuous() {
    // a tiny negative number modulo 1/2 needs all its fraction bits next to 1/2
    Tracked x = any(v -> v.isFloat() && v.exact() && v.bits() <= 20);
    if (x == null) {
      return null;
    }
    return switch (random.nextInt(3)) {
      case 0 -> Tracked.whole(x.tensor().floor(), Math.floor(x.lo()), Math.floor(x.hi()));
      case 1 -> Tracked.whole(x.tensor().sign(), -1, 1);
      default -> new Tracked(x.tensor().mod(0.5), 0, 0.5, 0, Math.max(1, x.bits()));
    };
  }

  private @Nullable Tracked comparison() {
    Tracked x = any(v -> v.exact() && v.tensor().dtype() != DType.BOOL);
    if (x == null) {
      return null;
    }
    Tracked y = partner(x);
    if (!y.exact()) {
      y = x;
    }
    return Tracked.whole(
        random.nextBoolean() ? x.tensor().lt(y.tensor()) : x.tensor().eq(y.tensor()), 0, 1);
  }

  private @Nullable Tracked condition(Tracked x) {
    return any(
        v ->
            v.tensor().dtype() == DType.BOOL
                && broadcasts(v.tensor().shape(), x.tensor().shape()));
  }

  private @Nullable Tracked choice() {
    Tracked x = any(v -> true);
    if (x == null) {
      return null;
    }
    Tracked condition = condition(x);
    if (condition == null) {
      return null;
    }
    Shape both =
        Shape.broadcast("choice", condition.tensor().shape(), x.tensor().shape());
    Tracked y =
        any(v -> v.tensor().dtype() == x.tensor().dtype() && broadcasts(v.tensor().shape(), both));
    return y == null ? null : x.or(y, condition.tensor().where(x.tensor(), y.tensor()));
  }

  private @Nullable Tracked integer() {
    Tracked x = any(v -> v.tensor().dtype().isInteger());
    if (x == null) {
      return null;
    }
    Tracked y = partner(x);
    Tensor a = x.tensor();
    Tensor b = y.tensor();
    double inf = Double.POSITIVE_INFINITY;
    return switch (random.nextInt(9)) {
      case 0 -> Tracked.whole(a.div(b), -inf, inf);
      case 1 -> Tracked.whole(a.mod(b), -inf, inf);
      case 2 -> Tracked.whole(a.and(b), -inf, inf);
      case 3 -> Tracked.whole(a.or(b), -inf, inf);
      case 4 -> Tracked.whole(a.xor(b), -inf, inf);
      case 5 -> Tracked.whole(a.shl(2), 4 * x.lo(), 4 * x.hi());
      case 6 -> Tracked.whole(a.shr(1), -inf, inf);
      case 7 -> x.neg();
      default -> Tracked.whole(a.sign(), -1, 1);
    };
  }

  private @Nullable Tracked logical() {
    Tracked x = any(v -> v.tensor().dtype() == DType.BOOL);
    if (x == null) {
      return null;
    }
    Tensor a = x.tensor();
    Tensor b = partner(x).tensor();
    return Tracked.whole(
        switch (random.nextInt(4)) {
          case 0 -> a.and(b);
          case 1 -> a.or(b);
          case 2 -> a.xor(b);
          default -> a.not();
        },
        0,
        1);
  }

  private @Nullable Tracked cast() {
    Tracked x = any(v -> v.magnitude() <= 1 << 20);
    if (x == null) {
      return null;
    }
    DType to = DType.values()[random.nextInt(DType.values().length)];
    if (to == x.tensor().dtype()) {
      return null;
    }
    Tensor y = x.tensor().cast(to);
    if (to.isFloat()) {
      double rounding = x.exact() ? 0 : Tolerance.epsilon(DType.F32) * x.magnitude();
      return x.exact() && x.bits() > 3
          ? null
          : new Tracked(y, x.lo(), x.hi(), x.error() + rounding, x.bits());
    }
    if (!x.exact()) {
      return null;
    }
    return to == DType.BOOL
        ? Tracked.whole(y, 0, 1)
        : Tracked.whole(
            y,
            x.isFloat() && to == DType.U8 ? 0 : Math.ceil(x.lo()) - 1,
            x.isFloat() && to == DType.U8 ? 255 : Math.floor(x.hi()) + 1);
  }

  /// Random bits as floats in `[0, 1)`.
  private Tracked noise() {
    Tensor key = Scalar.of(DType.I64, random.nextInt(1000), device);
    Tensor bits = Tensor.apply(new Op.Random(shape(2), random.nextInt(3)), key);
    return new Tracked(bits.shr(8).cast(DType.F32).mul(0x1p-24), 0, 1, 0, 24);
  }

  // --- movement

  private @Nullable Tracked reshape() {
    Tracked x = any(v -> true);
    if (x == null) {
      return null;
    }
    Shape s = x.tensor().shape();
    if (s.rank() >= 2 && random.nextBoolean()) {
      return x.moved(t -> t.flatten(random.nextInt(s.rank() - 1)));
    }
    if (s.rank() == 0 || s.rank() > 4 || random.nextBoolean()) {
      return s.rank() > 4 ? null : x.moved(t -> t.unsqueeze(random.nextInt(s.rank() + 1)));
    }
    int n = s.dim(-1);
    int factor = n % 2 == 0 ? 2 : n % 3 == 0 ? 3 : 1;
    int[] dims = java.util.Arrays.copyOf(s.toArray(), s.rank() + 1);
    dims[s.rank() - 1] = n / factor;
    dims[s.rank()] = factor;
    return x.moved(t -> t.reshape(Shape.of(dims)));
  }

  private @Nullable Tracked permute() {
    Tracked x = any(v -> v.tensor().rank() >= 2);
    return x == null ? null : x.moved(t -> t.transpose(axis(x), axis(x)));
  }

  private @Nullable Tracked expand() {
    Tracked x = any(v -> v.tensor().rank() <= 3);
    if (x == null) {
      return null;
    }
    int n = size();
    return x.moved(
        t -> {
          int at = random.nextInt(t.rank() + 1);
          Tensor wide = t.unsqueeze(at);
          return wide.expand(wide.shape().withDim(at, n));
        });
  }

  private Ints perAxis(Tracked x, int bound) {
    return Ints.filled(x.tensor().rank(), 0).map((a, v) -> random.nextInt(bound));
  }

  private @Nullable Tracked pad() {
    Tracked x = any(v -> ranked(v) && v.tensor().dtype() != DType.BOOL);
    if (x == null) {
      return null;
    }
    int value = random.nextInt(2);
    Tensor y = x.tensor().pad(perAxis(x, 3), perAxis(x, 3), perAxis(x, 2), value);
    return new Tracked(
        y, Math.min(x.lo(), value), Math.max(x.hi(), value), x.error(), x.bits());
  }

  private @Nullable Tracked slice() {
    Tracked x = any(GraphDrawing::ranked);
    if (x == null) {
      return null;
    }
    Ints dims = Ints.of(x.tensor().shape().toArray());
    Ints start = dims.map((a, n) -> n == 0 ? 0 : random.nextInt((n + 1) / 2));
    Ints stop = dims.map((a, n) -> n - (n == 0 ? 0 : random.nextInt((n + 1) / 2)));
    return x.moved(t -> t.slice(start, stop, perAxis(x, 2).map((a, v) -> v + 1)));
  }

  private @Nullable Tracked flip() {
    Tracked x = any(GraphDrawing::ranked);
    return x == null ? null : x.moved(t -> t.flip(axis(x)));
  }

  private @Nullable Tracked concat() {
    Tracked x = any(GraphDrawing::ranked);
    if (x == null) {
      return null;
    }
    int axis = axis(x);
    Shape others = x.tensor().shape().withDim(axis, 1);
    Tracked y =
        any(
            v ->
                v.tensor().dtype() == x.tensor().dtype()
                    && v.tensor().rank() == others.rank()
                    && v.tensor().shape().withDim(axis, 1).equals(others));
    return y == null ? null : x.or(y, Movement.concat(axis, List.of(x.tensor(), y.tensor())));
  }

  private Tensor start(int rank) {
    double[] values = new double[rank];
    java.util.Arrays.setAll(values, i -> random.nextInt(-1, 5));
    return Layout.tensor(DType.I32, values, Shape.of(rank), device);
  }

  private @Nullable Tracked dynamicSlice() {
    Tracked x = any(GraphDrawing::ranked);
    if (x == null) {
      return null;
    }
    int[] part = Ints.of(x.tensor().shape().toArray()).map((a, n) -> (n + 1) / 2).toArray();
    return x.moved(t -> t.dynamicSlice(start(t.rank()), part));
  }

  private @Nullable Tracked dynamicUpdate() {
    Tracked x = any(GraphDrawing::ranked);
    if (x == null) {
      return null;
    }
    Shape whole = x.tensor().shape();
    Tracked part =
        any(
            v -> {
              boolean fits =
                  v.tensor().dtype() == x.tensor().dtype() && v.tensor().rank() == whole.rank();
              for (int a = 0; fits && a < whole.rank(); a++) {
                fits = v.tensor().dim(a) <= whole.dim(a);
              }
              return fits;
            });
    return part == null
        ? null
        : x.or(part, x.tensor().dynamicUpdate(part.tensor(), start(whole.rank())));
  }

  // --- along axes

  private @Nullable Tracked reduce() {
    Tracked x = any(v -> ranked(v) && v.tensor().dtype() != DType.BOOL);
    if (x == null) {
      return null;
    }
    int first = axis(x);
    int second = random.nextBoolean() ? first : axis(x);
    int[] axes = first == second ? new int[] {first} : new int[] {first, second};
    int n = x.tensor().dim(first) * (first == second ? 1 : x.tensor().dim(second));
    boolean keep = random.nextInt(3) > 0;
    Tensor t = x.tensor();
    int kind = random.nextInt(6);
    if (kind >= 3 && n == 0) {
      return null;
    }
    return switch (kind) {
      case 0, 1, 2 -> x.summed(keep ? t.sumKeepDims(axes) : t.sum(axes), n);
      case 3 -> x.moved(keep ? t.maxKeepDims(axes) : t.max(axes));
      case 4 -> x.moved(keep ? t.minKeepDims(axes) : t.min(axes));
      default ->
          n > 8
              ? null
              : x.multiplied(keep ? t.prodKeepDims(axes) : t.prod(axes), n);
    };
  }

  private @Nullable Tracked order() {
    Tracked x = any(v -> ranked(v) && v.exact() && v.tensor().dtype() != DType.BOOL);
    if (x == null) {
      return null;
    }
    if (random.nextBoolean()) {
      return Tracked.whole(
          Tensor.apply(new Op.ArgSort(random.nextBoolean()), x.tensor()),
          0,
          Math.max(0, x.tensor().dim(-1) - 1));
    }
    int axis = axis(x);
    int n = x.tensor().dim(axis);
    return n == 0 ? null : Tracked.whole(x.tensor().argmax(axis), 0, n - 1);
  }

  private @Nullable Tracked cumsum() {
    Tracked x = any(v -> ranked(v) && v.tensor().dtype() != DType.BOOL);
    if (x == null) {
      return null;
    }
    int axis = axis(x);
    return x.summed(x.tensor().cumsum(axis), Math.max(1, x.tensor().dim(axis)));
  }

  /// Subtract the largest, exponentiate, divide by the sum.
  private @Nullable Tracked softmax() {
    Tracked x = any(v -> v.isFloat() && ranked(v) && v.magnitude() <= 10 && !v.tensor().shape().isEmpty());
    if (x == null) {
      return null;
    }
    return new Tracked(
        x.tensor().softmax(axis(x)), 0, 1, 4 * x.error() + 64 * Tolerance.epsilon(x.tensor().dtype()), 0);
  }

  /// Subtract the mean, divide by the deviation: a row read by two reduces and again.
  private @Nullable Tracked normalise() {
    Tracked x = any(v -> v.isFloat() && ranked(v) && !v.tensor().shape().isEmpty());
    if (x == null) {
      return null;
    }
    int axis = axis(x);
    int n = x.tensor().dim(axis);
    Tracked y = x.within(8);
    Tracked mean = y.summed(y.tensor().sumKeepDims(axis), n).mul(constant(y, 1.0 / n));
    Tracked centred = y.sub(mean);
    Tracked squares = centred.square();
    Tracked variance =
        squares.summed(squares.tensor().sumKeepDims(axis), n).mul(constant(y, 1.0 / n)).add(0.5, 1);
    // the interval arithmetic can't know that a sum of squares divided by n is at least 0
    Tracked bounded =
        new Tracked(variance.tensor(), 0.5, variance.hi(), variance.error(), variance.bits());
    return centred.mul(bounded.falling(Tensor::rsqrt, v -> 1 / Math.sqrt(v), 1.5, 2));
  }

  private static Tracked constant(Tracked like, double value) {
    Tensor t = like.tensor();
    return new Tracked(
        Tensor.constant(t.dtype(), value, t.device()),
        value,
        value,
        Tolerance.epsilon(t.dtype()) * value,
        0);
  }

  // --- contractions and indexing

  private @Nullable Tracked dot() {
    Tracked x = any(v -> v.tensor().rank() >= 2 && v.tensor().dtype() != DType.BOOL);
    if (x == null) {
      return null;
    }
    int k = x.tensor().dim(-1);
    Tracked y =
        any(
            v ->
                v.tensor().dtype() == x.tensor().dtype()
                    && v.tensor().rank() >= 2
                    && v.tensor().dim(-2) == k
                    && (v.tensor().rank() == 2 || x.tensor().rank() == 2));
    boolean transposed = y == null;
    if (transposed) {
      // x by its own transpose, or by a fresh matrix
      y =
          x.tensor().rank() == 2 && random.nextBoolean()
              ? x.moved(Tensor::t)
              : x.isFloat()
                  ? floats(x.tensor().dtype(), Shape.of(k, size()))
                  : integers(x.tensor().dtype(), Shape.of(k, size()));
    }
    if (x.tensor().size() * y.tensor().dim(-1) > 16L * LARGEST) {
      return null;
    }
    Tracked product = x.contracted(y, x.tensor().matmul(y.tensor()), Math.max(1, k));
    if (!product.isFloat() || !product.tame() || random.nextBoolean()) {
      return product;
    }
    // an epilogue
    Tracked bias = floats(product.tensor().dtype(), Shape.of(product.tensor().dim(-1)));
    return product.add(bias).rising(Tensor::tanh, Math::tanh, 1, 8);
  }

  private @Nullable Tracked conv() {
    Tracked x =
        any(v -> v.tensor().dtype() == DType.F32 && v.tensor().rank() >= 2 && v.tensor().rank() <= 4 && !v.tensor().shape().isEmpty());
    if (x == null) {
      return null;
    }
    Tracked image = x;
    while (image.tensor().rank() < 4) {
      image = image.moved(t -> t.unsqueeze(t.rank() == 3 ? 1 : 0));
    }
    Shape s = image.tensor().shape();
    int channels = s.dim(1);
    int out = random.nextInt(1, 4);
    int kh = random.nextInt(1, Math.min(3, s.dim(2)) + 1);
    int kw = random.nextInt(1, Math.min(3, s.dim(3)) + 1);
    int stride = random.nextInt(1, 3);
    int pad = random.nextInt(2);
    if (channels > 8) {
      return null;
    }
    Tracked filter = floats(DType.F32, Shape.of(out, channels, kh, kw));
    Window w =
        new Window(s, filter.tensor().shape(), stride, 1, pad, 0, 0, pad, 1, 1, 1);
    Tracked y =
        image.contracted(
            filter,
            Tensor.apply(new Op.Conv(ConvKind.FORWARD, w), image.tensor(), filter.tensor()),
            channels * kh * kw);
    return switch (random.nextInt(4)) {
      case 0 ->
          y.contracted(
              filter,
              Tensor.apply(new Op.Conv(ConvKind.INPUT_GRADIENT, w), y.tensor(), filter.tensor()),
              out * kh * kw);
      case 1 ->
          image.contracted(
              y,
              Tensor.apply(new Op.Conv(ConvKind.WEIGHT_GRADIENT, w), image.tensor(), y.tensor()),
              s.dim(0) * w.outH() * w.outW());
      default -> y;
    };
  }

  /// Whole numbers made into indices of `rows`.
  private @Nullable Tensor index(int rows) {
    Tracked n =
        any(
            v ->
                v.tensor().rank() <= 2
                    && (v.tensor().dtype() == DType.I32 || v.tensor().dtype() == DType.I64));
    return n == null || rows == 0 ? null : n.tensor().mod(rows);
  }

  private @Nullable Tracked gather() {
    Tracked x = any(v -> ranked(v) && v.tensor().rank() <= 3);
    Tensor index = x == null ? null : index(x.tensor().dim(0));
    return x == null || index == null || index.size() * x.tensor().size() > 16L * LARGEST
        ? null
        : x.moved(t -> t.gather(index));
  }

  private @Nullable Tracked scatterAdd() {
    Tracked x = any(v -> ranked(v) && v.tensor().rank() <= 3 && v.tensor().dtype() != DType.BOOL);
    Tensor index = x == null ? null : index(x.tensor().dim(0));
    if (x == null || index == null || index.size() * x.tensor().size() > 16L * LARGEST) {
      return null;
    }
    Tensor updates = x.tensor().flip(0).gather(index);
    return x.summed(x.tensor().scatterAdd(index, updates), index.size() + 1);
  }

  private @Nullable Tracked marker() {
    Tracked x = any(v -> true);
    Tracked token = any(v -> true);
    return x == null || token == null
        ? null
        : switch (random.nextInt(3)) {
          case 0 -> x.moved(Tensor::detach);
          case 1 -> x.moved(t -> t.after(token.tensor()));
          default -> x.moved(t -> Tensor.apply(new Op.Recompute(), t, token.tensor()));
        };
  }
}
