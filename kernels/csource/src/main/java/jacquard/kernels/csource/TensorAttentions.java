package jacquard.kernels.csource;

import jacquard.kernels.Task;
import jacquard.tensor.DType;
import jacquard.tensor.Shape;
import java.util.List;

/// Attention of f16 and bf16 on the tensor cores of CUDA devices from compute capability 8.0 on, by
/// `mma.sync` m16n8k16, added in f32; weights and cotangents of scores are rounded to the operands'
/// dtype before they are multiplied. Which lane holds what is told at [TensorProducts].
///
/// @see <a href="https://arxiv.org/abs/2307.08691">FlashAttention-2</a>
final class TensorAttentions {
  private TensorAttentions() {}

  /// Whether there is a kernel for these operands.
  static boolean fits(CallBuilder call, Task.Attention t) {
    return fits(call, t.q(), t.scale());
  }

  /// Whether there is a kernel for these operands, and memory of its own.
  static boolean fits(CallBuilder call, Task.AttentionGradient t) {
    return fits(call, t.q(), t.scale())
        && TensorAttentionText.hasRegisters(List.of(t.q(), t.k(), t.v(), t.g()))
        && CallBuilder.hasScratch(call.schedule(), queries(t));
  }

  /// Whether the operands are f16 or bf16, and scores are in the order of products: the largest of
  /// them is looked for before they are scaled.
  private static boolean fits(CallBuilder call, Task.Operand q, double scale) {
    return call.dtype(q.value()).isHalf() && (float) scale >= Float.MIN_NORMAL;
  }

  static Call forward(Dialect dialect, CallBuilder call, Task.Attention t) {
    List<DType> buffers = AttentionText.arguments(call, t);
    List<Task.Operand> operands = List.of(t.q(), t.k(), t.v());
    String text = TensorAttentionText.forward(dialect, buffers, operands, t.logSum() >= 0);
    Shape q = t.q().view().shape();
    int bytes = TensorAttentionText.forwardBytes(q.dim(3));
    return call(call, "attention", text, t.q(), q.dim(1), bytes);
  }

  /// The cotangent of the queries, which leaves what the next one needs for each of them; then
  /// those of keys and values.
  static List<Call> gradient(Dialect dialect, CallBuilder[] calls, Task.AttentionGradient t) {
    List<DType> buffers = List.of();
    for (CallBuilder call : calls) {
      buffers = AttentionText.arguments(call, t);
      buffers.add(DType.F32);
      call.scratch(Math.toIntExact(queries(t)));
    }
    List<Task.Operand> operands = List.of(t.q(), t.k(), t.v(), t.y(), t.logSum(), t.g());
    String queries = TensorAttentionText.queryGradient(dialect, buffers, operands);
    String keys = TensorAttentionText.keyGradient(dialect, buffers, operands);
    Shape q = t.q().view().shape();
    int bytes = TensorAttentionText.gradientBytes(q.dim(3));
    return List.of(
        call(calls[0], "attention_q", queries, t.q(), q.dim(1), bytes),
        call(calls[1], "attention_kv", keys, t.q(), q.dim(1), bytes));
  }

  /// Queries of all heads of all items.
  private static long queries(Task.AttentionGradient t) {
    Shape q = t.q().view().shape();
    return (long) q.dim(0) * q.dim(1) * q.dim(2);
  }

  private static Call call(
      CallBuilder call, String kind, String text, Task.Operand q, int positions, int bytes) {
    long tiles = AttentionText.tiles(q, positions, TensorAttentionText.ROWS);
    return call.all(text, kind, tiles, TensorAttentionText.ITEMS, bytes);
  }
}
