package jacquard.kernels.csource;

import jacquard.kernels.Task;
import jacquard.tensor.DType;
import jacquard.tensor.graph.Node;
import java.util.List;

/*
 * A group has 16 x 16 items and SIDE queries, in the gradient of keys and values SIDE keys, of one head of one batch item; it
 * walks over tiles of the other side. An item has EACH x EACH scores of a tile, and of its rows every sixteenth column of the
 * result. WIDE is the size of a head, rounded up; what is beyond the size is zero.
 */
/// Attention without a matrix of scores in memory: tiles of it are made, used and forgotten.
///
/// @see <a href="https://arxiv.org/abs/2307.08691">FlashAttention-2</a>
final class Attentions {
  private static final int ITEMS = 256;
  private static final int LARGEST = 128;

  private Attentions() {}

  /// Whether there is a kernel for a fused node on a device whose groups share so many bytes.
  static boolean fits(Node node, int localBytes) {
    return !node.source(0).shape().isEmpty()
        && !node.source(1).shape().isEmpty()
        && fits(node.dtype(), node.source(0).shape().dim(-1), localBytes);
  }

  /// Whether there is a kernel for heads of `size` elements.
  static boolean fits(DType dtype, int size, int localBytes) {
    return dtype == DType.F32 && size <= LARGEST && localBytes(size) <= localBytes;
  }

  /// The size of a head, as much as tiles have room for.
  private static int wide(int size) {
    return Math.max(16, Integer.highestOneBit(2 * size - 1));
  }

  private static int side(int size) {
    return wide(size) <= 64 ? 32 : 16;
  }

  private static int localBytes(int size) {
    int side = side(size);
    return Float.BYTES * (4 * side * (wide(size) + 1) + 2 * side * (side + 1) + 2 * side);
  }

  private static final String FORWARD =
      """
        LOCAL float qs[SIDE][WIDE + 1], ks[SIDE][WIDE + 1], vs[SIDE][WIDE + 1], ps[SIDE][SIDE + 1];
        TILES(time) {
          const i32 i0 = (tiles - 1 - tile % tiles) * SIDE;
          BARRIER;
          READ(qs, b0, q, i0, time)
          float sum[EACH][COLUMNS], most[EACH], total[EACH];
          ROWS { most[u] = LEAST; total[u] = 0; for (i32 c = 0; c < COLUMNS; c++) sum[u][c] = 0; }
          const i32 end = causal && i0 + SIDE < keys ? i0 + SIDE : keys;
          for (i32 j0 = 0; j0 < end; j0 += SIDE) {
            BARRIER;
            READ(ks, b1, k, j0, keys)
            READ(vs, b2, v, j0, keys)
            BARRIER;
            float s[EACH][EACH];
            PRODUCT(s, qs, ks)
            SCORES {
              const i32 i = i0 + ti * EACH + u, j = j0 + tj * EACH + w;
              s[u][w] = j < keys && (!causal || j <= i) ? s[u][w] * scale : LEAST;
              ps[ti * EACH + u][tj * EACH + w] = s[u][w];
            }
            BARRIER;
            float shrink[EACH];
            ROWS {
              float m = most[u];
              for (i32 j = 0; j < SIDE; j++) m = ps[ti * EACH + u][j] > m ? ps[ti * EACH + u][j] : m;
              shrink[u] = m == LEAST ? 1 : exp(most[u] - m);
              most[u] = m;
              for (i32 w = 0; w < EACH; w++) s[u][w] = s[u][w] == LEAST ? 0 : exp(s[u][w] - m);
            }
            BARRIER;
            SCORES ps[ti * EACH + u][tj * EACH + w] = s[u][w];
            BARRIER;
            ROWS {
              float t = total[u] * shrink[u];
              for (i32 j = 0; j < SIDE; j++) t += ps[ti * EACH + u][j];
              total[u] = t;
              for (i32 c = 0; c < COLUMNS; c++) sum[u][c] *= shrink[u];
            }
            ADD(sum, ps[ti * EACH + u][x], vs)
          }
          ROWS {
            const i32 i = i0 + ti * EACH + u;
            if (i < time) {
              for (i32 c = 0; c < COLUMNS; c++)
                if (tj + 16 * c < size) b3[((z * time + i) * heads + h) * size + tj + 16 * c] = sum[u][c] / total[u];
              LOGSUM
            }
          }
        }
      }
      """;

