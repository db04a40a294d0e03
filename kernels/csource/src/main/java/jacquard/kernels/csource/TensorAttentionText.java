package jacquard.kernels.csource;

import jacquard.kernels.Task;
import jacquard.kernels.View;
import jacquard.tensor.DType;
import java.util.List;
import java.util.regex.Pattern;

/// The texts of [TensorAttentions].
final class TensorAttentionText {
  static final int ITEMS = 128;

  /// Rows of a group.
  static final int ROWS = 64;

  /// Elements in 16 bytes.
  private static final int PART = 8;

  /// Up to here a gradient's tiles are as large as a group's own rows.
  private static final int NARROW = 64;

  /// The largest heads of which the gradient copies elements one by one.
  private static final int MOST_UNALIGNED = 112;

  /// Powers are of 2; as a float.
  private static final String LOG2E = Float.toHexString((float) (1 / Math.log(2))) + "f";

  private TensorAttentionText() {}

  private static final String UNROLLED =
      """

      #pragma unroll
      for (i32 $1 = 0; $1 < $2; $1++)\
      """;

  private record Word(String pattern, String text) {}

  private static Word word(String pattern, String text) {
    return new Word(pattern, text.strip());
  }

  /// The words in capitals, those that are made of others first. A query beyond the last one has a
  /// sum without end, so that its weights are zero.
  private static final List<Word> WORDS =
      List.of(
          word(
              "SCORES\\((\\w+), (\\w+), (\\w+), (\\w+)\\)",
              """
              float s[2][4], d[2][4];
              UNROLL(v, 2) UNROLL(w, 4) { s[v][w] = 0; d[v][w] = 0; }
              UNROLL(step, STEPS) {
                u32 b[4];
                ldmatrix(b, $2 + RIGHT(n * 16));
                MMA(s[0], $1[step], b);
                MMA(s[1], $1[step], b + 2);
                ldmatrix(b, $4 + RIGHT(n * 16));
                MMA(d[0], $3[step], b);
                MMA(d[1], $3[step], b + 2);
              }
              """),
          word(
              "ADD\\((\\w+), (\\w), (\\w+), ([^)]+)\\)",
              """
              UNROLL(c, COLUMNS / 2) {
                u32 b[4];
                ldmatrix_trans(b, $3 + TURNED($4));
                MMA($1[2 * c], $2, b);
                MMA($1[2 * c + 1], $2, b + 2);
              }
              """),
          word(
              "HALVES\\((\\w), (\\w), (\\w)\\)",
              "UNROLL(w, 4) $1[w] = PACK($2[2 * $3 + w / 2][w % 2 * 2], $2[2 * $3 + w / 2][w % 2 * 2 + 1]);"),
          word(
              "QUERY\\(([^)]+)\\)",
              """
              if (item < TILE) {
                const i32 i = $1 + item;
                dot = i < time ? b7[(z * heads + h) * time + i] : 0;
                log = i < time ? b4[lo + z * lb + i * lt + h * lh] * LOG2E : MOST;
              }
              """),
          word(
              "WRITE\\((\\w+), (\\w+), (\\w+), (\\d)\\)",
              """
              UNROLL(c, COLUMNS) UNROLL(w, 4) {
                const i32 i = $2 + row + lane / 4 + w / 2 * 8, e = c * 8 + four * 2 + w % 2;
                if (i < $3 && e < size) b6[(((z * $3 + i) * 3 + $4) * heads + h) * size + e] = $1[c][w];
              }
              """),
          // 16 rows of a left operand; 16 columns of a right one whose terms lie together; and 16
          // terms of one whose columns do
          word("LEFT\\((\\w+)\\)", "($1 + lane % 16) * PITCH + step * 16 + lane / 16 * 8"),
          word(
              "RIGHT\\(([^)]+)\\)",
              "($1 + eight + lane / 16 * 8) * PITCH + step * 16 + lane / 8 % 2 * 8"),
          word("TURNED\\(([^)]+)\\)", "($1 + lane % 16) * PITCH + c * 16 + lane / 16 * 8"),
          word(
              "TILES\\((\\w+)\\)",
              """
              const i32 tiles = ($1 + 63) / 64, tile = GROUP, z = tile / tiles / heads, h = tile / tiles % heads;
              """),
          new Word("ONE_BY_ONE\\((\\w+), ([^)]+)\\)", UNROLLED.replace("unroll", "unroll 1")),
          new Word("UNROLL\\((\\w+), ([^)]+)\\)", UNROLLED));

  private static final Pattern COPY =
      Pattern.compile("COPY\\(([^,]+), (b\\d), (\\w), ([^,]+), (\\w+), (\\w+)\\)");

