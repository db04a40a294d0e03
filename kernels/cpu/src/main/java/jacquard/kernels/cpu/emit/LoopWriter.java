package jacquard.kernels.cpu.emit;

import static java.lang.constant.ConstantDescs.CD_int;

import jacquard.kernels.Kernel;
import jacquard.kernels.Kernel.Access;
import jacquard.tensor.DType;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Writes the method of a kernel: its local variables and the innermost loop. The loops around it
/// are those of [Walk], what is computed outside it is in [OuterValues], what passes keep in
/// [KeptRows]; the body of the outer loops is that of [RowLoops], [ColumnLoops] or [ScalarLoops].
final class LoopWriter {
  static final int ARRAYS = 1;
  static final int ARGS = 2;
  static final int SCALARS = 3;
  static final int OUTER_FROM = 4;
  static final int OUTER_TO = 5;
  static final int INNER_FROM = 6;
  static final int INNER_TO = 7;
  static final int SCRATCH = 8;
  private static final int FIRST_FREE = 9;

  static final ClassDesc CD_SCRATCH =
      ClassDesc.of(LoopWriter.class.getPackageName(), "LoopScratch");
  static final ClassDesc CD_LOOP = ClassDesc.of(LoopWriter.class.getPackageName(), "GeneratedLoop");
  static final ClassDesc MATH = ClassDesc.of("java.lang.Math");

  private final CodeBuilder code;
  private final Kernel kernel;
  private final LoopPlan plan;
  private final LoopForm form;
  private final LoopArguments layout;
  private final Api api;
  private final OuterValues values;
  private final KeptRows kept;
  private final Walk walk;
  private final ScalarWriter scalarWriter;
  private final int[] arrays;
  private final Map<Lane, Integer> laneBuffers = new HashMap<>();
  private int nextLocal = FIRST_FREE;
  private int iota = -1;
  private int index = -1;
  private int tailMask = -1;
  private int tailCount = -1;

  LoopWriter(CodeBuilder code, Kernel kernel, LoopPlan plan, LoopForm form) {
    this.code = code;
    this.kernel = kernel;
    this.plan = plan;
    this.form = form;
    layout = LoopArguments.of(kernel);
    api = new Api(code, plan.lanes());
    values = new OuterValues(this);
    kept = new KeptRows(this);
    walk = new Walk(this);
    scalarWriter = new ScalarWriter(this, code, values.boundScalars());
    arrays = new int[kernel.accesses().size()];
  }

  CodeBuilder code() {
    return code;
  }

  Kernel kernel() {
    return kernel;
  }

  LoopPlan plan() {
    return plan;
  }

  LoopForm form() {
    return form;
  }

  Api api() {
    return api;
  }

  ScalarWriter scalars() {
    return scalarWriter;
  }

  LoopArguments layout() {
    return layout;
  }

  OuterValues values() {
    return values;
  }

  KeptRows kept() {
    return kept;
  }

  Walk walk() {
    return walk;
  }

  int lanes() {
    return plan.lanes();
  }

  int array(int access) {
    return arrays[access];
  }

  int iota() {
    return iota;
  }

  int laneBuffer(Lane lane) {
    return Objects.requireNonNull(laneBuffers.get(lane == Lane.MASK ? Lane.I32 : lane));
  }

  int tailMask() {
    return tailMask;
  }

  int tailCount() {
    return tailCount;
  }

  int newInt() {
    return nextLocal++;
  }

  int newReference() {
    return nextLocal++;
  }

  int newScalar(Lane lane) {
    int local = nextLocal;
    nextLocal += lane.kind().slotSize();
    return local;
  }

  /// The next free local variable, to be given back to [#release] when the variables made since are
  /// not used any more.
  int mark() {
    return nextLocal;
  }

  void release(int mark) {
    nextLocal = mark;
  }

