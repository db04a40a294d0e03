package jacquard.kernels.cpu.gemm;

import jacquard.kernels.cpu.machine.VectorWidth;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// Stretches of an array added up with factors, and tiles of a result put together from the
/// products of a Winograd convolution, at every index of a stretch alike.
///
/// Factors are powers of two or their negatives, so a product with one is exact, and plain loops
/// give the bits of vectors.
public final class Combinations {
  private static final VectorSpecies<Float> S = VectorWidth.species(float.class);
  static final int LANES = S.length();

  private Combinations() {}

  /// `to[toOffset + i] = sum over s of factors[s] * from[offsets[s] + i]` for `i < length`, in the
  /// order of `s`.
  ///
  /// @param from array read
  /// @param offsets first element of each stretch
  /// @param factors powers of two or their negatives
  /// @param count number of stretches, at least 1
  /// @param to array written to; may be `from` if no stretch overlaps the target
  /// @param toOffset its first element
  /// @param length elements of a stretch
  public static void add(
      float[] from,
      int[] offsets,
      float[] factors,
      int count,
      float[] to,
      int toOffset,
      int length) {
    int whole = 0;
    if (VectorTier.COMBINE.isReady(Element.F32)) {
      whole = length - length % LANES;
      addVectors(from, offsets, factors, count, to, toOffset, whole);
    }
    for (int i = whole; i < length; i++) {
      float sum = from[offsets[0] + i] * factors[0];
      for (int s = 1; s < count; s++) {
        sum += from[offsets[s] + i] * factors[s];
      }
      to[toOffset + i] = sum;
    }
  }

  /// One stretch or two, and then two at a time; four, which are half of all that is added up, at
  /// once.
  static void addVectors(
      float[] from,
      int[] offsets,
      float[] factors,
      int count,
      float[] to,
      int toOffset,
      int length) {
    if (count == 4) {
      four(from, offsets, factors, to, toOffset, length);
      return;
    }
    int s = count % 2 == 1 ? 1 : 2;
    if (s == 1) {
      one(from, offsets[0], factors[0], to, toOffset, length);
    } else {
      two(from, offsets[0], offsets[1], factors[0], factors[1], to, toOffset, length);
    }
    for (; s < count; s += 2) {
      twoMore(from, offsets[s], offsets[s + 1], factors[s], factors[s + 1], to, toOffset, length);
    }
  }

  private static void one(
      float[] from, int offset, float factor, float[] to, int toOffset, int length) {
    FloatVector f = FloatVector.broadcast(S, factor);
    for (int i = 0; i < length; i += LANES) {
      FloatVector.fromArray(S, from, offset + i).mul(f).intoArray(to, toOffset + i);
    }
  }

  private static void two(
      float[] from,
      int at0,
      int at1,
      float factor0,
      float factor1,
      float[] to,
      int toOffset,
      int length) {
    FloatVector f0 = FloatVector.broadcast(S, factor0);
    FloatVector f1 = FloatVector.broadcast(S, factor1);
    for (int i = 0; i < length; i += LANES) {
      FloatVector.fromArray(S, from, at0 + i)
          .mul(f0)
          .add(FloatVector.fromArray(S, from, at1 + i).mul(f1))
          .intoArray(to, toOffset + i);
    }
  }

  private static void twoMore(
      float[] from,
      int at0,
      int at1,
      float factor0,
      float factor1,
      float[] to,
      int toOffset,
      int length) {
    FloatVector f0 = FloatVector.broadcast(S, factor0);
    FloatVector f1 = FloatVector.broadcast(S, factor1);
    for (int i = 0; i < length; i += LANES) {
      FloatVector.fromArray(S, to, toOffset + i)
          .add(FloatVector.fromArray(S, from, at0 + i).mul(f0))
          .add(FloatVector.fromArray(S, from, at1 + i).mul(f1))
          .intoArray(to, toOffset + i);
    }
  }

  private static void four(
      float[] from, int[] offsets, float[] factors, float[] to, int toOffset, int length) {
    int at0 = offsets[0];
    int at1 = offsets[1];
    int at2 = offsets[2];
    int at3 = offsets[3];
    FloatVector f0 = FloatVector.broadcast(S, factors[0]);
    FloatVector f1 = FloatVector.broadcast(S, factors[1]);
    FloatVector f2 = FloatVector.broadcast(S, factors[2]);
    FloatVector f3 = FloatVector.broadcast(S, factors[3]);
    for (int i = 0; i < length; i += LANES) {
      FloatVector.fromArray(S, from, at0 + i)
          .mul(f0)
          .add(FloatVector.fromArray(S, from, at1 + i).mul(f1))
          .add(FloatVector.fromArray(S, from, at2 + i).mul(f2))
          .add(FloatVector.fromArray(S, from, at3 + i).mul(f3))
          .intoArray(to, toOffset + i);
    }
  }

