package jacquard.tensor;

import jacquard.tensor.graph.Node;
import jacquard.tensor.graph.Source;
import jacquard.tensor.spi.Backends;
import jacquard.tensor.spi.Buffer;
import jacquard.tensor.spi.HostBuffer;
import org.jspecify.annotations.Nullable;

/// A mutable cell: a parameter, an optimiser moment, a running statistic, a cache.
///
/// [#value] is the tensor of the current version. [Step#run] gives the cell a new value, which
/// starts a new version; a graph built on the old version can't be evaluated any more and says so.
public class State {
  private final String name;
  private final DType dtype;
  private final Shape shape;
  private final Device device;
  private final Buffer buffer;
  private long version;
  private @Nullable Tensor value;

  /// A cell that starts with the value of `initial`, which is evaluated now.
  ///
  /// @param name what error texts and checkpoints call it
  /// @param initial first value, which is evaluated now
  public State(String name, Tensor initial) {
    this.name = name;
    this.dtype = initial.dtype();
    this.shape = initial.shape();
    this.device = initial.device();
    this.buffer = Backends.of(device).allocate(dtype, shape.arraySize());
    Step.evaluateInto(initial, buffer);
  }

  /// {@return what error texts and checkpoints call it}
  public String name() {
    return name;
  }

  /// {@return dtype of the elements, which never changes}
  public DType dtype() {
    return dtype;
  }

  /// {@return size of each axis, which never changes}
  public Shape shape() {
    return shape;
  }

  /// {@return where it lives}
  public Device device() {
    return device;
  }

  /// {@return the current value as a leaf of the graph; the same tensor until the next update}
  public synchronized Tensor value() {
    Tensor current = value;
    if (current == null) {
      current = new Tensor(Node.input(new Source.Cell(this, version), dtype, shape, device));
      value = current;
    }
    return current;
  }

  /// Replaces the value from a host array of this dtype's type, row-major.
  ///
  /// @param array elements in the array type of the dtype
  /// @throws ShapeException if the array has another length
  public void load(Object array) {
    int length = java.lang.reflect.Array.getLength(array);
    if (length != shape.size()) {
      throw new ShapeException(
          "load: state '"
              + name
              + "' "
              + shape
              + " from an array of "
              + length
              + ", expected "
              + shape.size()
              + " elements");
    }
    if (array.getClass() != HostBuffer.newArray(dtype, 0).getClass()) {
      throw new DTypeException(
          "load: state '"
              + name
              + "' is "
              + dtype
              + ", got "
              + array.getClass().getSimpleName()
              + ", expected "
              + HostBuffer.newArray(dtype, 0).getClass().getSimpleName());
    }
    advance();
    buffer.write(0, array, 0, length);
  }

  /// {@return the memory of the cell, for back ends}
  public Buffer buffer() {
    return buffer;
  }

  /// {@return how often it got a new value}
  public synchronized long version() {
    return version;
  }

  /// Starts a new version: graphs built on the old value can't be evaluated any more.
  synchronized void advance() {
    version++;
    value = null;
  }

  /// `blocks.0.fc.weight f32[512, 128]@cpu`.
  @Override
  public String toString() {
    return name + " " + dtype + shape + "@" + device;
  }
}
