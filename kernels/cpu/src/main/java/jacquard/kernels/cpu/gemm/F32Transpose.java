package jacquard.kernels.cpu.gemm;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/// Transposes blocks of 16 rows by 16 columns with 512-bit vectors: four rounds, each of which
/// interleaves row `j` with row `j + 8` by two permutations of two vectors. A quarter of a
/// permutation for each element; the exchanges of [F32Vectors#transpose] take three and a half
/// times as much.
final class F32Transpose {
  /// Rows and columns of a block.
  static final int BLOCK = 16;

  /// Whether the hardware's vectors are long enough.
  static final boolean FITS = F32Vectors.LANES >= BLOCK;

  private static final VectorSpecies<Float> S = FloatVector.SPECIES_512;
  private static final VectorSpecies<Integer> I = IntVector.SPECIES_512;
  private static final IntVector LOW =
      IntVector.fromArray(I, new int[] {0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23}, 0);
  private static final IntVector HIGH =
      IntVector.fromArray(
          I, new int[] {8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31}, 0);

  private F32Transpose() {}

  /// `to[toOffset + p * toStride + j] = from[offset + j * rowStride + p]` for `j < rows`, 1 to 16,
  /// and `p < k`, at least 16; copies of the last row for `rows <= j < 16`.
  static void run(
      float[] from,
      int offset,
      int rowStride,
      int rows,
      int k,
      float[] to,
      int toOffset,
      int toStride) {
    int last = rows - 1;
    int s1 = Math.min(1, last) * rowStride;
    int s2 = Math.min(2, last) * rowStride;
    int s3 = Math.min(3, last) * rowStride;
    int s4 = Math.min(4, last) * rowStride;
    int s5 = Math.min(5, last) * rowStride;
    int s6 = Math.min(6, last) * rowStride;
    int s7 = Math.min(7, last) * rowStride;
    int s8 = Math.min(8, last) * rowStride;
    int s9 = Math.min(9, last) * rowStride;
    int s10 = Math.min(10, last) * rowStride;
    int s11 = Math.min(11, last) * rowStride;
    int s12 = Math.min(12, last) * rowStride;
    int s13 = Math.min(13, last) * rowStride;
    int s14 = Math.min(14, last) * rowStride;
    int s15 = Math.min(15, last) * rowStride;
    for (int block = 0; block < k; block += BLOCK) {
      int p = Math.min(block, k - BLOCK);
      int s = offset + p;
      IntVector a0 = FloatVector.fromArray(S, from, s).reinterpretAsInts();
      IntVector a1 = FloatVector.fromArray(S, from, s + s1).reinterpretAsInts();
      IntVector a2 = FloatVector.fromArray(S, from, s + s2).reinterpretAsInts();
      IntVector a3 = FloatVector.fromArray(S, from, s + s3).reinterpretAsInts();
      IntVector a4 = FloatVector.fromArray(S, from, s + s4).reinterpretAsInts();
      IntVector a5 = FloatVector.fromArray(S, from, s + s5).reinterpretAsInts();
      IntVector a6 = FloatVector.fromArray(S, from, s + s6).reinterpretAsInts();
      IntVector a7 = FloatVector.fromArray(S, from, s + s7).reinterpretAsInts();
      IntVector a8 = FloatVector.fromArray(S, from, s + s8).reinterpretAsInts();
      IntVector a9 = FloatVector.fromArray(S, from, s + s9).reinterpretAsInts();
      IntVector a10 = FloatVector.fromArray(S, from, s + s10).reinterpretAsInts();
      IntVector a11 = FloatVector.fromArray(S, from, s + s11).reinterpretAsInts();
      IntVector a12 = FloatVector.fromArray(S, from, s + s12).reinterpretAsInts();
      IntVector a13 = FloatVector.fromArray(S, from, s + s13).reinterpretAsInts();
      IntVector a14 = FloatVector.fromArray(S, from, s + s14).reinterpretAsInts();
      IntVector a15 = FloatVector.fromArray(S, from, s + s15).reinterpretAsInts();
      IntVector b0 = LOW.selectFrom(a0, a8);
      IntVector b1 = HIGH.selectFrom(a0, a8);
      IntVector b2 = LOW.selectFrom(a1, a9);
      IntVector b3 = HIGH.selectFrom(a1, a9);
      IntVector b4 = LOW.selectFrom(a2, a10);
      IntVector b5 = HIGH.selectFrom(a2, a10);
      IntVector b6 = LOW.selectFrom(a3, a11);
      IntVector b7 = HIGH.selectFrom(a3, a11);
      IntVector b8 = LOW.selectFrom(a4, a12);
      IntVector b9 = HIGH.selectFrom(a4, a12);
      IntVector b10 = LOW.selectFrom(a5, a13);
      IntVector b11 = HIGH.selectFrom(a5, a13);
      IntVector b12 = LOW.selectFrom(a6, a14);
      IntVector b13 = HIGH.selectFrom(a6, a14);
      IntVector b14 = LOW.selectFrom(a7, a15);
      IntVector b15 = HIGH.selectFrom(a7, a15);
      IntVector c0 = LOW.selectFrom(b0, b8);
      IntVector c1 = HIGH.selectFrom(b0, b8);
      IntVector c2 = LOW.selectFrom(b1, b9);
      IntVector c3 = HIGH.selectFrom(b1, b9);
      IntVector c4 = LOW.selectFrom(b2, b10);
      IntVector c5 = HIGH.selectFrom(b2, b10);
      IntVector c6 = LOW.selectFrom(b3, b11);
      IntVector c7 = HIGH.selectFrom(b3, b11);
      IntVector c8 = LOW.selectFrom(b4, b12);
      IntVector c9 = HIGH.selectFrom(b4, b12);
      IntVector c10 = LOW.selectFrom(b5, b13);
      IntVector c11 = HIGH.selectFrom(b5, b13);
      IntVector c12 = LOW.selectFrom(b6, b14);
      IntVector c13 = HIGH.selectFrom(b6, b14);
      IntVector c14 = LOW.selectFrom(b7, b15);
      IntVector c15 = HIGH.selectFrom(b7, b15);
      IntVector d0 = LOW.selectFrom(c0, c8);
      IntVector d1 = HIGH.selectFrom(c0, c8);
      IntVector d2 = LOW.selectFrom(c1, c9);
      IntVector d3 = HIGH.selectFrom(c1, c9);
      IntVector d4 = LOW.selectFrom(c2, c10);
      IntVector d5 = HIGH.selectFrom(c2, c10);
      IntVector d6 = LOW.selectFrom(c3, c11);
      IntVector d7 = HIGH.selectFrom(c3, c11);
      IntVector d8 = LOW.selectFrom(c4, c12);
      IntVector d9 = HIGH.selectFrom(c4, c12);
      IntVector d10 = LOW.selectFrom(c5, c13);
      IntVector d11 = HIGH.selectFrom(c5, c13);
      IntVector d12 = LOW.selectFrom(c6, c14);
      IntVector d13 = HIGH.selectFrom(c6, c14);
      IntVector d14 = LOW.selectFrom(c7, c15);
      IntVector d15 = HIGH.selectFrom(c7, c15);
      IntVector e0 = LOW.selectFrom(d0, d8);
      IntVector e1 = HIGH.selectFrom(d0, d8);
      IntVector e2 = LOW.selectFrom(d1, d9);
      IntVector e3 = HIGH.selectFrom(d1, d9);
      IntVector e4 = LOW.selectFrom(d2, d10);
      IntVector e5 = HIGH.selectFrom(d2, d10);
      IntVector e6 = LOW.selectFrom(d3, d11);
      IntVector e7 = HIGH.selectFrom(d3, d11);
      IntVector e8 = LOW.selectFrom(d4, d12);
      IntVector e9 = HIGH.selectFrom(d4, d12);
      IntVector e10 = LOW.selectFrom(d5, d13);
      IntVector e11 = HIGH.selectFrom(d5, d13);
      IntVector e12 = LOW.selectFrom(d6, d14);
      IntVector e13 = HIGH.selectFrom(d6, d14);
      IntVector e14 = LOW.selectFrom(d7, d15);
      IntVector e15 = HIGH.selectFrom(d7, d15);
      int t = toOffset + p * toStride;
      e0.reinterpretAsFloats().intoArray(to, t);
      e1.reinterpretAsFloats().intoArray(to, t + toStride);
      e2.reinterpretAsFloats().intoArray(to, t + 2 * toStride);
      e3.reinterpretAsFloats().intoArray(to, t + 3 * toStride);
      e4.reinterpretAsFloats().intoArray(to, t + 4 * toStride);
      e5.reinterpretAsFloats().intoArray(to, t + 5 * toStride);
      e6.reinterpretAsFloats().intoArray(to, t + 6 * toStride);
      e7.reinterpretAsFloats().intoArray(to, t + 7 * toStride);
      e8.reinterpretAsFloats().intoArray(to, t + 8 * toStride);
      e9.reinterpretAsFloats().intoArray(to, t + 9 * toStride);
      e10.reinterpretAsFloats().intoArray(to, t + 10 * toStride);
      e11.reinterpretAsFloats().intoArray(to, t + 11 * toStride);
      e12.reinterpretAsFloats().intoArray(to, t + 12 * toStride);
      e13.reinterpretAsFloats().intoArray(to, t + 13 * toStride);
      e14.reinterpretAsFloats().intoArray(to, t + 14 * toStride);
      e15.reinterpretAsFloats().intoArray(to, t + 15 * toStride);
    }
  }
}
