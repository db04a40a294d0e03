package jacquard.kernels;

import jacquard.tensor.Step;
import jacquard.tensor.Switches;
import jacquard.tensor.graph.Node;
import jacquard.tensor.graph.Op;
import jacquard.tensor.graph.Source;
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
///
/// A key reads one graph after another into the same arrays ([#read]); [#detached] is what a cache
/// keeps.
final class PlanKey {
  private final NodeOrder order = new NodeOrder();
  private int size;
  private Op[] ops = new Op[256];
  private int[] slots = new int[256];

  /// Sources of all nodes one after the other; those of node `i` end at `ends[i]`.
  private int[] sources = new int[512];

  private int[] ends = new int[256];
  private int[] rootNodes = {};

  /// Per root: the input slot whose buffer it is written to, [#SINK] for another buffer that is
  /// given, or [#FRESH].
  private int[] rootSlots = {};

  private boolean fuse;

  /// Whether products may be rounded: a device has other kernels then.
  private boolean tf32;

  private int hash;
  private final List<@Nullable Buffer> inputs = new ArrayList<>();
  private final List<Source.Number> dynamics = new ArrayList<>();
  private final Map<Buffer, Integer> slotOf = new IdentityHashMap<>();

  static final int SINK = -1;
  static final int FRESH = -2;

  /// Slot of a node that is no input.
  private static final int NONE = -1;

  /// Dynamic scalar `k` has slot `DYNAMIC - k`, so that no two kinds of slot are equal.
  private static final int DYNAMIC = -2;

  static PlanKey of(List<Backend.Root> roots, boolean fuse) {
    PlanKey key = new PlanKey();
    key.read(roots, fuse);
    return key;
  }

  /// Becomes the key of these roots.
  void read(List<Backend.Root> roots, boolean withFusion) {
    clear();
    fuse = withFusion;
    tf32 = Switches.tf32();
    order.add(roots);
    size = order.size();
    if (ops.length < size) {
      ops = new Op[2 * size];
      slots = new int[2 * size];
      ends = new int[2 * size];
    }
    int h = 17;
    int end = 0;
    for (int i = 0; i < size; i++) {
      Node node = order.node(i);
      List<Node> from = node.sources();
      if (end + from.size() > sources.length) {
        sources = Arrays.copyOf(sources, 2 * (end + from.size()));
      }
      for (int j = 0; j < from.size(); j++) {
        int id = order.number(from.get(j));
        sources[end++] = id;
        h = 31 * h + id;
      }
      ends[i] = end;
      ops[i] = node.op();
      slots[i] = slot(node);
      h = 31 * (31 * h + ops[i].hashCode()) + slots[i];
    }
    if (rootNodes.length != roots.size()) {
      rootNodes = new int[roots.size()];
      rootSlots = new int[roots.size()];
    }
    for (int i = 0; i < rootNodes.length; i++) {
      rootNodes[i] = order.number(roots.get(i).node());
      Buffer into = roots.get(i).into();
      rootSlots[i] = into == null ? FRESH : slotOf.getOrDefault(into, SINK);
    }
    hash = 31 * (31 * h + Arrays.hashCode(rootNodes)) + Arrays.hashCode(rootSlots) + (fuse ? 1 : 0);
  }

  /// Lets the graph and its buffers go.
  void clear() {
    order.clear();
    Arrays.fill(ops, 0, size, null);
    size = 0;
    inputs.clear();
    dynamics.clear();
    slotOf.clear();
  }

  private int slot(Node node) {
    Source source = node.input();
    return switch (source) {
      case null -> NONE;
      case Source.Number n -> {
        dynamics.add(n);
        yield DYNAMIC - (dynamics.size() - 1);
      }
      case Source.Stored s -> bufferSlot(s.buffer());
      case Source.Argument a -> {
        inputs.add(null);
        yield inputs.size() - 1;
      }
      case Source.Cell c -> bufferSlot(Step.buffer(node));
    };
  }

  private int bufferSlot(Buffer buffer) {
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
    PlanKey copy = new PlanKey();
    copy.size = size;
    copy.ops = Arrays.copyOf(ops, size);
    copy.slots = Arrays.copyOf(slots, size);
    copy.ends = Arrays.copyOf(ends, size);
    copy.sources = Arrays.copyOf(sources, sourceCount());
    copy.rootNodes = rootNodes.clone();
    copy.rootSlots = rootSlots.clone();
    copy.fuse = fuse;
    copy.tf32 = tf32;
    copy.hash = hash;
    return copy;
  }

  private int sourceCount() {
    return size == 0 ? 0 : ends[size - 1];
  }

  /// Number of nodes.
  int size() {
    return size;
  }

  /// Node `i` of the graph, whose sources come before it.
  Node node(int i) {
    return order.node(i);
  }

  int[] sourcesOf(int node) {
    return Arrays.copyOfRange(sources, node == 0 ? 0 : ends[node - 1], ends[node]);
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
        && tf32 == that.tf32
        && size == that.size
        && Arrays.equals(rootNodes, that.rootNodes)
        && Arrays.equals(rootSlots, that.rootSlots)
        && Arrays.equals(slots, 0, size, that.slots, 0, size)
        && Arrays.equals(ends, 0, size, that.ends, 0, size)
        && Arrays.equals(sources, 0, sourceCount(), that.sources, 0, sourceCount())
        && Arrays.equals(ops, 0, size, that.ops, 0, size);
  }

  @Override
  public int hashCode() {
    return hash;
  }
}