  /// A tile of two by two stretches of a result from `types * types` stretches of products, which
  /// lie `apart`. Along an axis `y0 = m0 + m1, y1 = m1 - m2` of three types, `y0 = m0
  /// + m1 + m2, y1 = m1 - m2 - m3` of four.
  ///
  /// @param products array read
  /// @param offset of the first product
  /// @param apart elements from one product to the next
  /// @param types 3 or 4
  /// @param to array written to
  /// @param at00 first element of the stretch above, left
  /// @param at01 above, right
  /// @param at10 below, left
  /// @param at11 below, right
  /// @param length elements of a stretch
  public static void tile(
      float[] products,
      int offset,
      int apart,
      int types,
      float[] to,
      int at00,
      int at01,
      int at10,
      int at11,
      int length) {
    int whole = 0;
    if (VectorTier.COMBINE_TILE.isReady(Element.F32)) {
      whole = length - length % LANES;
      tileVectors(products, offset, apart, types, to, at00, at01, at10, at11, whole);
    }
    for (int i = whole; i < length; i++) {
      float above0 = 0;
      float above1 = 0;
      float below0 = 0;
      float below1 = 0;
      for (int x = 0; x < types; x++) {
        int m = offset + x * apart + i;
        float m1 = products[m + types * apart];
        float m2 = products[m + 2 * types * apart];
        float above = products[m] + m1;
        float below = m1 - m2;
        if (types == 4) {
          above += m2;
          below -= products[m + 3 * types * apart];
        }
        above0 = x == 0 ? above : x < types - 1 ? above0 + above : above0;
        below0 = x == 0 ? below : x < types - 1 ? below0 + below : below0;
        above1 = x == 1 ? above : x > 1 ? above1 - above : above1;
        below1 = x == 1 ? below : x > 1 ? below1 - below : below1;
      }
      to[at00 + i] = above0;
      to[at01 + i] = above1;
      to[at10 + i] = below0;
      to[at11 + i] = below1;
    }
  }

  static void tileVectors(
      float[] products,
      int offset,
      int apart,
      int types,
      float[] to,
      int at00,
      int at01,
      int at10,
      int at11,
      int length) {
    int row = types * apart;
    boolean four = types == 4;
    for (int i = 0; i < length; i += LANES) {
      int at = offset + i;
      FloatVector m1 = FloatVector.fromArray(S, products, at + row);
      FloatVector m2 = FloatVector.fromArray(S, products, at + 2 * row);
      FloatVector above0 = first(FloatVector.fromArray(S, products, at), m1, m2, four);
      FloatVector below0 = second(m1, m2, products, at + 3 * row, four);
      at += apart;
      m1 = FloatVector.fromArray(S, products, at + row);
      m2 = FloatVector.fromArray(S, products, at + 2 * row);
      FloatVector above1 = first(FloatVector.fromArray(S, products, at), m1, m2, four);
      FloatVector below1 = second(m1, m2, products, at + 3 * row, four);
      at += apart;
      m1 = FloatVector.fromArray(S, products, at + row);
      m2 = FloatVector.fromArray(S, products, at + 2 * row);
      FloatVector above2 = first(FloatVector.fromArray(S, products, at), m1, m2, four);
      FloatVector below2 = second(m1, m2, products, at + 3 * row, four);
      first(above0, above1, above2, four).intoArray(to, at00 + i);
      first(below0, below1, below2, four).intoArray(to, at10 + i);
      above1 = above1.sub(above2);
      below1 = below1.sub(below2);
      if (four) {
        at += apart;
        m1 = FloatVector.fromArray(S, products, at + row);
        m2 = FloatVector.fromArray(S, products, at + 2 * row);
        above1 = above1.sub(first(FloatVector.fromArray(S, products, at), m1, m2, true));
        below1 = below1.sub(second(m1, m2, products, at + 3 * row, true));
      }
      above1.intoArray(to, at01 + i);
      below1.intoArray(to, at11 + i);
    }
  }

  /// The first of two results, of three or four products.
  private static FloatVector first(FloatVector m0, FloatVector m1, FloatVector m2, boolean four) {
    FloatVector sum = m0.add(m1);
    return four ? sum.add(m2) : sum;
  }

  /// The second one; the last of four products is read where it is needed.
  private static FloatVector second(
      FloatVector m1, FloatVector m2, float[] products, int last, boolean four) {
    FloatVector sum = m1.sub(m2);
    return four ? sum.sub(FloatVector.fromArray(S, products, last)) : sum;
  }
}
