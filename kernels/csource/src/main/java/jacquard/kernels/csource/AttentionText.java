package jacquard.kernels.csource;

import jacquard.kernels.Task;
import jacquard.kernels.View;
import jacquard.tensor.DType;
import jacquard.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/// What the texts of all attention kernels begin with, and the numbers they are given.
final class AttentionText {
  /// Letters of the operands: queries, keys, values, or, for the gradient, those and the result,
  /// the sums and the cotangent.
  static final String FORWARD = "qkv";

  static final String GRADIENT = "qkvylg";

  private static final List<String> SIZES =
      List.of("batch", "time", "keys", "heads", "size", "scaleBits", "causal");

  private AttentionText() {}

  /// The beginning of a kernel: of each operand the number of its first element, and the strides of
  /// batch, time and head, are named as its letter and `o`, `b`, `t` and `h`.
  ///
  /// @param items of a group
  /// @param buffers element dtype of each
  /// @param operands letters
  static String begin(Dialect dialect, int items, List<DType> buffers, String operands) {
    List<String> names = new ArrayList<>(SIZES);
    for (char x : operands.toCharArray()) {
      names.addAll(List.of(x + "o", x + "b", x + "t", x + "h"));
    }
    StringBuilder head = new StringBuilder(Dialect.alone(dialect.begin(items, buffers)));
    for (int i = 0; i < names.size(); i++) {
      head.append("  const i32 %s = p[%d];\n".formatted(names.get(i), buffers.size() + i));
    }
    return head.append("  const float scale = F32_OF(scaleBits);\n").toString();
  }

  /// Hands over buffers and the numbers that [#begin] names.
  ///
  /// @return element dtype of each buffer: queries, keys, values, the result, and the sums if
  ///   somebody wants them
  static List<DType> arguments(CallBuilder call, Task.Attention t) {
    List<Task.Operand> operands = List.of(t.q(), t.k(), t.v());
    List<DType> buffers = buffers(call, operands);
    buffers.add(t.dtype());
    call.buffer(t.result());
    if (t.logSum() >= 0) {
      buffers.add(t.dtype());
      call.buffer(t.logSum());
    }
    numbers(call, t.scale(), t.causal(), operands);
    return buffers;
  }

  /// Hands over buffers and the numbers that [#begin] names.
  ///
  /// @return element dtype of each buffer: those of [#GRADIENT], and the result
  static List<DType> arguments(CallBuilder call, Task.AttentionGradient t) {
    List<Task.Operand> operands = List.of(t.q(), t.k(), t.v(), t.y(), t.logSum(), t.g());
    List<DType> buffers = buffers(call, operands);
    buffers.add(t.dtype());
    call.buffer(t.result());
    numbers(call, t.scale(), t.causal(), operands);
    return buffers;
  }

  private static List<DType> buffers(CallBuilder call, List<Task.Operand> operands) {
    List<DType> buffers = new ArrayList<>();
    for (Task.Operand operand : operands) {
      call.buffer(operand.value());
      buffers.add(call.dtype(operand.value()));
    }
    return buffers;
  }

  private static void numbers(
      CallBuilder call, double scale, boolean causal, List<Task.Operand> operands) {
    View q = operands.get(0).view();
    call.number(q.shape().dim(0), q.shape().dim(1), operands.get(1).view().shape().dim(1));
    call.number(q.shape().dim(2), q.shape().dim(3));
    call.number(Float.floatToRawIntBits((float) scale), causal ? 1 : 0);
    for (Task.Operand operand : operands) {
      View view = operand.view();
      call.number(view.offset());
      for (int axis = 0; axis < 3; axis++) {
        call.number(view.strides().get(axis));
      }
    }
  }

  /// What is asked for attention.
  ///
  /// @param kind what its kernels differ in besides
  /// @param fitting positions that a group may own, for which there are kernels
  /// @param usual one of them
  static Tiles.Choice choice(
      CallBuilder call, Task.Attention t, String kind, List<Integer> fitting, int usual) {
    Asked asked = new Asked("attention", t.q(), t.k(), t.causal(), 2);
    return choice(call, t, asked, kind, fitting, usual);
  }

  /// As for the result; both kernels take the same number of positions.
  static Tiles.Choice choice(
      CallBuilder call, Task.AttentionGradient t, String kind, List<Integer> fitting, int usual) {
    Asked asked = new Asked("attention_gradient", t.q(), t.k(), t.causal(), 7);
    return choice(call, t, asked, kind, fitting, usual);
  }

  /// @param products of as many terms as there are scores and elements of a head
  private record Asked(String name, Task.Operand q, Task.Operand k, boolean causal, int products) {}

  private static Tiles.Choice choice(
      CallBuilder call, Task task, Asked asked, String kind, List<Integer> fitting, int usual) {
    Shape q = asked.q.view().shape();
    long heads = (long) q.dim(0) * q.dim(2);
    int keys = asked.k.view().shape().dim(1);
    String name =
        "%s %s%s%s %d"
            .formatted(
                asked.name,
                call.dtype(asked.q.value()),
                asked.causal ? " causal" : "",
                kind,
                q.dim(3));
    double pairs = (double) heads * q.dim(1) * keys * (asked.causal ? 0.5 : 1);
    int positions = task instanceof Task.Attention ? q.dim(1) : Math.max(q.dim(1), keys);
    List<Integer> options =
        fitting.stream().filter(own -> own <= usual || 2 * positions > own).toList();
    List<Long> sizes = List.of(heads, (long) q.dim(1), (long) keys);
    double flops = 2.0 * asked.products * pairs * q.dim(3);
    return Tiles.Choice.of(call, task, name, sizes, flops, options, usual);
  }

  /// Tiles of `side` positions of all heads of all items.
  static long tiles(Task.Operand q, int positions, int side) {
    return (long) q.view().shape().dim(0) * q.view().shape().dim(2) * Math.ceilDiv(positions, side);
  }
}
