package jacquard.kernels;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/* Between the third pass and the fourth: values that are written twice rather than kept.

What the forward pass computes waits for the gradient: GELU of a product and the end of a layer norm, which the weight gradients
of the next products read. But the loops of the gradient read all that these were made of, because they need the
derivatives. So such a loop computes the value again, in registers, and writes it for the products, which wait for it. In
between its memory is free.

That adds no task and no read of a large value, only one write and little arithmetic; a value that would need more is
kept. It is the same expression, so the bits are the same. Only what lives while most memory is in use is moved, round by round,
and nothing at all as long as the arena is small. */
final class Rematerialisation {
  /// Tasks that a product may have to wait for the loop: what else it reads has to live as long.
  private static final int LONGEST_WAIT = 4;

  /// As for values that several readers compute each for itself.
  private static final int MOST_TRANSCENDENTALS = Partition.CHEAP_TRANSCENDENTALS;

  private final List<Unit> order;
  private final Set<Vertex> roots;
  private final Map<Unit, Integer> position = new IdentityHashMap<>();
  private final Map<Vertex, Unit> owner = new HashMap<>();
  private final Map<Vertex, List<Unit>> readers = new LinkedHashMap<>();
  private final LoopJoint joint = new LoopJoint();
  private int moved;

  private Rematerialisation(List<Unit> order, Collection<Vertex> roots) {
    this.order = new ArrayList<>(order);
    this.roots = new HashSet<>(roots);
    for (int i = 0; i < order.size(); i++) {
      Unit unit = order.get(i);
      position.put(unit, i);
      unit.results().forEach(v -> owner.put(v, unit));
      for (Vertex need : unit.needs()) {
        readers.computeIfAbsent(need, k -> new ArrayList<>()).add(unit);
      }
    }
  }

  /// The units after one round.
  ///
  /// @param moved values that are written again
  record Round(List<Unit> units, int moved) {}

  /// Takes values out of the time at which most memory is in use.
  ///
  /// @param order units in the order in which they would run
  /// @param roots vertices that are not in the arena
  /// @param least bytes of the arena up to which nothing is moved
  static Round of(List<Unit> order, Collection<Vertex> roots, long least) {
    Rematerialisation round = new Rematerialisation(order, roots);
    int peak = round.peak(least);
    if (peak >= 0) {
      for (Vertex v : round.alive(peak)) {
        round.move(v, peak);
      }
    }
    return new Round(round.order, round.moved);
  }

  /// What all units compute, if nothing shared memory.
  static long bytes(Collection<Unit> units) {
    return units.stream()
        .flatMap(unit -> unit.results().stream())
        .mapToLong(Rematerialisation::bytes)
        .sum();
  }

  private int at(Unit unit) {
    Integer at = position.get(unit);
    if (at == null) {
      throw new AssertionError("not in the order: " + unit.results());
    }
    return at;
  }

  private static long bytes(Vertex v) {
    return (long) v.shape.size() * v.dtype.bytes();
  }

  private int last(Vertex v) {
    return readers.getOrDefault(v, List.of()).stream().mapToInt(this::at).max().orElse(-1);
  }

  /// Where most bytes of the arena are in use; -1 if they are no more than `least`.
  private int peak(long least) {
    long[] change = new long[order.size() + 1];
    owner.forEach((v, unit) -> {
      int last = last(v);
      if (!roots.contains(v) && last >= 0) {
        change[at(unit)] += bytes(v);
        change[last + 1] -= bytes(v);
      }
    });
    int peak = -1;
    long most = least;
    long now = 0;
    for (int i = 0; i < order.size(); i++) {
      now += change[i];
      if (now > most) {
        most = now;
        peak = i;
      }
    }
    return peak;
  }

  /// What waits at a position for later readers, the largest first.
  private List<Vertex> alive(int peak) {
    List<Vertex> alive = new ArrayList<>();
    for (Unit unit : order.subList(0, peak)) {
      for (Vertex v : unit.results()) {
        List<Unit> all = readers.getOrDefault(v, List.of());
        if (!roots.contains(v)
            && last(v) > peak
            && all.stream().noneMatch(reader -> at(reader) == peak)) {
          alive.add(v);
        }
      }
    }
    alive.sort(Comparator.comparingLong((Vertex v) -> -bytes(v)));
    return alive;
  }

