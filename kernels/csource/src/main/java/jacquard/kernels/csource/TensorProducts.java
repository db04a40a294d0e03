package jacquard.kernels.csource;

import jacquard.kernels.Task;
import jacquard.kernels.csource.Products.Matrices;
import jacquard.tensor.DType;
import jacquard.tensor.Ints;
import java.util.List;

/// Products of f16 or bf16 matrices on the tensor cores of CUDA devices from compute capability 8.0
/// on, by `mma.sync` m16n8k16, added in f32.
///
/// Tiles of the operands lie in shared memory as they lie in memory, with the axis innermost that
/// is contiguous there; `ldmatrix` turns them where `mma` wants the other one. Which lane holds
/// what is in [PTX's description of the
/// fragments](https://docs.nvidia.com/cuda/parallel-thread-execution/#warp-level-matrix-fragment-mma-16816-float).
/// Terms of an element are added in the order of k, 16 at a time.
final class TensorProducts {
  private static final int GROUP = 256;

  /// Terms of a tile; its rows are then 64 bytes.
  private static final int DEPTH = 32;

  /// Tiles in shared memory: one is multiplied while two are on their way.
  private static final int STAGES = 3;

  /// Elements that are copied together, 16 bytes.
  private static final int EIGHT = 8;

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
        __shared__ u16 tiles[STAGES][2][TILE * DEPTH] __attribute__((aligned(16)));
        const i32 item = ITEM, lane = item % 32, eight = lane & 7;
        const i32 wi = item / 128 * (TILE / 2), wj = item / 32 % 4 * (TILE / 4);
        const i32 across = (n + TILE - 1) / TILE, down = (m + TILE - 1) / TILE, rounds = (depth + DEPTH - 1) / DEPTH;
        for (i32 tile = GROUP; tile < across * down * batch; tile += GROUPS) {
          const i32 z = tile / (across * down), at = tile % (across * down);
          const i32 band = at / (8 * across) * 8, high = down - band < 8 ? down - band : 8;
          const i32 i0 = (band + at % (8 * across) % high) * TILE, j0 = at % (8 * across) / high * TILE;
          WALK
          float sum[TILE / 32][TILE / 32][4];
          #pragma unroll
          for (i32 u = 0; u < TILE / 32; u++) for (i32 v = 0; v < TILE / 32; v++) for (i32 w = 0; w < 4; w++) sum[u][v][w] = 0;
          for (i32 round = 1 - STAGES; round < rounds; round++) {
            if (round >= 0) { cp_async_wait(); BARRIER; }
            const i32 next = round + STAGES - 1, k0 = next * DEPTH;
            u16* as = tiles[next % STAGES][0];
            u16* bs = tiles[next % STAGES][1];
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
            for (i32 kk = 0; kk < DEPTH / 16; kk++) {
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
                if (i < m && j < n) b2[(z * m + i) * n + j] = sum[u][v][w];
              }
            }
          }
        }
      }
      """;

  /// How an operand lies in memory: whether its terms lie together, rather than its rows (of the
  /// left) or columns (of the right).
  private record Layout(boolean byTerms) {
    /// @param side `a` or `b`
    String load(char side, boolean aligned) {
      boolean left = side == 'a';
      String copy = aligned ? "cp_async" : "copy_eight";
      String text =
          byTerms
              ? """
              const i32 x = e / 4, c = e % 4, k = k0 + c * 8, at = FIRST + x;
              const i32 more = at < COUNT ? depth - k : 0, count = more < 0 ? 0 : more < 8 ? more : 8;
              COPY(Ss + k_major(x, c), BUFFER + (count ? pS + at * SX + k : 0), count);
              """
              : """
              const i32 x = e / (TILE / 8), c = e % (TILE / 8), k = k0 + x, at = FIRST + c * 8;
              const i32 more = k < depth ? COUNT - at : 0, count = more < 0 ? 0 : more < 8 ? more : 8;
              COPY(Ss + x_major(x, c, TILE), BUFFER + (count ? pS + at + k * Sk : 0), count);
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
      return byTerms
          ? "ldmatrix(%s, %ss + k_major(%s + eight + %s * 8, kk * 2 + %s));"
              .formatted(to, side, first, x, k)
          : "ldmatrix_trans(%s, %ss + x_major(kk * 16 + eight + %s * 8, (%s) / 8 + %s, TILE));"
              .formatted(to, side, k, first, x);
    }
  }

  /// Whether the operands are f16 or bf16 and each has an axis whose elements lie together.
  static boolean fits(CallBuilder call, Task.Dot t) {
    int rank = t.batch().length();
    Ints a = t.aView().strides();
    Ints b = t.bView().strides();
    return call.dtype(t.a()).isHalf()
        && (a.get(rank) == 1 || a.get(rank + 1) == 1)
        && (b.get(rank) == 1 || b.get(rank + 1) == 1);
  }

  static Call dot(Dialect dialect, CallBuilder call, Task.Dot t) {
    int rank = t.batch().length();
    Ints a = t.aView().strides();
    Ints b = t.bView().strides();
    Layout left = new Layout(a.get(rank + 1) == 1);
    Layout right = new Layout(b.get(rank) == 1);
    boolean aAligned = isAligned(a, t.aView().offset(), left.byTerms ? rank : rank + 1);
    boolean bAligned = isAligned(b, t.bView().offset(), right.byTerms ? rank + 1 : rank);
    DType operands = call.dtype(t.a());
    Matrices matrices = Matrices.of(call, t);
    int tile = tile(matrices.batch(), t.m(), t.n());
    String text =
        TEXT.replace("LOADA", left.load('a', aAligned).strip())
            .replace("LOADB", right.load('b', bAligned).strip())
            .replace("FRAGMENTA", left.fragment('a'))
            .replace("FRAGMENTB", right.fragment('b'))
            .replace("WALK", rank == 0 ? "const i32 pa = ao, pb = bo;" : matrices.walk().strip())
            .replace("MMA", "mma_" + operands)
            .replace("GROUPS", dialect.groups())
            .replace("GROUP", dialect.group())
            .replace("ITEM", dialect.item())
            .replace("BARRIER", dialect.barrier())
            .replace("STAGES", Integer.toString(STAGES))
            .replace("LOADS", Integer.toString(tile * DEPTH / EIGHT / GROUP))
            .replace("DEPTH", Integer.toString(DEPTH))
            .replace("TILE", Integer.toString(tile));
    String head =
        dialect.begin(GROUP, List.of(operands, operands, t.dtype()))
            + Matrices.named(matrices.names());
    long groups = Products.tiles(tile, matrices.batch(), t.m(), t.n());
    int bytes = STAGES * 2 * tile * DEPTH * operands.bytes();
    return call.groups(head + text, "product", groups, GROUP, bytes);
  }

  private static int tile(long batch, int m, int n) {
    boolean large = 2 * Math.min(m, n) > LARGE && Products.tiles(LARGE, batch, m, n) >= MANY;
    return large ? LARGE : SMALL;
  }

  /// Whether every eight elements begin at a multiple of 16 bytes. Values begin at one.
  ///
  /// @param apart the axis of the matrix whose elements are apart
  private static boolean isAligned(Ints strides, int offset, int apart) {
    boolean aligned = offset % EIGHT == 0 && strides.get(apart) % EIGHT == 0;
    for (int i = 0; i < strides.length() - 2; i++) {
      aligned &= strides.get(i) % EIGHT == 0;
    }
    return aligned;
  }
}
