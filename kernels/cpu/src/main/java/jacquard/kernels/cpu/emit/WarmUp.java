package jacquard.kernels.cpu.emit;

import jacquard.kernels.Kernel;
import jacquard.kernels.Kernel.Access;
import jacquard.kernels.Kernel.Inner;
import jacquard.kernels.Launch;
import jacquard.kernels.cpu.machine.Allocation;
import jacquard.tensor.DType;
import jacquard.tensor.Ints;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
/// Gets the vector form of one kernel compiled, on synthetic data of its own.
///
/// A method that the compiler was asked for while its queue was long can be stuck in C1's code
/// without counters, if it is too large for C1's code with them. And C2 can have compiled it while
/// the statistics of the Vector API's methods were poor, and box its vectors for ever. A new class
/// of the same code begins anew.
final class WarmUp {
  private static final System.Logger LOG = System.getLogger(WarmUp.class.getName());

  private static final int SPIN = 24;

  private static final int REAL_TURNS = 4;

  private static final int SPINNING_TURNS = 8;

  /// Tries after which a compiled kernel that still allocates is made again, or taken as it is if
  /// it was made often enough: then the processor lacks one of its operations.
  private static final int BOXING_TURNS = 30;

  /// A kernel is taken for stuck when so many others, asked for later, are done,
  private static final int OVERTAKEN = 5;

  /// or after so long, twice as long for each further class.
  private static final long STUCK_NANOS = 10_000_000_000L;

  /// Classes that are made of a kernel before it is left alone for a while.
  private static final int ATTEMPTS = 3;

  /// How long; twice as long after each further failure, up to five doublings.
  private static final long RETRY_NANOS = 5_000_000_000L;

  private final LoopClasses classes;
  private final LoopCode code;
  private final LoopCode.VectorForm vector;
  private final LoopScratch scratch = new LoopScratch();
  private final Object[] arrays;
  private final int[] args;
  private final int outer;
  private final int inner;
  private final int[] ends;
  private final long[] scalars;
  private @Nullable GeneratedLoop loop;
  private int turns;
  private int boxing;
  private int attempts;
  private int doneBefore;
  private long start;
  private int failures;
  private long retry;

  /// Arrays end where the accesses do: some loads of the last vector reach beyond.
  WarmUp(LoopClasses classes, LoopCode code, LoopCode.VectorForm vector) {
    this.classes = classes;
    this.code = code;
    this.vector = vector;
    Kernel kernel = code.kernel();
    int lanes = code.lanes();
    int block = code.plan().block();
    boolean whole = vector.form == LoopForm.WHOLE_BLOCKS;
    inner = whole ? 2 * block : 5 * lanes + lanes - 1;
    ends = whole ? new int[] {inner} : new int[] {inner, inner - lanes, block, lanes - 1};
    List<Launch.Walk> walks = new ArrayList<>();
    arrays = new Object[kernel.accesses().size()];
    for (Access a : kernel.accesses()) {
      int stride = a.inner() == Inner.ZERO ? 0 : a.inner() == Inner.ONE ? 1 : 2;
      if (a.memory()) {
        arrays[walks.size()] = array(a.dtype(), stride * (inner - 1) + 1);
      }
      walks.add(
          new Launch.Walk(
              0, Ints.filled(kernel.outerAxes(), 0), Ints.filled(kernel.reducedAxes(), 0), stride));
    }
    Launch launch =
        new Launch(
            Ints.filled(kernel.outerAxes(), 1).map((i, n) -> kernel.outerAxes() - i <= 1 ? 2 : 1),
            Ints.filled(kernel.reducedAxes(), 1),
            inner,
            walks);
    args = code.encode(launch);
    outer = launch.outerSize();
    int slots = 0;
    for (Kernel.Instr instr : kernel.instructions()) {
      switch (instr) {
        case Kernel.Instr.Dynamic d -> slots = Math.max(slots, d.slot() + 1);
        case Kernel.Instr.DynamicWord d -> slots = Math.max(slots, d.slot() + 1);
        case Kernel.Instr other -> {}
      }
    }
    scalars = new long[slots];
  }

