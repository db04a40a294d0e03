package jacquard.kernels.csource;

import jacquard.kernels.Schedule;
import jacquard.kernels.Task;
import jacquard.tensor.DType;
import jacquard.tensor.Ints;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Matrix products and convolutions: tiles of the result, which a group computes from tiles of both
/// operands in shared memory.
///
/// A convolution is a product whose operands are looked up where they lie (implicit GEMM); only the
/// look-ups differ. Each element's terms are added in the order of k, in [Parts] that depend on
/// sizes only, so results don't depend on the device nor on the tile.
final class Products {
  /// A group has 16 x 16 items.
  static final int SIDE = 16;

  /// Whether a group computes one tile and ends: the largest leave no registers for what finds the
  /// next one.
  private static boolean isAlone(int tile) {
    return tile == SIZES[0];
  }

  /// Terms of a tile of operands: where sums take most registers there are none for more, and
  /// doubles take as much shared memory as floats.
  private static int depth(int tile, DType dtype) {
    return tile * bytes(dtype) >= 512 ? SIDE / 2 : SIDE;
  }

  /// Tiles from which even a large GPU has something to do everywhere.
  private static final int MANY = 128;

  /// Rows and columns of the tiles to choose from. The elements of the largest, 8 x 8 for an item,
  /// are 64 multiply-adds for 16 reads of shared memory; the smallest are for matrices that would
  /// be only a few larger ones.
  private static final int[] SIZES = {128, 64, 32};

  private Products() {}

  /// @param numbers names of the numbers that follow the buffers' starts
  /// @param walk statements for item `z` of the batch
  /// @param a the left operand, element `(i, k)` of item `z` of the batch
  /// @param b the right one, element `(k, j)`
  /// @param result where a part's results, or those of item `z`, begin
  /// @param c number of element `(i, j)` from there
  record Look(
      List<String> numbers,
      String walk,
      ProductOperand a,
      ProductOperand b,
      String result,
      String c) {}

  /*
   * Elements of an item lie together by VEC, so that they are read in one go; rows of shared memory are 16 bytes longer than
   * a tile, which keeps them aligned and spreads them over banks. The next tile is read into registers while this one is
   * multiplied, and written beside it: the first round multiplies nothing, the last one reads nothing.
   */
  private static final String TILES =
      """
        LOCAL T as[2 * DEPTH][TILE + 4] ALIGNED;
        LOCAL T bs[2 * DEPTH][TILE + 4] ALIGNED;
        const i32 item = ITEM, ti = item / SIDE, tj = item % SIDE;
        const i32 across = (n + TILE - 1) / TILE, down = (m + TILE - 1) / TILE;
        EVERY {
          const i32 z = tile / (across * down) % batch, part = tile / (across * down) / batch;
          const i32 first = part * terms, last = first + terms < depth ? first + terms : depth;
          const i32 i0 = tile / across % down * TILE, j0 = tile % across * TILE;
          WALK
          BEGINA
          BEGINB
          const i32 result = OUTSET;
          T sum[EACH][EACH];
          for (i32 x = 0; x < EACH; x++) for (i32 y = 0; y < EACH; y++) sum[x][y] = 0;
          for (i32 k0 = first - DEPTH, stage = 0; k0 < last; k0 += DEPTH) {
            FETCHA
            FETCHB
            if (k0 >= first) {
              UNROLLED
              for (i32 x = 0; x < DEPTH; x++) {
                T left[EACH], right[EACH];
                for (i32 y = 0; y < EACH; y++) {
                  left[y] = as[stage + x][y / VEC * (VEC * SIDE) + ti * VEC + y % VEC];
                  right[y] = bs[stage + x][y / VEC * (VEC * SIDE) + tj * VEC + y % VEC];
                }
                for (i32 u = 0; u < EACH; u++) for (i32 v = 0; v < EACH; v++) MULTIPLY;
              }
            }
            stage ^= DEPTH;
            PLACEA
            PLACEB
            BARRIER;
          }
          ENDING
        }
      }
      """;

  private static final String DIRECT =
      """
          for (i32 u = 0; u < EACH; u++) for (i32 v = 0; v < EACH; v++) {
            const i32 i = i0 + u / VEC * (VEC * SIDE) + ti * VEC + u % VEC;
            const i32 j = j0 + v / VEC * (VEC * SIDE) + tj * VEC + v % VEC;
            if (i < m && j < n) b2[result + LOOKC] = (M)(sum[u][v]);
          }
      """;

