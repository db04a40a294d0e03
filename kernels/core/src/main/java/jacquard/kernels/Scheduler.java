package jacquard.kernels;

import jacquard.tensor.graph.Node;
import jacquard.tensor.graph.Op;
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
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.Predicate;

/* From the structure of a graph to a schedule: runs the passes, orders the units, decides where results are written, and
hands the rest to TaskBuilder.

A state's new value is written straight into the state's memory when every other reader of the old value can run before
the writer, and the writer itself reads it only at the index it writes. Otherwise the new value lives in the arena and is
copied when all readers are done. */
final class Scheduler {
  /// The most memory may be in use elsewhere after each round.
  private static final int MOST_ROUNDS = 8;

  private final PlanKey key;
  private final List<Vertex> roots;
  private final Map<Vertex, Unit> owner = new HashMap<>();
  private final List<Unit> units;

  /// Units that must run before a unit although it reads nothing of theirs.
  private final Map<Unit, Set<Unit>> before = new IdentityHashMap<>();

  /// Slot of the buffer that a vertex is written to, for results.
  private final Map<Vertex, Integer> externals = new LinkedHashMap<>();

  /// Units before they were joined.
  private final int partCount;

  /// Values that are computed a second time rather than kept.
  private int rematerialised;

  private Scheduler(PlanKey key, Vertex[] graph, long above) {
    this.key = key;
    this.roots = distinctRoots(asked(key, graph));
    List<Unit> parts = Partition.of(roots, key.fuse());
    this.partCount = parts.size();
    this.units = key.fuse() ? Fusion.of(parts) : new ArrayList<>(parts);
    for (Unit unit : units) {
      own(unit);
    }
    if (key.fuse() && Rematerialisation.bytes(units) > above) {
      rematerialise(above);
    }
  }

  /// @param hasKernel which fused nodes are tasks of their own
  /// @param above as [Target#rematerialiseAbove]
  static Schedule schedule(PlanKey key, Predicate<Node> hasKernel, long above) {
    return new Scheduler(key, Canonical.of(key, hasKernel), above).tasks().build();
  }

  /// The schedule, and how it came to be.
  static Explanation explain(PlanKey key, Predicate<Node> hasKernel, long above) {
    Vertex[] graph = Canonical.of(key, hasKernel);
    Scheduler scheduler = new Scheduler(key, graph, above);
    TaskBuilder tasks = scheduler.tasks();
    return new Explainer(key, graph, scheduler.roots, tasks)
        .explain(scheduler.partCount, scheduler.rematerialised);
  }

  private void rematerialise(long above) {
    for (int i = 0; i < MOST_ROUNDS; i++) {
      Rematerialisation.Round round = Rematerialisation.of(ordered(), roots, above);
      if (round.moved() == 0) {
        return;
      }
      rematerialised += round.moved();
      units.clear();
      units.addAll(round.units());
      owner.clear();
      units.forEach(this::own);
    }
  }

  private TaskBuilder tasks() {
    placeResults();
    return new TaskBuilder(key, roots, ordered(), externals);
  }

  private static List<Vertex> asked(PlanKey key, Vertex[] graph) {
    List<Vertex> asked = new ArrayList<>();
    for (int i = 0; i < key.rootCount(); i++) {
      asked.add(graph[key.rootNode(i)]);
    }
    return asked;
  }

  private void own(Unit unit) {
    for (Vertex v : unit.results()) {
      owner.put(v, unit);
    }
  }

  /// Every root as a vertex of its own that is computed: copies of leaves and of roots that are
  /// asked for twice. A reshape is the same memory as its source.
  private static List<Vertex> distinctRoots(List<Vertex> asked) {
    List<Vertex> roots = new ArrayList<>();
    Set<Vertex> seen = new HashSet<>();
    for (Vertex output : asked) {
      Vertex v = output;
      while (v.op instanceof Op.Reshape && !seen.contains(v)) {
        v = v.source(0);
      }
      boolean computed = !(v.op instanceof Op.Leaf) && seen.add(v);
      roots.add(computed ? v : copy(v));
    }
    return roots;
  }

  private static Vertex copy(Vertex v) {
    return new Vertex(new Op.Detach(), List.of(v), v.dtype, v.shape, v.sequence, -1, false);
  }

  private void placeResults() {
    for (int i = 0; i < roots.size(); i++) {
      Vertex root = roots.get(i);
      int slot = key.rootSlot(i);
      if (slot < 0) {
        externals.put(root, key.inputs().size() + i);
      } else if (writesInPlace(root, slot)) {
        externals.put(root, slot);
      } else {
        Vertex copy = copy(root);
        copy.expression = Expression.whole(copy);
        Unit unit = Unit.map(copy, Expression.whole(root));
        units.add(unit);
        own(unit);
        before.put(unit, readersOf(slot, unit));
        roots.set(i, copy);
        externals.put(copy, slot);
      }
    }
  }

  private Set<Unit> readersOf(int slot, Unit except) {
    Set<Unit> readers = new LinkedHashSet<>();
    for (Unit unit : units) {
      if (unit != except && unit.needs().stream().anyMatch(v -> isInput(v, slot))) {
        readers.add(unit);
      }
    }
    return readers;
  }

