package jacquard.kernels.csource;

import jacquard.kernels.Task;
import jacquard.kernels.csource.Products.Matrices;
import jacquard.kernels.csource.Products.Sizes;
import jacquard.tensor.DType;
import jacquard.tensor.Ints;
import jacquard.tensor.Switches;
import java.util.List;

/// Products of f16 or bf16 matrices on the tensor cores of CUDA devices from compute capability 8.0
/// on, by `mma.sync` m16n8k16, added in f32; with the switch `jacquard.tf32` those of f32 too,
/// rounded to 11 significant bits, by m16n8k8.
///
/// Tiles of the operands lie in shared memory as they lie in memory, with the axis innermost that
/// is contiguous there; `ldmatrix` turns them where `mma` wants the other one, which it can for 16
/// bits only: f32 is then read one by one. Which lane holds what is in [PTX's description of the
/// fragments](https://docs.nvidia.com/cuda/parallel-thread-execution/#warp-level-matrix-fragment-mma-16816-float).
/// Terms of an element are added in the order of k, 16 or 8 at a time.
final class TensorProducts {
  private static final int GROUP = 256;

  /// Terms of a tile lie in so many parts of 16 bytes, those of an instruction in two.
  private static final int PARTS = 4;

  private static final int PART_BYTES = 16;

  /// Tiles in shared memory: one is multiplied while two are on their way.
  private static final int STAGES = 3;

  /// Tiles from which even a large GPU has something to do everywhere.
  private static final int MANY = 128;

  private static final int LARGE = 128;
  private static final int SMALL = 64;

  private TensorProducts() {}

  /*
   * 8 warps, 2 down and 4 across, multiply parts of TILE / 2 by TILE / 4. Tiles of the result are taken in bands of 8 rows of
   * tiles, so that groups that run at the same time read the same operands. Stage s is written again when all warps have
   * passed the barrier after the round that multiplied it.
   */
  private static final String TEXT =
      """
        __shared__ MEMORY tiles[STAGES][2][TILE * DEPTH] __attribute__((aligned(16)));
        const i32 item = ITEM, lane = item % 32, eight = lane & 7, four = lane & 3;
        const i32 wi = item / 128 * (TILE / 2), wj = item / 32 % 4 * (TILE / 4);
        const i32 across = (n + TILE - 1) / TILE, down = (m + TILE - 1) / TILE, plane = across * down, all = plane * batch * parts;
        for (i32 tile = GROUP; tile < all; tile += GROUPS) {
          const i32 result = tile / plane, at = tile % plane, z = result % batch;
          const i32 begin = result / batch * terms, end = begin + terms < depth ? begin + terms : depth;
          const i32 rounds = (end - begin + DEPTH - 1) / DEPTH;
          const i32 band = at / (8 * across) * 8, high = down - band < 8 ? down - band : 8;
          const i32 i0 = (band + at % (8 * across) % high) * TILE, j0 = at % (8 * across) / high * TILE;
          WALK
          float sum[TILE / 32][TILE / 32][4];
          #pragma unroll
          for (i32 u = 0; u < TILE / 32; u++) for (i32 v = 0; v < TILE / 32; v++) for (i32 w = 0; w < 4; w++) sum[u][v][w] = 0;
          for (i32 round = 1 - STAGES; round < rounds; round++) {
            if (round >= 0) { cp_async_wait(); BARRIER; }
            const i32 next = round + STAGES - 1, k0 = begin + next * DEPTH;
            MEMORY* as = tiles[next % STAGES][0];
            MEMORY* bs = tiles[next % STAGES][1];
            #pragma unroll
            for (i32 l = 0; l < LOADS && next < rounds; l++) {
              const i32 e = item + l * 256;
              { LOADA }
              { LOADB }
            }
            cp_async_commit();
            if (round < 0) continue;
            as = tiles[round % STAGES][0];
            bs = tiles[round % STAGES][1];
            #pragma unroll
            for (i32 kk = 0; kk < 2; kk++) {
              u32 a[TILE / 32][4], b[TILE / 32][2];
              #pragma unroll
              for (i32 u = 0; u < TILE / 32; u++) { FRAGMENTA }
              #pragma unroll
              for (i32 v = 0; v < TILE / 64; v++) { FRAGMENTB }
              #pragma unroll
              for (i32 u = 0; u < TILE / 32; u++) {
                #pragma unroll
                for (i32 v = 0; v < TILE / 32; v++) MMA(sum[u][v], a[u], b[v]);
              }
            }
          }
          BARRIER;
          #pragma unroll
          for (i32 u = 0; u < TILE / 32; u++) {
            #pragma unroll
            for (i32 v = 0; v < TILE / 32; v++) {
              #pragma unroll
              for (i32 w = 0; w < 4; w++) {
                const i32 i = i0 + wi + u * 16 + lane / 4 + w / 2 * 8, j = j0 + wj + v * 8 + lane % 4 * 2 + w % 2;
                if (i < m && j < n) b2[(result * m + i) * n + j] = sum[u][v][w];
              }
            }
          }
        }
      }
      """;

