package jacquard.kernels.csource;

import jacquard.kernels.Task;
import jacquard.kernels.csource.Products.Sizes;
import jacquard.tensor.DType;
import jacquard.tensor.Switches;
import jacquard.tensor.graph.ConvKind;
import jacquard.tensor.graph.Window;
import java.util.ArrayList;
import java.util.List;

/// Convolutions of f16 or bf16 on tensor cores; with `jacquard.products=tf32` those of f32 too.
///
/// Of the two operands, one is an image under a window, whose element is found from a *place*, a
/// result element of any image (of the gradient of the input: an element of the image), and from a
/// *tap*, an element of the filter of one result. Each gives a row, a column and an offset, which
/// are added: there is no division for an element. Places are neighbours in memory and stay with
/// the items of a warp; taps are the same for all of them and stand in a table. A place or tap
/// beyond the last one is in a row far outside of any image.
///
/// The other operand has rows some distance apart. What lies together by 16 bytes is copied.
final class TensorConvolutions {
  private TensorConvolutions() {}

  /// Whether operands of a dtype are multiplied by tensor cores.
  static boolean fits(DType operands) {
    return operands.isHalf() || (operands == DType.F32 && Switches.tf32());
  }

  /// The names of what [#numbers] hands over: the grid of places.
  private static final List<String> GRID =
      List.of("wide", "wideTimes", "wideShift", "grid", "gridTimes", "gridShift");

  private static final String FAR = "0x20000000";

  /// Row `h@`, column `w@` and offset `base@` of place `p`, before taps are added.
  private static String place(ConvKind kind, Window w) {
    String grid =
        """
        const i32 image = quotient(p, gridTimes, gridShift), inside = p - image * grid;
        const i32 row = quotient(inside, wideTimes, wideShift), column = inside - row * wide;
        """;
    String position =
        switch (kind) {
          case FORWARD, WEIGHT_GRADIENT ->
              """
              w@ = column * SW - PL;
              h@ = row * SH - PT;
              base@ = ((image * batch + z) * C * H + h@) * W + w@;
              """;
          case INPUT_GRADIENT ->
              """
              w@ = column + PL;
              h@ = row + PT;
              base@ = (image * batch + z) * O * OH * OW%s;
              """
                  .formatted(strides(w) ? "" : " + h@ * OW + w@");
        };
    return Convolutions.windowed(grid + position, w) + "if (p >= last) h@ = " + FAR + ";\n";
  }

  /// Offset, row and column of tap `t` in `tap`.
  private static String tap(ConvKind kind, Window w) {
    String steps =
        switch (kind) {
          case FORWARD, WEIGHT_GRADIENT ->
              "const i32 y = t / KW % KH * DH, x = t % KW * DW, from = (t / (KW * KH) * H + y) * W + x;\n";
          case INPUT_GRADIENT ->
              "const i32 y = -(t / KW % KH * DH), x = -(t % KW * DW), from = t / (KW * KH) * OH * OW"
                  + (strides(w) ? ";\n" : " + y * OW + x;\n");
        };
    return Convolutions.windowed(steps, w)
        + "tap[0] = from; tap[1] = t < last ? y : %s; tap[2] = x;\n".formatted(FAR);
  }

  private static boolean strides(Window w) {
    return w.strideH() != 1 || w.strideW() != 1;
  }

  /// Sets `read[q]` to the element of a place and of `tap`.
  private static String element(ConvKind kind, Window w, String tap) {
    String sum =
        "const i32* tap = %s; const u32 h = h@ + tap[1], w = w@ + tap[2];\n".formatted(tap);
    String element =
        switch (kind) {
          case FORWARD, WEIGHT_GRADIENT ->
              "read[q] = h < H && w < W ? BUFFER[base@ + tap[0]] : (MEMORY)0;";
          case INPUT_GRADIENT ->
              strides(w)
                  ? """
                  const u32 y = h / SH, x = w / SW;
                  read[q] = y * SH == h && x * SW == w && y < OH && x < OW ? BUFFER[base@ + tap[0] + y * OW + x] : (MEMORY)0;\
                  """
                  : "read[q] = h < OH && w < OW ? BUFFER[base@ + tap[0]] : (MEMORY)0;";
        };
    return sum + Convolutions.windowed(element, w);
  }

  /// The image under its window.
  private static TensorOperand window(ConvKind kind, Window w, DType dtype) {
    String place = place(kind, w);
    String tap = tap(kind, w);
    String state = "i32 h@, w@, base@;\n";
    TensorOperand operand =
        switch (kind) {
          case FORWARD, INPUT_GRADIENT ->
              TensorOperand.lookedUp(
                  dtype,
                  0,
                  true,
                  "__shared__ i32 taps[2][DEPTH][4] __attribute__((aligned(16)));",
                  state
                      + "{ const i32 p = FIRST + item % TILE, last = COUNT;\n"
                      + place
                      + "}\nif (item < DEPTH) { i32* tap = taps[0][item]; const i32 t = begin + item, last = end;\n"
                      + tap
                      + "}\n",
                  // the table of a round is written in the one before it, the first ones' without a
                  // barrier
                  "if (round < 0) BARRIER;\n"
                      + "if (item < DEPTH) { i32* tap = taps[next + 1 & 1][item]; const i32 t = k0 + DEPTH + item, last = end;\n"
                      + tap
                      + "}\n",
                  element(kind, w, "taps[next & 1][e]"));
          case WEIGHT_GRADIENT ->
              TensorOperand.lookedUp(
                  dtype,
                  0,
                  false,
                  "__shared__ i32 taps[TILE][4] __attribute__((aligned(16)));",
                  "if (item < TILE) { i32* tap = taps[item]; const i32 t = FIRST + item, last = COUNT;\n"
                      + tap
                      + "}\nBARRIER;\n",
                  state + "{ const i32 p = k0 + item % DEPTH, last = end;\n" + place + "}\n",
                  element(kind, w, "taps[e]"));
        };
    return operand;
  }

