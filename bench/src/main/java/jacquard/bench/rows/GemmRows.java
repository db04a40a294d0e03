package jacquard.bench.rows;

import jacquard.bench.rows.Product.Layout;
import jacquard.kernels.cpu.gemm.Gemm;
import jacquard.kernels.cpu.gemm.GemmShape;
import jacquard.kernels.cpu.machine.VectorWidth;
import jacquard.kernels.cpu.machine.WorkerPool;
import jacquard.tensor.Switches;
import jacquard.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Matrix products: squares, and what the linear layers and the attention of W1 and W2 compute.
///
/// A layer of `out` features on `rows` of `in` is three products: forward NT, the gradient of its
/// input NN, the gradient of its weight TN.
final class GemmRows {
  private static final int VOCABULARY = 65;

  private GemmRows() {}

  static List<KernelRow> rows() {
    List<KernelRow> rows = new ArrayList<>();
    for (int n : new int[] {256, 512, 1024}) {
      rows.add(row("sgemm-" + n, new Product(Layout.NN, 1, n, n, n)).inBrief().withPeers());
    }
    for (int n : new int[] {256, 1024}) {
      rows.add(raw("sgemm-" + n + "-raw", n));
    }
    gpt(rows, "w1", 768, 128);
    gpt(rows, "w2", 2048, 384);
    attention(rows, "w1", 48, 64, 32);
    attention(rows, "w2", 48, 256, 64);
    decode(rows, "w1", 128, 1);
    decode(rows, "w2", 384, 4);
    return rows;
  }

  private static void gpt(List<KernelRow> rows, String model, int tokens, int dim) {
    layer(rows, model + "-qkv", tokens, dim, 3 * dim, false);
    layer(rows, model + "-projection", tokens, dim, dim, false);
    layer(rows, model + "-up", tokens, dim, 4 * dim, true);
    layer(rows, model + "-down", tokens, 4 * dim, dim, false);
    layer(rows, model + "-head", tokens, dim, VOCABULARY, false);
  }

  private static void layer(
      List<KernelRow> rows, String name, int tokens, int in, int out, boolean brief) {
    for (Product product :
        List.of(
            new Product(Layout.NT, 1, tokens, out, in),
            new Product(Layout.NN, 1, tokens, in, out),
            new Product(Layout.TN, 1, out, in, tokens))) {
      KernelRow row = row(named(name, product), product);
      rows.add(brief ? row.inBrief() : row);
    }
  }

  private static void attention(List<KernelRow> rows, String model, int batch, int time, int size) {
    Product scores = new Product(Layout.NT, batch, time, time, size);
    Product mixed = new Product(Layout.NN, batch, time, size, time);
    rows.add(row(named(model + "-scores", scores), scores).inBrief());
    rows.add(row(named(model + "-mixed", mixed), mixed));
  }

  /// Generation: a token of each of some samples times a weight as it is stored.
  private static void decode(List<KernelRow> rows, String model, int dim, int most) {
    for (int samples = 1; samples <= most; samples++) {
      Product up = new Product(Layout.NT, 1, samples, 4 * dim, dim);
      Product down = new Product(Layout.NT, 1, samples, dim, 4 * dim);
      KernelRow row = row(named(model + "-decode-up", up), up);
      rows.add(samples == 1 ? row.inBrief() : row);
      rows.add(row(named(model + "-decode-down", down), down));
    }
  }

  /// `gemm-w1-qkv-nt-768x384x128`: sizes are m, n and k.
  static String named(String what, Product p) {
    return String.format(
        Locale.ROOT,
        "gemm-%s-%s-%s%dx%dx%d",
        what,
        p.layout().name().toLowerCase(Locale.ROOT),
        p.batch() == 1 ? "" : p.batch() + "x",
        p.m(),
        p.n(),
        p.k());
  }

  private static KernelRow row(String name, Product p) {
    return KernelRow.of(name, p.flops(), p.bytes(), () -> engine(p))
        .withPlain(() -> PlainProducts.body(p, Operands.of(p)))
        .withProduct(p);
  }

  private static Body engine(Product p) {
    boolean ta = p.layout().transposesA();
    boolean tb = p.layout().transposesB();
    Tensor a = ta ? operand(1, p.batch(), p.k(), p.m()) : operand(1, p.batch(), p.m(), p.k());
    Tensor b = tb ? operand(2, p.batch(), p.n(), p.k()) : operand(2, p.batch(), p.k(), p.n());
    return GraphBody.of(List.of((ta ? a.t() : a).matmul(tb ? b.t() : b)));
  }

  private static Tensor operand(int index, int batch, int rows, int columns) {
    return batch == 1 ? Data.of(index, rows, columns) : Data.of(index, batch, rows, columns);
  }

  /// The library's product called on arrays: less the row above it, that is what the graph costs.
  private static KernelRow raw(String name, int n) {
    Product p = new Product(Layout.NN, 1, n, n, n);
    return KernelRow.of(
        name,
        p.flops(),
        p.bytes(),
        () -> {
          Gemm gemm = new Gemm(new WorkerPool(Switches.threads()), VectorWidth.preferred());
          Operands operands = Operands.of(p);
          float[] c = new float[p.cSize()];
          GemmShape shape = GemmShape.nn(n, n, n);
          return new Body() {
            @Override
            public void run() {
              gemm.f32(shape, operands.a(), 0, operands.b(), 0, c, 0, false, null);
            }

            @Override
            public float[] result() {
              return c;
            }
          };
        });
  }
}
