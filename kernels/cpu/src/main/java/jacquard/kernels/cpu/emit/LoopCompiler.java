package jacquard.kernels.cpu.emit;

import jacquard.kernels.Kernel;
import jacquard.kernels.cpu.machine.VectorWidth;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import jdk.incubator.vector.FloatVector;

/// Turns loop kernels into code, once for equal kernels.
public final class LoopCompiler {
  /// How many kernels are remembered: a model has some dozens.
  private static final int CAPACITY = 1024;

  private final VectorWidth width;
  private final LoopWarmer warmer;
  private final LoopClasses classes;
  private final Map<Kernel, LoopCode> compiled =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Kernel, LoopCode> eldest) {
          return size() > CAPACITY;
        }
      };

  /// A compiler of kernels that run scalar code until their vector form is compiled.
  ///
  /// @param width of the vectors
  public LoopCompiler(VectorWidth width) {
    this(width, Tiers.AS_COMPILED, () -> false);
  }

  /// A compiler of kernels that run the forms given.
  ///
  /// @param width of the vectors
  /// @param tiers which forms of its code a kernel runs. Vectors wider than the processor's are
  ///   never compiled to anything fast: then scalar code stays.
  public LoopCompiler(VectorWidth width, Tiers tiers) {
    this(width, tiers, () -> false);
  }

  /// A compiler that lets others go first.
  ///
  /// @param width of the vectors
  /// @param tiers which forms of its code a kernel runs
  /// @param othersFirst whether the just-in-time compiler has more urgent work now, so that vector
  ///   forms wait
  public LoopCompiler(VectorWidth width, Tiers tiers, BooleanSupplier othersFirst) {
    this.width = width;
    warmer = new LoopWarmer(othersFirst);
    boolean wide = width.bits() > FloatVector.SPECIES_PREFERRED.vectorBitSize();
    classes = new LoopClasses(wide && tiers == Tiers.AS_COMPILED ? Tiers.SCALAR : tiers, warmer);
  }

  /// {@return the code of a kernel; the same object for equal kernels}
  ///
  /// @param kernel what to compute
  public synchronized LoopCode compile(Kernel kernel) {
    LoopCode known = compiled.get(kernel);
    if (known == null) {
      LoopPlan plan = new LoopPlan(kernel, new Lowering(kernel), width.bits());
      known = new LoopCode(classes, kernel, plan);
      compiled.put(kernel, known);
    }
    return known;
  }

  /// Waits until every vector form asked for so far is compiled or left for later.
  ///
  /// Not needed for use. It helps measurements, and tests that mean the vector form.
  ///
  /// @param limit longest time to wait
  /// @return false if `limit` passed first
  /// @throws InterruptedException if the thread is interrupted
  public boolean awaitWarm(Duration limit) throws InterruptedException {
    return warmer.await(limit);
  }
}
