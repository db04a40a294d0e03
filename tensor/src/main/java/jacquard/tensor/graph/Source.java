package jacquard.tensor.graph;

import jacquard.tensor.State;
import jacquard.tensor.StateException;
import jacquard.tensor.spi.Buffer;
import java.util.function.LongSupplier;

/// Where the value of an input node comes from.
public sealed interface Source {

  /// A buffer that nothing writes any more: data from outside, or a node that was realised.
  ///
  /// @param buffer memory with the elements
  record Stored(Buffer buffer) implements Source {}

  /// A scalar that may differ from run to run without changing the plan.
  sealed interface Number extends Source {
    /// {@return the value now, as [Op.Constant#bits]}
    long bits();
  }

  /// A scalar whose value is known.
  ///
  /// @param bits as [Op.Constant#bits]
  record Dynamic(long bits) implements Number {}

  /// A scalar that is asked for its value at each run.
  ///
  /// @param supplier gives bits as [Op.Constant#bits]
  record Supplied(LongSupplier supplier) implements Number {
    @Override
    public long bits() {
      return supplier.getAsLong();
    }
  }

  /// What a compiled step is given at each run; it has no value while the step is traced.
  ///
  /// @param index which of the step's arguments
  record Argument(int index) implements Source {
    /// What to throw where the value is needed.
    ///
    /// @return the error, to be thrown
    public static StateException unknown(int index) {
      return new StateException(
          "compiled step: argument "
              + index
              + " has no value while the step is traced; return what you want to see as an output");
    }
  }

  /// The value of a state in one version.
  ///
  /// @param state which state
  /// @param version of the state, at the time of the graph
  record Cell(State state, long version) implements Source {}
}