  /// Every sixteenth row, as they lie in the items.
  private static final Epilogue.Bands BANDS =
      new Epilogue.Bands(
          "EACH",
          "for (i32 v = 0; v < EACH; v++) as[ti][v / VEC * (VEC * SIDE) + tj * VEC + v % VEC] = sum[w][v];",
          "as",
          "SIDE",
          "u / VEC * (VEC * SIDE) + row * VEC + u % VEC",
          "TILE");

  /// @param operands dtype of the operands; `dtype` is that of the result
  private static String text(
      Dialect dialect,
      DType operands,
      DType dtype,
      Look look,
      int tile,
      @Nullable Epilogue epilogue) {
    int each = tile / SIDE;
    int depth = depth(tile, dtype);
    String head = head(dialect, SIDE * SIDE, operands, dtype, look.numbers, epilogue);
    boolean vectors = look.a.vectors() && look.b.vectors();
    String unrolled = vectors ? unrolled(dialect, epilogue) : "";
    if (dtype.bytes() <= Float.BYTES && (vectors || !isAlone(tile))) {
      head = together(2, SIDE * SIDE, head);
    }
    String every = "for (i32 tile = GROUP; tile < across * down * batch * parts; tile += GROUPS)";
    if (isAlone(tile)) {
      head = Dialect.alone(head);
      every = "const i32 tile = GROUP;";
    }
    String multiply =
        switch (dtype) {
          case F32, F64 -> "sum[u][v] = fma(left[u], right[v], sum[u][v])";
          case I32, I64 ->
              "sum[u][v] = add#(sum[u][v], mul#(left[u], right[v]))"
                  .replace("#", CText.suffix(dtype));
          case F16, BF16 -> throw new AssertionError("products are f32: " + dtype);
          case U8 -> "sum[u][v] = (sum[u][v] + left[u] * right[v]) & 255";
          case BOOL -> "sum[u][v] |= left[u] & right[v]";
        };
    String tiles =
        TILES
            .replace(
                "ENDING", (epilogue == null ? DIRECT : epilogue.staged(BANDS, SIDE * SIDE)).strip())
            .replace("EVERY", every)
            .replace("OUTSET", look.result)
            .replace("GROUPS", dialect.groups())
            .replace("GROUP", dialect.group())
            .replace("ITEM", dialect.item())
            .replace("LOCAL ", dialect.local())
            .replace("BARRIER", dialect.barrier())
            .replace("MULTIPLY", multiply)
            .replace("WALK", look.walk)
            .replace("BEGINA", look.a.begin('a', tile, depth))
            .replace("BEGINB", look.b.begin('b', tile, depth))
            .replace("FETCHA", look.a.fetch('a', operands, tile, depth))
            .replace("FETCHB", look.b.fetch('b', operands, tile, depth))
            .replace("PLACEA", look.a.place('a', tile, depth))
            .replace("PLACEB", look.b.place('b', tile, depth))
            .replace("LOOKC", look.c)
            .replace("UNROLLED", unrolled)
            .replace("ALIGNED", "__attribute__((aligned(16)))")
            .replace("TILE", Integer.toString(tile))
            .replace("DEPTH", Integer.toString(depth))
            .replace("SIDE", Integer.toString(SIDE))
            .replace("EACH", Integer.toString(each))
            .replace("VEC", Integer.toString(Math.min(4, each)));
    String typed = CText.typed(dtype, tiles);
    return head
        + (epilogue == null ? typed : epilogue.into(typed, dialect, 3, look.numbers.size()));
  }

  /// What stands before the loop over a round's terms: what an epilogue has of its own leaves
  /// registers for two at a time.
  private static String unrolled(Dialect dialect, @Nullable Epilogue epilogue) {
    boolean all = epilogue == null || dialect.unroll().isEmpty();
    return all ? dialect.unroll() : dialect.unroll() + " 2";
  }