  private static Object array(DType dtype, int n) {
    return switch (dtype) {
      case F32, F16, BF16 -> new float[n];
      case F64 -> new double[n];
      case I32 -> new int[n];
      case I64 -> new long[n];
      case U8, BOOL -> new byte[n];
    };
  }

  /// Calls a new class often enough for C1 to be asked for it.
  static void startFirstCompiler(GeneratedLoop loop) {
    LoopScratch scratch = new LoopScratch();
    scratch.spin = SPIN;
    for (int k = 0; k < 150; k++) {
      loop.run(new Object[0], new int[0], new long[0], 0, 0, 0, 0, scratch);
    }
  }

  /// How urgent it is.
  long work() {
    return vector.work();
  }

  /// Runs over rows that end where the arrays do, before that, with a whole block, and without any:
  /// C2 compiles no way that none has gone.
  private void real(GeneratedLoop loop) {
    for (int end : ends) {
      loop.run(arrays, args, scalars, 0, outer, 0, end, scratch);
    }
  }

  private void empty(GeneratedLoop loop, int calls, int spin) {
    scratch.spin = spin;
    for (int k = 0; k < calls; k++) {
      loop.run(arrays, args, scalars, 0, 0, 0, 0, scratch);
    }
    scratch.spin = 0;
  }

  /// Whether the last compiler is done with the kernel.
  private boolean isCompiled(GeneratedLoop loop) {
    long before = Allocation.bytes();
    empty(loop, 1, 0);
    return Allocation.bytes() == before;
  }

  /// Does a part of the work.
  ///
  /// @param done how many other kernels are done so far
  /// @return whether nothing is left to do: the kernel is compiled, or it [#failed]
  boolean step(int done) {
    GeneratedLoop current = loop;
    if (current == null) {
      current = classes.load(code.kernel(), code.plan(), vector.form);
      loop = current;
      start = System.nanoTime();
      doneBefore = done;
      attempts++;
      turns = 1;
      startFirstCompiler(current);
      return false;
    }
    turns++;
    if (isCompiled(current)) {
      if (boxes(current)) {
        if (boxing++ < BOXING_TURNS) {
          return false;
        }
        if (attempts < ATTEMPTS) {
          return !again();
        }
        LOG.log(
            Level.DEBUG,
            "loops: compiled code allocates its vectors and is slow: {0}",
            code.kernel());
      }
      vector.ready(current);
      return true;
    }
    if (turns <= REAL_TURNS) {
      real(current);
    }
    if (turns <= SPINNING_TURNS) {
      empty(current, 200, SPIN);
    } else {
      empty(current, 500, 0);
    }
    boolean overtaken = done - doneBefore > OVERTAKEN;
    boolean late = System.nanoTime() - start > STUCK_NANOS << attempts - 1;
    return (overtaken || late) && !again();
  }

  private boolean again() {
    LOG.log(Level.DEBUG, "loops: stuck: attempt {0}, {1}", attempts, code.kernel());
    loop = null;
    boxing = 0;
    if (attempts < ATTEMPTS) {
      return true;
    }
    LOG.log(
        failures == 0 ? Level.WARNING : Level.DEBUG,
        "loops: a kernel is not compiled yet and runs as scalar code, several times slower, until"
            + " it is; a busy machine or -Xint can cause it");
    retry = System.nanoTime() + (RETRY_NANOS << Math.min(failures, 5));
    failures++;
    attempts = 0;
    return false;
  }

  /// Whether it took too long, now or before: it may be tried again from [#retry] on.
  boolean failed() {
    return failures > 0;
  }

  /// From when on it may go on, in nanoseconds of the system's clock.
  long retry() {
    return retry;
  }

  /// Whether the vector form is in use.
  boolean isReady() {
    return vector.isReady();
  }

  /// Whether a run allocates although the kernel is compiled: it has left its compiled code, or
  /// that has an operation that the processor does not have.
  private boolean boxes(GeneratedLoop loop) {
    long before = Allocation.bytes();
    real(loop);
    return Allocation.bytes() != before;
  }
}
