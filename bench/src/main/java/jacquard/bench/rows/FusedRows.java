package jacquard.bench.rows;

import jacquard.nn.Loss;
import jacquard.tensor.DType;
import jacquard.tensor.Key;
import jacquard.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/// Row and element-wise kernels, and attention. Operations are counted for each element, in the
/// order of the formula.
final class FusedRows {
  private static final double EPS = 1e-5;
  private static final int VOCABULARY = 65;

  private FusedRows() {}

  static List<KernelRow> rows() {
    List<KernelRow> rows = new ArrayList<>();
    softmax("softmax-768x512", 768, 512).forEach(row -> rows.add(row.inBrief().withPeers()));
    rows.addAll(softmax("softmax-3072x64", 3072, 64));
    layerNorm("layernorm-768x384", 768, 384).forEach(row -> rows.add(row.inBrief().withPeers()));
    rows.addAll(layerNorm("layernorm-768x128", 768, 128));
    rows.addAll(residualNorm("layernorm-residual-2048x384", 2048, 384));
    rows.addAll(rmsNorm("rmsnorm-2048x384", 2048, 384));
    gelu("gelu-1M", 1 << 20).forEach(row -> rows.add(row.inBrief().withPeers()));
    batchNorm("batchnorm-64x128x7x7", 64, 128, 7).forEach(rows::add);
    batchNorm("batchnorm-64x64x14x14", 64, 64, 14).forEach(rows::add);
    crossEntropy("crossentropy-768x65", 768).forEach(rows::add);
    crossEntropy("crossentropy-2048x65", 2048).forEach(row -> rows.add(row.inBrief()));
    attention("attention-w1-12x4x64x32", 12, 4, 64, 32).forEach(row -> rows.add(row.inBrief()));
    attention("attention-w2-8x6x256x64", 8, 6, 256, 64).forEach(row -> rows.add(row.inBrief()));
    return rows;
  }

  /// Maximum, difference, exp, sum, quotient; backwards `y (g - sum(g y))`.
  private static List<KernelRow> softmax(String name, int rows, int n) {
    double size = (double) rows * n;
    int[] dims = {rows, n};
    return new Differentiable(name, 5 * size, 4 * size, x -> x.get(0).softmax(-1), dims, dims)
        .rows(() -> PlainRows.softmax(Data.array(1, dims), n));
  }

  /// Two sums, difference, square, scale, weight, bias; backwards the sums of `g`, `g w` and `g w
  /// x` along rows, those of `g` and `g x` across them, and the combination.
  private static List<KernelRow> layerNorm(String name, int rows, int n) {
    double size = (double) rows * n;
    int[] dims = {rows, n};
    int[] row = {n};
    return new Differentiable(
            name,
            7 * size,
            11 * size,
            x -> x.get(0).layerNorm(-1, x.get(1), x.get(2), EPS),
            dims,
            dims,
            row,
            row)
        .rows(() ->
            PlainRows.layerNorm(
                Data.array(1, dims), Data.array(2, row), Data.array(3, row), (float) EPS));
  }

  /// Layer norm of `x + r`, as between the blocks of a transformer.
  private static List<KernelRow> residualNorm(String name, int rows, int n) {
    double size = (double) rows * n;
    int[] dims = {rows, n};
    int[] row = {n};
    return new Differentiable(
            name,
            8 * size,
            11 * size,
            x -> x.get(0).add(x.get(1)).layerNorm(-1, x.get(2), x.get(3), EPS),
            dims,
            dims,
            dims,
            row,
            row)
        .rows(() ->
            PlainRows.layerNorm(
                Data.array(1, dims),
                Data.array(2, dims),
                Data.array(3, row),
                Data.array(4, row),
                (float) EPS));
  }

  /// Square, sum, scale, weight; backwards the products with the cotangent, their sums along rows
  /// and across them, and the combination.
  private static List<KernelRow> rmsNorm(String name, int rows, int n) {
    double size = (double) rows * n;
    int[] dims = {rows, n};
    int[] row = {n};
    return new Differentiable(
            name, 4 * size, 8 * size, x -> x.get(0).rmsNorm(-1, x.get(1), EPS), dims, dims, row)
        .rows(() -> PlainRows.rmsNorm(Data.array(1, dims), Data.array(2, row), (float) EPS));
  }

  /// `0.5 x (1 + tanh(c (x + a x^3)))`: 8, and 9 for the derivative times the cotangent.
  private static List<KernelRow> gelu(String name, int n) {
    int[] dims = {n};
    return new Differentiable(name, 8.0 * n, 9.0 * n, x -> x.get(0).gelu(), dims, dims)
        .rows(() -> PlainRows.gelu(Data.array(1, dims)));
  }

  /// In training: statistics over batch and places, without the running ones. As layer norm.
  private static List<KernelRow> batchNorm(String name, int batch, int channels, int side) {
    double size = (double) batch * channels * side * side;
    int[] dims = {batch, channels, side, side};
    int[] channel = {channels};
    return new Differentiable(
            name,
            7 * size,
            11 * size,
            x -> {
              Tensor centred = x.get(0).sub(x.get(0).meanKeepDims(0, 2, 3));
              Tensor variance = centred.square().meanKeepDims(0, 2, 3);
              Tensor scale = variance.add(EPS).rsqrt().mul(x.get(1).reshape(1, channels, 1, 1));
              return centred.mul(scale).add(x.get(2).reshape(1, channels, 1, 1));
            },
            dims,
            dims,
            channel,
            channel)
        .rows(() ->
            PlainRows.batchNorm(
                Data.array(1, dims),
                side * side,
                Data.array(2, channel),
                Data.array(3, channel),
                (float) EPS));
  }

  /// Maximum, difference, exp, sum; backwards `(softmax - one hot) g`. The value is a mean.
  private static List<KernelRow> crossEntropy(String name, int rows) {
    double size = (double) rows * VOCABULARY;
    int[] dims = {rows, VOCABULARY};
    return new Differentiable(
            name,
            4 * size,
            3 * size,
            x -> Loss.crossEntropy(x.get(0), targets(rows)),
            new int[] {},
            dims)
        .rows(() -> PlainRows.crossEntropy(Data.array(1, dims), targets(rows).toIntArray()));
  }

  private static Tensor targets(int rows) {
    return Tensor.randint(DType.I32, Key.of(9), 0, VOCABULARY, rows).realise();
  }

  /// Causal. Two products, four backwards (recomputing the scores is an implementation's choice),
  /// over the pairs of positions that see each other.
  private static List<KernelRow> attention(String name, int batch, int heads, int time, int size) {
    double pairs = (double) batch * heads * time * (time + 1) / 2;
    double forward = 2 * 2 * pairs * size;
    int[] dims = {batch, time, heads, size};
    return new Differentiable(
            name,
            forward,
            2 * forward,
            x -> x.get(0).attention(x.get(1), x.get(2), true),
            dims,
            dims,
            dims,
            dims)
        .rows(() ->
            new PlainAttention(
                time, heads, size, Data.array(1, dims), Data.array(2, dims), Data.array(3, dims)));
  }
}
