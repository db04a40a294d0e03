package jacquard.kernels.cpu.attention;

import jacquard.kernels.cpu.attention.AttentionShape.Strides;
import jacquard.kernels.cpu.gemm.KernelTable;
import jacquard.kernels.cpu.machine.Caches;
import jacquard.kernels.cpu.machine.Grain;
import jacquard.kernels.cpu.machine.VectorWidth;
import jacquard.kernels.cpu.machine.WorkerPool;
import org.jspecify.annotations.Nullable;

/// Attention on `float` arrays, forward and backward, without the matrix of all scores.
///
/// Serves one caller at a time. Results depend on the vector width, but not on the number of
/// threads: a block of queries, or for the gradient a head, is one thread's work, in one order.
///
/// @see <a href="https://arxiv.org/abs/2307.08691">Dao: FlashAttention-2</a>
public final class Attention {
  private final WorkerPool pool;
  private final Panels[] panels;

  /// Makes the working memory of each worker.
  ///
  /// @param pool threads that share the work
  /// @param width vector width of the products
  /// @param caches of a core, which decide how many keys and queries are taken at a time
  public Attention(WorkerPool pool, VectorWidth width, Caches caches) {
    this.pool = pool;
    KernelTable kernels = new KernelTable(width, false);
    panels = new Panels[pool.threads()];
    for (int worker = 0; worker < panels.length; worker++) {
      panels[worker] = new Panels(kernels, caches.second());
    }
  }

  /// `y = softmax(scale q k^T) v`.
  ///
  /// @param shape sizes and layout
  /// @param q queries `[B, T, H, E]`, laid out as `shape` says
  /// @param qOffset index of `q`'s first element; so for the others
  /// @param k keys `[B, S, H, E]`, laid out as `shape` says
  /// @param kOffset index of `k`'s first element
  /// @param v values, as the keys
  /// @param vOffset index of `v`'s first element
  /// @param y contiguous `[B, T, H, E]`; must not overlap the operands
  /// @param yOffset index of `y`'s first element
  /// @param logSum receives the logarithms of the softmax's sums, contiguous `[B, T, H]`; or null
  /// @param logSumOffset index of `logSum`'s first element
  public void forward(
      AttentionShape shape,
      float[] q,
      int qOffset,
      float[] k,
      int kOffset,
      float[] v,
      int vOffset,
      float[] y,
      int yOffset,
      float @Nullable [] logSum,
      int logSumOffset) {
    Forward call =
        new Forward(shape, q, qOffset, k, kOffset, v, vOffset, y, yOffset, logSum, logSumOffset);
    int width = panels[0].width;
    int units = shape.items() * panels[0].blocks(shape.queries());
    double flops = 2.0 * width * shape.keys() * shape.size();
    pool.parallelFor(
        units, Grain.ofProduct(flops), (from, to, worker) -> call.run(from, to, panels[worker]));
  }

  /// The cotangents of `q`, `k` and `v` from that of `y`, for as many keys as queries.
  ///
  /// @param shape sizes and layout
  /// @param q queries `[B, T, H, E]`, laid out as `shape` says
  /// @param qOffset index of `q`'s first element
  /// @param k keys `[B, S, H, E]`, laid out as `shape` says
  /// @param kOffset index of `k`'s first element
  /// @param v values, as the keys
  /// @param vOffset index of `v`'s first element
  /// @param y what [#forward] left
  /// @param yOffset index of `y`'s first element
  /// @param yStrides layout of `y`
  /// @param logSum what [#forward] left, contiguous `[B, T, H]`
  /// @param logSumOffset index of `logSum`'s first element
  /// @param g cotangent of `y`
  /// @param gOffset index of `g`'s first element
  /// @param gStrides layout of `g`
  /// @param result contiguous `[B, T, 3, H, E]`; must not overlap the operands
  /// @param resultOffset index of `result`'s first element
  public void backward(
      AttentionShape shape,
      float[] q,
      int qOffset,
      float[] k,
      int kOffset,
      float[] v,
      int vOffset,
      float[] y,
      int yOffset,
      Strides yStrides,
      float[] logSum,
      int logSumOffset,
      float[] g,
      int gOffset,
      Strides gStrides,
      float[] result,
      int resultOffset) {
    Backward call =
        new Backward(
            shape,
            q,
            qOffset,
            k,
            kOffset,
            v,
            vOffset,
            y,
            yOffset,
            yStrides,
            logSum,
            logSumOffset,
            g,
            gOffset,
            gStrides,
            result,
            resultOffset);
    double flops = 5.0 * shape.queries() * shape.keys() * shape.size();
    pool.parallelFor(
        shape.items(),
        Grain.ofProduct(flops),
        (from, to, worker) -> call.run(from, to, panels[worker]));
  }

  /// {@return the code of the products in attention or its gradient, as text for people}
  ///
  /// @param gradient whether of the gradient, and else of the forward form
  public String listing(boolean gradient) {
    return """
    // for each tile of scores and of results; %s.run loops, %s packs,
    // and what is done to each score is written by hand: %s
    %s\
    """
        .formatted(
            (gradient ? Backward.class : Forward.class).getName(),
            Panels.class.getName(),
            PanelVectors.class.getName(),
            panels[0].listing());
  }
}
