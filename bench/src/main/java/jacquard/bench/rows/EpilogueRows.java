package jacquard.bench.rows;

import jacquard.bench.rows.Product.Layout;
import jacquard.tensor.Key;
import jacquard.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/// Products of transformers with what follows them in the same pass over the result.
final class EpilogueRows {
  private static final double KEPT = 0.9;
  private static final Key KEY = Key.of(9);

  private EpilogueRows() {}

  /// What follows a product, in this order.
  ///
  /// @param operations of it for each element of the result
  private record Epilogue(
      String name, int operations, boolean bias, boolean gelu, boolean dropout, boolean residual) {}

  private static final Epilogue BIAS = new Epilogue("bias", 1, true, false, false, false);
  private static final Epilogue GELU = new Epilogue("bias-gelu", 9, true, true, false, false);
  private static final Epilogue RESIDUAL =
      new Epilogue("bias-residual", 2, true, false, false, true);

  /// The random numbers are not counted, as everywhere.
  private static final Epilogue DROPOUT =
      new Epilogue("dropout-residual", 3, false, false, true, true);

  static List<KernelRow> rows() {
    List<KernelRow> rows = new ArrayList<>();
    model(rows, "w1", 768, 128);
    model(rows, "w2", 2048, 384);
    return rows;
  }

  private static void model(List<KernelRow> rows, String model, int tokens, int dim) {
    Product up = new Product(Layout.NT, 1, tokens, 4 * dim, dim);
    Product down = new Product(Layout.NT, 1, tokens, dim, 4 * dim);
    rows.add(row(model + "-up", up, BIAS));
    rows.add(row(model + "-up", up, GELU).inBrief());
    rows.add(row(model + "-down", down, RESIDUAL));
    rows.add(row(model + "-down", down, DROPOUT));
  }

  private static KernelRow row(String what, Product p, Epilogue e) {
    double more = (e.bias ? p.n() : 0) + (e.residual ? p.cSize() : 0);
    return KernelRow.of(
            GemmRows.named(what + "-" + e.name, p),
            p.flops() + (double) e.operations * p.cSize(),
            p.bytes() + 4 * more,
            () -> engine(p, e))
        .withPlain(() -> new Plain(p, e));
  }

  private static Body engine(Product p, Epilogue e) {
    Tensor y = Data.of(1, p.m(), p.k()).matmul(Data.of(2, p.n(), p.k()).t());
    y = e.bias ? y.add(Data.of(3, p.n())) : y;
    y = e.gelu ? y.gelu() : y;
    y = e.dropout ? Tensor.bernoulli(KEY, KEPT, y.shape()).where(y.mul(1 / KEPT), 0) : y;
    return GraphBody.of(List.of(e.residual ? y.add(Data.of(4, p.m(), p.n())) : y));
  }

  /// The product, and a second pass.
  private static final class Plain implements Body {
    private final Body product;
    private final float[] bias;
    private final float[] residual;
    private final float[] y;
    private final Epilogue epilogue;

    Plain(Product p, Epilogue e) {
      product = PlainProducts.body(p, Operands.of(p));
      bias = e.bias ? Data.array(3, p.n()) : new float[p.n()];
      residual = e.residual ? Data.array(4, p.m(), p.n()) : new float[p.cSize()];
      y = new float[p.cSize()];
      epilogue = e;
    }

    @Override
    public void run() {
      product.run();
      float[] c = product.result();
      int n = bias.length;
      long key = KEY.value();
      for (int row = 0; row < c.length; row += n) {
        for (int j = 0; j < n; j++) {
          float value = c[row + j] + bias[j];
          value = epilogue.gelu ? PlainRows.gelu(value) : value;
          if (epilogue.dropout) {
            value = RandomRows.kept(key, row + j, KEPT) ? value * (float) (1 / KEPT) : 0;
          }
          y[row + j] = value + residual[row + j];
        }
      }
    }

    @Override
    public float[] result() {
      return y;
    }
  }
}
