package jacquard.kernels.csource;

import jacquard.kernels.Task;
import jacquard.tensor.DType;
import jacquard.tensor.Ints;
import jacquard.tensor.Shape;
import jacquard.tensor.graph.ConvKind;
import jacquard.tensor.graph.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// Matrix products and convolutions: tiles of the result, which a group computes from tiles of both
/// operands in shared memory.
///
/// A convolution is a product whose operands are looked up where they lie (implicit GEMM); only the
/// look-ups differ. Each element's terms are added in the order of k, so results don't depend on
/// the device's size.
final class Products {
  /// A group has 16 x 16 items.
  private static final int SIDE = 16;

  private static final int DEPTH = 16;

  /// Tiles from which even a large GPU has something to do everywhere.
  private static final int MANY = 128;

  /// Rows and columns of the tiles to choose from. The elements of the largest, 8 x 8 for an item,
  /// are 64 multiply-adds for 16 reads of shared memory; the smallest are for matrices that would
  /// be only a few larger ones.
  private static final int[] SIZES = {128, 64, 32};

  private Products() {}

  /// @param numbers names of the numbers that follow the buffers' starts
  /// @param a element `(i, k)` of the left operand, of item `z` of the batch
  /// @param b element `(k, j)` of the right one
  /// @param c position of element `(i, j)` of the result
  private record Look(List<String> numbers, String a, String b, String c) {}

  /*
   * Elements of an item lie together by VEC, so that they are read in one go; rows of shared memory are 16 bytes longer than
   * a tile, which keeps them aligned and spreads them over banks. The next tile is read into registers while this one is
   * multiplied: the first round multiplies nothing, the last one reads nothing.
   */
  private static final String TILES =
      """
        LOCAL T as[DEPTH][TILE + 4] ALIGNED;
        LOCAL T bs[DEPTH][TILE + 4] ALIGNED;
        const i32 item = ITEM, ti = item / SIDE, tj = item % SIDE;
        const i32 across = (n + TILE - 1) / TILE, down = (m + TILE - 1) / TILE;
        for (i32 tile = GROUP; tile < across * down * batch; tile += GROUPS) {
          const i32 z = tile / (across * down);
          const i32 i0 = tile / across % down * TILE, j0 = tile % across * TILE;
          T sum[EACH][EACH], nexta[LOADS], nextb[LOADS];
          for (i32 x = 0; x < EACH; x++) for (i32 y = 0; y < EACH; y++) sum[x][y] = 0;
          for (i32 k0 = -DEPTH; k0 < depth; k0 += DEPTH) {
            for (i32 l = 0; l < LOADS; l++) {
              const i32 e = item + l * SIDE * SIDE, x = AFAST ? e % DEPTH : e / TILE, y = AFAST ? e / DEPTH : e % TILE;
              const i32 k = k0 + DEPTH + x, i = i0 + y;
              T value = 0;
              if (k < depth && i < m) { LOOKA }
              nexta[l] = value;
            }
            for (i32 l = 0; l < LOADS; l++) {
              const i32 e = item + l * SIDE * SIDE, x = BFAST ? e % DEPTH : e / TILE, y = BFAST ? e / DEPTH : e % TILE;
              const i32 k = k0 + DEPTH + x, j = j0 + y;
              T value = 0;
              if (k < depth && j < n) { LOOKB }
              nextb[l] = value;
            }
            if (k0 >= 0) {
              for (i32 x = 0; x < DEPTH; x++) {
                T left[EACH], right[EACH];
                for (i32 y = 0; y < EACH; y++) {
                  left[y] = as[x][y / VEC * (VEC * SIDE) + ti * VEC + y % VEC];
                  right[y] = bs[x][y / VEC * (VEC * SIDE) + tj * VEC + y % VEC];
                }
                for (i32 u = 0; u < EACH; u++) for (i32 v = 0; v < EACH; v++) MULTIPLY;
              }
            }
            BARRIER;
            for (i32 l = 0; l < LOADS; l++) {
              const i32 e = item + l * SIDE * SIDE;
              as[AFAST ? e % DEPTH : e / TILE][AFAST ? e / DEPTH : e % TILE] = nexta[l];
              bs[BFAST ? e % DEPTH : e / TILE][BFAST ? e / DEPTH : e % TILE] = nextb[l];
            }
            BARRIER;
          }
          for (i32 u = 0; u < EACH; u++) for (i32 v = 0; v < EACH; v++) {
            const i32 i = i0 + u / VEC * (VEC * SIDE) + ti * VEC + u % VEC;
            const i32 j = j0 + v / VEC * (VEC * SIDE) + tj * VEC + v % VEC;
            if (i < m && j < n) { LOOKC = (M)(sum[u][v]); }
          }
        }
      }
      """;

  /// Reads of an operand in the text of a [Look].
  private static final Pattern READ = Pattern.compile("value = (b[01])\\[([^\\]]*)\\];");

  /// A look-up of elements of `dtype`.
  private static String reading(DType dtype, String look) {
    return READ.matcher(look)
        .replaceAll(read -> "value = " + CText.load(dtype, read.group(1), read.group(2)) + ";");
  }

