package jacquard.autograd;

import jacquard.tensor.Tensor;
import jacquard.tensor.graph.Op;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/// Trades time for memory: the gradient computes the inside of a segment again instead of keeping
/// it from the first computation.
///
/// ```java
/// for (Block block : blocks) {
///   x = Checkpoint.of(block::apply, x);   // only the x between blocks are kept
/// }
/// ```
///
/// Values are the same as without, bit for bit: random numbers are functions of their key. So are
/// gradients, but for the order in which the contributions of several uses of one tensor are added.
/// Parameters that the segment uses need not be inputs. What it uses besides and depends on an
/// input is computed again too, unless it is an input itself.
///
/// The gradient's copy of the segment reads its inputs through [Op.After], once the cotangent of
/// the result is known: so it is not merged with the first computation, and the schedule can't run
/// it earlier. Segments nest.
public final class Checkpoint {
  private Checkpoint() {}

  /// `segment` of one input.
  ///
  /// @param segment computed again when the gradient needs its inner values
  /// @param input what the segment is applied to
  /// @return what the segment gives
  public static Tensor of(UnaryOperator<Tensor> segment, Tensor input) {
    return mark(segment.apply(input), input);
  }

  /// `segment` of any number of inputs, of any dtypes.
  ///
  /// @param segment computed again when the gradient needs its inner values
  /// @param inputs what the segment is applied to
  /// @return what the segment gives
  /// @throws IllegalArgumentException if there are no inputs
  public static Tensor of(Function<Tensor[], Tensor> segment, Tensor... inputs) {
    if (inputs.length == 0) {
      throw new IllegalArgumentException(
          "checkpoint: no inputs, expected what the segment is computed from; pass it, or call the segment directly");
    }
    return mark(segment.apply(inputs.clone()), inputs);
  }

  private static Tensor mark(Tensor y, Tensor... inputs) {
    Tensor[] sources = new Tensor[inputs.length + 1];
    sources[0] = y;
    System.arraycopy(inputs, 0, sources, 1, inputs.length);
    return Tensor.apply(new Op.Recompute(), sources);
  }
}
