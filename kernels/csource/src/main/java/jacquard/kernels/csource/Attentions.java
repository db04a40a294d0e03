package jacquard.kernels.csource;

import jacquard.kernels.Task;
import jacquard.tensor.DType;
import jacquard.tensor.graph.Node;
import java.util.List;
import java.util.function.IntUnaryOperator;

/*
 * A group has 16 x 16 items and owns some queries, in the gradient of keys and values keys, of one head of one batch item; it
 * walks over tiles of the other side. A tile of scores has DOWN queries and ACROSS keys; an item has a sixteenth of each, and of
 * its own rows every sixteenth column of the result. WIDE is the size of a head, rounded up; what is beyond the size is zero.
 *
 * How many positions a group owns can't be seen in a result: tiles of the other side begin at multiples of the same size, and
 * where a group owns more than those have, a row that sees nothing of a tile adds nothing of it, not even zeros times infinity.
 */
/// Attention without a matrix of scores in memory: tiles of it are made, used and forgotten.
///
/// @see <a href="https://arxiv.org/abs/2307.08691">FlashAttention-2</a>
final class Attentions {
  private static final int ITEMS = 256;
  private static final int LARGEST = 128;

  /// Positions that a group may own.
  private static final List<Integer> OWN = List.of(64, 32, 16);

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

  /// Positions of a tile of the other side; usually a group owns as many.
  private static int side(int size) {
    return wide(size) <= 64 ? 32 : 16;
  }

  private static int localBytes(int size) {
    return gradientBytes(size, side(size));
  }

  private static int forwardBytes(int size, int own) {
    int other = side(size);
    return Float.BYTES * ((own + 2 * other) * (wide(size) + 1) + own * (other + 1));
  }

  /// Of the gradient of keys and values, which wants more than that of queries.
  private static int gradientBytes(int size, int own) {
    int other = side(size);
    return Float.BYTES
        * (2 * (own + other) * (wide(size) + 1) + 2 * other * (own + 1) + 2 * Math.max(own, other));
  }

  private static final String FORWARD =
      """
        LOCAL float qs[DOWN][WIDE + 1], ks[ACROSS][WIDE + 1], vs[ACROSS][WIDE + 1], ps[DOWN][ACROSS + 1];
        TILES(time) {
          const i32 i0 = (tiles - 1 - tile % tiles) * DOWN;
          BARRIER;
          READ(qs, b0, q, i0, time, DOWN)
          float sum[DOWN / 16][COLUMNS], most[DOWN / 16], total[DOWN / 16];
          ROWS { most[u] = LEAST; total[u] = 0; for (i32 c = 0; c < COLUMNS; c++) sum[u][c] = 0; }
          const i32 end = causal && i0 + DOWN < keys ? i0 + DOWN : keys;
          for (i32 j0 = 0; j0 < end; j0 += ACROSS) {
            BARRIER;
            READ(ks, b1, k, j0, keys, ACROSS)
            READ(vs, b2, v, j0, keys, ACROSS)
            BARRIER;
            float s[DOWN / 16][ACROSS / 16];
            PRODUCT(s, qs, ks)
            SCORES {
              const i32 x = ti * DOWN / 16 + u, y = tj * ACROSS / 16 + w, i = i0 + x, j = j0 + y;
              s[u][w] = j < keys && (!causal || j <= i) ? s[u][w] * scale : LEAST;
              ps[x][y] = s[u][w];
            }
            BARRIER;
            float shrink[DOWN / 16];
            ROWS {
              float m = most[u];
              for (i32 j = 0; j < ACROSS; j++) m = ps[ti * DOWN / 16 + u][j] > m ? ps[ti * DOWN / 16 + u][j] : m;
              shrink[u] = m == LEAST ? 1 : exp(most[u] - m);
              most[u] = m;
              for (i32 w = 0; w < ACROSS / 16; w++) s[u][w] = s[u][w] == LEAST ? 0 : exp(s[u][w] - m);
            }
            BARRIER;
            SCORES ps[ti * DOWN / 16 + u][tj * ACROSS / 16 + w] = s[u][w];
            BARRIER;
            ROWS {
              float t = total[u] * shrink[u];
              UNROLLED
              for (i32 j = 0; j < ACROSS; j++) t += ps[ti * DOWN / 16 + u][j];
              total[u] = t;
              for (i32 c = 0; c < COLUMNS; c++) sum[u][c] *= shrink[u];
            }
            SEEN ADD(sum, ps[ti * DOWN / 16 + u][x], vs)
          }
          ROWS {
            const i32 i = i0 + ti * DOWN / 16 + u;
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
            float s[DOWN / 16][ACROSS / 16], d[DOWN / 16][ACROSS / 16];
            PRODUCT(s, qs, ks)
            PRODUCT(d, gs, vs)
            SCORES {
              const i32 x = ti * DOWN / 16 + u, y = tj * ACROSS / 16 + w, i = i0 + x, j = j0 + y;
              const float weight = i < time && j < keys && (!causal || j <= i) ? exp(s[u][w] * scale - logs[x]) : 0;
              WEIGHT
              ds[x][y] = weight * (d[u][w] - dots[x]) * scale;
            }
            BARRIER;
      """;