  private void move(Vertex v, int peak) {
    Unit unit = owner.get(v);
    Unit loop = unit == null ? null : loop(unit);
    List<Unit> late =
        readers.getOrDefault(v, List.of()).stream().filter(r -> at(r) > peak).toList();
    if (loop == null || !late.stream().allMatch(reader -> readsAsSource(reader, v))) {
      return;
    }
    for (Unit.Root root : loop.roots) {
      if (root.vertex() == v && root.reduction() == null && loop.isFull(root)) {
        Expression.Cost cost = Expression.cost(root.definition());
        int first = late.stream().mapToInt(this::at).min().orElse(0);
        if (cost.transcendentals() <= MOST_TRANSCENDENTALS) {
          move(root, cost.reads(), late, hosts(root, cost.reads(), peak, first + LONGEST_WAIT));
        }
      }
    }
  }

  private static @Nullable Unit loop(Unit unit) {
    return unit.isLoop() ? unit : unit.epilogue();
  }

  /// Whether the vertex is read by the operation itself, which reads what it is given in memory.
  private static boolean readsAsSource(Unit reader, Vertex v) {
    Unit epilogue = reader.epilogue();
    return reader.operation != null
        && reader.parts.isEmpty()
        && (epilogue == null || !epilogue.needs().contains(v));
  }

  /// Units between two positions whose loops read what the root is made of, the last first.
  private List<Unit> hosts(Unit.Root root, Set<Vertex> reads, int after, int last) {
    Set<Unit> hosts = new LinkedHashSet<>();
    for (Vertex read : reads) {
      if (isLarge(read, root)) {
        hosts.addAll(readers.getOrDefault(read, List.of()));
      }
    }
    return hosts.stream()
        .filter(h -> loop(h) != null && at(h) > after && at(h) <= last)
        .sorted(Comparator.comparingInt((Unit h) -> -at(h)))
        .toList();
  }

  private static boolean isLarge(Vertex read, Unit.Root root) {
    return read.shape.size() >= root.vertex().shape.size();
  }

  private void move(Unit.Root root, Set<Vertex> reads, List<Unit> late, List<Unit> hosts) {
    for (Unit host : hosts) {
      Unit loop = loop(host);
      Vertex again = copy(root.vertex());
      Unit both = loop == null ? null : joined(root, again, loop);
      if (both != null && canRun(host, root, reads, late)) {
        replace(host, both);
        readers.put(again, new ArrayList<>(late));
        late.forEach(reader -> reader.readInstead(root.vertex(), again));
        moved++;
        return;
      }
    }
  }

  private static Vertex copy(Vertex v) {
    Vertex again = new Vertex(v.op, v.sources, v.dtype, v.shape, v.sequence, -1, false);
    again.expression = Expression.whole(again);
    return again;
  }

  /// The loop with one more result; null if it does not read all that is large for it where it
  /// computes it, or would be too long.
  private @Nullable Unit joined(Unit.Root root, Vertex again, Unit loop) {
    Unit map = Unit.map(again, root.shape(), root.definition());
    Unit fitted = map.space.equals(loop.space) ? map : map.rebased(loop.space);
    if (fitted == null) {
      return null;
    }
    for (Unit.Access access : fitted.accesses()) {
      boolean read =
          loop.accesses().stream()
              .anyMatch(a ->
                  !a.kept() && a.vertex() == access.vertex() && a.view().equals(access.view()));
      if (isLarge(access.vertex(), root) && !read) {
        return null;
      }
    }
    return joint.checked(LoopJoint.combined(loop, fitted));
  }

  /// Whether everything small is still there for the host, and the readers can wait for it.
  private boolean canRun(Unit host, Unit.Root root, Set<Vertex> reads, List<Unit> late) {
    List<Unit> needed = new ArrayList<>(List.of(host));
    for (Vertex read : reads) {
      Unit producer = owner.get(read);
      if (producer != null && !isLarge(read, root)) {
        if (roots.contains(read) || last(read) < at(host)) {
          return false;
        }
        needed.add(producer);
      }
    }
    Set<Unit> before = ancestors(needed);
    return !before.contains(host) && late.stream().noneMatch(before::contains);
  }

  /// What must run before the units, themselves excluded unless one needs another.
  private Set<Unit> ancestors(List<Unit> units) {
    Set<Unit> seen = new HashSet<>();
    List<Unit> stack = new ArrayList<>(units);
    while (!stack.isEmpty()) {
      for (Vertex need : stack.removeLast().needs()) {
        Unit producer = owner.get(need);
        if (producer != null && seen.add(producer)) {
          stack.add(producer);
        }
      }
    }
    return seen;
  }

  private void replace(Unit host, Unit loop) {
    Unit now = host;
    if (host.isLoop()) {
      now = loop;
      int at = at(host);
      order.set(at, now);
      position.put(now, at);
      for (List<Unit> all : readers.values()) {
        all.replaceAll(reader -> reader == host ? loop : reader);
      }
    } else {
      host.attach(loop);
    }
    for (Vertex v : now.results()) {
      owner.put(v, now);
    }
  }
}
