package jacquard.kernels.cpu.emit;

import com.sun.management.ThreadMXBean;
import jacquard.kernels.Kernel;
import jacquard.kernels.Kernel.Access;
import jacquard.kernels.Kernel.Inner;
import jacquard.kernels.Launch;
import jacquard.tensor.DType;
import jacquard.tensor.Ints;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/*
 * A method is compiled by C1, with counters, after 100 calls if calls and backward jumps together exceed 2,000, and by C2 after
 * another 600 if they exceed 15,000. A Vector API operation takes microseconds in the interpreter and some hundred nanoseconds in
 * C1's code, and after 5,000 calls the methods of the API are compiled themselves, for nothing: they are inlined into
 * every kernel anyway. That took more time than all kernels. So the calls that count do no work: an empty range, and a loop of SPIN
 * empty iterations at the start of the method. Few more jumps than needed: after 40,000 that loop would be compiled on its own.
 * A few real runs give the branches statistics; so few that C2 compiles both sides of all of them.
 *
 * C2 removes the array that each run allocates and does not use: that tells when its code is there.
 */
/// Gets one kernel compiled, on synthetic data of its own.
final class WarmUp {
  private static final int SPIN = 24;

  private static final int REAL_TURNS = 4;

  private static final int SPINNING_TURNS = 8;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final LoopCode code;
  private final List<Shape> shapes = new ArrayList<>();
  private final LoopScratch scratch = new LoopScratch();
  private final long[] scalars;
  private int turns;

  /// Sizes and arrays of a synthetic run.
  private record Shape(Object[] arrays, int[] args, int outer, int inner) {}

  WarmUp(LoopCode code) {
    this.code = code;
    int slots = 0;
    for (Kernel.Instr instr : code.kernel().instructions()) {
      switch (instr) {
        case Kernel.Instr.Dynamic d -> slots = Math.max(slots, d.slot() + 1);
        case Kernel.Instr.DynamicWord d -> slots = Math.max(slots, d.slot() + 1);
        case Kernel.Instr other -> {}
      }
    }
    scalars = new long[slots];
    int lanes = code.lanes();
    shapes.add(shape(5 * lanes + lanes - 1));
  }

  /// Arrays end where the accesses do: some loads of the last vector reach beyond.
  private Shape shape(int inner) {
    Kernel kernel = code.kernel();
    List<Launch.Walk> walks = new ArrayList<>();
    List<Object> arrays = new ArrayList<>();
    for (Access a : kernel.accesses()) {
      int stride = a.inner() == Inner.ZERO ? 0 : a.inner() == Inner.ONE ? 1 : 2;
      walks.add(
          new Launch.Walk(
              0, Ints.filled(kernel.outerAxes(), 0), Ints.filled(kernel.reducedAxes(), 0), stride));
      arrays.add(a.memory() ? array(a.dtype(), stride * (inner - 1) + 1) : null);
    }
    Launch launch =
        new Launch(
            Ints.filled(kernel.outerAxes(), 1).map((i, n) -> kernel.outerAxes() - i <= 1 ? 2 : 1),
            Ints.filled(kernel.reducedAxes(), 1),
            inner,
            walks);
    return new Shape(arrays.toArray(), code.encode(launch), launch.outerSize(), inner);
  }

  private static Object array(DType dtype, int n) {
    return switch (dtype) {
      case F32 -> new float[n];
      case F64 -> new double[n];
      case I32 -> new int[n];
      case I64 -> new long[n];
      case U8, BOOL -> new byte[n];
    };
  }

  private void real() {
    for (Shape s : shapes) {
      code.run(s.arrays, s.args, scalars, 0, s.outer, 0, s.inner, scratch);
    }
  }

  private void empty(int calls, int spin) {
    Shape s = shapes.getFirst();
    scratch.spin = spin;
    for (int k = 0; k < calls; k++) {
      code.run(s.arrays, s.args, scalars, 0, 0, 0, 0, scratch);
    }
    scratch.spin = 0;
  }

  /// Whether the last compiler is done with the kernel.
  private boolean isCompiled() {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    empty(1, 0);
    return THREADS.getCurrentThreadAllocatedBytes() == before;
  }

  /// Does a part of the work.
  ///
  /// @return whether the kernel is compiled
  boolean step() {
    turns++;
    if (turns == 1) {
      empty(150, SPIN);
      return false;
    }
    if (isCompiled()) {
      return !boxes();
    }
    if (turns <= REAL_TURNS) {
      real();
    }
    if (turns <= SPINNING_TURNS) {
      empty(200, SPIN);
    } else {
      empty(1000, 0);
    }
    return false;
  }

  /// Whether a run allocates although the kernel is compiled: it has left its compiled code, or
  /// that has an operation that the processor does not have.
  private boolean boxes() {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    real();
    return THREADS.getCurrentThreadAllocatedBytes() != before;
  }
}
