package jacquard.kernels;

import jacquard.tensor.graph.Node;
import jacquard.tensor.graph.Op;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Tells what the passes did, after they did it: which nodes each task covers, and what kept its
/// readers out of it.
final class Explainer {
  private final PlanKey key;
  private final Vertex[] graph;
  private final List<Vertex> roots;

  /// The unit of each task.
  private final List<Unit> units;

  private final Schedule schedule;
  private final TaskBuilder builder;
  private final Fusion fusion;

  /// Task that computes a vertex into memory: the last of several that write parts of it.
  private final Map<Vertex, Integer> writers = new HashMap<>();

  private final Map<Vertex, List<Node>> nodes = new LinkedHashMap<>();
  private final Map<Long, Node> bySequence = new HashMap<>();

  Explainer(PlanKey key, Vertex[] graph, List<Vertex> roots, TaskBuilder builder) {
    this.key = key;
    this.graph = graph;
    this.roots = roots;
    this.builder = builder;
    this.schedule = builder.build();
    this.units = builder.unitOfTask();
    this.fusion = Fusion.done(new LinkedHashSet<>(units));
    for (int i = 0; i < graph.length; i++) {
      nodes.computeIfAbsent(graph[i], v -> new ArrayList<>()).add(key.node(i));
      bySequence.put(key.node(i).sequence(), key.node(i));
    }
    for (int t = 0; t < units.size(); t++) {
      for (Vertex v : units.get(t).results()) {
        writers.put(v, t);
      }
    }
  }

  /// @param partition units that the second pass made
  /// @param again values that are computed a second time rather than kept
  Explanation explain(int partition, int again) {
    List<Set<Node>> covered = new ArrayList<>();
    units.forEach(unit -> covered.add(covered(unit)));
    addFolded(covered);
    List<Explanation.Part> parts = new ArrayList<>();
    for (int t = 0; t < units.size(); t++) {
      List<Node> nodes =
          covered.get(t).stream().sorted(Comparator.comparingLong(Node::sequence)).toList();
      parts.add(new Explanation.Part(nodes, ends(t)));
    }
    return new Explanation(schedule, stages(partition, again), parts);
  }

  /// What a unit computes: from its results back to what it reads from memory.
  private Set<Node> covered(Unit unit) {
    Set<Vertex> results = new HashSet<>(unit.results());
    Set<Vertex> seen = new LinkedHashSet<>();
    List<Vertex> stack = new ArrayList<>(unit.results());
    while (!stack.isEmpty()) {
      Vertex v = stack.removeLast();
      boolean elsewhere = v.isGiven() || (writers.containsKey(v) && !results.contains(v));
      if (!elsewhere && seen.add(v)) {
        stack.addAll(v.sources);
      }
    }
    Set<Node> covered = Collections.newSetFromMap(new IdentityHashMap<>());
    for (Vertex v : seen) {
      Node whole = bySequence.get(v.sequence); // a part of the body of a fused operation
      List<Node> own = nodes.get(v);
      if (own != null) {
        covered.addAll(own);
      } else if (whole != null) {
        covered.add(whole);
      }
    }
    return covered;
  }

  /// What no task computes became part of its readers, as a product that is written transposed: it
  /// belongs where they do.
  private void addFolded(List<Set<Node>> covered) {
    Map<Node, Set<Integer>> tasks = new IdentityHashMap<>();
    for (int t = 0; t < covered.size(); t++) {
      for (Node node : covered.get(t)) {
        tasks.computeIfAbsent(node, n -> new HashSet<>()).add(t);
      }
    }
    Set<Node> computed = Collections.newSetFromMap(new IdentityHashMap<>());
    computed.addAll(tasks.keySet());
    for (int i = key.size() - 1; i >= 0; i--) { // readers before their sources
      Set<Integer> readers = tasks.getOrDefault(key.node(i), Set.of());
      for (Node source : key.node(i).sources()) {
        if (!computed.contains(source) && !(source.op() instanceof Op.Leaf)) {
          tasks.computeIfAbsent(source, n -> new HashSet<>()).addAll(readers);
          readers.forEach(t -> covered.get(t).add(source));
        }
      }
    }
  }

