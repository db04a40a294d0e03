package jacquard.tensor.spi;

import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.graph.Node;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An open device that evaluates graphs.
public interface Backend {

  /// A value to compute.
  ///
  /// @param node what to compute
  /// @param into where the value goes; null for a new buffer. It may be the buffer of a state that
  ///   the same graph reads: all reads see the old value.
  record Root(Node node, @Nullable Buffer into) {}

  /// {@return the device that this runs}
  Device device();

  /// {@return `host` where this device can read it: itself on a CPU, otherwise a copy}
  ///
  /// @param host elements on the host
  Buffer place(HostBuffer host);

  /// {@return a buffer of zeros}
  ///
  /// @param dtype dtype of the elements
  /// @param size number of elements
  Buffer allocate(DType dtype, int size);

  /// Roots made ready to be computed again and again.
  interface Compiled {
    /// Computes the roots from the present values of states and of supplied scalars.
    ///
    /// @param arguments values of the arguments, by index; of the dtypes and sizes they were traced
    ///   with, and none of them the buffer of a state
    /// @return the buffers that hold the roots' values; new ones where a root has none
    List<Buffer> run(List<Buffer> arguments);
  }

  /// Makes roots ready that may read arguments ([jacquard.tensor.graph.Source.Argument]).
  ///
  /// @param roots nodes, and buffers for the values of states
  /// @return the roots, ready to be computed any number of times
  Compiled compile(List<Root> roots);

  /// Computes all roots, in one plan.
  ///
  /// @param roots nodes, and buffers for the values of states
  /// @return the buffers that hold the roots' values, in their order
  /// @throws jacquard.tensor.IndexException if a gather meets an index outside its axis
  List<Buffer> run(List<Root> roots);

  /// As [#run], for roots that nobody will compute again: their plan is not kept.
  ///
  /// @param roots nodes, and buffers for the values of states
  /// @return a buffer for each root
  default List<Buffer> runOnce(List<Root> roots) {
    return run(roots);
  }
}
