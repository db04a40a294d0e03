package jacquard.tensor.graph;

import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Shape;
import jacquard.tensor.spi.Buffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// A value in the graph: an operation on other nodes. Nodes have identity; equal structure is found
/// by the passes.
///
/// A node starts as an operation and may turn into an input, once, when its value is realised: its
/// sources are then let go.
public final class Node {
  private static final AtomicLong CREATED = new AtomicLong();

  private final long sequence = CREATED.getAndIncrement();
  private final @Nullable Origin origin = Origin.here();
  private final DType dtype;
  private final Shape shape;
  private final Device device;

  // a step makes some 2,000 nodes: these are fields, not records of their own
  private List<Node> sources;
  private @Nullable Source source;

  /// Written after the other two, and read before them.
  private volatile Op op;

  private Node(
      Op op, List<Node> sources, @Nullable Source source, DType dtype, Shape shape, Device device) {
    this.dtype = dtype;
    this.shape = shape;
    this.device = device;
    this.sources = sources;
    this.source = source;
    this.op = op;
  }

  /// {@return an operation on other nodes}
  ///
  /// @param op the operation
  /// @param sources what it reads, in order
  /// @throws jacquard.tensor.TensorException if the sources don't fit the operation
  public static Node of(Op op, Node... sources) {
    return of(op, List.of(sources));
  }

  /// {@return an operation on other nodes; parameters as for [#of(Op, Node...)]}
  ///
  /// @param op the operation
  /// @param sources what it reads, in order
  public static Node of(Op op, List<Node> sources) {
    List<Node> list = List.copyOf(sources);
    Node x = Inference.checked(op, list);
    DType dtype = Inference.dtype(op, list, x);
    return new Node(op, list, null, dtype, Inference.shape(op, list, x), x.device);
  }

  /// {@return a leaf without a source: a constant or an iota}
  ///
  /// @param op the operation
  /// @param device where it lives
  public static Node leaf(Op.Leaf op, Device device) {
    return switch (op) {
      case Op.Constant c -> leaf(c, c.dtype(), Shape.scalar(), device);
      case Op.Iota i -> leaf(i, i.dtype(), Shape.of(i.n()), device);
      case Op.Input i ->
          throw new IllegalArgumentException("input: an input needs a source; use Node.input");
    };
  }

  private static Node leaf(Op op, DType dtype, Shape shape, Device device) {
    return new Node(op, List.of(), null, dtype, shape, device);
  }

  /// {@return a leaf whose value comes from outside}
  ///
  /// @param source where batches come from
  /// @param dtype dtype of the elements
  /// @param shape size of each axis
  /// @param device where it lives
  public static Node input(Source source, DType dtype, Shape shape, Device device) {
    return new Node(new Op.Input(dtype, shape), List.of(), source, dtype, shape, device);
  }

  /// {@return what it computes}
  public Op op() {
    return op;
  }

  /// {@return what it reads, in order}
  public List<Node> sources() {
    return op instanceof Op.Leaf ? List.of() : sources;
  }

  /// {@return one of [#sources]}
  ///
  /// @param index number of the source
  public Node source(int index) {
    return sources.get(index);
  }

  /// {@return where an input's value comes from; null for every other operation}
  public @Nullable Source input() {
    return op instanceof Op.Leaf ? source : null;
  }

  /// {@return dtype of the result}
  public DType dtype() {
    return dtype;
  }

  /// {@return shape of the result}
  public Shape shape() {
    return shape;
  }

  /// {@return where the result lives}
  public Device device() {
    return device;
  }

  /// Nodes made later have larger numbers: the order a schedule keeps where it is free to choose.
  ///
  /// @return the number
  public long sequence() {
    return sequence;
  }

  /// Where it was made, if that was recorded.
  @Nullable Origin origin() {
    return origin;
  }

  /// Turns this node into an input that holds `buffer`, and lets its sources go.
  ///
  /// @param buffer memory with the elements
  public void realise(Buffer buffer) {
    source = new Source.Stored(buffer);
    sources = List.of();
    op = new Op.Input(dtype, shape);
  }

  /// `add f32[2, 3]@cpu`.
  @Override
  public String toString() {
    return op().label() + " " + dtype() + shape() + "@" + device();
  }
}
