package jacquard.kernels.cpu.emit;

import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;

import jacquard.kernels.Kernel;
import jacquard.kernels.Kernel.Access;
import jacquard.kernels.Kernel.Inner;
import jacquard.kernels.Kernel.Level;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.List;

/// The walk of a kernel over its outer and its reduced axes: loops, and where each access is.
final class Walk {
  private static final ClassDesc CD_INTS = CD_int.arrayType();

  private final LoopWriter loop;
  private final CodeBuilder code;
  private final Kernel kernel;
  private final LoopArguments layout;
  private final int[] positions;
  private final int[] cursors;
  private final int[] innerStrides;
  private final int[] outerSteps;
  private final int[] strideIotas;
  private boolean inReducedLoops;
  private int state = -1;

  Walk(LoopWriter loop) {
    this.loop = loop;
    code = loop.code();
    kernel = loop.kernel();
    layout = loop.layout();
    int n = kernel.accesses().size();
    positions = new int[n];
    cursors = new int[n];
    innerStrides = new int[n];
    outerSteps = new int[n];
    strideIotas = new int[n];
  }

  /// Declares the position of an access.
  void declare(int access) {
    positions[access] = loop.newInt();
    boolean walks = kernel.accesses().get(access).level() == Level.FULL && layout.reducedAxes() > 0;
    cursors[access] = walks ? loop.newInt() : positions[access];
  }

  int innerStride(int access) {
    return innerStrides[access];
  }

  /// Local with the i32 vector `0, s, 2s, ...` where `s` is the inner stride.
  int strideTimesIota(int access) {
    return strideIotas[access];
  }

  /// Inner strides of elements that are apart, and memory for positions.
  void declareStrides() {
    int n = kernel.accesses().size();
    state = loop.newReference();
    code.aload(LoopWriter.SCRATCH).loadConstant(layout.outerAxes() + n);
    code.invokevirtual(LoopWriter.CD_SCRATCH, "state", MethodTypeDesc.of(CD_INTS, CD_int))
        .astore(state);
    for (int a = 0; a < n; a++) {
      if (!isStrided(a)) {
        continue;
      }
      innerStrides[a] = loop.newInt();
      argument(layout.innerStride(a));
      code.istore(innerStrides[a]);
      int stride = innerStrides[a];
      if (loop.form() != LoopForm.SCALAR && !kernel.accesses().get(a).memory()) {
        strideIotas[a] = loop.newReference();
        code.aload(loop.iota());
        loop.api().broadcast(Lane.I32, () -> code.iload(stride));
        loop.api().binary(Lane.I32, "mul");
        code.astore(strideIotas[a]);
      }
    }
  }

  private boolean isStrided(int access) {
    Access a = kernel.accesses().get(access);
    return a.inner() == Inner.ANY && a.level() != Level.UNIFORM;
  }

  private void argument(int at) {
    code.aload(LoopWriter.ARGS).loadConstant(at).iaload();
  }

  /// Pushes the position of an access at the current outer and reduced index.
  void pushStart(int access) {
    if (kernel.accesses().get(access).level() == Level.UNIFORM) {
      argument(layout.offset(access));
    } else {
      code.iload(inReducedLoops ? cursors[access] : positions[access]);
    }
  }

  /// Pushes the position of an access at the inner loop's index plus a displacement.
  void pushIndex(int access, int displacement) {
    pushStart(access);
    switch (kernel.accesses().get(access).inner()) {
      case ZERO -> {}
      case ONE -> {
        code.iload(loop.index()).iadd();
        if (displacement != 0) {
          code.loadConstant(displacement).iadd();
        }
      }
      case ANY -> {
        code.iload(loop.index());
        if (displacement != 0) {
          code.loadConstant(displacement).iadd();
        }
        code.iload(innerStrides[access]).imul().iadd();
      }
    }
  }

