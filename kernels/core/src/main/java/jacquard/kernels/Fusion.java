package jacquard.kernels;

import jacquard.tensor.Ints;
import jacquard.tensor.Shape;
import jacquard.tensor.graph.Op;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/* Third pass: joins loops.

Two loops can be one when they walk the same space, every value that one reads from the other is read at the index
at which it was computed (or, for a reduced value, at the kept part of that index), and no third unit must run
between them. A map on the kept part of a space joins as the part of the kernel that runs once per row. What nobody outside
reads is then never stored.

Maps stay out of column kernels (kept inner axis, reduced outer ones): these walk memory in narrow columns, which is the
wrong order for whoever else has to write the full space.

Rows that don't fit the first-level cache are not walked again by what depends on their reductions: nothing would be
saved, and the few rows would leave threads idle.

At last each contraction takes a loop that reads its result row by row as an epilogue: it is run on rows of the result
while they are in cache. */
final class Fusion {
  /// Limits on a joined kernel, so that its code stays within what the JIT compiles well.
  private static final int MOST_OPERATIONS = 96;

  private static final int MOST_TRANSCENDENTALS = 6;
  private static final int MOST_ACCESSES = 20;

  /// Elements of a row that is walked more than once.
  private static final int LONGEST_ROW = 1 << 14;

  /// Below this row length an epilogue costs more than it saves.
  private static final int LEAST_EPILOGUE_ROW = 8;

  private final Map<Vertex, Unit> owner = new HashMap<>();
  private final Set<Unit> units = new LinkedHashSet<>();
  private final Map<Expression, Expression.Cost> costs = new IdentityHashMap<>();

  /// In the order of the graph, which joining follows: plans must not depend on identity hashes.
  private final Map<Vertex, Set<Unit>> readers = new LinkedHashMap<>();

  private Fusion(Collection<Unit> all) {
    for (Unit unit : all) {
      register(unit);
    }
  }

  /// Units that were joined already, to be asked for obstacles.
  static Fusion done(Collection<Unit> units) {
    return new Fusion(units);
  }

  /// The joined units, in no particular order.
  static List<Unit> of(Collection<Unit> units) {
    Fusion pass = new Fusion(units);
    pass.joinProducers();
    pass.joinSiblings();
    pass.joinProducers();
    pass.attachEpilogues();
    return new ArrayList<>(pass.units);
  }

  private void register(Unit unit) {
    units.add(unit);
    for (Vertex v : unit.results()) {
      owner.put(v, unit);
    }
    for (Vertex v : unit.needs()) {
      readers.computeIfAbsent(v, k -> new LinkedHashSet<>()).add(unit);
    }
  }

  private void unregister(Unit unit) {
    units.remove(unit);
    for (Vertex v : unit.needs()) {
      Set<Unit> set = readers.get(v);
      if (set != null) {
        set.remove(unit);
      }
    }
  }

  private void joinProducers() {
    boolean changed = true;
    while (changed) {
      changed = false;
      for (Unit consumer : new ArrayList<>(units)) {
        if (!units.contains(consumer) || !consumer.isLoop()) {
          continue;
        }
        Unit at = consumer;
        boolean joined = true;
        while (joined) {
          joined = false;
          for (Vertex need : at.needs()) {
            Unit producer = owner.get(need);
            Unit both = producer == null ? null : join(producer, at);
            if (both != null) {
              at = both;
              joined = true;
              changed = true;
              break;
            }
          }
        }
      }
    }
  }

  /// Joins loops that don't depend on each other but read the same large vertex over the same
  /// space.
  private void joinSiblings() {
    for (Vertex shared : new ArrayList<>(readers.keySet())) {
      boolean joined = true;
      while (joined) {
        joined = false;
        List<Unit> candidates =
            readers.getOrDefault(shared, Set.of()).stream()
                .filter(u -> u.isLoop() && u.space.size() == shared.shape.size())
                .toList();
        for (int i = 0; i < candidates.size() && !joined; i++) {
          for (int j = i + 1; j < candidates.size() && !joined; j++) {
            joined =
                candidates.get(i).reduced.equals(candidates.get(j).reduced)
                    && join(candidates.get(i), candidates.get(j)) != null;
          }
        }
      }
    }
  }

  private @Nullable Unit join(Unit a, Unit b) {
    if (a == b || !a.isLoop() || !b.isLoop() || a.space.isEmpty() || b.space.isEmpty()) {
      return null;
    }
    Unit both = combinedAndFit(a, b);
    if (both == null || reaches(a, b, true) || reaches(b, a, true)) {
      return null;
    }
    unregister(a);
    unregister(b);
    register(both);
    return both;
  }

