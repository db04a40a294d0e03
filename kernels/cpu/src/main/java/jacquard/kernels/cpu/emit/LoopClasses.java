package jacquard.kernels.cpu.emit;

import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;
import static java.lang.constant.ConstantDescs.INIT_NAME;
import static java.lang.constant.ConstantDescs.MTD_void;

import jacquard.kernels.Kernel;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeModel;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.List;

/// Makes hidden classes of kernels, and hands vector forms to the thread that gets them compiled.
///
/// @param warmer null if vector forms are never compiled: those of vectors wider than the
///   processor's
record LoopClasses(Tiers tiers, LoopWarmer warmer) {
  private static final String PACKAGE = LoopClasses.class.getPackageName();

  /// The class of scalar code that runs until vector code is compiled. The launcher tells the JVM
  /// by this name what C2 needn't compile.
  private static final String INTERIM = "InterimLoop";

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

  void warm(LoopCode code, LoopCode.VectorForm vector) {
    warmer.add(new WarmUp(this, code, vector));
  }

  /// The scalar form, which the first of the just-in-time compilers is asked for at once.
  GeneratedLoop scalar(Kernel kernel, LoopPlan plan) {
    GeneratedLoop loop = load(kernel, plan, LoopForm.SCALAR);
    WarmUp.startFirstCompiler(loop);
    return loop;
  }

  /// A new class; one that the compilers have never seen, even if its code is not new.
  GeneratedLoop load(Kernel kernel, LoopPlan plan, LoopForm form) {
    byte[] bytes = bytes(name(form), kernel, plan, form);
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

  private String name(LoopForm form) {
    return switch (form) {
      case SCALAR -> tiers == Tiers.AS_COMPILED ? INTERIM : "ScalarLoop";
      case WHOLE_BLOCKS, ANY_SIZE -> "Loop";
    };
  }

  private static byte[] bytes(String name, Kernel kernel, LoopPlan plan, LoopForm form) {
    return ClassFile.of()
        .build(
            ClassDesc.of(PACKAGE, name),
            type -> {
              type.withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SUPER);
              type.withSuperclass(SUPER);
              type.withMethodBody(
                  INIT_NAME,
                  MTD_void,
                  0,
                  c -> c.aload(0).invokespecial(SUPER, INIT_NAME, MTD_void).return_());
              type.withMethodBody(
                  "run", RUN, 0, c -> new LoopWriter(c, kernel, plan, form).write());
            });
  }

  /// The Vector API calls that the method of a form makes, in the order of its code.
  static List<String> vectorCalls(Kernel kernel, LoopPlan plan, LoopForm form) {
    List<String> calls = new ArrayList<>();
    for (CodeElement element : code(kernel, plan, form)) {
      if (element instanceof InvokeInstruction call
          && call.owner().asSymbol().packageName().startsWith("jdk.incubator.vector")) {
        calls.add(call.owner().asSymbol().displayName() + "." + call.name());
      }
    }
    return calls;
  }

  /// The general vector form as text that reads like Java.
  static String listing(Kernel kernel, LoopPlan plan) {
    return PseudoJava.of(
        bytes("Loop", kernel, plan, LoopForm.ANY_SIZE),
        "run",
        List.of(
            "this",
            "arrays",
            "args",
            "scalars",
            "outerFrom",
            "outerTo",
            "innerFrom",
            "innerTo",
            "scratch"));
  }

  /// Size of the method of a form, in bytes of bytecode.
  static int methodBytes(Kernel kernel, LoopPlan plan, LoopForm form) {
    return ((CodeAttribute) code(kernel, plan, form)).codeLength();
  }

  private static CodeModel code(Kernel kernel, LoopPlan plan, LoopForm form) {
    return ClassFile.of().parse(bytes("Loop", kernel, plan, form)).methods().stream()
        .filter(m -> m.methodName().equalsString("run"))
        .findFirst()
        .flatMap(m -> m.code())
        .orElseThrow();
  }
}