  /// What both gradients do with a tile: weights, and the cotangents of scores.
  private static final String BACK =
      """
            float s[EACH][EACH], d[EACH][EACH];
            PRODUCT(s, qs, ks)
            PRODUCT(d, gs, vs)
            SCORES {
              const i32 x = ti * EACH + u, y = tj * EACH + w, i = i0 + x, j = j0 + y;
              const float weight = i < time && j < keys && (!causal || j <= i) ? exp(s[u][w] * scale - logs[x]) : 0;
              WEIGHT
              ds[x][y] = weight * (d[u][w] - dots[x]) * scale;
            }
            BARRIER;
      """;

  /// For each query: the product of result and cotangent, and the logarithm of the sum.
  private static final String QUERIES =
      """
            READ(qs, b0, q, i0, time)
            READ(gs, b5, g, i0, time)
            BARRIER;
            if (item < SIDE) {
              float dot = 0;
              const i32 i = i0 + item;
              if (i < time) for (i32 e = 0; e < size; e++) dot = fma(gs[item][e], b3[yo + z * yb + i * yt + h * yh + e], dot);
              dots[item] = dot;
              logs[item] = i < time ? b4[lo + z * lb + i * lt + h * lh] : 0;
            }
            BARRIER;
      """;

  private static final String MEMORY =
      """
        LOCAL float qs[SIDE][WIDE + 1], gs[SIDE][WIDE + 1], ks[SIDE][WIDE + 1], vs[SIDE][WIDE + 1];
        LOCAL float ds[SIDE][SIDE + 1], dots[SIDE], logs[SIDE];
      """;

  private static final String QUERY_GRADIENT =
      MEMORY
          + """
            TILES(time) {
              const i32 i0 = (tiles - 1 - tile % tiles) * SIDE;
              BARRIER;
          """
          + QUERIES
          + """
              float sum[EACH][COLUMNS];
              ROWS for (i32 c = 0; c < COLUMNS; c++) sum[u][c] = 0;
              const i32 end = causal && i0 + SIDE < keys ? i0 + SIDE : keys;
              for (i32 j0 = 0; j0 < end; j0 += SIDE) {
                BARRIER;
                READ(ks, b1, k, j0, keys)
                READ(vs, b2, v, j0, keys)
                BARRIER;
          """
          + BACK.replace("WEIGHT\n", "\n")
          + """
                ADD(sum, ds[ti * EACH + u][x], ks)
              }
              WRITE(sum, i0, time, 0)
            }
          }
          """;

  private static final String KEY_GRADIENT =
      MEMORY
          + """
            LOCAL float ps[SIDE][SIDE + 1];
            TILES(keys) {
              const i32 j0 = tile % tiles * SIDE;
              BARRIER;
              READ(ks, b1, k, j0, keys)
              READ(vs, b2, v, j0, keys)
              float dk[EACH][COLUMNS], dv[EACH][COLUMNS];
              ROWS for (i32 c = 0; c < COLUMNS; c++) { dk[u][c] = 0; dv[u][c] = 0; }
              for (i32 i0 = causal ? j0 : 0; i0 < time; i0 += SIDE) {
                BARRIER;
          """
          + QUERIES
          + BACK.replace("WEIGHT\n", "ps[x][y] = weight;\n")
          + """
                ADD(dk, ds[x][ti * EACH + u], qs)
                ADD(dv, ps[x][ti * EACH + u], gs)
              }
              WRITE(dk, j0, keys, 1)
              WRITE(dv, j0, keys, 2)
            }
          }
          """;

