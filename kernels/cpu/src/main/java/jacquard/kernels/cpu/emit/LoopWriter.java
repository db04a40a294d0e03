package jacquard.kernels.cpu.emit;

import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;

import jacquard.kernels.Kernel;
import jacquard.kernels.Kernel.Access;
import jacquard.kernels.Kernel.Inner;
import jacquard.kernels.Kernel.Level;
import jacquard.tensor.DType;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Writes the method of a kernel: its local variables, the loops over the outer and the reduced
/// axes, and the values that are computed outside the innermost loop. The loops over the inner axis
/// are those of [RowLoops] and [ColumnLoops], or of [ScalarLoops].
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

  private static final ClassDesc CD_SCRATCH =
      ClassDesc.of(LoopWriter.class.getPackageName(), "LoopScratch");
  private static final ClassDesc CD_LOOP =
      ClassDesc.of(LoopWriter.class.getPackageName(), "GeneratedLoop");
  private static final ClassDesc MATH = ClassDesc.of("java.lang.Math");
  private static final ClassDesc CD_INTS = CD_int.arrayType();

  private final CodeBuilder code;
  private final Kernel kernel;
  private final LoopPlan plan;
  private final LoopForm form;
  private final LoopArguments layout;
  private final Api api;
  private final Map<Expr, Integer> scalars = new HashMap<>();
  private final Map<Expr, Integer> broadcasts = new HashMap<>();
  private final ScalarWriter scalarWriter;
  private final int[] arrays;
  private final int[] positions;
  private final int[] cursors;
  private final int[] innerStrides;
  private final int[] outerSteps;
  private final int[] strideIotas;
  private final boolean hides;
  private final Map<Lane, Integer> laneBuffers = new HashMap<>();
  private int nextLocal = FIRST_FREE;
  private boolean inReducedLoops;
  private int state = -1;
  private int iota = -1;
  private int index = -1;
  private int zeros = -1;
  private int tailMask = -1;
  private int tailCount = -1;
  private int rowLength = -1;
  private int keptBase = -1;
  private int slot = -1;
  private @Nullable BlockRows rows;

  LoopWriter(CodeBuilder code, Kernel kernel, LoopPlan plan, LoopForm form) {
    this.code = code;
    this.kernel = kernel;
    this.plan = plan;
    this.form = form;
    layout = LoopArguments.of(kernel);
    api = new Api(code, plan.lanes());
    scalarWriter = new ScalarWriter(this, code, scalars);
    int n = kernel.accesses().size();
    arrays = new int[n];
    positions = new int[n];
    cursors = new int[n];
    innerStrides = new int[n];
    outerSteps = new int[n];
    strideIotas = new int[n];
    long uniform = plan.frontier(Scope.UNIFORM, 0).stream().filter(plan::usedAsVector).count();
    hides = uniform <= (plan.hasManyRegisters() ? 22 : 10);
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

  int lanes() {
    return plan.lanes();
  }

  int array(int access) {
    return arrays[access];
  }

  int innerStride(int access) {
    return innerStrides[access];
  }

  /// Local with the i32 vector `0, s, 2s, ...` where `s` is the inner stride.
  int strideTimesIota(int access) {
    return strideIotas[access];
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

  /// The local variable with a scalar in all lanes, -1 if there is none.
  int broadcast(Expr e) {
    return broadcasts.getOrDefault(e, -1);
  }

  /// Gives a scalar the local variable that has it in all lanes.
  void bindBroadcast(Expr e, int local) {
    broadcasts.put(e, local);
  }

  void bindScalar(Expr e, int local) {
    scalars.put(e, local);
  }

  /// The local variables of scalars, to be changed in place.
  Map<Expr, Integer> boundScalars() {
    return scalars;
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
    outerLoop(
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
      positions[a] = newInt();
      boolean walks = accesses.get(a).level() == Level.FULL && layout.reducedAxes() > 0;
      cursors[a] = walks ? newInt() : positions[a];
    }
    if (form != LoopForm.SCALAR) {
      iota = newReference();
      api.iota();
      code.astore(iota);
      zeros = newReference();
    }
    prepareStrides();
    prepareKept();
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

  /// Inner strides of elements that are apart, and memory for positions.
  private void prepareStrides() {
    int n = kernel.accesses().size();
    state = newReference();
    code.aload(SCRATCH).loadConstant(layout.outerAxes() + n);
    code.invokevirtual(CD_SCRATCH, "state", MethodTypeDesc.of(CD_INTS, CD_int)).astore(state);
    for (int a = 0; a < n; a++) {
      if (!isStrided(a)) {
        continue;
      }
      innerStrides[a] = newInt();
      argument(layout.innerStride(a));
      code.istore(innerStrides[a]);
      int stride = innerStrides[a];
      if (form != LoopForm.SCALAR && !kernel.accesses().get(a).memory()) {
        strideIotas[a] = newReference();
        code.aload(iota);
        api.broadcast(Lane.I32, () -> code.iload(stride));
        api.binary(Lane.I32, "mul");
        code.astore(strideIotas[a]);
      }
    }
  }

  private boolean isStrided(int access) {
    Access a = kernel.accesses().get(access);
    return a.inner() == Inner.ANY && a.level() != Level.UNIFORM;
  }

  /// Memory for values kept between passes, and in scalar code for accumulators.
  private void prepareKept() {
    if (form == LoopForm.SCALAR) {
      rows = new BlockRows(plan);
    }
    if (keptRows() > 0) {
      rowLength = newInt();
      keptBase = newInt();
      code.aload(ARGS).loadConstant(layout.reducedSize(0)).loadConstant(layout.reducedAxes());
      pushKeptStep();
      code.invokestatic(
          CD_LOOP, "rowLength", MethodTypeDesc.of(CD_int, CD_INTS, CD_int, CD_int, CD_int));
      code.istore(rowLength);
    } else if (rows == null) {
      return;
    }
    code.aload(SCRATCH);
    for (Lane lane : List.of(Lane.F32, Lane.F64, Lane.I32, Lane.I64)) {
      code.loadConstant(keptStart(lane) - LoopScratch.LANES);
      if (plan.keptRows(lane) > 0) {
        code.iload(rowLength).loadConstant(plan.keptRows(lane)).imul().iadd();
      }
    }
    code.invokevirtual(
        CD_SCRATCH, "reserve", MethodTypeDesc.of(CD_void, CD_int, CD_int, CD_int, CD_int));
  }

  /// Where in the scratch array of a lane type its kept rows begin.
  private int keptStart(Lane lane) {
    return rows == null ? LoopScratch.LANES : Math.max(LoopScratch.LANES, rows.end(lane));
  }

  /// Scalar code only.
  BlockRows rows() {
    return Objects.requireNonNull(rows);
  }

  /// Whether scalar code holds a value in a row of scratch, an element for each index of a block.
  boolean isInRow(Expr e) {
    return rows != null && rows.contains(e);
  }

  /// Pushes the array of a row of scratch and its index for the current element of the block.
  void pushRow(Expr e) {
    code.aload(laneBuffer(e.lane())).iload(slot);
    int start = rows().start(e);
    if (start > 0) {
      code.loadConstant(start).iadd();
    }
  }

  /// The local variable with the position in the block, scalar code only.
  int slot() {
    if (slot < 0) {
      slot = newInt();
    }
    return slot;
  }

  int index() {
    return index;
  }

  private int keptRows() {
    int rows = 0;
    for (Lane lane : Lane.values()) {
      rows += plan.keptRows(lane);
    }
    return rows;
  }

  /// Elements of a kept row for each reduced index: the inner size rounded up to vectors, or a
  /// block of columns.
  private void pushKeptStep() {
    if (plan.nest() == Nest.COLUMN) {
      code.loadConstant(LoopPlan.MAX_VECTORS * lanes());
    } else {
      code.iload(INNER_TO).loadConstant(lanes() - 1).iadd().loadConstant(-lanes()).iand();
    }
  }

  /// Pushes the array and the index of a kept value's vector.
  void pushKept(Expr e, int displacement) {
    code.aload(laneBuffer(e.lane()));
    code.iload(rowLength).loadConstant(plan.keptRow(e)).imul().iload(keptBase).iadd();
    if (plan.nest() != Nest.COLUMN) {
      code.iload(index).iadd();
    } else if (form == LoopForm.SCALAR) {
      code.iload(slot).iadd();
    }
    code.loadConstant(keptStart(e.lane()) + displacement).iadd();
  }

  void argument(int at) {
    code.aload(ARGS).loadConstant(at).iaload();
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
        code.iload(index).iadd();
        if (displacement != 0) {
          code.loadConstant(displacement).iadd();
        }
      }
      case ANY -> {
        code.iload(index);
        if (displacement != 0) {
          code.loadConstant(displacement).iadd();
        }
        code.iload(innerStrides[access]).imul().iadd();
      }
    }
  }

  private void outerLoop(Runnable body) {
    int axes = layout.outerAxes();
    int n = layout.accesses();
    if (axes == 0) {
      for (int a = 0; a < n; a++) {
        argument(layout.offset(a));
        code.istore(positions[a]);
      }
      placeUniform();
      body.run();
      return;
    }
    seek("seek", OUTER_FROM);
    for (int a = 0; a < n; a++) {
      outerSteps[a] = newInt();
      argument(layout.outerStride(a, axes - 1));
      code.istore(outerSteps[a]);
    }
    if (axes == 1) {
      placeUniform();
      rows(OUTER_TO, body);
      return;
    }
    int size = newInt();
    int end = newInt();
    argument(layout.outerSize(axes - 1));
    code.istore(size);
    code.iload(OUTER_FROM).iload(size).iadd();
    code.aload(state).loadConstant(axes - 1).iaload().isub().istore(end);
    Label top = code.newLabel();
    Label done = code.newLabel();
    code.labelBinding(top);
    code.iload(end).iload(OUTER_TO);
    code.invokestatic(MATH, "min", MethodTypeDesc.of(CD_int, CD_int, CD_int)).istore(end);
    placeUniform();
    rows(end, body);
    code.iload(OUTER_FROM).iload(OUTER_TO).if_icmpge(done);
    seek("carry", -1);
    code.iload(OUTER_FROM).iload(size).iadd().istore(end);
    code.goto_(top).labelBinding(done);
  }

  /// Walks along the last outer axis, to the outer index in the local variable `end`.
  private void rows(int end, Runnable body) {
    Label top = code.newLabel();
    Label done = code.newLabel();
    // the test at the top: with the test at the end C2 does not find the counted loops inside
    code.labelBinding(top).iload(OUTER_FROM).iload(end).if_icmpge(done);
    body.run();
    code.iinc(OUTER_FROM, 1);
    for (int a = 0; a < layout.accesses(); a++) {
      if (kernel.accesses().get(a).level() != Level.UNIFORM) {
        code.iload(positions[a]).iload(outerSteps[a]).iadd().istore(positions[a]);
      }
    }
    code.goto_(top).labelBinding(done);
  }

  /// Computes what is the same in the whole run: again after each call of a method, because a call
  /// leaves no vector in its register, and C2 would load what it has stored at every use.
  private void placeUniform() {
    if (form != LoopForm.SCALAR) {
      api.broadcast(Lane.I32, () -> code.aload(SCRATCH).getfield(CD_SCRATCH, "zero", CD_int));
      code.astore(zeros);
    }
    place(Scope.UNIFORM, 0);
  }

  /// Moves the state and loads the positions from it.
  private void seek(String method, int linear) {
    code.aload(ARGS).aload(state).loadConstant(layout.accesses());
    code.loadConstant(layout.outerAxes()).loadConstant(layout.reducedAxes());
    if (linear >= 0) {
      code.iload(linear);
      code.invokestatic(
          CD_LOOP,
          method,
          MethodTypeDesc.of(CD_void, CD_INTS, CD_INTS, CD_int, CD_int, CD_int, CD_int));
    } else {
      code.invokestatic(
          CD_LOOP, method, MethodTypeDesc.of(CD_void, CD_INTS, CD_INTS, CD_int, CD_int, CD_int));
    }
    for (int a = 0; a < layout.accesses(); a++) {
      code.aload(state).loadConstant(layout.outerAxes() + a).iaload().istore(positions[a]);
    }
  }

  /// Writes `body` inside the loops over the reduced axes, after the scalars of the pass that
  /// change along them.
  void reducedLoops(int pass, Runnable body) {
    if (keptBase >= 0) {
      code.iconst_0().istore(keptBase);
    }
    if (layout.reducedAxes() == 0) {
      body.run();
      return;
    }
    Map<Expr, Integer> scalarsOutside = new HashMap<>(scalars);
    Map<Expr, Integer> broadcastsOutside = new HashMap<>(broadcasts);
    List<Integer> walking = new ArrayList<>();
    for (int a = 0; a < layout.accesses(); a++) {
      if (kernel.accesses().get(a).level() == Level.FULL) {
        walking.add(a);
        code.iload(positions[a]).istore(cursors[a]);
      }
    }
    reducedLoop(0, walking, pass, body);
    scalars.clear();
    scalars.putAll(scalarsOutside);
    broadcasts.clear();
    broadcasts.putAll(broadcastsOutside);
  }

  private void reducedLoop(int axis, List<Integer> walking, int pass, Runnable body) {
    int left = newInt();
    boolean last = axis == layout.reducedAxes() - 1;
    int[] steps = new int[layout.accesses()];
    if (last) {
      for (int a : walking) {
        steps[a] = newInt();
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
      placeAll(plan.reducedScalars(pass));
      body.run();
      inReducedLoops = false;
      if (keptBase >= 0) {
        code.iload(keptBase);
        pushKeptStep();
        code.iadd().istore(keptBase);
      }
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

  /// Computes the scalars of exactly this scope and stage that are used elsewhere.
  void place(int scope, int stage) {
    placeAll(plan.frontier(scope, stage));
  }

  private void placeAll(List<Expr> wanted) {
    Map<Expr, Integer> uses = new HashMap<>();
    for (Expr e : wanted) {
      countUses(e, uses);
    }
    List<Expr> order = new ArrayList<>(uses.keySet());
    order.sort(java.util.Comparator.comparingInt(Expr::id));
    for (Expr e : order) {
      boolean root = wanted.contains(e);
      boolean local = !e.isConst() && !scalars.containsKey(e);
      boolean used = plan.usedAsScalar(e) || form == LoopForm.SCALAR;
      if (local && (uses.getOrDefault(e, 0) > 1 || (root && used))) {
        int variable = newScalar(e.lane());
        scalarWriter.push(e);
        code.storeLocal(e.lane().kind(), variable);
        scalars.put(e, variable);
      }
      if (root && plan.usedAsVector(e) && form != LoopForm.SCALAR && broadcast(e) < 0) {
        broadcastOf(e);
      }
    }
  }

  private void countUses(Expr e, Map<Expr, Integer> uses) {
    if (uses.merge(e, 1, Integer::sum) == 1 && !scalars.containsKey(e)) {
      for (Expr arg : e.args()) {
        countUses(arg, uses);
      }
    }
  }

  private void broadcastOf(Expr e) {
    int variable = newReference();
    Lane lane = e.lane() == Lane.MASK ? Lane.I32 : e.lane();
    api.broadcast(lane, () -> scalarWriter.push(e));
    if (hides && (lane == Lane.F32 || lane == Lane.I32)) {
      hide(lane);
    }
    if (e.lane() == Lane.MASK) {
      api.compare(Lane.I32, "NE", () -> api.broadcast(Lane.I32, code::iconst_0));
    }
    code.astore(variable);
    broadcasts.put(e, variable);
  }

  /// Keeps C2 from broadcasting a scalar again at each use instead of keeping it in a register, by
  /// adding zeros that it doesn't know: in a loop with an exponential these were 17 loads a vector,
  /// which took longer than the arithmetic. With more of them than registers, C2 only takes longer:
  /// 6 s for normal random numbers instead of 3.
  ///
  /// vector -> vector
  private void hide(Lane lane) {
    if (lane == Lane.F32) {
      api.reinterpret(Lane.F32);
    }
    // not by an exclusive or, which would be merged with other logic at each use
    code.aload(zeros);
    api.binary(Lane.I32, "add");
    if (lane == Lane.F32) {
      api.reinterpret(Lane.I32);
    }
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

  /// Computes how many lanes are in range at the index, and their mask.
  void startTail() {
    if (tailMask < 0) {
      tailCount = newInt();
      tailMask = newReference();
    }
    code.iload(INNER_TO).iload(index).isub();
    code.loadConstant(lanes()).invokestatic(MATH, "min", MethodTypeDesc.of(CD_int, CD_int, CD_int));
    code.istore(tailCount).aload(iota);
    api.compare(Lane.I32, "LT", () -> api.broadcast(Lane.I32, () -> code.iload(tailCount)));
    code.astore(tailMask);
  }
}