  void write() {
    spin();
    code.iload(OUTER_FROM).iload(OUTER_TO);
    code.ifThen(Opcode.IF_ICMPGE, CodeBuilder::return_);
    if (plan.nest() != Nest.ROW) {
      code.iload(INNER_FROM).iload(INNER_TO);
      code.ifThen(Opcode.IF_ICMPGE, CodeBuilder::return_);
    }
    unpack();
    walk.outerLoop(
        form == LoopForm.SCALAR
            ? new ScalarLoops(this)::write
            : switch (plan.nest()) {
              case MAP, ROW -> new RowLoops(this)::write;
              case COLUMN -> new ColumnLoops(this)::write;
            });
    code.return_();
  }

  /// The beginning that serves [WarmUp].
  private void spin() {
    int left = newInt();
    Label top = code.newLabel();
    Label done = code.newLabel();
    code.aload(SCRATCH).getfield(CD_SCRATCH, "spin", CD_int).istore(left);
    code.labelBinding(top).iload(left).ifle(done).iinc(left, -1).goto_(top).labelBinding(done);
    if (form != LoopForm.SCALAR) {
      // an array that only C2 does without
      code.iconst_1().newarray(TypeKind.INT).iconst_0().iload(left).iastore();
    }
  }

  /// Loads what does not change in a run into local variables.
  private void unpack() {
    List<Access> accesses = kernel.accesses();
    for (int a = 0; a < accesses.size(); a++) {
      if (accesses.get(a).memory()) {
        arrays[a] = newReference();
        ClassDesc type = elementType(accesses.get(a).dtype()).arrayType();
        code.aload(ARRAYS).loadConstant(a).aaload().checkcast(type).astore(arrays[a]);
      }
      walk.declare(a);
    }
    if (form != LoopForm.SCALAR) {
      iota = newReference();
      api.iota();
      code.astore(iota);
      values.declare();
    }
    walk.declareStrides();
    kept.declare();
    for (Lane lane : List.of(Lane.F32, Lane.F64, Lane.I32, Lane.I64)) {
      int buffer = newReference();
      String field =
          switch (lane) {
            case F32 -> "f32";
            case F64 -> "f64";
            case I32, MASK -> "i32";
            case I64 -> "i64";
          };
      code.aload(SCRATCH).getfield(CD_SCRATCH, field, lane.array()).astore(buffer);
      laneBuffers.put(lane, buffer);
    }
  }

  private static ClassDesc elementType(DType dtype) {
    return dtype.bytes() == 1 ? java.lang.constant.ConstantDescs.CD_byte : Lane.of(dtype).scalar();
  }

  int index() {
    return index;
  }

  /// `for (; index < to - step + 1; index += step)`: the form that C2 knows as a counted loop.
  void innerLoop(int step, Runnable body) {
    int limit = INNER_TO;
    if (step > 1) {
      limit = newInt();
      code.iload(INNER_TO).loadConstant(step - 1).isub().istore(limit);
    }
    Label top = code.newLabel();
    Label done = code.newLabel();
    code.labelBinding(top).iload(index).iload(limit).if_icmpge(done);
    body.run();
    code.iinc(index, step).goto_(top).labelBinding(done);
  }

  /// `if (index < to) { ... }`, where less than a vector is left.
  void ifAnyLeft(Runnable body) {
    Label done = code.newLabel();
    code.iload(index).iload(INNER_TO).if_icmpge(done);
    startTail();
    body.run();
    code.labelBinding(done);
  }

  /// Moves the index inside its loop.
  void skip(int elements) {
    code.iinc(index, elements);
  }

  void startIndex() {
    if (index < 0) {
      index = newInt();
    }
    code.iload(INNER_FROM).istore(index);
  }

  /// Computes how many lanes are in range at the index.
  void startTail() {
    if (tailCount < 0) {
      tailCount = newInt();
    }
    code.iload(INNER_TO).iload(index).isub();
    code.loadConstant(lanes()).invokestatic(MATH, "min", MethodTypeDesc.of(CD_int, CD_int, CD_int));
    code.istore(tailCount);
  }

  /// Makes a mask of the lanes in range.
  void maskTail() {
    if (tailMask < 0) {
      tailMask = newReference();
    }
    code.aload(iota);
    api.compare(Lane.I32, "LT", () -> api.broadcast(Lane.I32, () -> code.iload(tailCount)));
    code.astore(tailMask);
  }
}
