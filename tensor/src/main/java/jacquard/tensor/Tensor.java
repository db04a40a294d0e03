package jacquard.tensor;

import jacquard.tensor.graph.Node;
import jacquard.tensor.graph.Op;
import jacquard.tensor.graph.Source;
import jacquard.tensor.spi.Backends;
import jacquard.tensor.spi.Buffer;
import jacquard.tensor.spi.HostBuffer;

/// An immutable handle on a value: shape, dtype and device are known at once, elements when they are asked for.
///
/// Operations come in families: [Elementwise], [Activations], [Reductions], [Movement], [Indexing], [Contractions].
/// They only add nodes to a graph; [#realise], [#toFloatArray] and their kin evaluate it.
public final class Tensor
    implements Elementwise, Activations, Reductions, Movement, Indexing, Contractions {
  private final Node node;

  /// A handle on `node`; for code that builds graphs itself.
  public Tensor(Node node) {
    this.node = node;
    if (Switches.eager() && !(node.op() instanceof Op.Leaf)) {
      realise();
    }
  }

  /// `op` applied to tensors.
  ///
  /// @throws TensorException if they don't fit the operation
  public static Tensor apply(Op op, Tensor... sources) {
    Node[] nodes = new Node[sources.length];
    for (int i = 0; i < nodes.length; i++) {
      nodes[i] = sources[i].node;
    }
    return new Tensor(Node.of(op, nodes));
  }

  /// A tensor of `dims` from elements in row-major order, which are copied.
  ///
  /// @throws ShapeException if the number of elements differs from the product of `dims`
  public static Tensor of(float[] elements, int... dims) {
    return stored(DType.F32, elements.clone(), Shape.of(dims), Device.standard());
  }

  public static Tensor of(double[] elements, int... dims) {
    return stored(DType.F64, elements.clone(), Shape.of(dims), Device.standard());
  }

  public static Tensor of(int[] elements, int... dims) {
    return stored(DType.I32, elements.clone(), Shape.of(dims), Device.standard());
  }

  public static Tensor of(long[] elements, int... dims) {
    return stored(DType.I64, elements.clone(), Shape.of(dims), Device.standard());
  }

  /// A u8 tensor.
  public static Tensor of(byte[] elements, int... dims) {
    return stored(DType.U8, elements.clone(), Shape.of(dims), Device.standard());
  }

  /// A tensor over a host array of the dtype's type, which must not be changed afterwards; copied when the device is not the host.
  public static Tensor stored(DType dtype, Object array, Shape shape, Device device) {
    HostBuffer host = HostBuffers.of(dtype, array);
    if (host.size() != shape.size()) {
      throw new ShapeException(
          "of: " + host.size() + " elements for shape " + shape + ", expected " + shape.size());
    }
    return new Tensor(
        Node.input(new Source.Stored(Backends.of(device).place(host)), dtype, shape, device));
  }

  /// A scalar known when the graph is built; a different value is a different plan. See [Scalar] for one that is not.
  public static Tensor constant(DType dtype, double value, Device device) {
    return new Tensor(Node.leaf(Op.Constant.of(dtype, value), device));
  }

  public static Tensor constant(DType dtype, long value, Device device) {
    return new Tensor(Node.leaf(Op.Constant.of(dtype, value), device));
  }

  /// A scalar of f32.
  public static Tensor of(double value) {
    return constant(DType.F32, value, Device.standard());
  }

  public static Tensor full(DType dtype, double value, int... dims) {
    return constant(dtype, value, Device.standard()).expand(Shape.of(dims));
  }

  /// f32 zeros.
  public static Tensor zeros(int... dims) {
    return full(DType.F32, 0, dims);
  }

  /// f32 ones.
  public static Tensor ones(int... dims) {
    return full(DType.F32, 1, dims);
  }

  /// i32 `0, 1, ..., n - 1`.
  public static Tensor arange(int n) {
    return iota(n, DType.I32, Device.standard());
  }

  public static Tensor iota(int n, DType dtype, Device device) {
    return new Tensor(Node.leaf(new Op.Iota(n, dtype), device));
  }

  @Override
  public Tensor self() {
    return this;
  }

  /// The node this is a handle on.
  public Node node() {
    return node;
  }

  public DType dtype() {
    return node.dtype();
  }

  public Shape shape() {
    return node.shape();
  }

  public Device device() {
    return node.device();
  }

  public int rank() {
    return shape().rank();
  }

  /// Size of `axis`; a negative axis counts from the last.
  public int dim(int axis) {
    return shape().dim(axis);
  }

  /// Number of elements.
  public long size() {
    return shape().size();
  }

  /// Evaluates this tensor and lets the graph behind it go.
  ///
  /// @return this
  public Tensor realise() {
    if (!(node.op() instanceof Op.Input)) {
      Step.realise(this);
    }
    return this;
  }

  /// The elements in row-major order, in a new array of this dtype's type: `float[]` f32, `double[]` f64, `int[]` i32,
  /// `long[]` i64, `byte[]` u8 and bool.
  public Object toArray() {
    realise();
    int size = shape().arraySize();
    Object array = HostBuffer.newArray(dtype(), size);
    if (node.input() instanceof Source.Dynamic(long bits)) {
      HostBuffers.fill(array, dtype(), bits);
    } else {
      Step.buffer(node).read(0, array, 0, size);
    }
    return array;
  }

  /// The elements of an f32 tensor.
  public float[] toFloatArray() {
    return (float[]) toArrayOf("toFloatArray", DType.F32);
  }

  /// The elements of an f64 tensor.
  public double[] toDoubleArray() {
    return (double[]) toArrayOf("toDoubleArray", DType.F64);
  }

  /// The elements of an i32 tensor.
  public int[] toIntArray() {
    return (int[]) toArrayOf("toIntArray", DType.I32);
  }

  /// The elements of an i64 tensor.
  public long[] toLongArray() {
    return (long[]) toArrayOf("toLongArray", DType.I64);
  }

  private Object toArrayOf(String op, DType dtype) {
    if (dtype() != dtype) {
      throw new DTypeException(
          op + ": the tensor is " + dtype() + ", expected " + dtype + "; cast it, or use toArray()");
    }
    return toArray();
  }

  /// The one element as a double.
  ///
  /// @throws ShapeException if there are more or none
  public double item() {
    if (size() != 1) {
      throw new ShapeException("item: shape " + shape() + ", expected one element");
    }
    Object array = toArray();
    return switch (dtype()) {
      case F32 -> ((float[]) array)[0];
      case F64 -> ((double[]) array)[0];
      case I32 -> ((int[]) array)[0];
      case I64 -> ((long[]) array)[0];
      case U8, BOOL -> Byte.toUnsignedInt(((byte[]) array)[0]);
    };
  }

  /// The buffer that holds this tensor's elements; evaluates it first.
  public Buffer buffer() {
    realise();
    return Step.buffer(node);
  }

  /// `f32[2, 3]@cpu`.
  @Override
  public String toString() {
    return dtype() + shape().toString() + "@" + device();
  }
}
