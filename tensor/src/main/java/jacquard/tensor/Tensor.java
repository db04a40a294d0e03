package jacquard.tensor;

import jacquard.tensor.graph.Node;
import jacquard.tensor.graph.Op;
import jacquard.tensor.graph.Source;
import jacquard.tensor.spi.Buffer;
import jacquard.tensor.spi.HostBuffer;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// An immutable handle on a value: shape, dtype and device are known at once, elements when they
/// are asked for.
///
/// Operations come in families: [Elementwise], [Functions], [Activations], [Reductions], [Norms],
/// [Movement], [Arrangement], [Indexing], [Ordering], [Contractions], [Pooling]; new tensors come
/// from [Creation] and [Sampling], whose static methods are called on this class. They only add
/// nodes to a graph; [#realise], [#toFloatArray] and their kin evaluate it.
public final class Tensor extends Creation
    implements Elementwise,
        Functions,
        Activations,
        Reductions,
        Norms,
        Movement,
        Arrangement,
        Indexing,
        Ordering,
        Contractions,
        Pooling {
  private final Node node;

  /// A handle on `node`; for code that builds graphs itself.
  ///
  /// @param node the operation and what it reads
  public Tensor(Node node) {
    this.node = node;
    if (Switches.eager() && !(node.op() instanceof Op.Leaf) && !FusedBody.isBeingMade()) {
      Step.check(node);
    }
  }

  /// {@return `op` applied to tensors}
  ///
  /// @param op the operation
  /// @param sources what it reads, in order
  /// @throws TensorException if they don't fit the operation
  public static Tensor apply(Op op, Tensor... sources) {
    for (Tensor source : sources) {
      if (source.dtype().isHalf() && Widening.isNeeded(op)) {
        return Widening.apply(op, sources);
      }
    }
    return direct(op, sources);
  }

  /// As [#apply(Op, Tensor...)], but f16 and bf16 are handed to the operation as they are.
  static Tensor direct(Op op, Tensor... sources) {
    Node[] nodes = new Node[sources.length];
    for (int i = 0; i < nodes.length; i++) {
      nodes[i] = sources[i].node;
    }
    return new Tensor(Node.of(op, nodes));
  }

  /// As [#apply(Op, Tensor...)], without arrays: most operations take one source or two.
  static Tensor apply(Op op, Tensor x) {
    if (x.dtype().isHalf() && Widening.isNeeded(op)) {
      return Widening.apply(op, x);
    }
    return new Tensor(Node.of(op, List.of(x.node)));
  }

  static Tensor apply(Op op, Tensor x, Tensor y) {
    if ((x.dtype().isHalf() || y.dtype().isHalf()) && Widening.isNeeded(op)) {
      return Widening.apply(op, x, y);
    }
    return new Tensor(Node.of(op, List.of(x.node, y.node)));
  }

  /// Joins tensors along an axis they have.
  ///
  /// @param axis axis to work along; a negative one counts from the last
  /// @param parts what is joined, in order
  /// @return the joined tensor
  /// @throws ShapeException if there are none or sizes differ on another axis
  public static Tensor concat(int axis, Tensor... parts) {
    return Movement.concat(axis, List.of(parts));
  }

  /// {@return as [#concat(int, Tensor...)]}
  ///
  /// @param axis axis to work along; a negative one counts from the last
  /// @param parts what is joined, in order
  public static Tensor concat(int axis, List<Tensor> parts) {
    return Movement.concat(axis, parts);
  }

  /// Joins tensors of one shape along a new axis at `axis` of the result.
  ///
  /// @param axis place of the new axis in the result; a negative one counts from the last
  /// @param parts what is joined, in order
  /// @return the tensors, with one axis more
  /// @throws ShapeException if there are none or shapes differ
  public static Tensor stack(int axis, Tensor... parts) {
    return Arrangement.stack(axis, List.of(parts));
  }

  /// {@return as [#stack(int, Tensor...)]}
  ///
  /// @param axis place of the new axis in the result; a negative one counts from the last
  /// @param parts what is joined, in order
  public static Tensor stack(int axis, List<Tensor> parts) {
    return Arrangement.stack(axis, parts);
  }

  /// Einstein summation: axes get letters, and letters that the result has not are summed:
  /// `"bij,bjk->bik"`.
  ///
  /// Without `->` the result has the letters that occur once, in alphabetical order. A letter that
  /// one operand has twice means its diagonal. Operands are combined from left to right; where both
  /// have letters of their own and share one that is summed, that is a dot product of views.
  ///
  /// @param spec letters of the operands' axes and, behind an arrow, of the result's
  /// @param operands tensors, as many as the specification has
  /// @return the tensor of the axes behind the arrow
  /// @throws ShapeException if the text has another form, ranks differ from it, or a letter has two
  ///   sizes
  /// @throws DTypeException if the operands have different dtypes
  public static Tensor einsum(String spec, Tensor... operands) {
    return Einsum.of(spec, operands);
  }

  /// {@return `x` where the bool `condition` holds, else `y`; all three are broadcast}
  ///
  /// @param condition bool tensor, broadcast with both
  /// @param x where the condition holds
  /// @param y where it doesn't hold
  public static Tensor where(Tensor condition, Tensor x, Tensor y) {
    return condition.where(x, y);
  }

  /// `value` as a scalar of the dtype and device of `like`.
  ///
  /// @throws DTypeException if the dtype is not a float and can't hold the value
  static Tensor number(String op, Tensor like, double value) {
    DType dtype = like.dtype();
    boolean fits =
        switch (dtype) {
          case F32, F64, F16, BF16 -> true;
          case I32 -> value == (int) value;
          case I64 -> value == (long) value;
          case U8 -> value == ((int) value & 255);
          case BOOL -> value == 0 || value == 1;
        };
    if (!fits) {
      throw new DTypeException(
          op
              + ": "
              + value
              + " is no "
              + dtype
              + " value, and the tensor is "
              + like
              + "; cast the tensor first");
    }
    return constant(dtype, value, like.device());
  }

  /// @throws DTypeException if `index` is not i32 or i64
  static void requireIndex(String op, String what, Tensor index) {
    if (index.dtype() != DType.I32 && index.dtype() != DType.I64) {
      throw new DTypeException(
          op + ": " + what + " is " + index.dtype() + ", expected i32 or i64; cast it");
    }
  }

  @Override
  public Tensor self() {
    return this;
  }

  /// {@return the node this is a handle on}
  public Node node() {
    return node;
  }

  /// {@return dtype of the elements}
  public DType dtype() {
    return node.dtype();
  }

  /// {@return size of each axis}
  public Shape shape() {
    return node.shape();
  }

  /// {@return where it lives}
  public Device device() {
    return node.device();
  }

  /// {@return number of axes}
  public int rank() {
    return shape().rank();
  }

  /// {@return size of `axis`; a negative axis counts from the last}
  ///
  /// @param axis axis to work along; a negative one counts from the last
  public int dim(int axis) {
    return shape().dim(axis);
  }

  /// {@return number of elements}
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

  /// {@return the elements in row-major order, in a new array of this dtype's type: `float[]` f32,
  /// f16 and bf16, `double[]` f64, `int[]` i32, `long[]` i64, `byte[]` u8 and bool}
  public Object toArray() {
    realise();
    int size = shape().arraySize();
    Object array = HostBuffer.newArray(dtype(), size);
    if (node.input() instanceof Source.Number number) {
      HostBuffers.fill(array, dtype(), number.bits());
    } else {
      Step.buffer(node).read(0, array, 0, size);
    }
    return array;
  }

  /// {@return the elements of an f32, f16 or bf16 tensor}
  public float[] toFloatArray() {
    return (float[]) toArrayOf("toFloatArray", dtype().isHalf() ? dtype() : DType.F32);
  }

  /// {@return the elements of an f64 tensor}
  public double[] toDoubleArray() {
    return (double[]) toArrayOf("toDoubleArray", DType.F64);
  }

  /// {@return the elements of an i32 tensor}
  public int[] toIntArray() {
    return (int[]) toArrayOf("toIntArray", DType.I32);
  }

  /// {@return the elements of an i64 tensor}
  public long[] toLongArray() {
    return (long[]) toArrayOf("toLongArray", DType.I64);
  }

  /// {@return the elements of a u8 tensor}
  public byte[] toByteArray() {
    return (byte[]) toArrayOf("toByteArray", DType.U8);
  }

  /// {@return the elements of a bool tensor}
  public boolean[] toBooleanArray() {
    return HostArrays.booleans((byte[]) toArrayOf("toBooleanArray", DType.BOOL));
  }

  /// {@return the elements as nested Java arrays: `float[][]` for an f32 matrix, `boolean[]` for a
  /// bool vector}
  ///
  /// @throws ShapeException for a scalar; see [#item]
  public Object toNestedArray() {
    if (rank() == 0) {
      throw new ShapeException("toNestedArray: a scalar has no axes; use item()");
    }
    return HostArrays.nested(dtype(), toArray(), shape());
  }

  /// Copies the elements to memory: row-major, little endian, without gaps; bool as a byte 0 or 1.
  ///
  /// @param target at least `size() * dtype().bytes()` bytes; alignment doesn't matter
  /// @throws ShapeException if it is smaller
  public void copyTo(MemorySegment target) {
    HostArrays.copyTo(dtype(), toArray(), shape(), target);
  }

  /// This tensor on another device: evaluates it and copies the elements. No gradient flows back
  /// through the copy.
  ///
  /// @param target device to copy to
  /// @return the tensor there
  /// @throws DeviceException if there is no such device
  public Tensor to(Device target) {
    return target.equals(device()) ? this : Creation.stored(dtype(), toArray(), shape(), target);
  }

  private Object toArrayOf(String op, DType dtype) {
    if (dtype() != dtype) {
      throw new DTypeException(
          op
              + ": the tensor is "
              + dtype()
              + ", expected "
              + dtype
              + "; cast it, or use toArray()");
    }
    return toArray();
  }

  /// {@return the one element as a double}
  ///
  /// @throws ShapeException if there are more or none
  public double item() {
    if (size() != 1) {
      throw new ShapeException("item: shape " + shape() + ", expected one element");
    }
    Object array = toArray();
    return switch (dtype()) {
      case F32, F16, BF16 -> ((float[]) array)[0];
      case F64 -> ((double[]) array)[0];
      case I32 -> ((int[]) array)[0];
      case I64 -> ((long[]) array)[0];
      case U8, BOOL -> Byte.toUnsignedInt(((byte[]) array)[0]);
    };
  }

  /// {@return the buffer that holds this tensor's elements; evaluates it first}
  public Buffer buffer() {
    realise();
    return Step.buffer(node);
  }

  /// {@return the elements as text, in NumPy's layout: columns aligned, floats with at most 4
  /// digits after the point, beyond 1000 elements the ends of each axis only} Evaluates this.
  ///
  /// ```
  /// [[1.     0.5   ]
  ///  [3.1416 2.    ]]
  /// ```
  public String toText() {
    return TensorText.of(this);
  }

  /// Prints [#toText] to the standard output.
  ///
  /// @return this
  public Tensor print() {
    System.out.println(toText());
    return this;
  }

  /// `f32[2, 3]@cpu`; see [#toText] for the elements.
  @Override
  public String toString() {
    return dtype() + shape().toString() + "@" + device();
  }
}
