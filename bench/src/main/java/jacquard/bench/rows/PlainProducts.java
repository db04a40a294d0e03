package jacquard.bench.rows;

import java.util.Arrays;

/// Products by plain loops: what a Java programmer writes first. C2 may use vectors in the
/// innermost loop where it walks along rows, which NT's does not profit from: a sum in order can't
/// be split.
final class PlainProducts {
  private PlainProducts() {}

  static Body body(Product p, Operands operands) {
    float[] c = new float[p.cSize()];
    return new Body() {
      @Override
      public void run() {
        Arrays.fill(c, 0);
        for (int item = 0; item < p.batch(); item++) {
          int a = item * p.m() * p.k();
          int b = item * p.k() * p.n();
          if (p.layout().transposesB()) {
            dots(p, operands.a(), a, operands.b(), b, c, item * p.m() * p.n());
          } else {
            rows(p, operands.a(), a, operands.b(), b, c, item * p.m() * p.n());
          }
        }
      }

      @Override
      public float[] result() {
        return c;
      }
    };
  }

  /// Adds multiples of B's rows to C's rows.
  private static void rows(
      Product p, float[] a, int aFirst, float[] b, int bFirst, float[] c, int cFirst) {
    int rowStride = p.layout().transposesA() ? 1 : p.k();
    int columnStride = p.layout().transposesA() ? p.m() : 1;
    int n = p.n();
    for (int i = 0; i < p.m(); i++) {
      for (int q = 0; q < p.k(); q++) {
        float factor = a[aFirst + i * rowStride + q * columnStride];
        for (int j = 0; j < n; j++) {
          c[cFirst + i * n + j] += factor * b[bFirst + q * n + j];
        }
      }
    }
  }

  /// Inner products of A's rows with the rows of B as it is stored.
  private static void dots(
      Product p, float[] a, int aFirst, float[] b, int bFirst, float[] c, int cFirst) {
    int k = p.k();
    for (int i = 0; i < p.m(); i++) {
      for (int j = 0; j < p.n(); j++) {
        float sum = 0;
        for (int q = 0; q < k; q++) {
          sum += a[aFirst + i * k + q] * b[bFirst + j * k + q];
        }
        c[cFirst + i * p.n() + j] = sum;
      }
    }
  }
}