  /// The beginning of a kernel for a product and what follows it: buffers and numbers.
  static String head(
      Dialect dialect,
      int items,
      DType operands,
      DType dtype,
      List<String> numbers,
      @Nullable Epilogue epilogue) {
    List<DType> buffers = new ArrayList<>(List.of(operands, operands, dtype));
    if (epilogue != null) {
      buffers.addAll(epilogue.buffers());
    }
    String head = dialect.begin(items, buffers) + Matrices.named(buffers.size(), numbers);
    return epilogue == null ? head : head + epilogue.text(dialect, 3, numbers.size()).head();
  }

  /// The head of a kernel of whose groups a multiprocessor shall have registers for several: for
  /// two of 256 items, 128 each.
  static String together(int groups, int items, String head) {
    String one = "__launch_bounds__(" + items + ")";
    return groups == 1 ? head : head.replace(one, one.replace(")", ", " + groups + ")"));
  }

  /// What is asked for a product of these sizes.
  ///
  /// @param kind of the task, its layouts and dtypes
  static Tiles.Choice choice(
      CallBuilder call, Task task, String kind, Sizes sizes, List<Integer> tiles, int usual) {
    List<Long> all = List.of(sizes.batch, (long) sizes.m, (long) sizes.n, (long) sizes.depth);
    double flops = 2.0 * sizes.elements() * sizes.depth;
    return Tiles.Choice.of(call, task, kind, all, flops, tiles, usual);
  }

  static long tiles(int tile, long batch, int m, int n) {
    return batch * Math.ceilDiv(m, tile) * Math.ceilDiv(n, tile);
  }

  /// The largest that is not half empty and gives enough of them. What a tile of doubles wants in
  /// registers and shared memory is twice as much.
  static int tile(DType dtype, long batch, int m, int n) {
    for (int tile : fitting(dtype, m, n)) {
      if (tiles(tile, batch, m, n) >= MANY) {
        return tile;
      }
    }
    return SIZES[SIZES.length - 1];
  }

  /// Tiles that are not half empty, and always the smallest.
  static List<Integer> fitting(DType dtype, int m, int n) {
    List<Integer> fitting = new ArrayList<>();
    for (int tile : SIZES) {
      boolean smallest = tile == SIZES[SIZES.length - 1];
      if (smallest || (tile * dtype.bytes() <= 512 && 2 * Math.min(m, n) > tile)) {
        fitting.add(tile);
      }
    }
    return fitting;
  }

  /// The numbers of a product of matrices, and how items of its batch are found.
  ///
  /// @param names of the numbers
  /// @param batch how many matrices
  /// @param split of their sums
  /// @param walk defines `pa` and `pb`, where the operands of item `z` begin
  record Matrices(List<String> names, long batch, Split split, String walk) {
    /// Hands buffers and numbers to `call`.
    static Matrices of(CallBuilder call, Task.Dot t, Split split) {
      Ints dims = t.batch();
      int rank = dims.length();
      Ints a = t.aView().strides();
      Ints b = t.bView().strides();
      long batch = batch(t);
      List<String> names = new ArrayList<>(List.of("batch", "m", "n", "depth", "terms", "parts"));
      names.addAll(List.of("ao", "ai", "ak", "bo", "bk", "bj"));
      call.buffer(t.a()).buffer(t.b());
      split.result(call, t.c(), batch * t.m() * t.n());
      call.number(Math.toIntExact(batch), t.m(), t.n(), t.k(), split.terms(), split.count());
      call.number(t.aView().offset(), a.get(rank), a.get(rank + 1));
      call.number(t.bView().offset(), b.get(rank), b.get(rank + 1));
      StringBuilder walk = new StringBuilder(rank > 0 ? "i32 rest = z, pa = ao, pb = bo; " : "");
      for (int i = rank - 1; i >= 0; i--) {
        names.addAll(List.of("d" + i, "sa" + i, "sb" + i));
        call.number(dims.get(i), a.get(i), b.get(i));
        walk.append("{ i32 x" + i + " = rest % d" + i + "; rest /= d" + i + "; ")
            .append("pa += x" + i + " * sa" + i + "; pb += x" + i + " * sb" + i + "; } ");
      }
      return new Matrices(List.copyOf(names), batch, split, walk.toString());
    }

    static long batch(Task.Dot t) {
      long batch = 1;
      for (int dim : t.batch().toArray()) {
        batch *= dim;
      }
      return batch;
    }

