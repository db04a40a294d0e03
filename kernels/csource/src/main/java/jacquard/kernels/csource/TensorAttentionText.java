package jacquard.kernels.csource;

import jacquard.kernels.Task;
import jacquard.kernels.View;
import jacquard.tensor.DType;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;

/// The texts of [TensorAttentions].
final class TensorAttentionText {
  /// Rows that a group may own, 16 for each of its warps.
  static final List<Integer> ROWS = List.of(128, 64, 32);

  /// Rows that it usually owns, and those of a tile of the other side.
  static final int USUAL = 64;

  /// Elements in 16 bytes.
  private static final int PART = 8;

  /// Up to here a gradient's tiles are as large as a group's own rows.
  private static final int NARROW = 64;

  /// The largest heads whose gradient has registers to spare: to copy elements one by one, or to
  /// ask which tiles some of many rows see.
  private static final int MOST_SPARING = 112;

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
              const i32 tiles = ($1 + ROWS - 1) / ROWS, tile = GROUP, z = tile / tiles / heads, h = tile / tiles % heads;
              """),
          new Word("ONE_BY_ONE\\((\\w+), ([^)]+)\\)", UNROLLED.replace("unroll", "unroll 1")),
          new Word("UNROLL\\((\\w+), ([^)]+)\\)", UNROLLED));

  private static final Pattern COPY =
      Pattern.compile("COPY\\(([^,]+), (b\\d), (\\w), ([^,]+), (\\w+), (\\w+)\\)");

  /// Rows of an operand, as many as there are, 16 bytes at a time; zeros behind them.
  private static final String COPIED =
      """