  /// How an operand lies in memory: whether its terms lie together, rather than its rows (of the
  /// left) or columns (of the right).
  ///
  /// @param wide whether it is f32
  private record Layout(boolean byTerms, boolean wide) {
    /// `k` or `x`: which axis lies together.
    char letter() {
      return byTerms ? 'k' : 'x';
    }

    /// @param side `a` or `b`
    String load(char side, boolean aligned) {
      boolean left = side == 'a';
      String copy = aligned ? "cp_async" : wide ? "copy_float" : "copy_u16";
      String text =
          byTerms
              ? """
              const i32 x = e / 4, c = e % 4, k = k0 + c * SIZE, at = FIRST + x;
              const i32 more = at < COUNT ? end - k : 0, count = more < 0 ? 0 : more < SIZE ? more : SIZE;
              COPY(Ss + k_major(x, c, SIZE), BUFFER + (count ? pS + at * SX + k : 0), count * (16 / SIZE));
              """
              : """
              const i32 x = e / (TILE / SIZE), c = e % (TILE / SIZE), k = k0 + x, at = FIRST + c * SIZE;
              const i32 more = k < end ? COUNT - at : 0, count = more < 0 ? 0 : more < SIZE ? more : SIZE;
              COPY(Ss + x_major(x, c, SIZE, TILE), BUFFER + (count ? pS + at + k * Sk : 0), count * (16 / SIZE));
              """;
      return text.replace("COPY", copy)
          .replace("FIRST", left ? "i0" : "j0")
          .replace("COUNT", left ? "m" : "n")
          .replace("BUFFER", left ? "b0" : "b1")
          .replace("SX", left ? "ai" : "bj")
          .replace("Ss", side + "s")
          .replace("pS", "p" + side)
          .replace("Sk", side + "k");
    }

    /// Four matrices of 8 by 8: of the left, two down and then two along k; of the right, two along
    /// k and then two across.
    String fragment(char side) {
      boolean left = side == 'a';
      String x = left ? "(lane >> 3 & 1)" : "(lane >> 4)";
      String k = left ? "(lane >> 4)" : "(lane >> 3 & 1)";
      String first = left ? "wi + u * 16" : "wj + v * 16";
      String to = left ? "a[u]" : "b[2 * v]";
      String read =
          byTerms
              ? "ldmatrix(%s, %ss + k_major(%s + eight + %s * 8, kk * 2 + %s, SIZE));"
                  .formatted(to, side, first, x, k)
              : wide
                  ? oneByOne(side, to, first)
                  : "ldmatrix_trans(%s, %ss + x_major(kk * 16 + eight + %s * 8, (%s) / 8 + %s, SIZE, TILE));"
                      .formatted(to, side, k, first, x);
      return wide
          ? read + " for (i32 q = 0; q < 4; q++) %s[q] = tf32(%s[q]);".formatted(to, to)
          : read;
    }

    /// The elements of an f32 operand whose terms are apart.
    private static String oneByOne(char side, String to, String first) {
      boolean left = side == 'a';
      return """
      for (i32 q = 0; q < 4; q++) {
        const i32 x = %s + lane / 4 + %s * 8, k = kk * 8 + four + %s * 4;
        %s[q] = BITS_OF(%ss[x_major(k, x / 4, SIZE, TILE) + x %% 4]);
      }\
      """
          .formatted(first, left ? "q % 2" : "q / 2", left ? "q / 2" : "q % 2", to, side);
    }
  }

