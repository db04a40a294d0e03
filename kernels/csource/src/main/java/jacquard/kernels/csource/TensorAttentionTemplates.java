package jacquard.kernels.csource;

/*
 * A group is 2, 4 or 8 warps of 16 rows each: queries, in the gradient of keys and values keys. It walks over tiles of the other
 * side in shared memory. What mma leaves in a lane of a product with 16 columns is what the next mma wants there of its left operand, so
 * scores never leave their registers. Rows of shared memory are 16 bytes longer than a head: 8 rows below each other are then
 * read from 8 different places of the banks, for every size of head that is a multiple of 16.
 *
 * Forward, the keys of the next tile are on their way while the values of this one are multiplied, and those values while the keys
 * were. The gradients have two tiles of both operands in turns. They know each row's sum, so a score needs no other: they compute
 * 16 columns of scores and cotangents at a time, and have the registers for it with heads of 128.
 *
 * How many warps a group has can't be seen in a result: a warp multiplies the tiles of keys that one of its rows sees, or the
 * tiles of queries that see one of the 64 keys around it, no more and no fewer. Even what has no weight would shrink sums by a
 * power that may miss 1, and is no number where a cotangent is none.
 */
/// What the kernels of [TensorAttentions] are made of by [TensorAttentionText], which knows the
/// words in capitals.
final class TensorAttentionTemplates {
  private TensorAttentionTemplates() {}

  static final String LANES =
      """
        const i32 item = ITEM, lane = item % 32, row = item / 32 * 16, eight = lane % 8, four = lane % 4;
      """;

  static final String FORWARD =
      """
        __shared__ u16 shared[2 * 64 * PITCH] __attribute__((aligned(16)));
        u16* const ks = shared;
        u16* const vs = shared + 64 * PITCH;
        const float factor = scale * LOG2E;
        TILES(time) {
          const i32 i0 = (tiles - 1 - tile % tiles) * ROWS;
          const i32 end = causal && i0 + ROWS < keys ? i0 + ROWS : keys;
          OWN
          float sum[COLUMNS][4], most[2], total[2];
          UNROLL(c, COLUMNS) UNROLL(w, 4) sum[c][w] = 0;
          UNROLL(r, 2) { most[r] = LEAST; total[r] = 0; }
          for (i32 j0 = 0; j0 < end; j0 += 64) {
            cp_async_wait_all();
            BARRIER;
            COPY(vs, b2, v, j0, keys, 64)
            cp_async_commit();
            float s[8][4];
            SEEN {
              UNROLL(v, 8) UNROLL(w, 4) s[v][w] = 0;
              UNROLL(step, STEPS) {
                UNROLL(v, 4) {
                  u32 b[4];
                  ldmatrix(b, ks + RIGHT(v * 16));
                  MMA(s[2 * v], qa[step], b);
                  MMA(s[2 * v + 1], qa[step], b + 2);
                }
              }
              if (j0 + 64 > keys || (causal && j0 + 63 > i0 + row)) {
                UNROLL(v, 8) UNROLL(w, 4) {
                  const i32 i = i0 + row + lane / 4 + w / 2 * 8, j = j0 + v * 8 + four * 2 + w % 2;
                  if (j >= keys || (causal && j > i)) s[v][w] = LEAST;
                }
              }
              UNROLL(r, 2) {
                float m = most[r];
                UNROLL(v, 8) m = fmaxf(m, fmaxf(s[v][2 * r], s[v][2 * r + 1]));
                m = fmaxf(m, __shfl_xor_sync(0xffffffffu, m, 1));
                m = fmaxf(m, __shfl_xor_sync(0xffffffffu, m, 2));
                const float base = m == LEAST ? 0 : m * factor, shrink = exp2_approx(fma(most[r], factor, -base));
                most[r] = m;
                total[r] *= shrink;
                UNROLL(v, 8) {
                  s[v][2 * r] = exp2_approx(fma(s[v][2 * r], factor, -base));
                  s[v][2 * r + 1] = exp2_approx(fma(s[v][2 * r + 1], factor, -base));
                  total[r] += s[v][2 * r] + s[v][2 * r + 1];
                }
                UNROLL(c, COLUMNS) { sum[c][2 * r] *= shrink; sum[c][2 * r + 1] *= shrink; }
              }
            }
            cp_async_wait_all();
            BARRIER;
            if (j0 + 64 < end) { COPY(ks, b1, k, j0 + 64, keys, 64) }
            cp_async_commit();
            SEEN {
              UNROLL(n, 4) {
                u32 p[4];
                HALVES(p, s, n)
                ADD(sum, p, vs, n * 16)
              }
            }
          }
          UNROLL(r, 2) {
            float t = total[r];
            t += __shfl_xor_sync(0xffffffffu, t, 1);
            t += __shfl_xor_sync(0xffffffffu, t, 2);
            const float inverse = 1 / t;
            const i32 i = i0 + row + lane / 4 + r * 8, first = ((z * time + i) * heads + h) * size;
            if (i < time) {
              UNROLL(c, COLUMNS) UNROLL(w, 2) {
                const i32 e = c * 8 + four * 2 + w;
                if (e < size) b3[first + e] = sum[c][2 * r + w] * inverse;
              }
              LOGSUM
            }
          }
        }
      }
      """;

