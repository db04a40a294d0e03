package jacquard.kernels.csource;

import jacquard.kernels.Task;
import jacquard.kernels.csource.Products.Sizes;
import jacquard.tensor.DType;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Products whose tiles are multiplied by the tensor cores of CUDA devices from compute capability
/// 8.0 on: `mma.sync` m16n8k16 of f16 or bf16, added in f32, or m16n8k8 of f32 rounded to 11
/// significant bits.
///
/// Tiles of the operands lie in shared memory with their rows or their terms innermost; `ldmatrix`
/// turns them where `mma` wants the other, which it can for 16 bits only: f32 is then read one by
/// one. Which lane holds what is in [PTX's description of the
/// fragments](https://docs.nvidia.com/cuda/parallel-thread-execution/#warp-level-matrix-fragment-mma-16816-float).
/// Terms of an element are added in the order of k, 16 or 8 at a time.
final class TensorTiles {
  /// Items of a group.
  static final int GROUP = 256;

  /// Terms of a tile lie in so many parts of 16 bytes, those of an instruction in two.
  private static final int PARTS = 4;

  static final int PART_BYTES = 16;

  /// Tiles in shared memory: one is multiplied while two are on their way, or, of operands that are
  /// looked up, one is, which leaves memory for their tables.
  private static final int STAGES = 3;

  /// Tiles from which even a large GPU has something to do everywhere.
  private static final int MANY = 128;

  private static final int LARGE = 128;
  private static final int SMALL = 64;

  private TensorTiles() {}

  /// Begins the loop over tiles of ROWS by COLUMNS. They are taken in bands of 8 rows of tiles, so
  /// that groups that run at the same time read the same operands.
  private static final String LOOP =
      """
        const i32 across = (n + COLUMNS - 1) / COLUMNS, down = (m + ROWS - 1) / ROWS, plane = across * down, all = plane * batch * parts;
        for (i32 tile = GROUP; tile < all; tile += GROUPS) {
          const i32 result = tile / plane, at = tile % plane, z = result % batch;
          const i32 begin = result / batch * terms, end = begin + terms < depth ? begin + terms : depth;
          const i32 rounds = (end - begin + DEPTH - 1) / DEPTH;
          const i32 band = at / (8 * across) * 8, high = down - band < 8 ? down - band : 8;
          const i32 i0 = (band + at % (8 * across) % high) * ROWS, j0 = at % (8 * across) / high * COLUMNS;
          WALK
      """;

  /*
   * 8 warps, 2 down and 4 across, multiply parts of TILE / 2 by TILE / 4. Stage s is written again when all warps have passed
   * the barrier after the round that multiplied it.
   */
  private static final String TEXT =
      """
        __shared__ MEMORY tiles[STAGES][2][TILE * DEPTH] __attribute__((aligned(16)));
        SHARED
        const i32 item = ITEM, lane = item % 32, eight = lane & 7, four = lane & 3;
        const i32 wi = item / 128 * (TILE / 2), wj = item / 32 % 4 * (TILE / 4);
      LOOP
          BEGIN
          float sum[TILE / 32][TILE / 32][4];
          #pragma unroll
          for (i32 u = 0; u < TILE / 32; u++) for (i32 v = 0; v < TILE / 32; v++) for (i32 w = 0; w < 4; w++) sum[u][v][w] = 0;
          for (i32 round = 1 - STAGES; round < rounds; round++) {
            if (round >= 0) { ARRIVED; BARRIER; }
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
            const MEMORY* froma = tiles[(round + STAGES) % STAGES][0];
            const MEMORY* fromb = tiles[(round + STAGES) % STAGES][1];
            STEP
            #pragma unroll
            for (i32 kk = 0; kk < 2; kk++) {
              u32 a[TILE / 32][4], b[TILE / 32][2];
              READ
              #pragma unroll
              for (i32 half = 0; half < 2; half++) {
                if (half == 0) { FETCHFIRST }
                else { FETCHSECOND }
                if (round >= 0) {
                  #pragma unroll
                  for (i32 v = 0; half == 0 && v < TILE / 64; v++) { FRAGMENTB }
                  AHEAD
                  #pragma unroll
                  for (i32 u = half * (TILE / 64); u < (half + 1) * (TILE / 64); u++) {
                    INTIME
                    #pragma unroll
                    for (i32 v = 0; v < TILE / 32; v++) MMA(sum[u][v], a[u], b[v]);
                  }
                }
                if (half == 0) { PLACEFIRST }
                else { PLACESECOND }
              }
            }
          }
          ENDING
        }
      }
      """;