  void outerLoop(Runnable body) {
    int axes = layout.outerAxes();
    int n = layout.accesses();
    if (axes == 0) {
      for (int a = 0; a < n; a++) {
        argument(layout.offset(a));
        code.istore(positions[a]);
      }
      loop.values().placeUniform();
      body.run();
      return;
    }
    seek("seek", LoopWriter.OUTER_FROM);
    for (int a = 0; a < n; a++) {
      outerSteps[a] = loop.newInt();
      argument(layout.outerStride(a, axes - 1));
      code.istore(outerSteps[a]);
    }
    loop.values().placeUniform();
    if (axes == 1) {
      rows(LoopWriter.OUTER_TO, body);
      return;
    }
    int size = loop.newInt();
    int end = loop.newInt();
    argument(layout.outerSize(axes - 1));
    code.istore(size);
    code.iload(LoopWriter.OUTER_FROM).iload(size).iadd();
    code.aload(state).loadConstant(axes - 1).iaload().isub().istore(end);
    Label top = code.newLabel();
    Label done = code.newLabel();
    code.labelBinding(top);
    code.iload(end).iload(LoopWriter.OUTER_TO);
    code.invokestatic(LoopWriter.MATH, "min", MethodTypeDesc.of(CD_int, CD_int, CD_int))
        .istore(end);
    rows(end, body);
    code.iload(LoopWriter.OUTER_FROM).iload(LoopWriter.OUTER_TO).if_icmpge(done);
    seek("carry", -1);
    code.iload(LoopWriter.OUTER_FROM).iload(size).iadd().istore(end);
    code.goto_(top).labelBinding(done);
  }

  /// Walks along the last outer axis, to the outer index in the local variable `end`.
  private void rows(int end, Runnable body) {
    Label top = code.newLabel();
    Label done = code.newLabel();
    // the test at the top: with the test at the end C2 does not find the counted loops inside
    code.labelBinding(top).iload(LoopWriter.OUTER_FROM).iload(end).if_icmpge(done);
    body.run();
    code.iinc(LoopWriter.OUTER_FROM, 1);
    for (int a = 0; a < layout.accesses(); a++) {
      if (kernel.accesses().get(a).level() != Level.UNIFORM) {
        code.iload(positions[a]).iload(outerSteps[a]).iadd().istore(positions[a]);
      }
    }
    code.goto_(top).labelBinding(done);
  }

  /// Moves the state and loads the positions from it.
  private void seek(String method, int linear) {
    code.aload(LoopWriter.ARGS).aload(state).loadConstant(layout.accesses());
    code.loadConstant(layout.outerAxes()).loadConstant(layout.reducedAxes());
    if (linear >= 0) {
      code.iload(linear);
      code.invokestatic(
          LoopWriter.CD_LOOP,
          method,
          MethodTypeDesc.of(CD_void, CD_INTS, CD_INTS, CD_int, CD_int, CD_int, CD_int));
    } else {
      code.invokestatic(
          LoopWriter.CD_LOOP,
          method,
          MethodTypeDesc.of(CD_void, CD_INTS, CD_INTS, CD_int, CD_int, CD_int));
    }
    for (int a = 0; a < layout.accesses(); a++) {
      code.aload(state).loadConstant(layout.outerAxes() + a).iaload().istore(positions[a]);
    }
  }

  /// Writes `body` inside the loops over the reduced axes, after the scalars of the pass that
  /// change along them.
  void reducedLoops(int pass, Runnable body) {
    loop.kept().rewind();
    if (layout.reducedAxes() == 0) {
      body.run();
      return;
    }
    List<Integer> walking = new ArrayList<>();
    for (int a = 0; a < layout.accesses(); a++) {
      if (kernel.accesses().get(a).level() == Level.FULL) {
        walking.add(a);
        code.iload(positions[a]).istore(cursors[a]);
      }
    }
    loop.values().inside(() -> reducedLoop(0, walking, pass, body));
  }

  private void reducedLoop(int axis, List<Integer> walking, int pass, Runnable body) {
    int left = loop.newInt();
    boolean last = axis == layout.reducedAxes() - 1;
    int[] steps = new int[layout.accesses()];
    if (last) {
      for (int a : walking) {
        steps[a] = loop.newInt();
        argument(layout.reducedStride(a, axis));
        code.istore(steps[a]);
      }
    }
    Label top = code.newLabel();
    Label done = code.newLabel();
    argument(layout.reducedSize(axis));
    code.istore(left).labelBinding(top).iload(left).ifle(done);
    if (last) {
      inReducedLoops = true;
      loop.values().placeReduced(pass);
      body.run();
      inReducedLoops = false;
      loop.kept().advance();
    } else {
      reducedLoop(axis + 1, walking, pass, body);
    }
    for (int a : walking) {
      code.iload(cursors[a]);
      if (last) {
        code.iload(steps[a]).iadd();
      } else {
        argument(layout.reducedStride(a, axis));
        code.iadd();
        argument(layout.reducedStride(a, axis + 1));
        argument(layout.reducedSize(axis + 1));
        code.imul().isub();
      }
      code.istore(cursors[a]);
    }
    code.iinc(left, -1).goto_(top).labelBinding(done);
  }
}