  /// Both loops as one, one of them rewritten for the other's shape if need be; null if they don't
  /// fit.
  private @Nullable Unit combinedAndFit(Unit a, Unit b) {
    Unit both = checked(combined(a, b));
    if (both != null || a.space.equals(b.space)) {
      return both;
    }
    for (Unit form : rewritten(a, b)) {
      if (checked(form) != null) {
        return form;
      }
    }
    return null;
  }

  /// Both loops as one, with one of them rewritten for the other's shape: the ways there are.
  private static List<Unit> rewritten(Unit a, Unit b) {
    List<@Nullable Unit> forms = new ArrayList<>();
    if (a.space.size() == b.space.size()) {
      boolean first = a.space.rank() < b.space.rank();
      Unit low = first ? a : b;
      Unit high = first ? b : a;
      forms.add(combined(low.rebased(high.space), high));
      forms.add(combined(low, high.rebased(low.space)));
    } else if (b.reduced.length() > 0 && a.space.size() == b.keptShape().size()) {
      forms.add(combined(a.rebased(b.keptShape()), b));
    } else if (a.reduced.length() > 0 && b.space.size() == a.keptShape().size()) {
      forms.add(combined(a, b.rebased(a.keptShape())));
    }
    List<Unit> found = new ArrayList<>();
    for (Unit form : forms) {
      if (form != null) {
        found.add(form);
      }
    }
    return found;
  }

  private static String named(Vertex operation) {
    String label = operation.op.label();
    return ("aeiou".indexOf(label.charAt(0)) < 0 ? "a " : "an ") + label;
  }

  /// Why a unit and one that reads a result of it were not made one.
  String obstacle(Unit writer, Unit reader) {
    Vertex operation = reader.operation;
    if (operation != null) {
      return reader.parts.isEmpty()
          ? named(operation) + " reads its sources from memory"
          : named(operation) + " writes each part of its result by a loop of its own";
    }
    operation = writer.operation;
    if (operation != null && !(operation.op instanceof Op.Dot)) {
      return named(operation) + " takes no loop along";
    }
    if (operation != null && !isRowwise(reader, operation)) {
      return "the reader doesn't go through the product row by row";
    }
    if (operation != null && !isLong(operation)) {
      return "rows of %d elements are too short for a loop on each, expected at least %d"
          .formatted(operation.shape.dim(-1), LEAST_EPILOGUE_ROW);
    }
    if (reaches(writer, reader, true)) {
      return "another task has to run in between";
    }
    if (operation != null) {
      return "the product has a loop on its rows already";
    }
    List<Unit> forms = rewritten(writer, reader);
    Unit both = combined(writer, reader);
    if (both == null && forms.isEmpty()) {
      return writer.space.equals(reader.space)
          ? "they reduce axes " + writer.reduced + " and " + reader.reduced + " of " + reader.space
          : "they walk other spaces: " + form(writer) + " and " + form(reader);
    }
    return limit(both == null ? forms.getFirst() : both);
  }

  private static String form(Unit unit) {
    return unit.space + (unit.reduced.length() == 0 ? "" : " reducing axes " + unit.reduced);
  }

  /// What forbids a joined loop.
  private String limit(Unit both) {
    if (!aligned(both)) {
      return "elements are read at another index than the one they are computed at";
    }
    if (!walksOnce(both)) {
      return "rows of more than " + LONGEST_ROW + " elements would be walked again";
    }
    return fits(both)
        ? "a third task has to run in between"
        : "one kernel may have %d operations, %d transcendental ones and %d values in memory"
            .formatted(MOST_OPERATIONS, MOST_TRANSCENDENTALS, MOST_ACCESSES);
  }

  /// The loop, or null if it is too long or reads what it computes elsewhere.
  @Nullable Unit checked(@Nullable Unit both) {
    return both != null && fits(both) && aligned(both) && walksOnce(both) ? both : null;
  }

  /// Both loops as one, if their spaces fit; whether their reads do is not looked at here.
  static @Nullable Unit combined(@Nullable Unit a, @Nullable Unit b) {
    if (a == null || b == null) {
      return null;
    }
    Shape space;
    Ints reduced;
    if (a.space.equals(b.space)) {
      space = a.space;
      if (a.reduced.length() == 0 || b.reduced.length() == 0) {
        reduced = a.reduced.length() == 0 ? b.reduced : a.reduced;
        boolean mixed = a.reduced.length() != b.reduced.length();
        if (mixed && !(a.reduced.length() == 0 ? b : a).walksRows()) {
          return null;
        }
      } else if (a.reduced.equals(b.reduced)) {
        reduced = a.reduced;
      } else {
        return null;
      }
    } else if (a.reduced.length() > 0 && b.reduced.length() == 0 && b.space.equals(a.keptShape())) {
      space = a.space;
      reduced = a.reduced;
    } else if (b.reduced.length() > 0 && a.reduced.length() == 0 && a.space.equals(b.keptShape())) {
      space = b.space;
      reduced = b.reduced;
    } else {
      return null;
    }
    return Unit.joined(a, b, space, reduced);
  }

