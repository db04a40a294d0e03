package jacquard.kernels;

import jacquard.tensor.Ints;
import jacquard.tensor.Shape;
import jacquard.tensor.graph.Op;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
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
  /// Below this row length an epilogue costs more than it saves.
  private static final int LEAST_EPILOGUE_ROW = 8;

  private final Map<Vertex, Unit> owner = new HashMap<>();
  private final Set<Unit> units = new LinkedHashSet<>();
  private final LoopJoint joint = new LoopJoint();

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
    Unit both = joint.of(a, b);
    if (both == null || reaches(a, b, true) || reaches(b, a, true)) {
      return null;
    }
    unregister(a);
    unregister(b);
    register(both);
    return both;
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
    return joint.obstacle(writer, reader);
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
