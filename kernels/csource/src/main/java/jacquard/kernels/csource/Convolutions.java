package jacquard.kernels.csource;

import jacquard.kernels.Schedule;
import jacquard.kernels.Task;
import jacquard.kernels.csource.Products.Look;
import jacquard.kernels.csource.Products.Sizes;
import jacquard.tensor.DType;
import jacquard.tensor.Shape;
import jacquard.tensor.graph.ConvKind;
import jacquard.tensor.graph.Window;
import java.util.List;

/// Convolutions as products whose operands are looked up where they lie (implicit GEMM).
final class Convolutions {
  private Convolutions() {}

  private static final List<String> GEOMETRY =
      List.of(
          "batch", "m", "n", "depth", "terms", "parts", "C", "H", "W", "O", "OH", "OW", "PT", "PL");

  /// Numbers of a window that are a part of the text, so that nothing is divided by them when the
  /// kernel runs: there are few windows.
  static String windowed(String look, Window w) {
    return look.replaceAll("\\bKH\\b", "" + w.filter().dim(2))
        .replaceAll("\\bKW\\b", "" + w.filter().dim(3))
        .replaceAll("\\bSH\\b", "" + w.strideH())
        .replaceAll("\\bSW\\b", "" + w.strideW())
        .replaceAll("\\bDH\\b", "" + w.dilationH())
        .replaceAll("\\bDW\\b", "" + w.dilationW());
  }

  /// Image element under filter element (`y`, `x`) of result element (`oh`, `ow`).
  private static final String FROM_IMAGE =
      """
      i32 ih = oh * SH - PT + y * DH, iw = ow * SW - PL + x * DW;
      if (ih >= 0 && ih < H && iw >= 0 && iw < W) value = BUFFER[((image * C * batch + z * C + c) * H + ih) * W + iw];
      """;

  /// @param a of which neighbouring items read neighbouring terms
  private static Look look(String a, String b, String c, Window w) {
    return new Look(
        GEOMETRY,
        "",
        new ProductOperand("b1", true, false, windowed(a, w), ""),
        new ProductOperand("b0", false, false, windowed(b, w), ""),
        "part * (m * n * batch)",
        c);
  }

  private static Look look(ConvKind kind, Window w) {
    return switch (kind) {
      // i: channel of the result, k: place in the filter, j: place in the results of all images
      case FORWARD ->
          look(
              "value = b1[(z * O + i) * depth + k];",
              "i32 x = k % KW, y = k / KW % KH, c = k / (KW * KH), ow = j % OW, oh = j / OW % OH, image = j / (OW * OH);\n"
                  + FROM_IMAGE.replace("BUFFER", "b0"),
              "((j / (OW * OH) * batch + z) * O + i) * OH * OW + j % (OW * OH)",
              w);
      // i: channel of the image, k: place in the filters of all results, j: place in all images
      case INPUT_GRADIENT ->
          look(
              "i32 t = k % (KH * KW), o = k / (KH * KW); value = b1[((z * O + o) * C + i) * KH * KW + t];",
              """
              i32 x = k % KW, y = k / KW % KH, o = k / (KW * KH), iw = j % W, ih = j / W % H, image = j / (W * H);
              i32 oh = ih + PT - y * DH, ow = iw + PL - x * DW;
              if (oh >= 0 && ow >= 0 && oh % SH == 0 && ow % SW == 0 && oh / SH < OH && ow / SW < OW)
                value = b0[((image * batch + z) * O + o) * OH * OW + oh / SH * OW + ow / SW];
              """,
              "((j / (W * H) * batch + z) * C + i) * H * W + j % (W * H)",
              w);
      // i: channel of the result, k: place in the results of all images, j: place in the filter
      case WEIGHT_GRADIENT ->
          look(
              "i32 image = k / (OH * OW); value = b1[((image * batch + z) * O + i) * OH * OW + k % (OH * OW)];",
              "i32 x = j % KW, y = j / KW % KH, c = j / (KW * KH), ow = k % OW, oh = k / OW % OH, image = k / (OW * OH);\n"
                  + FROM_IMAGE.replace("BUFFER", "b0"),
              "(z * O + i) * n + j",
              w);
    };
  }

  /// A group of channels is an item of the batch.
  static List<Call> of(Dialect dialect, Schedule schedule, Task.Conv t, Tiles tiles) {
    Window w = t.window();
    Shape image = w.image();
    int groups = w.groups();
    int channels = image.dim(1) / groups;
    int results = w.filter().dim(0) / groups;
    int window = w.filter().dim(2) * w.filter().dim(3);
    int outs = image.dim(0) * w.outH() * w.outW();
    int ins = image.dim(0) * image.dim(2) * image.dim(3);
    int m = 0;
    int n = 0;
    int depth = 0;
    switch (t.kind()) {
      case FORWARD -> {
        m = results;
        n = outs;
        depth = channels * window;
      }
      case INPUT_GRADIENT -> {
        m = channels;
        n = ins;
        depth = results * window;
      }
      case WEIGHT_GRADIENT -> {
        m = results;
        n = channels * window;
        depth = outs;
      }
    }
    CallBuilder call = new CallBuilder(schedule);
    Split split = Split.of(call, t.dtype(), groups, m, n, depth);
    long elements = (long) groups * m * n;
    call.buffer(t.x()).buffer(t.y());
    split.result(call, t.result(), elements);
    call.number(groups, m, n, depth, split.terms(), split.count());
    call.number(channels, image.dim(2), image.dim(3), results);
    call.number(w.outH(), w.outW(), w.padTop(), w.padLeft());
    DType operands = call.dtype(t.x());
    String places = windowed("KH x KW, SH x SW, DH x DW", w).replace(" ", "");
    String kind = "conv %s %s %s".formatted(t.kind(), operands, places);
    Sizes sizes = new Sizes(groups, m, n, depth);
    Call product =
        dialect.tensorCores() && TensorConvolutions.fits(operands)
            ? TensorConvolutions.call(dialect, call, t, kind, GEOMETRY, sizes, split, tiles)
            : Products.tiled(
                dialect,
                call,
                t,
                kind,
                operands,
                t.dtype(),
                look(t.kind(), w),
                sizes,
                split,
                null,
                tiles);
    return split.calls(dialect, schedule, product, t.result(), elements, null);
  }
}
