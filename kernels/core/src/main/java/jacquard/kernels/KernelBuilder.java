package jacquard.kernels;

import jacquard.kernels.Kernel.Instr;
import jacquard.kernels.Kernel.Level;
import jacquard.tensor.DType;
import jacquard.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Turns a loop unit into a kernel in single-assignment form: equal sub-expressions become one,
/// levels are found, axes are ordered by role and merged where every walk allows it.
final class KernelBuilder {

  /// A kernel with its run-time arguments and the vertex behind each access that touches memory.
  record Built(Kernel kernel, Launch launch, List<@Nullable Vertex> operands) {}

  private final Unit unit;
  private final Axes axes;
  private final List<Instr> instructions = new ArrayList<>();
  private final Map<Instr, Integer> known = new HashMap<>();
  private final List<Kernel.Access> accesses = new ArrayList<>();
  private final List<View> views = new ArrayList<>();
  private final List<@Nullable Vertex> operands = new ArrayList<>();
  private final List<Boolean> stores = new ArrayList<>();
  private final Map<Expression, Integer> built = new IdentityHashMap<>();
  private final Map<Vertex, Integer> computed = new HashMap<>();

  private KernelBuilder(Unit unit, Axes axes) {
    this.unit = unit;
    this.axes = axes;
  }

  /// @param stored vertices of the unit that others read
  /// @param targets where a stored vertex is written: a view of another vertex's memory; its own,
  ///   contiguous, if absent
  /// @param rowwise keeps the last axis apart, so that the outer index is the row of a contraction
  static Built build(Unit unit, Set<Vertex> stored, Map<Vertex, Place> targets, boolean rowwise) {
    List<View> walks = new ArrayList<>();
    for (View view : unit.views()) {
      walks.add(over(view, unit.space));
    }
    for (Unit.Root root : unit.roots) {
      Place target = targets.get(root.vertex());
      View view = target == null ? View.contiguous(root.shape()) : target.view();
      walks.add(view.expand(unit.space));
    }
    KernelBuilder builder = new KernelBuilder(unit, Axes.of(unit, walks, rowwise));
    return builder.build(stored, targets);
  }

  /// A view over the whole space: expanded, or, for the key of a random number, the one element
  /// everywhere.
  private static View over(View view, Shape space) {
    return view.shape().rank() == space.rank() ? view.expand(space) : view.everywhere(space);
  }

  /// A view of a vertex's memory.
  record Place(Vertex vertex, View view) {}

  private Built build(Set<Vertex> stored, Map<Vertex, Place> targets) {
    for (Unit.Root root : inOrder()) {
      int value = expression(root.definition());
      if (root.reduction() != null) {
        value = emit(new Instr.Reduce(root.vertex().dtype, root.reduction(), value));
      }
      computed.put(root.vertex(), value);
    }
    for (Unit.Root root : unit.roots) {
      Vertex v = root.vertex();
      if (stored.contains(v)) {
        Place target = targets.getOrDefault(v, new Place(v, View.contiguous(root.shape())));
        boolean kept = unit.reduced.length() > 0 && !unit.isFull(root);
        Level level = kept ? Level.KEPT : Level.FULL;
        int access =
            access(target.vertex(), v.dtype, target.view().expand(unit.space), level, true);
        Integer value = computed.get(v);
        if (value == null) {
          throw new AssertionError("stored but not computed: " + v);
        }
        instructions.add(new Instr.Store(access, value));
      }
    }
    Kernel kernel =
        new Kernel(
            axes.outer.length, axes.reduced.length, axes.innerReduced, accesses, instructions);
    List<Launch.Walk> walks = views.stream().map(axes::walk).toList();
    return new Built(
        kernel,
        new Launch(axes.sizes(axes.outer), axes.sizes(axes.reduced), axes.innerSize(), walks),
        operands);
  }

  /// The unit's roots, each after those it reads.
  private List<Unit.Root> inOrder() {
    Map<Vertex, Unit.Root> byVertex = new HashMap<>();
    for (Unit.Root root : unit.roots) {
      byVertex.put(root.vertex(), root);
    }
    List<Unit.Root> order = new ArrayList<>();
    Set<Unit.Root> seen = java.util.Collections.newSetFromMap(new IdentityHashMap<>());
    for (Unit.Root root : unit.roots) {
      place(root, byVertex, seen, order);
    }
    return order;
  }

  private static void place(
      Unit.Root root, Map<Vertex, Unit.Root> byVertex, Set<Unit.Root> seen, List<Unit.Root> order) {
    if (!seen.add(root)) {
      return;
    }
    for (Vertex read : Expression.cost(root.definition()).reads()) {
      Unit.Root needed = byVertex.get(read);
      if (needed != null && needed != root) {
        place(needed, byVertex, seen, order);
      }
    }
    order.add(root);
  }