  private static final String DIRECT =
      """
          BARRIER;
          #pragma unroll
          for (i32 v = 0; v < TILE / 32; v++) {
            #pragma unroll
            for (i32 w = 0; w < 2; w++) {
              const i32 j = j0 + wj + v * 8 + lane % 4 * 2 + w;
              if (j >= n) continue;
              const i32 above = ABOVE;
              #pragma unroll
              for (i32 u = 0; u < TILE / 16; u++) {
                const i32 i = i0 + wi + u * 8 + lane / 4;
                if (i < m) b2[above + i * APART] = sum[u / 2][v][u % 2 * 2 + w];
              }
            }
          }
      """;

  /// Registers for all of the left fragments at once; what is looked up leaves too few.
  private static final String AHEAD =
      """
      #pragma unroll
      for (i32 u = 0; half == 0 && u < TILE / 32; u++) { FRAGMENTA }\
      """;

  /// 16 rows of the upper warps, and 16 of the lower ones.
  private static final Epilogue.Bands BANDS =
      new Epilogue.Bands(
          "TILE / 32",
          """
          #pragma unroll
          for (i32 v = 0; v < TILE / 32; v++) for (i32 q = 0; q < 4; q++)
            stage[item / 128 * 16 + lane / 4 + q / 2 * 8][wj + v * 8 + lane % 4 * 2 + q % 2] = sum[w][v][q];
          """,
          "stage",
          "32",
          "row / 16 * (TILE / 2) + u * 16 + row % 16",
          "COLUMNS");

  /// What is multiplied, and where it lies.
  ///
  /// @param kind of the task, its layouts and dtypes
  /// @param operands dtype of both operands
  /// @param a the left operand
  /// @param b the right one
  /// @param names of the numbers that follow the buffers' starts
  /// @param walk text before the terms of a tile are added, where `z` is the item of the batch:
  ///   defines `pa` and `pb`, where copied operands begin
  /// @param above where the element of row 0 and column `j` of the result is, `result` counting
  ///   items of all parts of the sum
  /// @param apart distance of the result's rows
  /// @param epilogue what the kernel does with the result, other than to store it
  record Form(
      String kind,
      DType operands,
      TensorOperand a,
      TensorOperand b,
      List<String> names,
      String walk,
      String above,
      String apart,
      @Nullable Epilogue epilogue) {

    /// The end of a tile.
    ///
    /// @param direct stores the result
    /// @param bands its way through shared memory
    /// @param memory the name of that
    String ending(String direct, Epilogue.Bands bands, String memory) {
      return epilogue == null
          ? direct.strip()
          : "float (*stage)[COLUMNS + 4] = (float (*)[COLUMNS + 4])%s;\n".formatted(memory)
              + epilogue.staged(bands, GROUP);
    }

    /// A text of the left operand and that of the right one.
    private String both(Function<TensorOperand, String> text) {
      return (left(text) + "\n" + right(text)).strip();
    }

    private String left(Function<TensorOperand, String> text) {
      return a.on('a', text.apply(a));
    }

    private String right(Function<TensorOperand, String> text) {
      return b.on('b', text.apply(b));
    }

    /// For the first half of a multiplication. Two operands that are looked up share registers: one
    /// is on its way in each half. One alone is on its way in both.
    private String first(Function<TensorOperand, String> text, boolean alone) {
      return inTurn() ? left(text) : alone ? both(text) : "";
    }

    private String second(Function<TensorOperand, String> text, boolean alone) {
      return inTurn() ? right(text) : alone ? both(text) : "";
    }

    private boolean inTurn() {
      return !a.isCopied() && !b.isCopied();
    }
  }

  /// Elements of a part.
  static int size(DType operands) {
    return PART_BYTES / operands.bytes();
  }