      #pragma unroll LOADS
      for (i32 l = 0; l < ($6 * WIDE / 8 + ITEMS - 1) / ITEMS; l++) {
        const u32 e = item + l * ITEMS;
        const i32 x = e / (WIDE / 8), c = e % (WIDE / 8) * 8;
        const i32 more = $4 + x < $5 ? size - c : 0, count = more < 0 ? 0 : more < 8 ? more : 8;
        WITHINCOPY16($1 + x * PITCH + c, $2 + (count ? $3o + z * $3b + ($4 + x) * $3t + h * $3h + c : 0), count * 2);
      }
      """;

  /// The size of a head, as much as tiles have room for.
  private static int wide(int size) {
    return Math.ceilDiv(size, 16) * 16;
  }

  private static int pitch(int size) {
    return wide(size) + PART;
  }

  /// Positions of the other side in a tile of a gradient.
  private static int tile(int size) {
    return wide(size) <= NARROW ? USUAL : USUAL / 2;
  }

  /// Whether there is room for the group's own rows of two operands in a gradient.
  private static boolean isTogether(int size, int rows) {
    return 2 * rows <= 4 * tile(size);
  }

  /// What a kernel's head says of groups for which a multiprocessor shall have registers. Of groups
  /// of 256 it has two where the compiler finds a way with 128 registers, which it does by itself;
  /// not where elements are copied one by one: there it would rather spill.
  private static String together(int wide, int rows, boolean aligned) {
    return rows <= USUAL ? ", " + (wide <= NARROW ? 3 : 2) * USUAL / rows : aligned ? "" : ", 1";
  }

  /// Whether every 8 elements of an operand begin at a multiple of 16 bytes. Values begin at one.
  private static boolean isAligned(View view) {
    boolean aligned = view.offset() % PART == 0;
    for (int axis = 0; axis < 3; axis++) {
      aligned &= view.strides().get(axis) % PART == 0;
    }
    return aligned;
  }

  /// What a likeness says of how these are copied.
  static String kind(List<Task.Operand> copied) {
    boolean aligned = copied.stream().allMatch(operand -> isAligned(operand.view()));
    return aligned ? " warps" : " warps x1";
  }

  /// Whether what the gradient of keys and values copies leaves registers for its sums: the largest
  /// heads have none for elements that come one by one.
  static boolean hasRegisters(List<Task.Operand> copied) {
    return wide(copied.get(0).view().shape().dim(3)) <= MOST_SPARING
        || copied.stream().allMatch(operand -> isAligned(operand.view()));
  }

  /// Rows that a group may own in both gradients.
  static List<Integer> gradientRows(int size) {
    return ROWS.stream().filter(rows -> rows <= USUAL || wide(size) <= MOST_SPARING).toList();
  }

  static int items(int rows) {
    return 2 * rows;
  }

  static int forwardBytes(int size) {
    return 2 * USUAL * pitch(size) * DType.F16.bytes();
  }

  static int gradientBytes(int size, int rows) {
    int tile = tile(size);
    return 4 * tile * pitch(size) * DType.F16.bytes() + Float.BYTES * Math.max(2 * rows, 4 * tile);
  }

  /// @param buffers element dtype of each
  /// @param sums whether the logarithms of the rows' sums are wanted
  /// @param rows that a group owns
  static String forward(
      Dialect dialect, List<DType> buffers, List<Task.Operand> operands, boolean sums, int rows) {
    String logSum = "if (four == 0) b4[(z * time + i) * heads + h] = most[r] * scale + log(t);";
    boolean many = rows > USUAL;
    String own = many ? TensorAttentionTemplates.BEFORE_KEYS : TensorAttentionTemplates.WITH_KEYS;
    String template =
        TensorAttentionTemplates.FORWARD
            .replace("LOGSUM", sums ? logSum : "")
            .replace("SEEN", many ? "if (!causal || j0 <= i0 + row)" : "")
            .replace("OWN", own.strip());
    return of(dialect, template, buffers, operands, AttentionText.FORWARD, rows);
  }

  static String queryGradient(
      Dialect dialect, List<DType> buffers, List<Task.Operand> operands, int rows) {
    boolean many = rows > tile(operands.get(0).view().shape().dim(3));
    String template =
        TensorAttentionTemplates.QUERY_GRADIENT.replace(
            "SEEN", many ? "if (!causal || j0 <= i0 + row)" : "");
    return gradient(dialect, template, buffers, operands, rows);
  }

  static String keyGradient(
      Dialect dialect, List<DType> buffers, List<Task.Operand> operands, int rows) {
    String template =
        TensorAttentionTemplates.KEY_GRADIENT
            .replace("SEEN", rows > USUAL ? "if (!causal || i0 >= j0 + row / 64 * 64)" : "")
            .replace("FIRST", rows < USUAL ? "j0 / 64 * 64" : "j0");
    return gradient(dialect, template, buffers, operands, rows);
  }

  private static String gradient(
      Dialect dialect,
      String template,
      List<DType> buffers,
      List<Task.Operand> operands,
      int rows) {
    int size = operands.get(0).view().shape().dim(3);
    boolean together = isTogether(size, rows);
    String own = together ? TensorAttentionTemplates.TOGETHER : TensorAttentionTemplates.APART;
    String text =
        template
            .replaceAll(
                "OWN\\((\\w+), (\\w+), (\\w), (\\w+), (\\w+), (\\w), (\\w+), (\\w+)\\)",
                own.strip())
            .replace("SECOND", together ? "shared + ROWS * PITCH" : "shared");
    return of(dialect, text, buffers, operands, AttentionText.GRADIENT, rows);
  }

  /// @param operands of the operation, by their letters in `letters`
  /// @param rows that a group owns
  private static String of(
      Dialect dialect,
      String template,
      List<DType> buffers,
      List<Task.Operand> operands,
      String letters,
      int rows) {
    int size = operands.get(0).view().shape().dim(3);
    int wide = wide(size);
    String dtype = buffers.get(0).toString();
    Map<String, Integer> counts = Map.of("ROWS", rows, "TILE", tile(size), "64", USUAL);
    String text =
        COPY.matcher(template)
            .replaceAll(copy -> {
              View view = operands.get(letters.indexOf(copy.group(3))).view();
              int count = Objects.requireNonNull(counts.get(copy.group(6)), copy.group());
              boolean whole = count * wide / PART % items(rows) == 0;
              return COPIED
                  .replace("COPY16", isAligned(view) ? "cp_async" : "copy_u16")
                  .replace("WITHIN", whole ? "" : "if (x < $6) ");
            });
    String together = together(wide, rows, !text.contains("copy_u16"));
    for (Word word : WORDS) {
      text = text.replaceAll(word.pattern, word.text);
    }
    text =
        text.replace("ARRIVED", "cp_async_commit();\n    cp_async_wait_all();\n    BARRIER;")
            .replace("GROUP", dialect.group())
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
            .replace("ROWS", Integer.toString(rows))
            .replace("ITEMS", Integer.toString(items(rows)))
            .replace("PITCH", Integer.toString(pitch(size)))
            .replace("LOADS", wide < NARROW && rows >= USUAL ? "" : "1")
            .replace("WIDE", Integer.toString(wide));
    String head = AttentionText.begin(dialect, items(rows), buffers, letters);
    String bounds = "__launch_bounds__(" + items(rows);
    return head.replace(bounds, bounds + together)
        + TensorAttentionTemplates.LANES.replace("ITEM", dialect.item())
        + text;
  }
}