  /// For each query: the product of result and cotangent, and the logarithm of the sum.
  private static final String QUERIES =
      """
            READ(qs, b0, q, i0, time, DOWN)
            READ(gs, b5, g, i0, time, DOWN)
            BARRIER;
            if (item < DOWN) {
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
        LOCAL float qs[DOWN][WIDE + 1], gs[DOWN][WIDE + 1], ks[ACROSS][WIDE + 1], vs[ACROSS][WIDE + 1];
        LOCAL float ds[DOWN][ACROSS + 1], dots[DOWN], logs[DOWN];
      """;

  private static final String QUERY_GRADIENT =
      MEMORY
          + """
            TILES(time) {
              const i32 i0 = (tiles - 1 - tile % tiles) * DOWN;
              BARRIER;
          """
          + QUERIES
          + """
              float sum[DOWN / 16][COLUMNS];
              ROWS for (i32 c = 0; c < COLUMNS; c++) sum[u][c] = 0;
              const i32 end = causal && i0 + DOWN < keys ? i0 + DOWN : keys;
              for (i32 j0 = 0; j0 < end; j0 += ACROSS) {
                BARRIER;
                READ(ks, b1, k, j0, keys, ACROSS)
                READ(vs, b2, v, j0, keys, ACROSS)
                BARRIER;
          """
          + BACK.replace("WEIGHT\n", "\n")
          + """
                SEEN ADD(sum, ds[ti * DOWN / 16 + u][x], ks)
              }
              WRITE(sum, i0, time, 0)
            }
          }
          """;

  private static final String KEY_GRADIENT =
      MEMORY
          + """
            LOCAL float ps[DOWN][ACROSS + 1];
            TILES(keys) {
              const i32 j0 = tile % tiles * ACROSS;
              BARRIER;
              READ(ks, b1, k, j0, keys, ACROSS)
              READ(vs, b2, v, j0, keys, ACROSS)
              float dk[ACROSS / 16][COLUMNS], dv[ACROSS / 16][COLUMNS];
              ROWS for (i32 c = 0; c < COLUMNS; c++) { dk[u][c] = 0; dv[u][c] = 0; }
              for (i32 i0 = causal ? FIRST : 0; i0 < time; i0 += DOWN) {
                BARRIER;
          """
          + QUERIES
          + BACK.replace("WEIGHT\n", "ps[x][y] = weight;\n")
          + """
                SEEN ADD(dk, ds[x][ti * ACROSS / 16 + u], qs)
                SEEN ADD(dv, ps[x][ti * ACROSS / 16 + u], gs)
              }
              WRITE(dk, j0, keys, 1)
              WRITE(dv, j0, keys, 2)
            }
          }
          """;