  /// Whether the image lies under its window as a matrix does.
  private static boolean isMatrix(Window w) {
    return w.filter().dim(2) == 1
        && w.filter().dim(3) == 1
        && !strides(w)
        && w.outH() == w.image().dim(2)
        && w.outW() == w.image().dim(3)
        && w.padTop() == 0
        && w.padLeft() == 0;
  }

  /// Where place `p` lies in the first of `channels` channels of a group.
  private static String inChannel(String p, String channels) {
    return "quotient(%s, gridTimes, gridShift) * ((batch * %s - 1) * grid) + %s"
        .formatted(p, channels, p);
  }

  /// The image as a matrix whose rows are channels.
  private static TensorOperand matrix(ConvKind kind, DType dtype) {
    return switch (kind) {
      case FORWARD -> TensorOperand.copied(dtype, 0, false, true, inChannel("at", "C"), "grid");
      case INPUT_GRADIENT ->
          TensorOperand.copied(dtype, 0, false, true, inChannel("at", "O"), "grid");
      case WEIGHT_GRADIENT ->
          TensorOperand.copied(dtype, 0, true, true, inChannel("k", "C"), "grid");
    };
  }

  /// The operand without a window.
  private static TensorOperand plain(ConvKind kind, Window w, DType dtype, int depth) {
    int size = TensorTiles.size(dtype);
    int taps = w.filter().dim(2) * w.filter().dim(3);
    int grid = w.outH() * w.outW();
    return switch (kind) {
      case FORWARD -> terms(dtype, depth % size == 0, "k", "depth");
      case INPUT_GRADIENT ->
          taps == 1 && w.filter().dim(1) % size == 0
              ? TensorOperand.copied(dtype, 1, false, true, "at", "C")
              : terms(
                  dtype,
                  taps % size == 0,
                  "k / %d * (C * %d) + k %% %d".formatted(taps, taps, taps),
                  Integer.toString(taps));
      case WEIGHT_GRADIENT -> terms(dtype, grid % size == 0, inChannel("k", "O"), "grid");
    };
  }

  private static TensorOperand terms(DType dtype, boolean aligned, String along, String apart) {
    return aligned
        ? TensorOperand.copied(dtype, 1, true, true, along, apart)
        : TensorOperand.termByTerm(dtype, 1, along, apart);
  }

  /// Numbers of the grid of places, after those of the geometry.
  private static void numbers(CallBuilder call, int width, int size) {
    for (int divisor : new int[] {Math.max(1, width), Math.max(1, size)}) {
      int shift = 32 - Integer.numberOfLeadingZeros(divisor - 1);
      long times = Math.ceilDiv(1L << 31 + shift, divisor);
      call.number(divisor, (int) times, shift);
    }
  }

  /// @param likeness kind, dtype and window
  /// @param names of the numbers that `call` has
  static Call call(
      Dialect dialect,
      CallBuilder call,
      Task.Conv t,
      String likeness,
      List<String> names,
      Sizes sizes,
      Split split,
      Tiles tiles) {
    Window w = t.window();
    ConvKind kind = t.kind();
    DType dtype = call.dtype(t.x());
    boolean gradient = kind == ConvKind.INPUT_GRADIENT;
    int width = gradient ? w.image().dim(3) : w.outW();
    int grid = width * (gradient ? w.image().dim(2) : w.outH());
    numbers(call, width, grid);
    List<String> all = new ArrayList<>(names);
    all.addAll(GRID);
    TensorOperand a = plain(kind, w, dtype, sizes.depth());
    boolean copied = isMatrix(w) && grid % TensorTiles.size(dtype) == 0;
    TensorOperand b = copied ? matrix(kind, dtype) : window(kind, w, dtype);
    String image = "pb = z * C * grid;";
    String walk =
        switch (kind) {
          case FORWARD -> "pa = z * O * depth, " + image;
          case INPUT_GRADIENT -> "pa = z * m * depth, pb = z * O * grid;";
          case WEIGHT_GRADIENT -> "pa = z * O * grid, " + image;
        };
    String above =
        switch (kind) {
          case FORWARD -> inImages("O");
          case INPUT_GRADIENT -> inImages("C");
          case WEIGHT_GRADIENT -> "result * m * n + j";
        };
    String apart = kind == ConvKind.WEIGHT_GRADIENT ? "n" : "grid";
    String name = "tensor %s %s%s".formatted(likeness, a.letter(), b.letter());
    TensorTiles.Form form =
        new TensorTiles.Form(name, dtype, a, b, all, "const i32 " + walk, above, apart, null);
    return TensorTiles.call(dialect, call, t, form, sizes, split, tiles);
  }

  /// Where place `j` of the result lies, in channel 0 of a group.
  private static String inImages(String channels) {
    return "result / batch * (m * n * batch) + z * %s * grid + ".formatted(channels)
        + inChannel("j", channels);
  }
}
