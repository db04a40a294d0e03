package jacquard.examples.tour;

import static jacquard.examples.tour.Sections.section;

import jacquard.kernels.Cost;
import jacquard.kernels.PlannedBackend;
import jacquard.tensor.Tensor;
import jacquard.tensor.spi.Backend;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// Chapter 6: what a matrix product reads, and how often. The loops are in [Loops].
public final class Products {
  private Products() {}

  /// @param args `time` measures instead
  static void main(String[] args) {
    if (args.length > 0) {
      time(480);
      return;
    }
    section("the same bits");
    Tensor x = SoftmaxStep.wave(96, 120);
    Tensor y = SoftmaxStep.wave(120, 80).cos();
    float[] expected = x.matmul(y).toFloatArray();
    for (Loops loops : Loops.values()) {
      float[] c = new float[96 * 80];
      loops.run(96, 80, 120, x.toFloatArray(), y.toFloatArray(), c);
      System.out.println(loops + " as Tensor.matmul: " + Arrays.equals(expected, c));
    }

    section("reads");
    System.out.println("tile      sums  reads for a multiply-add");
    for (int[] tile : new int[][] {{1, 1}, {2, 4}, {4, 4}, {6, 2}, {8, 3}, {6, 4}, {14, 2}}) {
      int sums = tile[0] * tile[1];
      print("%2d x %d  %6d  %.2f", tile[0], tile[1], sums, (double) (tile[0] + tile[1]) / sums);
    }

    section("intensity");
    System.out.println("   m    n    k     MFLOP      MB  FLOP/byte");
    for (int[] s :
        new int[][] {{64, 64, 64}, {512, 512, 512}, {1024, 1024, 1024}, {1, 1024, 1024}}) {
      Cost cost = cost(s[0], s[1], s[2]);
      print(
          "%4d %4d %4d  %8.1f  %6.2f  %9.1f",
          s[0], s[1], s[2], cost.flops() / 1e6, cost.bytes() / 1e6, cost.flops() / cost.bytes());
    }
  }

  /// What a product of these sizes has to do at least.
  private static Cost cost(int m, int n, int k) {
    Tensor a = Tensor.zeros(m, k).realise();
    Tensor b = Tensor.ones(k, n).realise();
    return Cost.of(PlannedBackend.schedule(List.of(new Backend.Root(a.matmul(b).node(), null))));
  }

  /// The fastest of some runs of each, in GFLOP/s, for square matrices of `size`.
  private static void time(int size) {
    Tensor x = SoftmaxStep.wave(size, size).realise();
    Tensor y = SoftmaxStep.wave(size, size).cos().realise();
    float[] a = x.toFloatArray();
    float[] b = y.toFloatArray();
    for (Loops loops : Loops.values()) {
      speed(loops.toString(), size, () -> loops.run(size, size, size, a, b, new float[a.length]));
    }
    speed("Tensor.matmul", size, () -> x.matmul(y).realise());
  }

  private static void speed(String name, int size, Runnable product) {
    double best = 0;
    for (int run = 0; run < 100; run++) {
      long start = System.nanoTime();
      product.run();
      best = Math.max(best, 2.0 * size * size * size / (System.nanoTime() - start));
    }
    print("%-14s %6.1f GFLOP/s", name, best);
  }

  private static void print(String format, Object... values) {
    System.out.println(String.format(Locale.ROOT, format, values));
  }
}
