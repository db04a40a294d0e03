package jacquard.kernels.cpu.emit;

import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;
import static java.lang.constant.ConstantDescs.INIT_NAME;
import static java.lang.constant.ConstantDescs.MTD_void;

import jacquard.kernels.Kernel;
import jacquard.kernels.cpu.machine.VectorWidth;
import java.lang.System.Logger.Level;
import java.lang.classfile.ClassFile;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import jdk.incubator.vector.FloatVector;

/// Turns loop kernels into code, once for equal kernels.
public final class LoopCompiler {
  /// How many kernels are remembered: a model has some dozens.
  private static final int CAPACITY = 1024;

  private static final System.Logger LOG = System.getLogger(LoopCompiler.class.getName());

  private static final long WARM_NANOS = 5_000_000_000L;

  private static final long WARM_NANOS_EACH = 1_000_000_000L;

  /// Kernels that are warmed at a time: enough to keep the compiler threads busy. With more in
  /// their queue they ask for more calls.
  private static final int IN_FLIGHT =
      Math.max(3, Runtime.getRuntime().availableProcessors() / 2 + 1);

  private static final String PACKAGE = LoopCompiler.class.getPackageName();
  private static final ClassDesc SUPER = ClassDesc.of(PACKAGE, "GeneratedLoop");
  private static final MethodTypeDesc RUN =
      MethodTypeDesc.of(
          CD_void,
          CD_Object.arrayType(),
          CD_int.arrayType(),
          CD_long.arrayType(),
          CD_int,
          CD_int,
          CD_int,
          CD_int,
          ClassDesc.of(PACKAGE, "LoopScratch"));

  private final VectorWidth width;
  private final Map<Kernel, LoopCode> compiled =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Kernel, LoopCode> eldest) {
          return size() > CAPACITY;
        }
      };

  /// @param width of the vectors
  public LoopCompiler(VectorWidth width) {
    this.width = width;
  }

  /// The code of a kernel; the same object for equal kernels.
  public synchronized LoopCode compile(Kernel kernel) {
    LoopCode known = compiled.get(kernel);
    if (known == null) {
      known = generate(kernel);
      compiled.put(kernel, known);
    }
    return known;
  }

  /// Gets kernels compiled by the just-in-time compiler before their first run, which could take a
  /// thousand times its time otherwise. Returns when all are, or after a time limit. Kernels that
  /// have been warmed before cost nothing; those of vectors wider than the processor's are left
  /// alone: they are never compiled to anything fast.
  ///
  /// @return how many are compiled now that were not before
  public synchronized int warm(Collection<LoopCode> codes) {
    if (width.bits() > FloatVector.SPECIES_PREFERRED.vectorBitSize()) {
      return 0;
    }
    Deque<WarmUp> waiting = new ArrayDeque<>();
    for (LoopCode code : codes) {
      if (code.startWarming()) {
        waiting.add(new WarmUp(code));
      }
    }
    int count = waiting.size();
    Deque<WarmUp> active = new ArrayDeque<>();
    long end = System.nanoTime() + WARM_NANOS + count * WARM_NANOS_EACH;
    while (!(waiting.isEmpty() && active.isEmpty()) && System.nanoTime() - end < 0) {
      while (active.size() < IN_FLIGHT && !waiting.isEmpty()) {
        active.add(waiting.remove());
      }
      active.removeIf(WarmUp::step);
      LockSupport.parkNanos(500_000);
    }
    int missing = waiting.size() + active.size();
    if (missing > 0) {
      LOG.log(Level.DEBUG, "loop compiler: {0} of {1} kernels not warm in time", missing, count);
    }
    return count - missing;
  }

  private LoopCode generate(Kernel kernel) {
    LoopPlan plan = new LoopPlan(kernel, new Lowering(kernel), width.bits());
    byte[] bytes =
        ClassFile.of()
            .build(
                ClassDesc.of(PACKAGE, "Loop"),
                type -> {
                  type.withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SUPER);
                  type.withSuperclass(SUPER);
                  type.withMethodBody(
                      INIT_NAME,
                      MTD_void,
                      0,
                      c -> c.aload(0).invokespecial(SUPER, INIT_NAME, MTD_void).return_());
                  type.withMethodBody("run", RUN, 0, c -> new LoopWriter(c, kernel, plan).write());
                });
    return new LoopCode(kernel, load(bytes), plan.lanes(), codeLength(bytes));
  }

  private static GeneratedLoop load(byte[] bytes) {
    try {
      return (GeneratedLoop)
          MethodHandles.lookup()
              .defineHiddenClass(bytes, true)
              .lookupClass()
              .getDeclaredConstructor()
              .newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(
          "loop compiler: cannot load a generated kernel: " + e.getMessage(), e);
    }
  }

  private static int codeLength(byte[] bytes) {
    return ClassFile.of().parse(bytes).methods().stream()
        .filter(m -> m.methodName().equalsString("run"))
        .mapToInt(m -> ((CodeAttribute) m.code().orElseThrow()).codeLength())
        .sum();
  }
}
