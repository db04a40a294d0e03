package jacquard.kernels;

import jacquard.tensor.Ints;
import jacquard.tensor.Shape;
import jacquard.tensor.graph.ReduceKind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What will be one task: a loop over a space that computes several vertices, or one operation of
/// another kind.
final class Unit {

  /// A vertex of a loop.
  ///
  /// @param shape the unit's space, or its kept part; the vertex has these elements in this order,
  ///   perhaps under another shape
  /// @param definition what it computes at an index; for a reduction what is reduced
  /// @param reduction the reduction, or null for an element-wise definition
  record Root(Vertex vertex, Shape shape, Expression definition, @Nullable ReduceKind reduction) {}

  /// A read of a vertex.
  ///
  /// @param kept whether the reader is computed once per kept index, rather than per index of the
  ///   full space
  record Access(Vertex vertex, View view, boolean kept) {}

  final List<Root> roots = new ArrayList<>();

  /// The operation, for what is no loop.
  final @Nullable Vertex operation;

  /// What an assembly writes into its result, in the order of the sources; empty for everything
  /// else.
  final List<Expression> parts = new ArrayList<>();

  /// A second result of the operation, or null.
  private @Nullable Vertex besides;

  final Shape space;

  /// Axes of [#space] that are reduced, without those of size 1; empty for a map.
  final Ints reduced;

  /// A loop that runs on rows of this contraction as they are finished.
  private @Nullable Unit epilogue;

  private @Nullable Set<Vertex> needs;
  private @Nullable List<Access> accesses;

  private Unit(@Nullable Vertex operation, Shape space, Ints reduced) {
    this.operation = operation;
    this.space = space;
    this.reduced = reduced;
  }

  static Unit operation(Vertex vertex) {
    return new Unit(vertex, vertex.shape, Ints.of());
  }

  /// An operation that writes computed parts into its result: a pad or a concatenation.
  static Unit assembly(Vertex vertex, List<Expression> parts) {
    Unit unit = operation(vertex);
    unit.parts.addAll(parts);
    return unit;
  }

  static Unit map(Vertex vertex, Expression definition) {
    return map(vertex, vertex.shape, definition);
  }

  /// @param space as many elements as the vertex has, in the same order
  static Unit map(Vertex vertex, Shape space, Expression definition) {
    Unit unit = new Unit(null, space, Ints.of());
    unit.roots.add(new Root(vertex, space, definition, null));
    return unit;
  }

  static Unit reduce(
      Vertex vertex, Expression definition, ReduceKind kind, Shape space, Ints axes) {
    Unit unit = new Unit(null, space, axes);
    unit.roots.add(new Root(vertex, unit.keptShape(), definition, kind));
    return unit;
  }

  /// The same loop over a space of another shape with the same elements in the same order; null if
  /// a view can't follow, or if more than the last axis is reduced.
  @Nullable Unit rebased(Shape to) {
    int last = space.rank() - 1;
    boolean rows = reduced.length() == 1 && reduced.get(0) == last;
    if (!isLoop() || space.isEmpty() || to.size() != space.size()) {
      return null;
    }
    if (reduced.length() > 0 && !(rows && to.rank() > 0 && to.dim(-1) == space.dim(last))) {
      return null;
    }
    Unit unit = new Unit(null, to, rows ? Ints.of(to.rank() - 1) : Ints.of());
    for (Root root : roots) {
      Shape view = isFull(root) || root.reduction != null ? to : unit.keptShape();
      Expression moved = Expression.moved(root.definition, v -> v.reshape(view).orElse(null));
      if (moved == null) {
        return null;
      }
      Shape shape = isFull(root) ? to : unit.keptShape();
      unit.roots.add(new Root(root.vertex, shape, moved, root.reduction));
    }
    return unit;
  }

  /// Whether a root has a value per index of the full space.
  boolean isFull(Root root) {
    return root.shape.equals(space);
  }

  /// The roots of two loops over one space.
  static Unit joined(Unit a, Unit b, Shape space, Ints reduced) {
    Unit unit = new Unit(null, space, reduced);
    unit.roots.addAll(a.roots);
    unit.roots.addAll(b.roots);
    return unit;
  }

  boolean isLoop() {
    return operation == null;
  }

  /// The shape of a value per kept index.
  Shape keptShape() {
    Shape kept = space;
    for (int i = 0; i < reduced.length(); i++) {
      kept = kept.withDim(reduced.get(i), 1);
    }
    return kept;
  }