  /// Rows of an operand, as many as there are, 16 bytes at a time; zeros behind them.
  private static final String COPIED =
      """

      #pragma unroll LOADS
      for (i32 l = 0; l < ($6 * WIDE / 8 + 127) / 128; l++) {
        const u32 e = item + l * 128;
        const i32 x = e / (WIDE / 8), c = e % (WIDE / 8) * 8;
        const i32 more = $4 + x < $5 ? size - c : 0, count = more < 0 ? 0 : more < 8 ? more : 8;
        WITHINCOPY16($1 + x * PITCH + c, $2 + (count ? $3o + z * $3b + ($4 + x) * $3t + h * $3h + c : 0), count * 2);
      }
      """;

  /// The size of a head, as much as tiles have room for.
  private static int wide(int size) {
    return Math.ceilDiv(size, 16) * 16;
  }

  static int pitch(int size) {
    return wide(size) + PART;
  }

  /// Positions of the other side in a tile of a gradient.
  static int tile(int size) {
    return wide(size) <= NARROW ? ROWS : ROWS / 2;
  }

  /// Whether every 8 elements of an operand begin at a multiple of 16 bytes. Values begin at one.
  private static boolean isAligned(View view) {
    boolean aligned = view.offset() % PART == 0;
    for (int axis = 0; axis < 3; axis++) {
      aligned &= view.strides().get(axis) % PART == 0;
    }
    return aligned;
  }

  /// Whether what the gradient of keys and values copies leaves registers for its sums: the largest
  /// heads have none for elements that come one by one.
  static boolean hasRegisters(List<Task.Operand> copied) {
    return wide(copied.get(0).view().shape().dim(3)) <= MOST_UNALIGNED
        || copied.stream().allMatch(operand -> isAligned(operand.view()));
  }

  static int forwardBytes(int size) {
    return 2 * ROWS * pitch(size) * DType.F16.bytes();
  }

  static int gradientBytes(int size) {
    return 4 * tile(size) * pitch(size) * DType.F16.bytes() + 4 * ROWS * Float.BYTES;
  }

  /// @param buffers element dtype of each
  /// @param sums whether the logarithms of the rows' sums are wanted
  static String forward(
      Dialect dialect, List<DType> buffers, List<Task.Operand> operands, boolean sums) {
    String logSum = "if (four == 0) b4[(z * time + i) * heads + h] = most[r] * scale + log(t);";
    String template = TensorAttentionTemplates.FORWARD.replace("LOGSUM", sums ? logSum : "");
    return of(dialect, template, buffers, operands, AttentionText.FORWARD);
  }

  static String queryGradient(Dialect dialect, List<DType> buffers, List<Task.Operand> operands) {
    return of(
        dialect,
        TensorAttentionTemplates.QUERY_GRADIENT,
        buffers,
        operands,
        AttentionText.GRADIENT);
  }

  static String keyGradient(Dialect dialect, List<DType> buffers, List<Task.Operand> operands) {
    return of(
        dialect, TensorAttentionTemplates.KEY_GRADIENT, buffers, operands, AttentionText.GRADIENT);
  }

  /// @param operands of the operation, by their letters in `letters`
  private static String of(
      Dialect dialect,
      String template,
      List<DType> buffers,
      List<Task.Operand> operands,
      String letters) {
    int size = operands.get(0).view().shape().dim(3);
    int wide = wide(size);
    String dtype = buffers.get(0).toString();
    String text =
        COPY.matcher(template)
            .replaceAll(copy -> {
              View view = operands.get(letters.indexOf(copy.group(3))).view();
              int rows = copy.group(6).equals("TILE") ? tile(size) : ROWS;
              boolean whole = rows * wide / PART % ITEMS == 0;
              return COPIED
                  .replace("COPY16", isAligned(view) ? "cp_async" : "copy_u16")
                  .replace("WITHIN", whole ? "" : "if (x < $6) ");
            });
    for (Word word : WORDS) {
      text = text.replaceAll(word.pattern, word.text);
    }
    text =
        text.replace("GROUP", dialect.group())
            .replace("VALUE", CText.load(buffers.get(0), "gs", "at * PITCH + e"))
            .replace("MMA", "mma_" + dtype)
            .replace("PACK", "pack_" + dtype)
            .replace("BARRIER", dialect.barrier())
            .replace("LOG2E", LOG2E)
            .replace("LEAST", "F32_OF(-8388608)")
            .replace("MOST", "F32_OF(0x7f800000)")
            .replace("COLUMNS", Integer.toString(wide / 8))
            .replace("STEPS", Integer.toString(wide / 16))
            .replace("TILE", Integer.toString(tile(size)))
            .replace("PITCH", Integer.toString(pitch(size)))
            .replace("LOADS", wide < NARROW ? "" : "1")
            .replace("WIDE", Integer.toString(wide));
    return AttentionText.begin(dialect, ITEMS, buffers, letters)
            .replace(
                "__launch_bounds__(128)",
                "__launch_bounds__(128, " + (wide <= NARROW ? 3 : 2) + ")")
        + TensorAttentionTemplates.LANES.replace("ITEM", dialect.item())
        + text;
  }
}
