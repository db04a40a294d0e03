package jacquard.kernels.cpu.machine;

import jacquard.tensor.Switches;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// Width of the vectors that the generated kernels use.
///
/// Every width works on every machine: one that is wider than the hardware's runs in the Vector
/// API's Java code, about a thousand times slower, which is enough to test it.
public enum VectorWidth {
  /// SSE and NEON.
  BITS_128(128),
  /// AVX2.
  BITS_256(256),
  /// AVX-512.
  BITS_512(512);

  private final int bits;

  VectorWidth(int bits) {
    this.bits = bits;
  }

  /// {@return bits of a vector}
  public int bits() {
    return bits;
  }

  /// {@return number of elements of `bytes` bytes in a vector}
  ///
  /// @param bytes size of an element
  public int lanes(int bytes) {
    return bits / (8 * bytes);
  }

  /// {@return the width forced by `jacquard.vectorBits` if that is set, and else the one that the
  /// hardware prefers}
  ///
  /// @throws IllegalArgumentException if the switch is none of 128, 256 and 512
  public static VectorWidth preferred() {
    int forced = Switches.vectorBits();
    int bits = forced != 0 ? forced : FloatVector.SPECIES_PREFERRED.vectorBitSize();
    return bits >= 512 ? BITS_512 : bits >= 256 ? BITS_256 : BITS_128;
  }

  /// {@return the vectors of code that is not generated, which has one width for a process:
  /// [#preferred()], or the hardware's where that is narrower}
  ///
  /// @param element type of the elements
  /// @param <E> the same
  public static <E> VectorSpecies<E> species(Class<E> element) {
    int bits = Math.min(preferred().bits, FloatVector.SPECIES_PREFERRED.vectorBitSize());
    return VectorSpecies.of(element, VectorShape.forBitSize(bits));
  }
}