  /// The words in capitals.
  ///
  /// @param own positions of a group: keys in the gradient of keys and values, else queries
  private static String text(
      Dialect dialect, String template, List<DType> buffers, String operands, int size, int own) {
    int wide = wide(size);
    int other = side(size);
    boolean keys = template.equals(KEY_GRADIENT);
    String seen =
        keys
            ? "if (!causal || i0 + DOWN > j0 + ti * ACROSS / 16)"
            : "if (!causal || j0 <= i0 + ti * DOWN / 16)";
    // four rows of weights at once leave no registers for the sums of small heads
    boolean slowly = own > other && wide < 64 && !dialect.unroll().isEmpty();
    String head =
        AttentionText.begin(dialect, ITEMS, buffers, operands)
            + "  const i32 item = %s, ti = item / 16, tj = item %% 16;\n".formatted(dialect.item());
    String tiles =
        """
        const i32 tiles = ($1 + OWN - 1) / OWN;
          for (i32 tile = GROUP, z = tile / tiles / heads, h = tile / tiles % heads; tile < batch * heads * tiles; tile += GROUPS, z = tile / tiles / heads, h = tile / tiles % heads)\
        """;
    String body =
        template
            .replaceAll("TILES\\((\\w+)\\)", tiles)
            .replaceAll(
                "READ\\((\\w+), (\\w+), (\\w), (\\w+), (\\w+), (\\w+)\\)",
                "for (i32 e = item; e < $6 * WIDE; e += 256) { const i32 x = e / WIDE, y = e % WIDE; "
                    + "$1[x][y] = $4 + x < $5 && y < size ? "
                    + CText.load(
                        buffers.get(0), "$2", "$3o + z * $3b + ($4 + x) * $3t + h * $3h + y")
                    + " : 0; }")
            .replaceAll(
                "PRODUCT\\((\\w), (\\w+), (\\w+)\\)",
                "SCORES $1[u][w] = 0; for (i32 e = 0; e < WIDE; e++) SCORES $1[u][w] = fma($2[ti * DOWN / 16 + u][e], $3[tj * ACROSS / 16 + w][e], $1[u][w]);")
            .replaceAll(
                "ADD\\((\\w+), ([^,]+), (\\w+)\\)",
                "for (i32 x = 0; x < OTHER; x++) ROWS for (i32 c = 0; c < COLUMNS; c++) $1[u][c] = fma($2, $3[x][tj + 16 * c], $1[u][c]);")
            .replaceAll(
                "WRITE\\((\\w+), (\\w+), (\\w+), (\\d)\\)",
                "ROWS for (i32 c = 0; c < COLUMNS; c++) if ($2 + ti * OWN / 16 + u < $3 && tj + 16 * c < size) "
                    + "b6[(((z * $3 + $2 + ti * OWN / 16 + u) * 3 + $4) * heads + h) * size + tj + 16 * c] = $1[u][c];")
            .replace("UNROLLED\n", slowly ? dialect.unroll() + " 4\n" : "\n")
            .replace("SEEN", own > other ? seen : "")
            .replace("FIRST", own < other ? "j0 / DOWN * DOWN" : "j0")
            .replace(
                "SCORES",
                "for (i32 u = 0; u < DOWN / 16; u++) for (i32 w = 0; w < ACROSS / 16; w++)")
            .replace("ROWS", "for (i32 u = 0; u < OWN / 16; u++)")
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
            .replace("DOWN", Integer.toString(keys ? other : own))
            .replace("ACROSS", Integer.toString(keys ? own : other))
            .replace("OWN", Integer.toString(own))
            .replace("OTHER", Integer.toString(other))
            .replace("WIDE", Integer.toString(wide));
    // by itself, the compiler would rather spill than leave room for four groups and not five
    boolean few = own == 16 && template.equals(FORWARD);
    return (few ? Products.together(4, ITEMS, head) : head) + body;
  }

  private static Call call(
      CallBuilder call, String kind, String text, Task.Operand owned, int own, int bytes) {
    long tiles = AttentionText.tiles(owned, owned.view().shape().dim(1), own);
    return call.groups(text, kind, tiles, ITEMS, bytes);
  }

  /// Positions that a group may own: what it shares must have room.
  private static List<Integer> fitting(Tiles tiles, IntUnaryOperator bytes) {
    return OWN.stream().filter(own -> bytes.applyAsInt(own) <= tiles.localBytes()).toList();
  }

  static Call forward(Dialect dialect, CallBuilder call, Task.Attention t, Tiles tiles) {
    List<DType> buffers = AttentionText.arguments(call, t);
    int size = t.q().view().shape().dim(3);
    List<Integer> fitting = fitting(tiles, own -> forwardBytes(size, own));
    int own = tiles.of(AttentionText.choice(call, t, "", fitting, side(size)));
    String text = text(dialect, FORWARD, buffers, AttentionText.FORWARD, size, own);
    return call(call, "attention", text, t.q(), own, forwardBytes(size, own));
  }

  /// The cotangent of the queries, then those of keys and values.
  static List<Call> gradient(
      Dialect dialect, CallBuilder[] calls, Task.AttentionGradient t, Tiles tiles) {
    int size = t.q().view().shape().dim(3);
    List<DType> buffers = AttentionText.arguments(calls[0], t);
    AttentionText.arguments(calls[1], t);
    List<Integer> fitting = fitting(tiles, own -> gradientBytes(size, own));
    int own = tiles.of(AttentionText.choice(calls[0], t, "", fitting, side(size)));
    String queries = text(dialect, QUERY_GRADIENT, buffers, AttentionText.GRADIENT, size, own);
    String keys = text(dialect, KEY_GRADIENT, buffers, AttentionText.GRADIENT, size, own);
    int bytes = gradientBytes(size, own);
    return List.of(
        call(calls[0], "attention_q", queries, t.q(), own, bytes),
        call(calls[1], "attention_kv", keys, t.k(), own, bytes));
  }
}
