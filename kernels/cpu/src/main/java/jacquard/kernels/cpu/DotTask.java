package jacquard.kernels.cpu;

import jacquard.kernels.Task;
import jacquard.kernels.View;
import jacquard.kernels.cpu.gemm.Batch;
import jacquard.kernels.cpu.gemm.Epilogue;
import jacquard.kernels.cpu.gemm.Gemm;
import jacquard.kernels.cpu.gemm.GemmShape;
import jacquard.tensor.Ints;
import jacquard.tensor.Switches;
import org.jspecify.annotations.Nullable;

/// A contraction ready to run.
final class DotTask {
  private final Task.Dot task;
  private final GemmShape shape;
  private final Gemm gemm;
  private final ByteGemm bytes;
  private final @Nullable LoopTask epilogue;
  private final boolean keepsResult;

  /// @param keepsResult whether anything but the epilogue reads the product
  DotTask(
      Task.Dot task, Gemm gemm, ByteGemm bytes, @Nullable LoopTask epilogue, boolean keepsResult) {
    this.task = task;
    this.gemm = gemm;
    this.bytes = bytes;
    this.epilogue = epilogue;
    this.keepsResult = keepsResult;
    this.shape = shape(task);
  }

  static GemmShape shape(Task.Dot t) {
    Ints dims = t.batch();
    int rank = dims.length();
    int[] c = new int[rank];
    int stride = t.m() * t.n();
    for (int i = rank - 1; i >= 0; i--) {
      c[i] = stride;
      stride *= dims.get(i);
    }
    Batch batch =
        rank == 0
            ? Batch.NONE
            : Batch.of(dims.toArray(), leading(t.aView()), leading(t.bView()), c);
    Ints a = t.aView().strides();
    Ints b = t.bView().strides();
    return new GemmShape(
        t.m(),
        t.n(),
        t.k(),
        a.get(rank),
        a.get(rank + 1),
        b.get(rank),
        b.get(rank + 1),
        t.n(),
        batch);
  }

  private static int[] leading(View view) {
    return java.util.Arrays.copyOf(view.strides().toArray(), view.shape().rank() - 2);
  }

  void run(Memory m, long[] dynamics) {
    Object a = m.arrays[task.a()];
    Object b = m.arrays[task.b()];
    Object c = m.arrays[task.c()];
    int ao = m.offsets[task.a()] + task.aView().offset();
    int bo = m.offsets[task.b()] + task.bView().offset();
    int co = m.offsets[task.c()];
    Rows rows = null;
    if (epilogue != null) {
      epilogue.bind(m, dynamics);
      rows = new Rows(epilogue, task, keepsResult || Switches.validate());
    }
    switch (task.dtype()) {
      case F32 -> gemm.f32(shape, (float[]) a, ao, (float[]) b, bo, (float[]) c, co, false, rows);
      case F64 ->
          gemm.f64(shape, (double[]) a, ao, (double[]) b, bo, (double[]) c, co, false, rows);
      case I32 -> gemm.i32(shape, (int[]) a, ao, (int[]) b, bo, (int[]) c, co, false, rows);
      case I64 -> gemm.i64(shape, (long[]) a, ao, (long[]) b, bo, (long[]) c, co, false, rows);
      case F16, BF16 -> throw new AssertionError("products are f32: " + task.dtype());
      case U8, BOOL -> {
        bytes.multiply(shape, (byte[]) a, ao, (byte[]) b, bo, (byte[]) c, co);
        if (rows != null) {
          for (int item = 0; item < shape.batch().count(); item++) {
            rows.rows(item, 0, shape.m(), 0, c, co + item * shape.m() * shape.n());
          }
        }
      }
    }
  }

  /// The loop on finished rows.
  ///
  /// @param keepsResult whether the product is read by anything else
  private record Rows(LoopTask loop, Task.Dot task, boolean keepsResult) implements Epilogue {
    @Override
    public void rows(int batch, int from, int to, int worker, Object rows, int offset) {
      int first = batch * task.m() + from;
      int origin = offset - first * task.n();
      loop.rows(first, first + to - from, worker, task.c(), rows, origin);
    }
  }
}
