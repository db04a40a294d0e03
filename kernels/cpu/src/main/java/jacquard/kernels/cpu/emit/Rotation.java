package jacquard.kernels.cpu.emit;

import java.lang.invoke.MethodHandles.Lookup;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// The shuffles by which lanes are combined. As constants of a generated class they are operands of
/// the machine's instruction; made where they are used they would be computed each time.
final class Rotation {
  private Rotation() {}

  /// A bootstrap method: the shuffle that takes lane `l + distance`, counted round, to lane `l`.
  ///
  /// @param element type of a lane
  /// @param bits of the vector
  static VectorShuffle<?> of(
      Lookup lookup, String name, Class<?> type, Class<?> element, int bits, int distance) {
    VectorSpecies<?> species = VectorSpecies.of(element, VectorShape.forBitSize(bits));
    return VectorShuffle.iota(species, distance, 1, true);
  }
}
