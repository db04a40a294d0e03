package jacquard.kernels.csource;

import jacquard.kernels.Task;
import jacquard.kernels.csource.Products.Sizes;
import jacquard.kernels.csource.TensorTiles.Form;
import jacquard.tensor.DType;
import java.util.List;

/// Products of f16 or bf16 matrices, and of f32 that may be rounded, by `wgmma` of compute
/// capability 9.0: four warps multiply what lies in shared memory, while they do something else.
///
/// Operands lie there as PTX's [canonical
/// layouts](https://docs.nvidia.com/cuda/parallel-thread-execution/#asynchronous-warpgroup-level-matrix-shared-memory-layout)
/// with a swizzle of 128 bytes want them ([Functions]). Terms of an element are added in the order
/// of k, 16 or 8 at a time.
final class WarpGroupProducts {
  /// Two groups of warps have 64 each.
  private static final int ROWS = 128;

  /// Columns of the tiles to choose from.
  static final List<Integer> COLUMNS = List.of(256, 128);

  /// Terms of a tile are a line of 128 bytes in shared memory, those of an instruction a quarter.
  private static final int PARTS = 8;

  private static final int LINE_BYTES = PARTS * TensorTiles.PART_BYTES;

  /// Shared memory has to begin at a multiple.
  private static final int PATTERN_BYTES = 8 * LINE_BYTES;

  private WarpGroupProducts() {}

  /*
   * In round r, all wait for the copies of stage r, and tell the asynchronous proxy, that is, wgmma, that they are there. After
   * the barrier stage r is multiplied while the copies of round r + 2 are on their way. They go to the stage of round
   * r - KEPT - 1, which is multiplied: each item has waited in the round before until only KEPT groups of wgmma ran on, and
   * then passed the barrier.
   */
  private static final String TEXT =
      """
        const i32 item = ITEM, lane = item % 32;
        char* memory = dynamic_memory();
        memory += (0u - shared_address(memory)) % PATTERN;
        const u32 rows = shared_address(memory) + item / 128 * 64 * LINE, columns = shared_address(memory) + ROWS * LINE;
      LOOP
          float sum[COLUMNS / 2];
          #pragma unroll
          for (i32 q = 0; q < COLUMNS / 2; q++) sum[q] = 0;
          const auto copy = [&](i32 round) {
            const i32 k0 = begin + round * DEPTH;
            char* as = memory + round % STAGES * STAGE;
            char* bs = as + ROWS * LINE;
            if (round < rounds) {
              #pragma unroll
              for (i32 l = 0; l < ROWS * PARTS / 256; l++) { const i32 e = item + l * 256; LOADA }
              #pragma unroll
              for (i32 l = 0; l < COLUMNS * PARTS / 256; l++) { const i32 e = item + l * 256; LOADB }
            }
            cp_async_commit();
          };
          copy(0);
          copy(1);
          for (i32 round = 0; round < rounds; round++) {
            const i32 stage = round % STAGES * STAGE;
            cp_async_wait();
            ROUNDED
            fence_proxy_async();
            BARRIER;
            wgmma_fence();
            #pragma unroll
            for (i32 kk = 0; kk < 4; kk++) MULTIPLY(sum, LEFT(rows + stage, kk), RIGHT(columns + stage, kk));
            wgmma_commit();
            copy(round + 2);
            wgmma_wait_KEPT();
          }
          wgmma_wait_0();
          BARRIER;
          ENDING
        }
      }
      """;

  private static final String DIRECT =
      """
          #pragma unroll
          for (i32 q = 0; q < COLUMNS / 2; q += 2) {
            const i32 i = i0 + item / 32 * 16 + lane / 4 + q / 2 % 2 * 8, j = j0 + q / 4 * 8 + lane % 4 * 2;
            float* c = b2 + (result * m + i) * n + j;
            if (i < m && j + 1 < n && n % 2 == 0) {
              store_two(c, sum[q], sum[q + 1]);
            } else if (i < m) {
              if (j < n) c[0] = sum[q];
              if (j + 1 < n) c[1] = sum[q + 1];
            }
          }
      """;