  private int emit(Instr instr) {
    return known.computeIfAbsent(
        instr,
        i -> {
          instructions.add(i);
          return instructions.size() - 1;
        });
  }

  private Level level(int value) {
    return instructions.get(value).level();
  }

  private Level highest(int... values) {
    Level level = Level.UNIFORM;
    for (int v : values) {
      Level other = level(v);
      level = other.compareTo(level) > 0 ? other : level;
    }
    return level;
  }

  private int expression(Expression e) {
    Integer done = built.get(e);
    if (done != null) {
      return done;
    }
    int value =
        switch (e) {
          case Expression.Constant c -> emit(new Instr.Constant(c.dtype(), c.bits()));
          case Expression.Dynamic d -> emit(new Instr.Dynamic(d.dtype(), d.slot()));
          case Expression.Read r -> read(r);
          case Expression.Index i -> {
            int access = access(null, i.dtype(), i.view().expand(unit.space), null, false);
            yield emit(new Instr.Index(i.dtype(), accesses.get(access).level(), access));
          }
          case Expression.Random r -> random(r);
          case Expression.Unary u -> {
            int x = expression(u.x());
            yield emit(new Instr.Unary(u.dtype(), level(x), u.kind(), x));
          }
          case Expression.Binary b -> {
            int x = expression(b.x());
            int y = expression(b.y());
            yield emit(new Instr.Binary(b.dtype(), highest(x, y), b.kind(), x, y));
          }
          case Expression.Where w -> {
            int c = expression(w.condition());
            int x = expression(w.x());
            int y = expression(w.y());
            yield emit(new Instr.Where(w.dtype(), highest(c, x, y), c, x, y));
          }
          case Expression.Cast c -> {
            int x = expression(c.x());
            yield emit(new Instr.Cast(c.dtype(), level(x), x));
          }
        };
    built.put(e, value);
    return value;
  }

  private int read(Expression.Read r) {
    Integer inside = computed.get(r.vertex());
    if (inside != null) {
      return inside;
    }
    int access = access(r.vertex(), r.dtype(), r.view().expand(unit.space), null, false);
    return emit(new Instr.Load(r.dtype(), accesses.get(access).level(), access));
  }

  private int random(Expression.Random r) {
    int low;
    int high;
    switch (r.key()) {
      case Expression.Constant c -> {
        low = emit(new Instr.Constant(DType.I32, (int) c.bits()));
        high = emit(new Instr.Constant(DType.I32, (int) (c.bits() >>> 32)));
      }
      case Expression.Dynamic d -> {
        low = emit(new Instr.DynamicWord(d.slot(), false));
        high = emit(new Instr.DynamicWord(d.slot(), true));
      }
      case Expression.Read key -> {
        int access = access(key.vertex(), DType.I64, over(key.view(), unit.space), null, false);
        low = emit(new Instr.LoadWord(access, false));
        high = emit(new Instr.LoadWord(access, true));
      }
      case Expression.Index i -> throw computedKey(r);
      case Expression.Random x -> throw computedKey(r);
      case Expression.Unary u -> throw computedKey(r);
      case Expression.Binary b -> throw computedKey(r);
      case Expression.Where w -> throw computedKey(r);
      case Expression.Cast c -> throw computedKey(r);
    }
    int access = access(null, DType.I32, r.view().expand(unit.space), null, false);
    return emit(new Instr.Random(accesses.get(access).level(), access, low, high, r.salt()));
  }

  private static AssertionError computedKey(Expression.Random random) {
    return new AssertionError("a random key is a leaf: " + random.key());
  }

  /// The number of the access with this walk; a new one if there is none.
  ///
  /// @param level of a store; null for a load, whose level follows from its strides
  private int access(
      @Nullable Vertex vertex, DType dtype, View view, @Nullable Level level, boolean store) {
    for (int i = 0; i < accesses.size(); i++) {
      if (!store
          && !stores.get(i)
          && operands.get(i) == vertex
          && accesses.get(i).dtype() == dtype
          && views.get(i).equals(view)) {
        return i;
      }
    }
    Level at = level != null ? level : axes.level(view);
    // a map of one element stores it like the first of a row
    boolean single = store && at == Level.FULL && axes.innerSize() == 1;
    Kernel.Inner inner = single ? Kernel.Inner.ONE : axes.innerStride(view);
    accesses.add(new Kernel.Access(dtype, vertex != null, inner, at));
    views.add(view);
    operands.add(vertex);
    stores.add(store);
    return accesses.size() - 1;
  }
}
