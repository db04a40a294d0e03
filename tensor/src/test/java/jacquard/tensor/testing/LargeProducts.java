package jacquard.tensor.testing;

import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/// Products large enough for the tiles that only large products have, too large for rows of the
/// operation table. Their sums are exact in every order, so that every bit is compared.
public final class LargeProducts {
  /// Elements are so many at most, divided by the same: products are multiples of 1/64.
  private static final int STEPS = 8;

  private LargeProducts() {}

  /// `[m, k]` by `[k, n]`.
  ///
  /// @param left whether the left operand is stored transposed
  /// @param right whether the right one is
  public record Product(DType dtype, int m, int n, int k, boolean left, boolean right) {
    /// {@return elements that a device computes wrong}
    ///
    /// @param device which
    public int wrong(Device device) {
      int[] a = random(1, m * k);
      int[] b = random(2, k * n);
      Tensor x = stored(device, a, m, k, left);
      Tensor y = stored(device, b, k, n, right);
      float[] found = x.matmulWide(y).toFloatArray();
      int wrong = 0;
      int[] sums = new int[n];
      for (int i = 0; i < m; i++) {
        Arrays.fill(sums, 0);
        for (int l = 0; l < k; l++) {
          for (int j = 0; j < n; j++) {
            sums[j] += a[i * k + l] * b[l * n + j];
          }
        }
        for (int j = 0; j < n; j++) {
          wrong += found[i * n + j] == (float) sums[j] / (STEPS * STEPS) ? 0 : 1;
        }
      }
      return wrong;
    }

    private Tensor stored(Device device, int[] values, int rows, int columns, boolean turned) {
      float[] all = new float[values.length];
      for (int i = 0; i < values.length; i++) {
        int at = turned ? i % columns * rows + i / columns : i;
        all[at] = (float) values[i] / STEPS;
      }
      Shape shape = turned ? Shape.of(columns, rows) : Shape.of(rows, columns);
      Tensor tensor = Tensor.stored(dtype, all, shape, device);
      return turned ? tensor.t() : tensor;
    }
  }

  private static int[] random(long seed, int size) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] values = new int[size];
    for (int i = 0; i < size; i++) {
      values[i] = random.nextInt(-STEPS, STEPS + 1);
    }
    return values;
  }

  /// {@return products of all transposes, with edges, with many tiles and with long sums}
  ///
  /// @param dtype of the operands
  public static List<Product> of(DType dtype) {
    List<Product> products = new ArrayList<>();
    for (boolean left : new boolean[] {false, true}) {
      for (boolean right : new boolean[] {false, true}) {
        products.add(new Product(dtype, 264, 520, 200, left, right));
        products.add(new Product(dtype, 1288, 2568, 72, left, right));
      }
    }
    products.add(new Product(dtype, 264, 520, 2056, false, true));
    return products;
  }

  /// Computes all on a device, and prints those that are wrong.
  ///
  /// @param device which
  /// @param dtypes of the operands
  /// @return how many were wrong
  public static int check(Device device, List<DType> dtypes) {
    int failed = 0;
    int count = 0;
    for (DType dtype : dtypes) {
      for (Product product : of(dtype)) {
        count++;
        int wrong = product.wrong(device);
        if (wrong > 0) {
          failed++;
          System.out.printf("%s: %d elements are wrong%n", product, wrong);
        }
      }
    }
    System.out.printf("large products on %s: %d, %d failed%n", device, count, failed);
    return failed;
  }
}
