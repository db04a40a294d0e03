package jacquard.kernels.cpu;

import jacquard.kernels.Task;
import jacquard.kernels.cpu.conv.ConvShape;
import jacquard.kernels.cpu.conv.Convolution;
import jacquard.tensor.graph.ConvKind;
import jacquard.tensor.graph.Window;

/// A convolution ready to run.
final class ConvTask {
  private final Task.Conv task;
  private final ConvShape shape;
  private final Convolution convolution;

  ConvTask(Task.Conv task, Convolution convolution) {
    this.task = task;
    this.convolution = convolution;
    this.shape = shape(task.window());
  }

  static Convolution.Form form(ConvKind kind) {
    return switch (kind) {
      case FORWARD -> Convolution.Form.FORWARD;
      case INPUT_GRADIENT -> Convolution.Form.INPUT_GRADIENT;
      case WEIGHT_GRADIENT -> Convolution.Form.WEIGHT_GRADIENT;
    };
  }

  static ConvShape shape(Window w) {
    return new ConvShape(
        w.image().dim(0),
        w.image().dim(1),
        w.image().dim(2),
        w.image().dim(3),
        w.filter().dim(0),
        w.outH(),
        w.outW(),
        w.filter().dim(2),
        w.filter().dim(3),
        w.strideH(),
        w.strideW(),
        w.padTop(),
        w.padLeft(),
        w.dilationH(),
        w.dilationW(),
        w.groups());
  }

  void run(Memory m, long[] dynamics) {
    int xo = m.offsets[task.x()];
    int yo = m.offsets[task.y()];
    int ro = m.offsets[task.result()];
    if (m.arrays[task.x()] instanceof float[] x) {
      float[] y = (float[]) m.arrays[task.y()];
      float[] r = (float[]) m.arrays[task.result()];
      switch (task.kind()) {
        case FORWARD -> convolution.forward(shape, x, xo, y, yo, r, ro);
        case INPUT_GRADIENT -> convolution.inputGradient(shape, x, xo, y, yo, r, ro);
        case WEIGHT_GRADIENT -> convolution.weightGradient(shape, x, xo, y, yo, r, ro);
      }
    } else {
      double[] x = (double[]) m.arrays[task.x()];
      double[] y = (double[]) m.arrays[task.y()];
      double[] r = (double[]) m.arrays[task.result()];
      switch (task.kind()) {
        case FORWARD -> convolution.forward(shape, x, xo, y, yo, r, ro);
        case INPUT_GRADIENT -> convolution.inputGradient(shape, x, xo, y, yo, r, ro);
        case WEIGHT_GRADIENT -> convolution.weightGradient(shape, x, xo, y, yo, r, ro);
      }
    }
  }
}
