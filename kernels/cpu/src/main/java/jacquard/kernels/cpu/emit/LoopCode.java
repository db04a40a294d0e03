package jacquard.kernels.cpu.emit;

import jacquard.kernels.Kernel;
import jacquard.kernels.Launch;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A loop kernel: scalar code at once, vector code when the just-in-time compiler is done with it.
///
/// All forms give the same bits, so the moment of the change can't be seen in a result; threads
/// that share a run may even run different forms.
public final class LoopCode {
  /// Instructions times elements after which a vector form is asked for: some 10 ms of scalar code,
  /// a tenth of what compiling costs.
  private static final long WORTH_WARMING = 1 << 22;

  private final LoopClasses classes;
  private final Kernel kernel;
  private final LoopPlan plan;
  private final int block;
  private final @Nullable GeneratedLoop scalar;
  private final VectorForm wholeBlocks = new VectorForm(LoopForm.WHOLE_BLOCKS);
  private final VectorForm anySize = new VectorForm(LoopForm.ANY_SIZE);

  /// A vector form of the kernel, and the work that waits for it.
  static final class VectorForm {
    final LoopForm form;
    private volatile @Nullable GeneratedLoop ready;
    private volatile long work;
    private boolean asked;

    VectorForm(LoopForm form) {
      this.form = form;
    }

    void ready(GeneratedLoop compiled) {
      ready = compiled;
    }

    boolean isReady() {
      return ready != null;
    }

    /// Instructions times elements that scalar code did in its place, about.
    long work() {
      return work;
    }
  }

  LoopCode(LoopClasses classes, Kernel kernel, LoopPlan plan) {
    this.classes = classes;
    this.kernel = kernel;
    this.plan = plan;
    block = plan.block();
    scalar = classes.tiers() == Tiers.VECTOR ? null : classes.scalar(kernel, plan);
  }

  /// {@return the kernel that this is the code of}
  public Kernel kernel() {
    return kernel;
  }

  LoopPlan plan() {
    return plan;
  }

  /// {@return the general vector form as text that reads like Java; see [PseudoJava]}
  public String listing() {
    return LoopClasses.listing(kernel, plan);
  }

  /// {@return size of the method of the general vector form, in bytes of bytecode}
  public int bytes() {
    return bytes(LoopForm.ANY_SIZE);
  }

  int bytes(LoopForm form) {
    return LoopClasses.methodBytes(kernel, plan, form);
  }

  /// {@return the Vector API calls of the form for whole blocks, in the order of its code; for
  /// people}
  public List<String> vectorCalls() {
    return LoopClasses.vectorCalls(kernel, plan, LoopForm.WHOLE_BLOCKS);
  }

  /// {@return elements of the inner axis that the largest of its loops takes at a time; parts of
  /// the axis that begin at a multiple run the same form as all of it}
  public int block() {
    return block;
  }

  /// {@return elements per vector}
  public int lanes() {
    return plan.lanes();
  }

  /// {@return a launch as ints: first the offset of each access, then sizes and strides, as
  /// [LoopArguments] says} A caller may change the offsets between runs.
  ///
  /// @param launch offsets, sizes and strides of a run
  public int[] encode(Launch launch) {
    return LoopArguments.of(kernel).encode(launch);
  }

  /// Counts work, done or to come: a kernel with much of it gets its vector form compiled in the
  /// background, those with more of it first.
  ///
  /// @param inner elements of the inner axis in a run
  /// @param work instructions times elements
  public void expect(int inner, long work) {
    VectorForm vector = vectorFor(inner);
    if (vector.ready == null && classes.tiers() == Tiers.AS_COMPILED) {
      // several threads may count at once and lose some
      long total = vector.work + work;
      vector.work = total;
      if (total >= WORTH_WARMING) {
        ask(vector);
      }
    }
  }

  /// Asks for the vector form that runs with so many elements of the inner axis.
  void warm(int inner) {
    ask(vectorFor(inner));
  }

  private void ask(VectorForm vector) {
    synchronized (vector) {
      if (!vector.asked) {
        vector.asked = true;
        classes.warm(this, vector);
      }
    }
  }

  /// Whether vector code runs now.
  boolean isVector(int inner) {
    return vectorFor(inner).isReady();
  }

  /// {@return whether scalar code runs because the vector form that was asked for is not compiled
  /// yet} A kernel with little work, for which none was asked, stays scalar code.
  ///
  /// @param inner elements of the inner axis in a run
  public boolean isInterim(int inner) {
    VectorForm vector = vectorFor(inner);
    if (vector.isReady() || anySize.isReady()) {
      return false;
    }
    synchronized (vector) {
      return vector.asked;
    }
  }

  private VectorForm vectorFor(int inner) {
    return inner % block == 0 ? wholeBlocks : anySize;
  }

  /// Runs part of the iteration space.
  ///
  /// How the space is split does not change a bit of the results.
  ///
  /// @param arrays the array of each access, null for those without memory; u8 and bool are
  ///   `byte[]`
  /// @param args from [#encode]
  /// @param scalars dynamic scalars as the bits of constants
  /// @param outerFrom first outer index, row-major over the outer axes
  /// @param outerTo one past the last outer index
  /// @param innerFrom first index of the inner axis; 0 for a kernel with a reduced inner axis
  /// @param innerTo one past the last index of the inner axis; its size for a kernel with a reduced
  ///   inner axis
  /// @param scratch used by no other thread meanwhile
  public void run(
      Object[] arrays,
      int[] args,
      long[] scalars,
      int outerFrom,
      int outerTo,
      int innerFrom,
      int innerTo,
      LoopScratch scratch) {
    active(innerTo - innerFrom)
        .run(arrays, args, scalars, outerFrom, outerTo, innerFrom, innerTo, scratch);
  }

  private GeneratedLoop active(int inner) {
    VectorForm vector = vectorFor(inner);
    GeneratedLoop loop = vector.ready;
    if (loop == null) {
      // the part of a longer axis that one thread has may be whole blocks
      loop = anySize.ready;
    }
    if (loop == null) {
      loop = scalar;
    }
    if (loop == null) {
      loop = classes.load(kernel, plan, vector.form);
      vector.ready = loop;
    }
    return loop;
  }
}
