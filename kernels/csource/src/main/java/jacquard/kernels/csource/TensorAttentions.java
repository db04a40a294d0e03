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

  static Call forward(Dialect dialect, CallBuilder call, Task.Attention t, Tiles tiles) {
    List<DType> buffers = AttentionText.arguments(call, t);
    List<Task.Operand> operands = List.of(t.q(), t.k(), t.v());
    String kind = TensorAttentionText.kind(operands);
    int rows =
        tiles.of(
            AttentionText.choice(
                call, t, kind, TensorAttentionText.ROWS, TensorAttentionText.USUAL));
    String text = TensorAttentionText.forward(dialect, buffers, operands, t.logSum() >= 0, rows);
    int bytes = TensorAttentionText.forwardBytes(t.q().view().shape().dim(3));
    return call(call, "attention", text, t.q(), rows, bytes);
  }

  /// The cotangent of the queries, which leaves what the next one needs for each of them; then
  /// those of keys and values.
  static List<Call> gradient(
      Dialect dialect, CallBuilder[] calls, Task.AttentionGradient t, Tiles tiles) {
    List<DType> buffers = List.of();
    for (CallBuilder call : calls) {
      buffers = AttentionText.arguments(call, t);
      buffers.add(DType.F32);
      call.scratch(Math.toIntExact(queries(t)));
    }
    List<Task.Operand> operands = List.of(t.q(), t.k(), t.v(), t.y(), t.logSum(), t.g());
    String kind = TensorAttentionText.kind(List.of(t.q(), t.k(), t.v(), t.g()));
    int size = t.q().view().shape().dim(3);
    List<Integer> fitting = TensorAttentionText.gradientRows(size);
    int rows =
        tiles.of(AttentionText.choice(calls[0], t, kind, fitting, TensorAttentionText.USUAL));
    String queries = TensorAttentionText.queryGradient(dialect, buffers, operands, rows);
    String keys = TensorAttentionText.keyGradient(dialect, buffers, operands, rows);
    int bytes = TensorAttentionText.gradientBytes(size, rows);
    return List.of(
        call(calls[0], "attention_q", queries, t.q(), rows, bytes),
        call(calls[1], "attention_kv", keys, t.k(), rows, bytes));
  }

  /// Queries of all heads of all items.
  private static long queries(Task.AttentionGradient t) {
    Shape q = t.q().view().shape();
    return (long) q.dim(0) * q.dim(1) * q.dim(2);
  }

  private static Call call(
      CallBuilder call, String kind, String text, Task.Operand owned, int rows, int bytes) {
    long tiles = AttentionText.tiles(owned, owned.view().shape().dim(1), rows);
    return call.all(text, kind, tiles, TensorAttentionText.items(rows), bytes);
  }
}
