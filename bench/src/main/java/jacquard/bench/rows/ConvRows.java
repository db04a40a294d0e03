package jacquard.bench.rows;

import jacquard.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Convolutions: the one that the peers measure, and every layer of W4 and W5.
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
      boolean bias) {

    boolean transposed() {
      return outputPadding != WHOLE;
    }

    int resultSide() {
      return transposed()
          ? (side - 1) * stride - 2 * padding + kernel + outputPadding
          : (side + 2 * padding - kernel) / stride + 1;
    }

    /// A multiply-add for each tap of each result, the zeros of the border counted as the peers do;
    /// a transposed convolution has one for each tap of each input.
    double flops() {
      double places = transposed() ? side : resultSide();
      return 2.0 * batch * places * places * in * out * kernel * kernel;
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
      return new int[] {out, in, kernel, kernel};
    }

    private Tensor apply(List<Tensor> inputs) {
      Tensor x = inputs.get(0);
      Tensor w = inputs.get(1);
      Tensor y =
          transposed()
              ? x.convTranspose2d(w, stride, padding, outputPadding)
              : x.conv2d(w, stride, padding);
      return bias ? y.add(inputs.get(2).reshape(1, out, 1, 1)) : y;
    }

    private java.util.function.@Nullable Supplier<Body> plain() {
      if (transposed() || !bias) {
        return null;
      }
      return () ->
          new PlainConv(
              new PlainConv.Sizes(batch, in, out, side, kernel, stride, padding, resultSide()),
              Data.array(1, batch, in, side, side),
              Data.array(2, filter()),
              Data.array(3, out));
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
    return rows;
  }
}