  /// How a group gets its queries, while keys are on their way.
  static final String WITH_KEYS =
      """
      COPY(vs, b0, q, i0, time, ROWS)
          COPY(ks, b1, k, 0, keys, 64)
          ARRIVED
          u32 qa[STEPS][4];
          UNROLL(step, STEPS) ldmatrix(qa[step], vs + LEFT(row));
      """;

  /// As [#WITH_KEYS], for as many queries as there is room for.
  static final String BEFORE_KEYS =
      """
      COPY(shared, b0, q, i0, time, ROWS)
          ARRIVED
          u32 qa[STEPS][4];
          UNROLL(step, STEPS) ldmatrix(qa[step], shared + LEFT(row));
          BARRIER;
          COPY(ks, b1, k, 0, keys, 64)
          cp_async_commit();
      """;

  /// Of both gradients: two tiles in turns, which are the group's own rows before.
  private static final String MEMORY =
      """
        __shared__ u16 shared[4 * TILE * PITCH] __attribute__((aligned(16)));
        const float factor = scale * LOG2E;
      """;

  /// How a group gets its own rows of two operands.
  static final String TOGETHER =
      """
      COPY(shared, $2, $3, $7, $8, ROWS)
          COPY(shared + ROWS * PITCH, $5, $6, $7, $8, ROWS)
          ARRIVED
          u32 $1[STEPS][4], $4[STEPS][4];
          UNROLL(step, STEPS) {
            ldmatrix($1[step], shared + LEFT(row));
            ldmatrix($4[step], shared + ROWS * PITCH + LEFT(row));
          }
      """;

  /// As [#TOGETHER], where there is no room for both.
  static final String APART =
      """
      COPY(shared, $2, $3, $7, $8, ROWS)
          ARRIVED
          u32 $1[STEPS][4], $4[STEPS][4];
          UNROLL(step, STEPS) ldmatrix($1[step], shared + LEFT(row));
          BARRIER;
          COPY(shared, $5, $6, $7, $8, ROWS)
          ARRIVED
          UNROLL(step, STEPS) ldmatrix($4[step], shared + LEFT(row));
      """;