  private static boolean isInput(Vertex v, int slot) {
    return v.isGiven() && v.slot == slot;
  }

  private boolean writesInPlace(Vertex root, int slot) {
    Unit writer = owner.get(root);
    if (writer == null || !readsOnlyWhereItWrites(writer, root, slot)) {
      return false;
    }
    Set<Unit> readers = readersOf(slot, writer);
    Set<Unit> after = dependents(writer);
    for (Unit reader : readers) {
      if (after.contains(reader)) {
        return false;
      }
    }
    before.computeIfAbsent(writer, k -> new LinkedHashSet<>()).addAll(readers);
    return true;
  }

  private static boolean readsOnlyWhereItWrites(Unit writer, Vertex root, int slot) {
    if (writer.needs().stream().noneMatch(v -> isInput(v, slot))) {
      return true;
    }
    Vertex operation = writer.operation;
    Unit loop = operation == null ? writer : writer.epilogue();
    if (operation != null && operation != root && loop == null) {
      return false;
    }
    if (operation != null && (operation == root || readsDirectly(operation, slot))) {
      boolean updates =
          operation.op instanceof Op.DynamicUpdate || operation.op instanceof Op.ScatterAdd;
      return updates && operation == root && readsFirstOnly(operation, slot);
    }
    return loop != null && readsAligned(loop, root, slot);
  }

  /// Whether the loop reads the input only at the index at which it writes `root`. Emitted code
  /// reads an index before it writes it, and writes in its last walk over a row.
  private static boolean readsAligned(Unit loop, Vertex root, int slot) {
    boolean full = loop.roots.stream().anyMatch(r -> r.vertex() == root && loop.isFull(r));
    View kept = View.contiguous(loop.keptShape());
    View everywhere = full ? View.contiguous(loop.space) : kept.expand(loop.space);
    for (Unit.Access access : loop.accesses()) {
      View expected = access.kept() ? kept : everywhere;
      boolean aligned = access.view().equals(expected) && !(full && access.kept());
      if (isInput(access.vertex(), slot) && !aligned) {
        return false;
      }
    }
    return true;
  }

  private static boolean readsDirectly(Vertex operation, int slot) {
    return operation.sources.stream().anyMatch(s -> reads(s, slot));
  }

  private static boolean readsFirstOnly(Vertex operation, int slot) {
    for (int i = 1; i < operation.sources.size(); i++) {
      if (reads(operation.source(i), slot)) {
        return false;
      }
    }
    return true;
  }

  private static boolean reads(Vertex source, int slot) {
    return source.expression instanceof Expression.Read r && isInput(r.vertex(), slot);
  }

  private Set<Unit> needsOf(Unit unit) {
    Set<Unit> needs = new LinkedHashSet<>(before.getOrDefault(unit, Set.of()));
    for (Vertex v : unit.needs()) {
      Unit producer = owner.get(v);
      if (producer != null && producer != unit) {
        needs.add(producer);
      }
    }
    return needs;
  }

  /// Every unit that must run after `unit`.
  private Set<Unit> dependents(Unit unit) {
    Map<Unit, Set<Unit>> users = users();
    Set<Unit> seen = new HashSet<>();
    List<Unit> stack = new ArrayList<>(List.of(unit));
    while (!stack.isEmpty()) {
      for (Unit user : users.getOrDefault(stack.removeLast(), Set.of())) {
        if (seen.add(user)) {
          stack.add(user);
        }
      }
    }
    return seen;
  }

  private Map<Unit, Set<Unit>> users() {
    Map<Unit, Set<Unit>> users = new IdentityHashMap<>();
    for (Unit unit : units) {
      for (Unit need : needsOf(unit)) {
        users.computeIfAbsent(need, k -> new LinkedHashSet<>()).add(unit);
      }
    }
    return users;
  }

  /// The units in an order that respects every need, otherwise as the graph was written.
  private List<Unit> ordered() {
    Map<Unit, Set<Unit>> users = users();
    Map<Unit, Integer> missing = new IdentityHashMap<>();
    PriorityQueue<Unit> ready = new PriorityQueue<>(Comparator.comparingLong(Scheduler::sequence));
    for (Unit unit : units) {
      int n = needsOf(unit).size();
      missing.put(unit, n);
      if (n == 0) {
        ready.add(unit);
      }
    }
    List<Unit> order = new ArrayList<>();
    while (!ready.isEmpty()) {
      Unit unit = ready.poll();
      order.add(unit);
      for (Unit user : users.getOrDefault(unit, Set.of())) {
        if (missing.merge(user, -1, Integer::sum) == 0) {
          ready.add(user);
        }
      }
    }
    if (order.size() != units.size()) {
      throw new AssertionError("the units need each other in a circle");
    }
    return order;
  }

  private static long sequence(Unit unit) {
    long last = 0;
    Collection<Vertex> results = unit.results();
    for (Vertex v : results) {
      last = Math.max(last, v.sequence);
    }
    return last;
  }
}