  /// The words in capitals.
  private static String text(
      Dialect dialect, String template, List<DType> buffers, String operands, int size) {
    int wide = wide(size);
    int side = side(size);
    String head =
        AttentionText.begin(dialect, ITEMS, buffers, operands)
            + "  const i32 item = %s, ti = item / 16, tj = item %% 16;\n".formatted(dialect.item());
    String tiles =
        """
        const i32 tiles = ($1 + SIDE - 1) / SIDE;
          for (i32 tile = GROUP, z = tile / tiles / heads, h = tile / tiles % heads; tile < batch * heads * tiles; tile += GROUPS, z = tile / tiles / heads, h = tile / tiles % heads)\
        """;
    String body =
        template
            .replaceAll("TILES\\((\\w+)\\)", tiles)
            .replaceAll(
                "READ\\((\\w+), (\\w+), (\\w), (\\w+), (\\w+)\\)",
                "for (i32 e = item; e < SIDE * WIDE; e += 256) { const i32 x = e / WIDE, y = e % WIDE; "
                    + "$1[x][y] = $4 + x < $5 && y < size ? "
                    + CText.load(
                        buffers.get(0), "$2", "$3o + z * $3b + ($4 + x) * $3t + h * $3h + y")
                    + " : 0; }")
            .replaceAll(
                "PRODUCT\\((\\w), (\\w+), (\\w+)\\)",
                "SCORES $1[u][w] = 0; for (i32 e = 0; e < WIDE; e++) SCORES $1[u][w] = fma($2[ti * EACH + u][e], $3[tj * EACH + w][e], $1[u][w]);")
            .replaceAll(
                "ADD\\((\\w+), ([^,]+), (\\w+)\\)",
                "for (i32 x = 0; x < SIDE; x++) ROWS for (i32 c = 0; c < COLUMNS; c++) $1[u][c] = fma($2, $3[x][tj + 16 * c], $1[u][c]);")
            .replaceAll(
                "WRITE\\((\\w+), (\\w+), (\\w+), (\\d)\\)",
                "ROWS for (i32 c = 0; c < COLUMNS; c++) if ($2 + ti * EACH + u < $3 && tj + 16 * c < size) "
                    + "b6[(((z * $3 + $2 + ti * EACH + u) * 3 + $4) * heads + h) * size + tj + 16 * c] = $1[u][c];")
            .replace("SCORES", "for (i32 u = 0; u < EACH; u++) for (i32 w = 0; w < EACH; w++)")
            .replace("ROWS", "for (i32 u = 0; u < EACH; u++)")
            .replace("LEAST", "F32_OF(-8388608)")
            .replace(
                "LOGSUM",
                buffers.size() == 5
                    ? "if (tj == 0) b4[(z * time + i) * heads + h] = most[u] + log(total[u]);"
                    : "")
            .replace("GROUPS", dialect.groups())
            .replace("GROUP", dialect.group())
            .replace("LOCAL ", dialect.local())
            .replace("BARRIER", dialect.barrier())
            .replace("COLUMNS", Integer.toString(wide / 16))
            .replace("EACH", Integer.toString(side / 16))
            .replace("SIDE", Integer.toString(side))
            .replace("WIDE", Integer.toString(wide));
    return head + body;
  }

  private static Call call(CallBuilder call, String kind, String text, Task.Operand q, int rows) {
    int size = q.view().shape().dim(3);
    long tiles = AttentionText.tiles(q, rows, side(size));
    return call.groups(text, kind, tiles, ITEMS, localBytes(size));
  }

  static Call forward(Dialect dialect, CallBuilder call, Task.Attention t) {
    List<DType> buffers = AttentionText.arguments(call, t);
    int size = t.q().view().shape().dim(3);
    String text = text(dialect, FORWARD, buffers, AttentionText.FORWARD, size);
    return call(call, "attention", text, t.q(), t.q().view().shape().dim(1));
  }

  /// The cotangent of the queries, then those of keys and values.
  static List<Call> gradient(Dialect dialect, CallBuilder[] calls, Task.AttentionGradient t) {
    int size = t.q().view().shape().dim(3);
    List<DType> buffers = AttentionText.arguments(calls[0], t);
    AttentionText.arguments(calls[1], t);
    String queries = text(dialect, QUERY_GRADIENT, buffers, AttentionText.GRADIENT, size);
    String keys = text(dialect, KEY_GRADIENT, buffers, AttentionText.GRADIENT, size);
    return List.of(
        call(calls[0], "attention_q", queries, t.q(), t.q().view().shape().dim(1)),
        call(calls[1], "attention_kv", keys, t.q(), t.k().view().shape().dim(1)));
  }
}
