package jacquard.bench.rows;

import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import jacquard.tensor.graph.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// Convolutions: the one that the peers measure, every layer of W4 and W5, and other geometries:
/// dilated, in groups, of a single image.
final class ConvRows {
  private static final int WHOLE = -1;

  /// A layer on square images.
  ///
  /// @param in channels of the input
  /// @param out channels of the result
  /// @param side of the input
  /// @param kernel side of the filter
  /// @param outputPadding of a transposed convolution; [#WHOLE] for a plain one
  /// @param bias whether each channel of the result gets a number added
  /// @param dilation distance between the filter's taps
  /// @param groups of channels that don't see each other
  private record Layer(
      String name,
      int batch,
      int in,
      int out,
      int side,
      int kernel,
      int stride,
      int padding,
      int outputPadding,
      boolean bias,
      int dilation,
      int groups) {

    Layer(
        String name,
        int batch,
        int in,
        int out,
        int side,
        int kernel,
        int stride,
        int padding,
        int outputPadding,
        boolean bias) {
      this(name, batch, in, out, side, kernel, stride, padding, outputPadding, bias, 1, 1);
    }

    boolean transposed() {
      return outputPadding != WHOLE;
    }

    int resultSide() {
      return transposed()
          ? (side - 1) * stride - 2 * padding + kernel + outputPadding
          : (side + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1;
    }

    /// A multiply-add for each tap of each result, the zeros of the border counted as the peers do;
    /// a transposed convolution has one for each tap of each input.
    double flops() {
      double places = transposed() ? side : resultSide();
      return 2.0 * batch * places * places * in / groups * out * kernel * kernel;
    }

    List<KernelRow> rows() {
      int[] x = {batch, in, side, side};
      int[] w = transposed() ? new int[] {in, out, kernel, kernel} : filter();
      int[] b = {out};
      int[] y = {batch, out, resultSide(), resultSide()};
      int[][] inputs = bias ? new int[][] {x, w, b} : new int[][] {x, w};
      return new Differentiable(name, flops(), 2 * flops(), this::apply, y, inputs).rows(plain());
    }

    private int[] filter() {
      return new int[] {out, in / groups, kernel, kernel};
    }

    private Tensor apply(List<Tensor> inputs) {
      Tensor x = inputs.get(0);
      Tensor w = inputs.get(1);
      Tensor y =
          transposed()
              ? x.convTranspose2d(w, stride, padding, outputPadding)
              : x.conv2d(w, window(x.shape(), w.shape()));
      return bias ? y.add(inputs.get(2).reshape(1, out, 1, 1)) : y;
    }

    private Window window(Shape x, Shape w) {
      return new Window(
          x, w, stride, stride, padding, padding, padding, padding, dilation, dilation, groups);
    }

    private Supplier<Body> plain() {
      PlainConv.Sizes sizes =
          new PlainConv.Sizes(
              batch, in, out, side, kernel, stride, padding, dilation, groups, resultSide());
      return () -> {
        float[] x = Data.array(1, batch, in, side, side);
        float[] w = transposed() ? Data.array(2, in, out, kernel, kernel) : Data.array(2, filter());
        float[] b = bias ? Data.array(3, out) : new float[out];
        return transposed()
            ? new PlainConvTransposed(sizes, x, w, b)
            : new PlainConv(sizes, x, w, b);
      };
    }
  }

  private ConvRows() {}

  static List<KernelRow> rows() {
    List<KernelRow> rows = new ArrayList<>();
    new Layer("conv2d-64x32x14x14-k3", 64, 32, 64, 14, 3, 1, 1, WHOLE, true)
        .rows()
        .forEach(row -> rows.add(row.inBrief().withPeers()));
    for (Layer layer :
        List.of(
            new Layer("conv-w4-1to32-k3s2", 128, 1, 32, 28, 3, 2, 1, WHOLE, true),
            new Layer("conv-w4-32to64-k3s2", 128, 32, 64, 14, 3, 2, 1, WHOLE, true),
            new Layer("convT-w4-64to32-k3s2", 128, 64, 32, 7, 3, 2, 1, 1, true),
            new Layer("convT-w4-32to1-k3s2", 128, 32, 1, 14, 3, 2, 1, 1, true),
            new Layer("convT-w5-128to64-k4s2", 64, 128, 64, 7, 4, 2, 1, 0, false),
            new Layer("convT-w5-64to1-k4s2", 64, 64, 1, 14, 4, 2, 1, 0, true),
            new Layer("conv-w5-1to64-k4s2", 64, 1, 64, 28, 4, 2, 1, WHOLE, true),
            new Layer("conv-w5-64to128-k4s2", 64, 64, 128, 14, 4, 2, 1, WHOLE, false))) {
      List<KernelRow> both = layer.rows();
      rows.add(both.get(0));
      rows.add(layer.in > 1 && layer.out > 1 ? both.get(1).inBrief() : both.get(1));
    }
    for (Layer layer :
        List.of(
            new Layer("conv-dilated-8x32to32-k3d2", 8, 32, 32, 28, 3, 1, 2, WHOLE, true, 2, 1),
            new Layer("conv-grouped-32x64to64-k3g8", 32, 64, 64, 14, 3, 1, 1, WHOLE, true, 1, 8),
            new Layer("conv-depthwise-32x64-k3", 32, 64, 64, 14, 3, 1, 1, WHOLE, true, 1, 64),
            new Layer("conv-single-1x64to128-k3", 1, 64, 128, 28, 3, 1, 1, WHOLE, true),
            new Layer("conv-single-1x3to32-k4s2", 1, 3, 32, 128, 4, 2, 1, WHOLE, true),
            new Layer("convT-single-1x128to64-k4s2", 1, 128, 64, 14, 4, 2, 1, 0, true))) {
      rows.addAll(layer.rows());
    }
    return rows;
  }
}