  /// @param operands dtype of the operands; `dtype` is that of the result
  private static String text(
      Dialect dialect,
      DType operands,
      DType dtype,
      Look look,
      boolean aFast,
      boolean bFast,
      int tile) {
    int each = tile / SIDE;
    StringBuilder head = new StringBuilder();
    head.append(dialect.begin(SIDE * SIDE, List.of(operands, operands, dtype)));
    head.append(Matrices.named(look.numbers));
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
            .replace("GROUPS", dialect.groups())
            .replace("GROUP", dialect.group())
            .replace("ITEM", dialect.item())
            .replace("LOCAL ", dialect.local())
            .replace("BARRIER", dialect.barrier())
            .replace("MULTIPLY", multiply)
            .replace("LOOKA", reading(operands, look.a))
            .replace("LOOKB", reading(operands, look.b))
            .replace("LOOKC", look.c)
            .replace("AFAST", aFast ? "1" : "0")
            .replace("BFAST", bFast ? "1" : "0")
            .replace("ALIGNED", "__attribute__((aligned(16)))")
            .replace("LOADS", Integer.toString(tile * DEPTH / (SIDE * SIDE)))
            .replace("TILE", Integer.toString(tile))
            .replace("DEPTH", Integer.toString(DEPTH))
            .replace("SIDE", Integer.toString(SIDE))
            .replace("EACH", Integer.toString(each))
            .replace("VEC", Integer.toString(Math.min(4, each)));
    return head + CText.typed(dtype, tiles);
  }

  private static Call call(
      Dialect dialect,
      CallBuilder call,
      DType operands,
      DType dtype,
      Look look,
      boolean aFast,
      boolean bFast,
      long batch,
      int m,
      int n) {
    int tile = tile(dtype, batch, m, n);
    int bytes = 2 * DEPTH * (tile + 4) * Math.max(4, dtype.bytes());
    String text = text(dialect, operands, dtype, look, aFast, bFast, tile);
    return call.groups(text, "product", tiles(tile, batch, m, n), SIDE * SIDE, bytes);
  }

  static long tiles(int tile, long batch, int m, int n) {
    return batch * Math.ceilDiv(m, tile) * Math.ceilDiv(n, tile);
  }

  /// The largest that is not half empty and gives enough of them. What a tile of doubles wants in
  /// registers and shared memory is twice as much.
  static int tile(DType dtype, long batch, int m, int n) {
    for (int tile : SIZES) {
      boolean fits = tile * dtype.bytes() <= 512 && 2 * Math.min(m, n) > tile;
      if (fits && tiles(tile, batch, m, n) >= MANY) {
        return tile;
      }
    }
    return SIZES[SIZES.length - 1];
  }

  /// The numbers of a product of matrices, and how items of its batch are found.
  ///
  /// @param names of the numbers
  /// @param batch how many matrices
  /// @param walk defines `pa` and `pb`, where the operands of item `z` begin
  record Matrices(List<String> names, long batch, String walk) {
    /// Hands buffers and numbers to `call`.
    static Matrices of(CallBuilder call, Task.Dot t) {
      Ints dims = t.batch();
      int rank = dims.length();
      Ints a = t.aView().strides();
      Ints b = t.bView().strides();
      long batch = 1;
      for (int i = 0; i < rank; i++) {
        batch *= dims.get(i);
      }
      List<String> names =
          new ArrayList<>(List.of("batch", "m", "n", "depth", "ao", "ai", "ak", "bo", "bk", "bj"));
      call.buffer(t.a()).buffer(t.b()).buffer(t.c());
      call.number(Math.toIntExact(batch), t.m(), t.n(), t.k());
      call.number(t.aView().offset(), a.get(rank), a.get(rank + 1));
      call.number(t.bView().offset(), b.get(rank), b.get(rank + 1));
      StringBuilder walk = new StringBuilder(rank > 0 ? "i32 rest = z, pa = ao, pb = bo; " : "");
      for (int i = rank - 1; i >= 0; i--) {
        names.addAll(List.of("d" + i, "sa" + i, "sb" + i));
        call.number(dims.get(i), a.get(i), b.get(i));
        walk.append("{ i32 x" + i + " = rest % d" + i + "; rest /= d" + i + "; ")
            .append("pa += x" + i + " * sa" + i + "; pb += x" + i + " * sb" + i + "; } ");
      }
      return new Matrices(List.copyOf(names), batch, walk.toString());
    }

    /// Lines that name the numbers of a kernel with three buffers.
    static String named(List<String> names) {
      StringBuilder lines = new StringBuilder();
      for (int i = 0; i < names.size(); i++) {
        lines
            .append("  const i32 ")
            .append(names.get(i))
            .append(" = p[")
            .append(3 + i)
            .append("];\n");
      }
      return lines.toString();
    }
  }

