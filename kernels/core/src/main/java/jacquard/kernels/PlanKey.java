package jacquard.kernels;

import jacquard.tensor.Step;
import jacquard.tensor.graph.Node;
import jacquard.tensor.graph.Op;
import jacquard.tensor.graph.Source;
import jacquard.tensor.graph.Traversal;
import jacquard.tensor.spi.Backend;
import jacquard.tensor.spi.Buffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The structure of a graph that is to be run: equal keys can share a plan. Buffers and dynamic
/// scalars are slots: which buffer is in a slot is not part of the key, but that two leaves share a
/// buffer is.
final class PlanKey {
  private final List<Node> nodes;
  private final Op[] ops;
  private final int[][] sources;
  private final int[] slots;
  private final int[] rootNodes;

  /// Per root: the input slot whose buffer it is written to, [#SINK] for another buffer that is
  /// given, or [#FRESH].
  private final int[] rootSlots;

  private final boolean fuse;
  private final int hash;
  private final List<@Nullable Buffer> inputs = new ArrayList<>();
  private final List<Source.Number> dynamics = new ArrayList<>();

  static final int SINK = -1;
  static final int FRESH = -2;

  /// Slot of a node that is no input.
  private static final int NONE = -1;

  /// Dynamic scalar `k` has slot `DYNAMIC - k`, so that no two kinds of slot are equal.
  private static final int DYNAMIC = -2;

  private PlanKey(List<Backend.Root> roots, boolean fuse) {
    this.fuse = fuse;
    List<Node> rootList = roots.stream().map(Backend.Root::node).toList();
    nodes = Traversal.sourcesFirst(rootList);
    int n = nodes.size();
    Map<Node, Integer> number = new IdentityHashMap<>(2 * n);
    Map<Buffer, Integer> slotOf = new IdentityHashMap<>();
    ops = new Op[n];
    sources = new int[n][];
    slots = new int[n];
    int h = 17;
    for (int i = 0; i < n; i++) {
      Node node = nodes.get(i);
      number.put(node, i);
      ops[i] = node.op();
      List<Node> from = node.sources();
      int[] ids = new int[from.size()];
      for (int j = 0; j < ids.length; j++) {
        Integer id = number.get(from.get(j));
        if (id == null) {
          throw new AssertionError("a source after its reader");
        }
        ids[j] = id;
        h = 31 * h + id;
      }
      sources[i] = ids;
      slots[i] = slot(node, slotOf);
      h = 31 * (31 * h + ops[i].hashCode()) + slots[i];
    }
    rootNodes = new int[roots.size()];
    rootSlots = new int[roots.size()];
    for (int i = 0; i < rootNodes.length; i++) {
      Integer id = number.get(roots.get(i).node());
      rootNodes[i] = id == null ? -1 : id;
      Buffer into = roots.get(i).into();
      rootSlots[i] = into == null ? FRESH : slotOf.getOrDefault(into, SINK);
    }
    hash = 31 * (31 * h + Arrays.hashCode(rootNodes)) + Arrays.hashCode(rootSlots) + (fuse ? 1 : 0);
  }

  static PlanKey of(List<Backend.Root> roots, boolean fuse) {
    return new PlanKey(roots, fuse);
  }

  private int slot(Node node, Map<Buffer, Integer> slotOf) {
    Source source = node.input();
    return switch (source) {
      case null -> NONE;
      case Source.Number n -> {
        dynamics.add(n);
        yield DYNAMIC - (dynamics.size() - 1);
      }
      case Source.Stored s -> bufferSlot(s.buffer(), slotOf);
      case Source.Argument a -> {
        inputs.add(null);
        yield inputs.size() - 1;
      }
      case Source.Cell c -> bufferSlot(Step.buffer(node), slotOf);
    };
  }

  private int bufferSlot(Buffer buffer, Map<Buffer, Integer> slotOf) {
    Integer known = slotOf.get(buffer);
    if (known != null) {
      return known;
    }
    slotOf.put(buffer, inputs.size());
    inputs.add(buffer);
    return inputs.size() - 1;
  }

  /// The same structure without the graph and its buffers, to be kept in a cache.
  PlanKey detached() {
    return new PlanKey(this);
  }

  private PlanKey(PlanKey that) {
    nodes = List.of();
    ops = that.ops;
    sources = that.sources;
    slots = that.slots;
    rootNodes = that.rootNodes;
    rootSlots = that.rootSlots;
    fuse = that.fuse;
    hash = that.hash;
  }

  List<Node> nodes() {
    return nodes;
  }

  int[] sourcesOf(int node) {
    return sources[node];
  }

  /// Number of the input or of the dynamic scalar that the node is; -1 for what is neither.
  int slotOf(int node) {
    return isDynamic(node) ? DYNAMIC - slots[node] : slots[node];
  }

  boolean isDynamic(int node) {
    return slots[node] <= DYNAMIC;
  }

  int rootCount() {
    return rootNodes.length;
  }

  int rootNode(int root) {
    return rootNodes[root];
  }

  int rootSlot(int root) {
    return rootSlots[root];
  }

  boolean fuse() {
    return fuse;
  }

  /// Buffers of this run, by input slot; null for an argument of a compiled step.
  List<@Nullable Buffer> inputs() {
    return inputs;
  }

  /// This run's dynamic scalars, by slot.
  List<Source.Number> dynamics() {
    return dynamics;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof PlanKey that
        && hash == that.hash
        && fuse == that.fuse
        && Arrays.equals(rootNodes, that.rootNodes)
        && Arrays.equals(rootSlots, that.rootSlots)
        && Arrays.equals(slots, that.slots)
        && Arrays.equals(ops, that.ops)
        && Arrays.deepEquals(sources, that.sources);
  }

  @Override
  public int hashCode() {
    return hash;
  }
}
