package jacquard.kernels.cpu.emit;

import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_void;
import static java.lang.constant.ConstantDescs.INIT_NAME;
import static java.lang.constant.ConstantDescs.MTD_void;

import jacquard.kernels.Kernel;
import jacquard.kernels.cpu.VectorWidth;
import java.lang.classfile.ClassFile;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import java.util.LinkedHashMap;
import java.util.Map;

/// Turns loop kernels into code, once for equal kernels.
public final class LoopCompiler {
  /// How many kernels are remembered: a model has some dozens.
  private static final int CAPACITY = 1024;

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
                  type.withMethodBody(
                      "run", RUN, 0, c -> new LoopWriter(c, kernel, plan).write());
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