  private List<Explanation.End> ends(int task) {
    Unit unit = units.get(task);
    List<Explanation.End> ends = new ArrayList<>();
    for (Vertex v : unit.results()) {
      int value = builder.numberOf(v);
      if (value < 0 || writers.getOrDefault(v, -1) != task) {
        continue; // nobody reads it from memory, or a later task adds another part
      }
      List<Node> own = nodes.get(v);
      Node node = own == null ? null : own.getFirst();
      for (int reader = 0; reader < units.size(); reader++) {
        Unit other = units.get(reader);
        if (other != unit && schedule.tasks().get(reader).reads().contains(value)) {
          ends.add(new Explanation.End(value, node, reader, fusion.obstacle(unit, other)));
        }
      }
      if (roots.contains(v)) {
        ends.add(new Explanation.End(value, node, -1, "it is a result"));
      }
    }
    return ends;
  }

  private List<Explanation.Stage> stages(int partition, int again) {
    long distinct = Arrays.stream(graph).distinct().count();
    long given = nodes.keySet().stream().filter(v -> v.op instanceof Op.Leaf).count();
    List<Unit> all = List.copyOf(new LinkedHashSet<>(units));
    long loops = all.stream().filter(Unit::isLoop).count();
    long epilogues = all.stream().filter(unit -> unit.epilogue() != null).count();
    long fused = all.size() + epilogues;
    return List.of(
        new Explanation.Stage(
            "canonical", key.size() + " nodes", distinct + " distinct values", simplifications()),
        new Explanation.Stage(
            "partition",
            distinct + " distinct values",
            partition + " units with memory of their own",
            List.of(
                given + " are inputs, constants or counts",
                "the others become parts of expressions: views are strides, cheap ones are computed"
                    + " again by each reader")),
        new Explanation.Stage(
            "fusion",
            partition + " units",
            all.size() + " units, " + loops + " of them loops",
            List.of(
                counted(
                    Math.max(0, partition - fused),
                    "loop was",
                    "loops were",
                    " joined with others"),
                counted(
                    epilogues,
                    "loop runs",
                    "loops run",
                    " on rows of a product as they are finished"))),
        new Explanation.Stage(
            "schedule",
            all.size() + " units",
            schedule.size() + " tasks",
            List.of(
                "in the order of the graph, as far as they need each other's values",
                schedule.inputs() + " buffers and " + schedule.dynamics() + " scalars are given")),
        new Explanation.Stage(
            "memory",
            schedule.values().size() + " values",
            schedule.arena().bytes() + " bytes of arena",
            memory(again)));
  }

  private static String counted(long count, String one, String several, String rest) {
    return count + " " + (count == 1 ? one : several) + rest;
  }

  /// Nodes that are values of simpler ones, by operation.
  private List<String> simplifications() {
    Map<String, Integer> same = new java.util.TreeMap<>();
    for (int i = 0; i < graph.length; i++) {
      if (graph[i].sequence != key.node(i).sequence()) {
        same.merge(key.node(i).op().label(), 1, Integer::sum);
      }
    }
    List<String> notes = new ArrayList<>();
    same.forEach((label, n) -> notes.add(n + " " + label + ": the value of another node"));
    return notes;
  }

  private List<String> memory(int again) {
    long apart = 0;
    long shared = 0;
    Set<Integer> results = new HashSet<>(schedule.results());
    for (int v = 0; v < schedule.values().size(); v++) {
      Schedule.Value value = schedule.values().get(v);
      long bytes = (long) value.size() * value.dtype().bytes();
      if (value instanceof Schedule.Value.Arena) {
        apart += bytes;
        shared++;
      }
    }
    List<String> notes = new ArrayList<>();
    notes.add(
        shared
            + " values in the arena; without sharing memory they would take "
            + apart
            + " bytes");
    if (again > 0) {
      notes.add(
          counted(
              again,
              "value is",
              "values are",
              " computed a second time by loops that read all it takes, rather than kept"));
    }
    notes.add(results.size() + " values in buffers of results and states");
    return notes;
  }
}