  /// Whether the last axis that matters is reduced, so that the kernel walks rows.
  boolean walksRows() {
    for (int axis = space.rank() - 1; axis >= 0; axis--) {
      if (space.dim(axis) != 1) {
        return reduced.contains(axis);
      }
    }
    return true;
  }

  List<Vertex> results() {
    if (operation != null) {
      List<Vertex> all = new ArrayList<>(List.of(operation));
      if (besides != null) {
        all.add(besides);
      }
      if (epilogue != null) {
        all.addAll(epilogue.results());
      }
      return all;
    }
    return roots.stream().map(Root::vertex).toList();
  }

  @Nullable Vertex besides() {
    return besides;
  }

  /// Makes `vertex` a second result of the operation.
  void yields(Vertex vertex) {
    besides = vertex;
    needs = null;
  }

  @Nullable Unit epilogue() {
    return epilogue;
  }

  void attach(Unit loop) {
    epilogue = loop;
    needs = null;
  }

  /// Makes the operation read `other` where it read `v`, through the same views.
  void readInstead(Vertex v, Vertex other) {
    if (operation == null) {
      throw new AssertionError("a loop reads in its definitions: " + results());
    }
    operation.sources.replaceAll(source -> {
      if (!(source.expression instanceof Expression.Read read) || read.vertex() != v) {
        return source;
      }
      if (source == v) {
        return other;
      }
      Vertex view =
          new Vertex(
              source.op, List.of(other), source.dtype, source.shape, source.sequence, -1, false);
      view.expression = new Expression.Read(other, read.view(), read.after());
      return view;
    });
    needs = null;
  }

  /// Every read of the loop's definitions.
  List<Access> accesses() {
    List<Access> known = accesses;
    if (known == null) {
      known = findAccesses();
      accesses = known;
    }
    return known;
  }

  private List<Access> findAccesses() {
    List<Access> all = new ArrayList<>();
    for (Root root : roots) {
      boolean kept = root.reduction == null && !isFull(root);
      Set<Expression> seen = Collections.newSetFromMap(new IdentityHashMap<>());
      Expression.visit(
          root.definition,
          seen,
          e -> {
            if (e instanceof Expression.Read r) {
              all.add(new Access(r.vertex(), r.view(), kept));
            }
          });
    }
    return all;
  }

  /// Every view in the loop's definitions, of positions as well as of memory.
  List<View> views() {
    List<View> all = new ArrayList<>();
    Set<Expression> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    for (Root root : roots) {
      Expression.visit(
          root.definition,
          seen,
          e -> {
            switch (e) {
              case Expression.Read r -> all.add(r.view());
              case Expression.Index i -> all.add(i.view());
              case Expression.Random r -> all.add(r.view());
              case Expression.Constant c -> {}
              case Expression.Dynamic d -> {}
              case Expression.Unary u -> {}
              case Expression.Binary b -> {}
              case Expression.Where w -> {}
              case Expression.Cast c -> {}
            }
          });
    }
    return all;
  }

  /// Every vertex that must have been computed before this runs, itself excluded.
  Set<Vertex> needs() {
    Set<Vertex> known = needs;
    if (known == null) {
      known = findNeeds();
      needs = known;
    }
    return known;
  }

  private Set<Vertex> findNeeds() {
    Set<Vertex> needs = new LinkedHashSet<>();
    if (operation != null && parts.isEmpty()) {
      for (Vertex source : operation.sources) {
        if (source.expression instanceof Expression.Read read) {
          add(needs, read);
        }
      }
    }
    Set<Expression> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    for (Expression part : parts) {
      addReads(needs, part, seen);
    }
    for (Root root : roots) {
      addReads(needs, root.definition, seen);
    }
    if (epilogue != null) {
      needs.addAll(epilogue.needs());
    }
    needs.removeAll(results());
    return needs;
  }

  private static void addReads(Set<Vertex> needs, Expression e, Set<Expression> seen) {
    Expression.visit(
        e,
        seen,
        part -> {
          if (part instanceof Expression.Read read) {
            add(needs, read);
          }
        });
  }

  private static void add(Set<Vertex> needs, Expression.Read read) {
    needs.add(read.vertex());
    if (read.after() != null) {
      needs.add(read.after());
    }
  }
}