  /// The whole tile: there is room for it.
  private static final Epilogue.Bands BANDS =
      new Epilogue.Bands(
          "1",
          """
          #pragma unroll
          for (i32 q = 0; q < COLUMNS / 2; q++)
            stage[item / 32 * 16 + lane / 4 + q / 2 % 2 * 8][q / 4 * 8 + lane % 4 * 2 + q % 2] = sum[q];
          """,
          "stage",
          Integer.toString(ROWS),
          "row",
          "COLUMNS");

  /// f32 is rounded where it has arrived, by the item that copied it.
  private static final String ROUNDED =
      """
      #pragma unroll
            for (i32 l = 0; l < (ROWS + COLUMNS) * PARTS / 256; l++) {
              const i32 e = item + l * 256;
              round_tf32(memory + stage + swizzled(e / PARTS, e % PARTS));
            }
      """;

  /// Whether tiles of a product fill most of a large GPU, where the smaller ones of `mma` might
  /// otherwise, and operands can be copied as they must lie.
  static boolean fits(Form form, Sizes sizes, Split split, Tiles tiles) {
    boolean turns = form.operands() != DType.F32 || (form.a().byTerms() && form.b().byTerms());
    boolean aligned = form.a().aligned() && form.b().aligned();
    int least = COLUMNS.getLast();
    boolean large = sizes.m() >= ROWS && sizes.n() >= least;
    return turns && aligned && large && split.count() * tiles(sizes, least) >= tiles.enough();
  }

  static Call call(
      Dialect dialect,
      CallBuilder call,
      Task task,
      Form form,
      Sizes sizes,
      Split split,
      Tiles tiles) {
    TensorOperand left = form.a();
    TensorOperand right = form.b();
    boolean wide = form.operands() == DType.F32;
    List<Integer> options = COLUMNS.stream().filter(columns -> columns <= sizes.n()).toList();
    int usual =
        options.stream()
            .filter(columns -> split.count() * tiles(sizes, columns) >= tiles.enough())
            .findFirst()
            .orElse(COLUMNS.getLast());
    String kind = "wgmma " + form.kind();
    int columns = tiles.of(Products.choice(call, task, kind, sizes, options, usual));
    // one wgmma runs while the next one begins; of small tiles, two groups share a multiprocessor
    boolean single = columns > ROWS;
    int kept = single ? 1 : 0;
    int stages = 3 + kept;
    int stage = (ROWS + columns) * LINE_BYTES;
    String dtype = wide ? "tf32" : form.operands().toString();
    String parts = Integer.toString(PARTS);
    String template =
        TEXT.replace("ENDING", form.ending(DIRECT, BANDS, "memory"))
            .replace("LOADA", left.load('a', parts, Integer.toString(ROWS), place(left)))
            .replace("LOADB", right.load('b', parts, Integer.toString(columns), place(right)))
            .replace("ROUNDED", wide ? ROUNDED.strip() : "")
            .replace(
                "MULTIPLY", WarpGroupFunctions.name(dtype, columns, left.letter(), right.letter()))
            .replace("LEFT", "matrix_" + left.letter())
            .replace("RIGHT", "matrix_" + right.letter())
            .replace("KEPT", Integer.toString(kept))
            .replace("STAGES", Integer.toString(stages))
            .replace("STAGE", Integer.toString(stage))
            .replace("PATTERN", Integer.toString(PATTERN_BYTES))
            .replace("LINE", Integer.toString(LINE_BYTES))
            .replace("PARTS", parts);
    int depth = PARTS * TensorTiles.size(form.operands());
    String text = TensorTiles.text(dialect, form, template, ROWS, columns, depth, single ? 1 : 2);
    long groups = split.count() * tiles(sizes, columns);
    int bytes = stages * stage + PATTERN_BYTES;
    return call.dynamic(text, "product", groups, TensorTiles.GROUP, bytes);
  }

  /// What [TensorOperand#load] calls x and c, as a line and a part of it.
  private static String place(TensorOperand operand) {
    return operand.byTerms() ? "swizzled(x, c)" : "swizzled(c / 8 * DEPTH + x, c % 8)";
  }

  private static long tiles(Sizes sizes, int columns) {
    return sizes.batch() * Math.ceilDiv(sizes.m(), ROWS) * Math.ceilDiv(sizes.n(), columns);
  }
}
