package jacquard.kernels.cpu.gemm;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// Stretches of an array added up with factors, and tiles of a result put together from the
/// products of a Winograd convolution, at every index of a stretch alike.
///
/// Factors are powers of two or their negatives, so a product with one is exact, and plain loops
/// give the bits of vectors.
public final class Combinations {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;

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
      whole = length - length % S.length();
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

  static void addVectors(
      float[] from,
      int[] offsets,
      float[] factors,
      int count,
      float[] to,
      int toOffset,
      int length) {
    switch (count) {
      case 1 -> add1(from, offsets[0], factors[0], to, toOffset, length);
      case 2 -> add2(from, offsets[0], offsets[1], factors[0], factors[1], to, toOffset, length);
      case 4 -> add4(from, offsets, factors, to, toOffset, length);
      default -> {
        for (int i = 0; i < length; i += S.length()) {
          FloatVector sum = FloatVector.fromArray(S, from, offsets[0] + i).mul(factors[0]);
          for (int s = 1; s < count; s++) {
            sum = sum.add(FloatVector.fromArray(S, from, offsets[s] + i).mul(factors[s]));
          }
          sum.intoArray(to, toOffset + i);
        }
      }
    }
  }

  private static void add1(
      float[] from, int offset, float factor, float[] to, int toOffset, int length) {
    FloatVector f = FloatVector.broadcast(S, factor);
    for (int i = 0; i < length; i += S.length()) {
      FloatVector.fromArray(S, from, offset + i).mul(f).intoArray(to, toOffset + i);
    }
  }

  private static void add2(
      float[] from,
      int s0,
      int s1,
      float factor0,
      float factor1,
      float[] to,
      int toOffset,
      int length) {
    FloatVector f0 = FloatVector.broadcast(S, factor0);
    FloatVector f1 = FloatVector.broadcast(S, factor1);
    for (int i = 0; i < length; i += S.length()) {
      FloatVector.fromArray(S, from, s0 + i)
          .mul(f0)
          .add(FloatVector.fromArray(S, from, s1 + i).mul(f1))
          .intoArray(to, toOffset + i);
    }
  }

  private static void add4(
      float[] from, int[] offsets, float[] factors, float[] to, int toOffset, int length) {
    int s0 = offsets[0];
    int s1 = offsets[1];
    int s2 = offsets[2];
    int s3 = offsets[3];
    FloatVector f0 = FloatVector.broadcast(S, factors[0]);
    FloatVector f1 = FloatVector.broadcast(S, factors[1]);
    FloatVector f2 = FloatVector.broadcast(S, factors[2]);
    FloatVector f3 = FloatVector.broadcast(S, factors[3]);
    for (int i = 0; i < length; i += S.length()) {
      FloatVector.fromArray(S, from, s0 + i)
          .mul(f0)
          .add(FloatVector.fromArray(S, from, s1 + i).mul(f1))
          .add(FloatVector.fromArray(S, from, s2 + i).mul(f2))
          .add(FloatVector.fromArray(S, from, s3 + i).mul(f3))
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
      whole = length - length % S.length();
      if (types == 3) {
        tile3(products, offset, to, at00, at01, at10, at11, whole, apart);
      } else {
        tile4(products, offset, to, at00, at01, at10, at11, whole, apart);
      }
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

  static void tile3(
      float[] products,
      int offset,
      float[] to,
      int at00,
      int at01,
      int at10,
      int at11,
      int count,
      int slot) {
    for (int i = 0; i < count; i += S.length()) {
      int at = offset + i;
      FloatVector m = FloatVector.fromArray(S, products, at + 3 * slot);
      FloatVector a0 = FloatVector.fromArray(S, products, at).add(m);
      FloatVector b0 = m.sub(FloatVector.fromArray(S, products, at + 6 * slot));
      m = FloatVector.fromArray(S, products, at + 4 * slot);
      FloatVector a1 = FloatVector.fromArray(S, products, at + slot).add(m);
      FloatVector b1 = m.sub(FloatVector.fromArray(S, products, at + 7 * slot));
      m = FloatVector.fromArray(S, products, at + 5 * slot);
      FloatVector a2 = FloatVector.fromArray(S, products, at + 2 * slot).add(m);
      FloatVector b2 = m.sub(FloatVector.fromArray(S, products, at + 8 * slot));
      a0.add(a1).intoArray(to, at00 + i);
      a1.sub(a2).intoArray(to, at01 + i);
      b0.add(b1).intoArray(to, at10 + i);
      b1.sub(b2).intoArray(to, at11 + i);
    }
  }

  static void tile4(
      float[] products,
      int offset,
      float[] to,
      int at00,
      int at01,
      int at10,
      int at11,
      int count,
      int slot) {
    for (int i = 0; i < count; i += S.length()) {
      int at = offset + i;
      FloatVector m = FloatVector.fromArray(S, products, at + 4 * slot);
      FloatVector n = FloatVector.fromArray(S, products, at + 8 * slot);
      FloatVector above = FloatVector.fromArray(S, products, at).add(m).add(n);
      FloatVector below = m.sub(n).sub(FloatVector.fromArray(S, products, at + 12 * slot));
      m = FloatVector.fromArray(S, products, at + 5 * slot);
      n = FloatVector.fromArray(S, products, at + 9 * slot);
      FloatVector a = FloatVector.fromArray(S, products, at + slot).add(m).add(n);
      FloatVector b = m.sub(n).sub(FloatVector.fromArray(S, products, at + 13 * slot));
      FloatVector above0 = above.add(a);
      FloatVector below0 = below.add(b);
      FloatVector above1 = a;
      FloatVector below1 = b;
      m = FloatVector.fromArray(S, products, at + 6 * slot);
      n = FloatVector.fromArray(S, products, at + 10 * slot);
      a = FloatVector.fromArray(S, products, at + 2 * slot).add(m).add(n);
      b = m.sub(n).sub(FloatVector.fromArray(S, products, at + 14 * slot));
      above0.add(a).intoArray(to, at00 + i);
      below0.add(b).intoArray(to, at10 + i);
      above1 = above1.sub(a);
      below1 = below1.sub(b);
      m = FloatVector.fromArray(S, products, at + 7 * slot);
      n = FloatVector.fromArray(S, products, at + 11 * slot);
      a = FloatVector.fromArray(S, products, at + 3 * slot).add(m).add(n);
      b = m.sub(n).sub(FloatVector.fromArray(S, products, at + 15 * slot));
      above1.sub(a).intoArray(to, at01 + i);
      below1.sub(b).intoArray(to, at11 + i);
    }
  }
}