  /// `c[z, i, j] = sum of a[z, i, k] b[z, k, j]`; the axes of the batch are walked by strides.
  static Call dot(Dialect dialect, CallBuilder call, Task.Dot t) {
    if (dialect.tensorCores() && TensorProducts.fits(call, t)) {
      return TensorProducts.dot(dialect, call, t);
    }
    int rank = t.batch().length();
    Ints a = t.aView().strides();
    Ints b = t.bView().strides();
    Matrices matrices = Matrices.of(call, t);
    boolean single = rank == 0;
    Look look =
        new Look(
            matrices.names,
            (single ? "i32 pa = ao; " : matrices.walk) + "value = b0[pa + i * ai + k * ak];",
            (single ? "i32 pb = bo; " : matrices.walk) + "value = b1[pb + k * bk + j * bj];",
            "b2[(z * m + i) * n + j]");
    boolean aFast = a.get(rank + 1) == 1 || a.get(rank) != 1;
    boolean bFast = b.get(rank + 1) != 1 && b.get(rank) == 1;
    DType operands = call.dtype(t.a());
    return call(
        dialect, call, operands, t.dtype(), look, aFast, bFast, matrices.batch, t.m(), t.n());
  }

  private static final List<String> GEOMETRY =
      List.of(
          "batch", "m", "n", "depth", "C", "H", "W", "O", "OH", "OW", "KH", "KW", "SH", "SW", "PT",
          "PL", "DH", "DW");

  /// Image element under filter element (`y`, `x`) of result element (`oh`, `ow`).
  private static final String FROM_IMAGE =
      """
      i32 ih = oh * SH - PT + y * DH, iw = ow * SW - PL + x * DW;
      if (ih >= 0 && ih < H && iw >= 0 && iw < W) value = BUFFER[((image * C * batch + z * C + c) * H + ih) * W + iw];
      """;

  private static Look look(ConvKind kind) {
    return switch (kind) {
      // i: channel of the result, k: place in the filter, j: place in the results of all images
      case FORWARD ->
          new Look(
              GEOMETRY,
              "value = b1[(z * O + i) * depth + k];",
              "i32 x = k % KW, y = k / KW % KH, c = k / (KW * KH), ow = j % OW, oh = j / OW % OH, image = j / (OW * OH);\n"
                  + FROM_IMAGE.replace("BUFFER", "b0"),
              "b2[((j / (OW * OH) * batch + z) * O + i) * OH * OW + j % (OW * OH)]");
      // i: channel of the image, k: place in the filters of all results, j: place in all images
      case INPUT_GRADIENT ->
          new Look(
              GEOMETRY,
              "i32 t = k % (KH * KW), o = k / (KH * KW); value = b1[((z * O + o) * C + i) * KH * KW + t];",
              """
              i32 x = k % KW, y = k / KW % KH, o = k / (KW * KH), iw = j % W, ih = j / W % H, image = j / (W * H);
              i32 oh = ih + PT - y * DH, ow = iw + PL - x * DW;
              if (oh >= 0 && ow >= 0 && oh % SH == 0 && ow % SW == 0 && oh / SH < OH && ow / SW < OW)
                value = b0[((image * batch + z) * O + o) * OH * OW + oh / SH * OW + ow / SW];
              """,
              "b2[((j / (W * H) * batch + z) * C + i) * H * W + j % (W * H)]");
      // i: channel of the result, k: place in the results of all images, j: place in the filter
      case WEIGHT_GRADIENT ->
          new Look(
              GEOMETRY,
              "i32 image = k / (OH * OW); value = b1[((image * batch + z) * O + i) * OH * OW + k % (OH * OW)];",
              "i32 x = j % KW, y = j / KW % KH, c = j / (KW * KH), ow = k % OW, oh = k / OW % OH, image = k / (OW * OH);\n"
                  + FROM_IMAGE.replace("BUFFER", "b0"),
              "b2[(z * O + i) * n + j]");
    };
  }

  /// A group of channels is an item of the batch.
  static Call conv(Dialect dialect, CallBuilder call, Task.Conv t) {
    Window w = t.window();
    Shape image = w.image();
    int groups = w.groups();
    int channels = image.dim(1) / groups;
    int results = w.filter().dim(0) / groups;
    int places = w.filter().dim(2) * w.filter().dim(3);
    int outs = image.dim(0) * w.outH() * w.outW();
    int ins = image.dim(0) * image.dim(2) * image.dim(3);
    int m = 0;
    int n = 0;
    int depth = 0;
    switch (t.kind()) {
      case FORWARD -> {
        m = results;
        n = outs;
        depth = channels * places;
      }
      case INPUT_GRADIENT -> {
        m = channels;
        n = ins;
        depth = results * places;
      }
      case WEIGHT_GRADIENT -> {
        m = results;
        n = channels * places;
        depth = outs;
      }
    }
    call.buffer(t.x()).buffer(t.y()).buffer(t.result());
    call.number(groups, m, n, depth, channels, image.dim(2), image.dim(3), results);
    call.number(w.outH(), w.outW(), w.filter().dim(2), w.filter().dim(3));
    call.number(w.strideH(), w.strideW(), w.padTop(), w.padLeft(), w.dilationH(), w.dilationW());
    DType operands = call.dtype(t.x());
    return call(dialect, call, operands, t.dtype(), look(t.kind()), true, false, groups, m, n);
  }
}
