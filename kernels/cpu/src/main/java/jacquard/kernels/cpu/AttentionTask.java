package jacquard.kernels.cpu;

import jacquard.kernels.Task;
import jacquard.kernels.View;
import jacquard.kernels.cpu.attention.Attention;
import jacquard.kernels.cpu.attention.AttentionShape;
import jacquard.kernels.cpu.attention.AttentionShape.Strides;
import jacquard.tensor.DType;
import jacquard.tensor.Shape;
import jacquard.tensor.graph.Node;

/// The attention tasks on the memory of a run.
final class AttentionTask {
  private AttentionTask() {}

  /// Whether there is a kernel for an attention node: f32, and something to compute.
  static boolean fits(Node node) {
    return node.dtype() == DType.F32
        && !node.source(0).shape().isEmpty()
        && !node.source(1).shape().isEmpty();
  }

  static void run(Task.Attention t, Attention attention, Memory m) {
    float[] logSum = t.logSum() < 0 ? null : (float[]) m.arrays[t.logSum()];
    attention.forward(
        shape(t.q(), t.k(), t.v(), t.causal(), t.scale()),
        array(m, t.q()),
        offset(m, t.q()),
        array(m, t.k()),
        offset(m, t.k()),
        array(m, t.v()),
        offset(m, t.v()),
        (float[]) m.arrays[t.result()],
        m.offsets[t.result()],
        logSum,
        logSum == null ? 0 : m.offsets[t.logSum()]);
  }

  static void run(Task.AttentionGradient t, Attention attention, Memory m) {
    attention.backward(
        shape(t.q(), t.k(), t.v(), t.causal(), t.scale()),
        array(m, t.q()),
        offset(m, t.q()),
        array(m, t.k()),
        offset(m, t.k()),
        array(m, t.v()),
        offset(m, t.v()),
        array(m, t.y()),
        offset(m, t.y()),
        strides(t.y().view()),
        array(m, t.logSum()),
        offset(m, t.logSum()),
        array(m, t.g()),
        offset(m, t.g()),
        strides(t.g().view()),
        (float[]) m.arrays[t.result()],
        m.offsets[t.result()]);
  }

  private static AttentionShape shape(
      Task.Operand q, Task.Operand k, Task.Operand v, boolean causal, double scale) {
    Shape queries = q.view().shape();
    return new AttentionShape(
        queries.dim(0),
        queries.dim(2),
        queries.dim(1),
        k.view().shape().dim(1),
        queries.dim(3),
        causal,
        (float) scale,
        strides(q.view()),
        strides(k.view()),
        strides(v.view()));
  }

  private static Strides strides(View view) {
    return new Strides(view.strides().get(0), view.strides().get(1), view.strides().get(2));
  }

  private static float[] array(Memory m, Task.Operand operand) {
    return (float[]) m.arrays[operand.value()];
  }

  private static int offset(Memory m, Task.Operand operand) {
    return m.offsets[operand.value()] + operand.view().offset();
  }
}
