package jacquard.bench.rows;

import jacquard.nn.Dropout;
import jacquard.nn.Pass;
import jacquard.tensor.Key;
import jacquard.tensor.Tensor;
import jacquard.tensor.reference.Threefry;
import java.util.ArrayList;
import java.util.List;

/// Random numbers, and dropout, which draws one for each element. What it takes to draw them,
/// Threefry's twenty rounds of integer arithmetic, is not counted.
final class RandomRows {
  private static final int NUMBERS = 1 << 20;
  private static final Key KEY = Key.of(1);
  private static final double DROPPED = 0.1;

  private RandomRows() {}

  static List<KernelRow> rows() {
    List<KernelRow> rows = new ArrayList<>();
    rows.add(
        KernelRow.of(
                "rand-1M", 0, 4.0 * NUMBERS, () -> GraphBody.of(List.of(Tensor.rand(KEY, NUMBERS))))
            .withPlain(RandomRows::plainUniform));
    rows.add(
        KernelRow.of(
                "randn-1M",
                0,
                4.0 * NUMBERS,
                () -> GraphBody.of(List.of(Tensor.randn(KEY, NUMBERS))))
            .withPlain(RandomRows::plainNormal)
            .inBrief());
    dropout("dropout-2048x384", 2048, 384).forEach(row -> rows.add(row.inBrief()));
    return rows;
  }

  /// A factor and a choice, backwards the same: of the mask nothing is kept.
  private static List<KernelRow> dropout(String name, int rows, int n) {
    double size = (double) rows * n;
    int[] dims = {rows, n};
    return new Differentiable(
            name,
            2 * size,
            2 * size,
            x -> new Dropout(DROPPED).forward(x.get(0), Pass.training(KEY)),
            dims,
            dims)
        .rows(() -> plainDropout(Data.array(1, dims)));
  }

  private static Body plainUniform() {
    long key = KEY.value();
    float[] y = new float[NUMBERS];
    return Body.of(
        y,
        () -> {
          for (int i = 0; i < y.length; i++) {
            y[i] = (Threefry.bits(key, i, 0) >>> 8) * 0x1p-24f;
          }
        });
  }

  /// By Box and Muller, as [Tensor#randn] tells.
  private static Body plainNormal() {
    long key = KEY.value();
    float[] y = new float[NUMBERS];
    return Body.of(
        y,
        () -> {
          for (int i = 0; i < y.length; i++) {
            float first = ((Threefry.bits(key, i, 0) >>> 1) + 0.5f) * 0x1p-31f;
            float angle = (Threefry.bits(key, i, 1) >>> 8) * (float) (2 * Math.PI * 0x1p-24);
            y[i] = (float) (Math.sqrt(-2 * Math.log(first)) * Math.cos(angle));
          }
        });
  }

  private static Body plainDropout(float[] x) {
    long key = Pass.training(KEY).key().value();
    float[] y = new float[x.length];
    return Body.of(
        y,
        () -> {
          for (int i = 0; i < x.length; i++) {
            y[i] = kept(key, i, 1 - DROPPED) ? x[i] * (float) (1 / (1 - DROPPED)) : 0;
          }
        });
  }

  /// Element `index` of what [Tensor#bernoulli] draws.
  static boolean kept(long key, int index, double probability) {
    return Threefry.bits(key, index, 0) >>> 8 < Math.ceil(probability * 0x1p24);
  }
}
