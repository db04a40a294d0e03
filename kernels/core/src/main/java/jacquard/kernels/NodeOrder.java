package jacquard.kernels;

import jacquard.tensor.graph.Node;
import jacquard.tensor.spi.Backend;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The nodes of a graph numbered so that sources come first: a depth-first walk, as
/// [jacquard.tensor.graph.Traversal]'s, and a hash table from node to number, in arrays that are
/// used again for the next graph.
final class NodeOrder {
  private static final int OPEN = -1;

  private @Nullable Node[] nodes = new @Nullable Node[256];
  private int size;

  /// Linear probing; at most half full. Nodes are found by their sequence number, which is unique:
  /// an identity hash would have to be made for every new node.
  private @Nullable Node[] keys = new @Nullable Node[1024];

  private int[] numbers = new int[1024];
  private int used;

  private @Nullable Node[] stack = new @Nullable Node[64];
  private int[] nextSource = new int[64];

  int size() {
    return size;
  }

  Node node(int number) {
    Node node = nodes[number];
    if (node == null) {
      throw new AssertionError("no node " + number + " of " + size);
    }
    return node;
  }

  /// The number of a node that was reached.
  int number(Node node) {
    int at = place(node);
    if (keys[at] == null || numbers[at] == OPEN) {
      throw new AssertionError("a source after its reader: " + node);
    }
    return numbers[at];
  }

  /// Numbers what the roots depend on, themselves included.
  void add(List<Backend.Root> roots) {
    for (int i = 0; i < roots.size(); i++) {
      walk(roots.get(i).node());
    }
  }

  private void walk(Node root) {
    int depth = enter(root, 0);
    while (depth > 0) {
      Node node = stack[depth - 1];
      if (node == null) {
        throw new AssertionError("an empty place below the top");
      }
      List<Node> sources = node.sources();
      int next = nextSource[depth - 1]++;
      if (next < sources.size()) {
        depth = enter(sources.get(next), depth);
      } else {
        stack[--depth] = null;
        leave(node);
      }
    }
  }

  /// Puts a node on the stack unless it has been there.
  private int enter(Node node, int depth) {
    int at = place(node);
    if (keys[at] != null) {
      return depth;
    }
    keys[at] = node;
    numbers[at] = OPEN;
    if (++used * 2 > keys.length) {
      grow();
    }
    if (depth == stack.length) {
      stack = Arrays.copyOf(stack, 2 * depth);
      nextSource = Arrays.copyOf(nextSource, 2 * depth);
    }
    stack[depth] = node;
    nextSource[depth] = 0;
    return depth + 1;
  }

  private void leave(Node node) {
    if (size == nodes.length) {
      nodes = Arrays.copyOf(nodes, 2 * size);
    }
    nodes[size] = node;
    numbers[place(node)] = size++;
  }

  /// A multiplicative hash: blocks of consecutive numbers, old constants and new nodes, would else
  /// pile up behind each other.
  private int place(Node node) {
    int mask = keys.length - 1;
    int at = (int) (node.sequence() * 0x9E3779B97F4A7C15L >>> 40) & mask;
    while (keys[at] != null && keys[at] != node) {
      at = at + 1 & mask;
    }
    return at;
  }

  private void grow() {
    @Nullable Node[] oldKeys = keys;
    int[] oldNumbers = numbers;
    keys = new @Nullable Node[2 * oldKeys.length];
    numbers = new int[keys.length];
    for (int i = 0; i < oldKeys.length; i++) {
      Node node = oldKeys[i];
      if (node != null) {
        int at = place(node);
        keys[at] = node;
        numbers[at] = oldNumbers[i];
      }
    }
  }

  /// Forgets all nodes and keeps the arrays.
  void clear() {
    Arrays.fill(nodes, 0, size, null);
    Arrays.fill(keys, null);
    size = 0;
    used = 0;
  }
}