  private boolean fits(Unit unit) {
    int operations = 0;
    int transcendentals = 0;
    Set<Vertex> touched = new HashSet<>(unit.results());
    for (Unit.Root root : unit.roots) {
      Expression.Cost cost = costs.computeIfAbsent(root.definition(), Expression::cost);
      operations += cost.operations();
      transcendentals += cost.transcendentals();
      touched.addAll(cost.reads());
    }
    return operations <= MOST_OPERATIONS
        && transcendentals <= MOST_TRANSCENDENTALS
        && touched.size() <= MOST_ACCESSES;
  }

  /// Whether rows are short, or nothing needs a second walk over them.
  private static boolean walksOnce(Unit unit) {
    long kept = unit.keptShape().size();
    if (unit.reduced.length() == 0 || unit.space.size() <= kept * LONGEST_ROW) {
      return true;
    }
    Set<Vertex> reductions = new HashSet<>();
    for (Unit.Root root : unit.roots) {
      if (root.reduction() != null) {
        reductions.add(root.vertex());
      } else if (unit.isFull(root)) {
        return false;
      }
    }
    for (Unit.Access access : unit.accesses()) {
      if (!access.kept() && reductions.contains(access.vertex())) {
        return false;
      }
    }
    return true;
  }

  /// Whether every value computed in the unit is read, within it, where it was computed.
  private static boolean aligned(Unit unit) {
    Map<Vertex, Boolean> inside = new HashMap<>();
    for (Unit.Root root : unit.roots) {
      inside.put(root.vertex(), unit.isFull(root));
    }
    View full = View.contiguous(unit.space);
    View kept = View.contiguous(unit.keptShape());
    View spread = kept.expand(unit.space);
    for (Unit.Access access : unit.accesses()) {
      Boolean isFull = inside.get(access.vertex());
      if (isFull != null) {
        boolean fits =
            access.kept()
                ? !isFull && access.view().equals(kept)
                : access.view().equals(isFull ? full : spread);
        if (!fits) {
          return false;
        }
      }
    }
    return true;
  }

  /// Whether `to` needs something computed by a unit that needs `from`.
  ///
  /// @param indirectly leaves out the direct dependency of `to` on `from`
  private boolean reaches(Unit from, Unit to, boolean indirectly) {
    Set<Unit> seen = java.util.Collections.newSetFromMap(new IdentityHashMap<>());
    ArrayDeque<Unit> stack = new ArrayDeque<>();
    for (Vertex need : to.needs()) {
      Unit producer = owner.get(need);
      if (producer != null
          && !(indirectly && producer == from)
          && producer != to
          && seen.add(producer)) {
        stack.push(producer);
      }
    }
    while (!stack.isEmpty()) {
      Unit unit = stack.pop();
      if (unit == from) {
        return true;
      }
      for (Vertex need : unit.needs()) {
        Unit producer = owner.get(need);
        if (producer != null && seen.add(producer)) {
          stack.push(producer);
        }
      }
    }
    return false;
  }

  private void attachEpilogues() {
    for (Unit unit : new ArrayList<>(units)) {
      Vertex dot = unit.operation;
      if (dot == null || !(dot.op instanceof Op.Dot)) {
        continue;
      }
      for (Unit loop : new ArrayList<>(readers.getOrDefault(dot, Set.of()))) {
        if (loop.isLoop() && isRowwise(loop, dot) && isLong(dot) && !reaches(unit, loop, true)) {
          unregister(loop);
          unregister(unit);
          unit.attach(loop);
          register(unit);
          for (Vertex v : loop.results()) {
            owner.put(v, unit);
          }
          break;
        }
      }
    }
  }

  /// Whether a loop on each row of a contraction's result saves more than it costs.
  private static boolean isLong(Vertex dot) {
    return dot.shape.dim(-1) >= LEAST_EPILOGUE_ROW;
  }

  /// Whether row `i` of the loop reads the contraction's result in row `i` only.
  private static boolean isRowwise(Unit loop, Vertex dot) {
    Shape space = loop.space;
    int last = space.rank() - 1;
    int rows = dot.shape.rank() - 1;
    if (last < 0 || space.dim(last) != dot.shape.dim(rows) || space.size() != dot.shape.size()) {
      return false;
    }
    if (space.isEmpty()) {
      return false;
    }
    if (!(loop.reduced.length() == 0 || loop.reduced.equals(Ints.of(last)))) {
      return false;
    }
    View full = View.contiguous(space);
    for (Unit.Access access : loop.accesses()) {
      if (access.vertex() == dot && (access.kept() || !access.view().equals(full))) {
        return false;
      }
    }
    return true;
  }
}