  static final String QUERY_GRADIENT =
      MEMORY
          + """
            __shared__ float dots[ROWS], logs[ROWS];
            TILES(time) {
              const i32 i0 = (tiles - 1 - tile % tiles) * ROWS;
              const i32 end = causal && i0 + ROWS < keys ? i0 + ROWS : keys;
              OWN(qa, b0, q, ga, b5, g, i0, time)
              const u16* gs = SECOND;
              UNROLL(x, 4) {
                const i32 at = row + x * 4 + lane / 8, i = i0 + at;
                float dot = 0;
                if (i < time)
                  for (i32 e = eight; e < size; e += 8) dot = fma(VALUE, b3[yo + z * yb + i * yt + h * yh + e], dot);
                dot += __shfl_xor_sync(0xffffffffu, dot, 1);
                dot += __shfl_xor_sync(0xffffffffu, dot, 2);
                dot += __shfl_xor_sync(0xffffffffu, dot, 4);
                if (eight == 0) {
                  dots[at] = dot * scale;
                  logs[at] = i < time ? b4[lo + z * lb + i * lt + h * lh] * LOG2E : MOST;
                  if (i < time) b7[(z * heads + h) * time + i] = dot * scale;
                }
              }
              BARRIER;
              float sum[COLUMNS][4], dot[2], log[2];
              UNROLL(c, COLUMNS) UNROLL(w, 4) sum[c][w] = 0;
              UNROLL(r, 2) { dot[r] = dots[row + lane / 4 + r * 8]; log[r] = logs[row + lane / 4 + r * 8]; }
              COPY(shared, b1, k, 0, keys, TILE)
              COPY(shared + TILE * PITCH, b2, v, 0, keys, TILE)
              cp_async_commit();
              for (i32 j0 = 0, stage = 0; j0 < end; j0 += TILE, stage ^= 1) {
                cp_async_wait_all();
                BARRIER;
                if (j0 + TILE < end) {
                  u16* next = shared + (stage ^ 1) * 2 * TILE * PITCH;
                  COPY(next, b1, k, j0 + TILE, keys, TILE)
                  COPY(next + TILE * PITCH, b2, v, j0 + TILE, keys, TILE)
                }
                cp_async_commit();
                const u16* ks = shared + stage * 2 * TILE * PITCH;
                const u16* vs = ks + TILE * PITCH;
                const bool edge = j0 + TILE > keys || (causal && j0 + TILE - 1 > i0 + row);
                SEEN
                ONE_BY_ONE(n, TILE / 16) {
                  SCORES(qa, ks, ga, vs)
                  UNROLL(v, 2) UNROLL(w, 4) {
                    const i32 i = i0 + row + lane / 4 + w / 2 * 8, j = j0 + n * 16 + v * 8 + four * 2 + w % 2;
                    const bool hidden = edge && (j >= keys || (causal && j > i));
                    const float weight = hidden ? 0 : exp2_approx(fma(s[v][w], factor, -log[w / 2]));
                    d[v][w] = weight * fma(d[v][w], scale, -dot[w / 2]);
                  }
                  u32 p[4];
                  HALVES(p, d, 0)
                  ADD(sum, p, ks, n * 16)
                }
              }
              WRITE(sum, i0, time, 0)
            }
          }
          """;

  static final String KEY_GRADIENT =
      MEMORY
          + """
            __shared__ float dots[2][TILE], logs[2][TILE];
            TILES(keys) {
              const i32 j0 = tile % tiles * ROWS;
              OWN(ka, b1, k, va, b2, v, j0, keys)
              BARRIER;
              float dk[COLUMNS][4], dv[COLUMNS][4], dot = 0, log = 0;
              UNROLL(c, COLUMNS) UNROLL(w, 4) { dk[c][w] = 0; dv[c][w] = 0; }
              const i32 first = causal ? FIRST : 0;
              COPY(shared, b0, q, first, time, TILE)
              COPY(shared + TILE * PITCH, b5, g, first, time, TILE)
              cp_async_commit();
              QUERY(first)
              for (i32 i0 = first, stage = 0; i0 < time; i0 += TILE, stage ^= 1) {
                if (item < TILE) { dots[stage][item] = dot; logs[stage][item] = log; }
                cp_async_wait_all();
                BARRIER;
                if (i0 + TILE < time) {
                  u16* next = shared + (stage ^ 1) * 2 * TILE * PITCH;
                  COPY(next, b0, q, i0 + TILE, time, TILE)
                  COPY(next + TILE * PITCH, b5, g, i0 + TILE, time, TILE)
                }
                cp_async_commit();
                QUERY(i0 + TILE)
                const u16* qs = shared + stage * 2 * TILE * PITCH;
                const u16* gs = qs + TILE * PITCH;
                const bool edge = causal && i0 < j0 + row + 15;
                SEEN
                ONE_BY_ONE(n, TILE / 16) {
                  SCORES(ka, qs, va, gs)
                  UNROLL(v, 2) UNROLL(w, 4) {
                    const i32 at = n * 16 + v * 8 + four * 2 + w % 2, j = j0 + row + lane / 4 + w / 2 * 8;
                    const bool hidden = edge && j > i0 + at;
                    s[v][w] = hidden ? 0 : exp2_approx(fma(s[v][w], factor, -logs[stage][at]));
                    d[v][w] = s[v][w] * fma(d[v][w], scale, -dots[stage][at]);
                  }
                  u32 p[4];
                  HALVES(p, s, 0)
                  ADD(dv, p, gs, n * 16)
                  HALVES(p, d, 0)
                  ADD(dk, p, qs, n * 16)
                }
              }
              WRITE(dk, j0, keys, 1)
              WRITE(dv, j0, keys, 2)
            }
          }
          """;
}
