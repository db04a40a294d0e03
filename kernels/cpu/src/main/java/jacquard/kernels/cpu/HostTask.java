package jacquard.kernels.cpu;

import jacquard.kernels.Task;
import jacquard.kernels.cpu.host.Parts;
import jacquard.kernels.cpu.host.Rows;
import jacquard.kernels.cpu.host.Scans;
import jacquard.kernels.cpu.machine.Grain;
import jacquard.kernels.cpu.machine.RangeBody;
import jacquard.kernels.cpu.machine.WorkerPool;
import jacquard.tensor.Shape;

/// Runs tasks that need no generated code.
final class HostTask {
  /// Least columns for a thread: a cache line of `float`.
  private static final int LINE = 16;

  /// Of a scan: each element waits for the one before, or is compared several times.
  private static final int OPERATIONS_PER_ELEMENT = 5;

  private final WorkerPool pool;

  HostTask(WorkerPool pool) {
    this.pool = pool;
  }

  void gather(Task.Gather t, Memory m) {
    Object index = m.arrays[t.index()];
    int indexOffset = m.offsets[t.index()];
    Rows.check("gather", t.indexType(), index, indexOffset, t.count(), t.rows());
    pool.parallelFor(
        t.count(),
        Grain.ofCopy(2.0 * t.dtype().hostBytes() * t.rowSize()),
        (from, to, worker) ->
            Rows.gather(
                m.arrays[t.x()],
                m.offsets[t.x()],
                t.indexType(),
                index,
                indexOffset,
                m.arrays[t.result()],
                m.offsets[t.result()],
                t.rowSize(),
                from,
                to));
  }

  @SuppressWarnings("SuspiciousSystemArraycopy") // both are arrays of the dtype's type
  void scatterAdd(Task.ScatterAdd t, Memory m) {
    Object index = m.arrays[t.index()];
    int indexOffset = m.offsets[t.index()];
    Rows.check("scatterAdd", t.indexType(), index, indexOffset, t.count(), t.rows());
    Object result = m.arrays[t.result()];
    int offset = m.offsets[t.result()];
    if (result != m.arrays[t.x()] || offset != m.offsets[t.x()]) {
      System.arraycopy(m.arrays[t.x()], m.offsets[t.x()], result, offset, t.rows() * t.rowSize());
    }
    // threads share columns, so that each element's updates keep their order
    pool.parallelFor(
        t.rowSize(),
        Math.max(LINE, Grain.ofPlainLoop(t.count())),
        (from, to, worker) ->
            Rows.scatterAdd(
                t.dtype(),
                m.arrays[t.updates()],
                m.offsets[t.updates()],
                t.indexType(),
                index,
                indexOffset,
                result,
                offset,
                t.rowSize(),
                t.count(),
                from,
                to));
  }

  void scan(Task.Scan t, Memory m) {
    Object x = m.arrays[t.x()];
    int xo = m.offsets[t.x()];
    Object result = m.arrays[t.result()];
    int ro = m.offsets[t.result()];
    int slices = t.before() * t.after();
    int grain = Grain.ofPlainLoop(OPERATIONS_PER_ELEMENT * (double) t.n());
    RangeBody body =
        switch (t.kind()) {
          case CUMSUM ->
              (from, to, w) ->
                  Scans.cumsum(t.dtype(), x, xo, result, ro, t.n(), t.after(), from, to);
          case ARGMAX ->
              (from, to, w) ->
                  Scans.argmax(t.dtype(), x, xo, (int[]) result, ro, t.n(), t.after(), from, to);
          case ARGSORT, ARGSORT_DESCENDING ->
              (from, to, w) ->
                  Scans.argsort(
                      t.dtype(),
                      t.kind() == Task.Scan.Kind.ARGSORT_DESCENDING,
                      x,
                      xo,
                      (int[]) result,
                      ro,
                      t.n(),
                      from,
                      to);
        };
    pool.parallelFor(slices, grain, body);
  }

  @SuppressWarnings("SuspiciousSystemArraycopy") // both are arrays of the dtype's type
  void dynamic(Task.Dynamic t, Memory m) {
    Shape whole = t.whole();
    int at =
        Parts.position(whole, t.partShape(), (int[]) m.arrays[t.start()], m.offsets[t.start()]);
    Object x = m.arrays[t.x()];
    int xo = m.offsets[t.x()];
    Object result = m.arrays[t.result()];
    int ro = m.offsets[t.result()];
    if (!t.into()) {
      Parts.copy(true, whole, t.partShape(), x, xo + at, result, ro);
      return;
    }
    if (x != result || xo != ro) {
      System.arraycopy(x, xo, result, ro, whole.arraySize());
    }
    Parts.copy(
        false, whole, t.partShape(), result, ro + at, m.arrays[t.part()], m.offsets[t.part()]);
  }
}
