package jacquard.tensor.graph;

import jacquard.tensor.State;
import jacquard.tensor.spi.Buffer;

/// Where the value of an input node comes from.
public sealed interface Source {

  /// A buffer that nothing writes any more: data from outside, or a node that was realised.
  record Stored(Buffer buffer) implements Source {}

  /// A scalar that may differ from run to run without changing the plan.
  ///
  /// @param bits as [Op.Constant#bits]
  record Dynamic(long bits) implements Source {}

  /// The value of a state in one version.
  record Cell(State state, long version) implements Source {}
}