  /// Whether the operands are f16 or bf16, or f32 that may be rounded, and each has an axis whose
  /// elements lie together.
  static boolean fits(CallBuilder call, Task.Dot t) {
    int rank = t.batch().length();
    Ints a = t.aView().strides();
    Ints b = t.bView().strides();
    DType operands = call.dtype(t.a());
    return (operands.isHalf() || (operands == DType.F32 && Switches.tf32()))
        && (a.get(rank) == 1 || a.get(rank + 1) == 1)
        && (b.get(rank) == 1 || b.get(rank + 1) == 1);
  }

  static Call dot(Dialect dialect, CallBuilder call, Task.Dot t, Matrices matrices, Tiles tiles) {
    int rank = t.batch().length();
    Ints a = t.aView().strides();
    Ints b = t.bView().strides();
    DType operands = call.dtype(t.a());
    boolean wide = operands == DType.F32;
    int size = PART_BYTES / operands.bytes();
    Layout left = new Layout(a.get(rank + 1) == 1, wide);
    Layout right = new Layout(b.get(rank) == 1, wide);
    boolean aAligned = isAligned(size, a, t.aView().offset(), left.byTerms ? rank : rank + 1);
    boolean bAligned = isAligned(size, b, t.bView().offset(), right.byTerms ? rank + 1 : rank);
    String kind =
        "tensor %s %s%s %s%s"
            .formatted(operands, left.letter(), right.letter(), aAligned ? 1 : 0, bAligned ? 1 : 0);
    Sizes sizes = new Sizes(matrices.batch(), t.m(), t.n(), t.k());
    List<Integer> choice =
        2 * Math.min(t.m(), t.n()) > LARGE ? List.of(LARGE, SMALL) : List.of(SMALL);
    int usual = tile(matrices.batch(), t.m(), t.n());
    int tile = tiles.of(Products.product(call, t, kind, sizes, choice, usual));
    String text =
        TEXT.replace("LOADA", left.load('a', aAligned).strip())
            .replace("LOADB", right.load('b', bAligned).strip())
            .replace("FRAGMENTA", left.fragment('a'))
            .replace("FRAGMENTB", right.fragment('b'))
            .replace("WALK", rank == 0 ? "const i32 pa = ao, pb = bo;" : matrices.walk().strip())
            .replace("MMA", wide ? "mma_tf32" : "mma_" + operands)
            .replace("MEMORY", CText.memory(operands))
            .replace("GROUPS", dialect.groups())
            .replace("GROUP", dialect.group())
            .replace("ITEM", dialect.item())
            .replace("BARRIER", dialect.barrier())
            .replace("STAGES", Integer.toString(STAGES))
            .replace("LOADS", Integer.toString(tile * PARTS / GROUP))
            .replace("DEPTH", Integer.toString(PARTS * size))
            .replace("SIZE", Integer.toString(size))
            .replace("TILE", Integer.toString(tile));
    String begin = dialect.begin(GROUP, List.of(operands, operands, t.dtype()));
    // two groups for each multiprocessor, that is, at most 128 registers
    String twice = "__launch_bounds__(" + GROUP + ", 2)";
    String head =
        (wide ? begin : begin.replace("__launch_bounds__(" + GROUP + ")", twice))
            + Matrices.named(matrices.names());
    long groups = matrices.split().count() * Products.tiles(tile, matrices.batch(), t.m(), t.n());
    int bytes = STAGES * 2 * tile * PARTS * PART_BYTES;
    return call.groups(head + text, "product", groups, GROUP, bytes);
  }

  private static int tile(long batch, int m, int n) {
    boolean large = 2 * Math.min(m, n) > LARGE && Products.tiles(LARGE, batch, m, n) >= MANY;
    return large ? LARGE : SMALL;
  }

  /// Whether every `size` elements begin at a multiple of 16 bytes. Values begin at one.
  ///
  /// @param apart the axis of the matrix whose elements are apart
  private static boolean isAligned(int size, Ints strides, int offset, int apart) {
    boolean aligned = offset % size == 0 && strides.get(apart) % size == 0;
    for (int i = 0; i < strides.length() - 2; i++) {
      aligned &= strides.get(i) % size == 0;
    }
    return aligned;
  }
}