    /// Lines that name the numbers of a kernel.
    static String named(int buffers, List<String> names) {
      StringBuilder lines = new StringBuilder();
      for (int i = 0; i < names.size(); i++) {
        lines
            .append("  const i32 ")
            .append(names.get(i))
            .append(" = p[")
            .append(buffers + i)
            .append("];\n");
      }
      return lines.toString();
    }
  }

  /// `c[z, i, j] = sum of a[z, i, k] b[z, k, j]`; the axes of the batch are walked by strides.
  static List<Call> dot(Dialect dialect, Schedule schedule, Task.Dot t, Tiles tiles) {
    CallBuilder call = new CallBuilder(schedule);
    long batch = Matrices.batch(t);
    Split split = Split.of(call, t.dtype(), batch, t.m(), t.n(), t.k());
    Matrices matrices = Matrices.of(call, t, split);
    Epilogue epilogue = Epilogue.of(schedule, t);
    Epilogue here = split.count() == 1 ? epilogue : null; // or where parts are added
    if (here != null) {
      here.arguments(call);
    }
    Call product =
        dialect.tensorCores() && TensorProducts.fits(call, t)
            ? TensorProducts.dot(dialect, call, t, matrices, here, tiles)
            : dot(dialect, call, t, matrices, here, tiles);
    return split.calls(dialect, schedule, product, t.c(), batch * t.m() * t.n(), epilogue);
  }

  private static Call dot(
      Dialect dialect,
      CallBuilder call,
      Task.Dot t,
      Matrices matrices,
      @Nullable Epilogue epilogue,
      Tiles tiles) {
    String walk = t.batch().length() == 0 ? "i32 pa = ao, pb = bo;" : matrices.walk.strip();
    DType operands = call.dtype(t.a());
    ProductOperand a = ProductOperand.ofMatrix('a', operands, t.aView(), t.m(), t.k());
    ProductOperand b = ProductOperand.ofMatrix('b', operands, t.bView(), t.n(), t.k());
    Look look = new Look(matrices.names, walk, a, b, "(part * batch + z) * (m * n)", "i * n + j");
    String kind = "dot %s %s %s %s".formatted(operands, t.dtype(), a.kind(), b.kind());
    Sizes sizes = new Sizes(matrices.batch, t.m(), t.n(), t.k());
    return tiled(
        dialect, call, t, kind, operands, t.dtype(), look, sizes, matrices.split, epilogue, tiles);
  }

  /// Whether every `size` elements begin at a multiple of them. Values begin at one.
  ///
  /// @param apart the axis of the matrix whose elements are apart
  static boolean isAligned(int size, Ints strides, int offset, int apart) {
    boolean aligned = offset % size == 0 && strides.get(apart) % size == 0;
    for (int i = 0; i < strides.length() - 2; i++) {
      aligned &= strides.get(i) % size == 0;
    }
    return aligned;
  }

  /// @param batch how many products
  /// @param m rows of a result
  /// @param n its columns
  /// @param depth terms of each sum
  record Sizes(long batch, int m, int n, int depth) {
    long elements() {
      return batch * m * n;
    }
  }

  /// The call of [#TILES].
  ///
  /// @param kind of the task, its layouts and dtypes
  static Call tiled(
      Dialect dialect,
      CallBuilder call,
      Task task,
      String kind,
      DType operands,
      DType dtype,
      Look look,
      Sizes sizes,
      Split split,
      @Nullable Epilogue epilogue,
      Tiles tiles) {
    List<Integer> options = fitting(dtype, sizes.m, sizes.n);
    int usual = tile(dtype, sizes.batch, sizes.m, sizes.n);
    int tile = tiles.of(choice(call, task, kind, sizes, options, usual));
    String text = text(dialect, operands, dtype, look, tile, epilogue);
    long groups = split.count() * tiles(tile, sizes.batch, sizes.m, sizes.n);
    int bytes = localBytes(tile, dtype);
    return isAlone(tile)
        ? call.all(text, "product", groups, SIDE * SIDE, bytes)
        : call.groups(text, "product", groups, SIDE * SIDE, bytes);
  }

  private static int localBytes(int tile, DType dtype) {
    return 4 * depth(tile, dtype) * (tile + 4) * bytes(dtype);
  }

  /// Of an element in shared memory, at most.
  private static int bytes(DType dtype) {
    return Math.max(Integer.BYTES, dtype.bytes());
  }
}