  static Call call(
      Dialect dialect,
      CallBuilder call,
      Task task,
      Form form,
      Sizes sizes,
      Split split,
      Tiles tiles) {
    int m = sizes.m();
    int n = sizes.n();
    // two operands that are looked up leave no registers for a large tile's sums
    boolean large = 2 * Math.min(m, n) > LARGE && !form.inTurn();
    List<Integer> options = large ? List.of(LARGE, SMALL) : List.of(SMALL);
    boolean many = Products.tiles(LARGE, sizes.batch(), m, n) >= MANY;
    int usual = large && many ? LARGE : SMALL;
    int tile = tiles.of(Products.choice(call, task, form.kind, sizes, options, usual));
    int size = size(form.operands);
    boolean wide = form.operands == DType.F32;
    boolean copied = form.a.isCopied() && form.b.isCopied();
    int stages = copied ? STAGES : STAGES - 1;
    String template =
        TEXT.replace("ENDING", form.ending(DIRECT, BANDS, "tiles"))
            .replace("LOADA", form.a.load('a'))
            .replace("LOADB", form.b.load('b'))
            .replace("AHEAD", copied ? AHEAD : "")
            .replace("INTIME", copied ? "" : "{ FRAGMENTA }")
            .replace("FRAGMENTA", form.a.fragment('a'))
            .replace("FRAGMENTB", form.b.fragment('b'))
            .replace("SHARED", form.both(TensorOperand::shared))
            .replace("BEGIN", form.both(TensorOperand::begin))
            .replace("STEP", form.both(TensorOperand::step))
            .replace("READ", copied ? "" : "MEMORY read[SIZE];")
            .replace("FETCHFIRST", form.first(TensorOperand::fetch, true))
            .replace("PLACEFIRST", form.first(TensorOperand::place, false))
            .replace("FETCHSECOND", form.second(TensorOperand::fetch, false))
            .replace("PLACESECOND", form.second(TensorOperand::place, true))
            .replace("ABOVE", form.above)
            .replace("APART", form.apart)
            .replace("ARRIVED", copied ? "cp_async_wait()" : "cp_async_wait_all()")
            .replace("MMA", wide ? "mma_tf32" : "mma_" + form.operands)
            .replace("STAGES", Integer.toString(stages))
            .replace("LOADS", Integer.toString(tile * PARTS / GROUP))
            .replace("TILE", Integer.toString(tile));
    // two groups for each multiprocessor, that is, at most 128 registers; unasked the compiler
    // takes 64 for some, and spills
    int together = wide && tile == LARGE ? 1 : 2;
    String text = text(dialect, form, template, tile, tile, PARTS * size, together);
    long groups = split.count() * Products.tiles(tile, sizes.batch(), m, n);
    int bytes = stages * 2 * tile * PARTS * PART_BYTES;
    return call.groups(text, "product", groups, GROUP, bytes);
  }

  /// A whole kernel for groups of 256 items.
  ///
  /// @param template begins with what is declared before the loop over tiles, `LOOP`
  /// @param rows of a tile
  /// @param columns of a tile
  /// @param depth terms of a tile
  /// @param together groups that a multiprocessor shall have registers for
  static String text(
      Dialect dialect, Form form, String template, int rows, int columns, int depth, int together) {
    String head =
        Products.together(
            together,
            GROUP,
            Products.head(dialect, GROUP, form.operands, DType.F32, form.names, form.epilogue));
    String text =
        template
            .replace("LOOP\n", LOOP)
            .replace("WALK", form.walk)
            .replace("MEMORY", CText.memory(form.operands))
            .replace("GROUPS", dialect.groups())
            .replace("GROUP", dialect.group())
            .replace("ITEM", dialect.item())
            .replace("BARRIER", dialect.barrier())
            .replace("ROWS", Integer.toString(rows))
            .replace("COLUMNS", Integer.toString(columns))
            .replace("DEPTH", Integer.toString(depth))
            .replace("SIZE", Integer.toString(size(form.operands)));
    Epilogue epilogue = form.epilogue;
    return head
        + (epilogue == null
            ? text
            : epilogue.into(CText.typed(DType.F32, text), dialect, 3, form.names.size()));
  }
}
