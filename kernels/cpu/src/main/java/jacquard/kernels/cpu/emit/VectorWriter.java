package jacquard.kernels.cpu.emit;

import jacquard.kernels.Kernel.Inner;
import jacquard.kernels.cpu.emit.Form.Comparison;
import jacquard.kernels.cpu.emit.Form.Operation;
import jacquard.kernels.cpu.emit.Lowering.Reduction;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Writes expressions as vector code, for one vector of the inner axis at a known displacement from
/// the loop's index.
final class VectorWriter {
  /// Where in a lane buffer the second argument and the result of a function called by lanes are.
  private static final int SECOND = 16;

  private static final int RESULT = 32;

  private final LoopWriter loop;
  private final CodeBuilder code;
  private final Api api;
  private final int displacement;
  private final boolean partial;
  private final VectorMemory memory;
  private final Map<Expr, Integer> locals = new HashMap<>();

  /// @param displacement of the first lane from the loop's index, in elements
  /// @param partial whether only the first lanes of the vector are in range: those of the loop's
  ///   tail
  VectorWriter(LoopWriter loop, int displacement, boolean partial) {
    this.loop = loop;
    this.code = loop.code();
    this.api = loop.api();
    this.displacement = displacement;
    this.partial = partial;
    memory = new VectorMemory(loop, displacement, partial);
  }

  /// Gives a value the local variable that holds it.
  void bind(Expr e, int local) {
    locals.put(e, local);
  }

  /// Whether the value is in a local variable.
  private boolean isBound(Expr e) {
    return locals.containsKey(e) || loop.values().broadcast(e) >= 0;
  }

  /// Computes values into local variables of their own, with what they share.
  ///
  /// @param order candidates, arguments first; those needed by `wanted` and not yet bound are
  ///   computed
  void compute(List<Expr> order, List<Expr> wanted) {
    Map<Expr, Integer> uses = new HashMap<>();
    for (Expr e : wanted) {
      uses.put(e, 2);
    }
    for (Expr e : order.reversed()) {
      if (e.isVector() && uses.containsKey(e) && !isBound(e)) {
        for (Expr arg : e.args()) {
          uses.merge(arg, 1, Integer::sum);
        }
      }
    }
    for (Expr e : order) {
      if (uses.getOrDefault(e, 0) > 1 || (uses.containsKey(e) && needsLocal(e))) {
        if (e.isVector() && !isBound(e)) {
          int local = loop.newReference();
          push(e);
          code.astore(local);
          bind(e, local);
        }
      }
    }
  }

  /// Loops over lanes must not find anything on the operand stack.
  private boolean needsLocal(Expr e) {
    return switch (e.form()) {
      case Form.Call c -> true;
      case Form.Guarded g -> true;
      case Form.Load l -> memory.needsEmptyStack(l.access());
      default -> false;
    };
  }

  /// Pushes the vector, or the mask of the lane type [Expr#home].
  void push(Expr e) {
    Integer local = locals.get(e);
    int broadcast = loop.values().broadcast(e);
    if (local != null) {
      code.aload(local);
    } else if (broadcast >= 0) {
      code.aload(broadcast);
    } else {
      form(e);
    }
  }

  private void pushMask(Expr mask, Lane lane) {
    push(mask);
    if (mask.home() != lane) {
      api.castMask(lane);
    }
  }

  /// Pushes the mask of the lanes that are in range.
  private void pushTailMask(Lane lane) {
    code.aload(loop.tailMask());
    if (lane != Lane.I32) {
      api.castMask(lane);
    }
  }

  private void form(Expr e) {
    switch (e.form()) {
      case Form.Const c -> throw unbound(e);
      case Form.Dynamic d -> throw unbound(e);
      case Form.Word w -> throw unbound(e);
      case Form.LoadWord l -> throw unbound(e);
      case Form.Reduced r -> throw unbound(e);
      case Form.Load l -> memory.load(l.access());
      case Form.Position p -> position(p.access());
      case Form.Call c -> call(c.function(), e.args());
      case Form.Guarded g -> guarded(g.function(), e);
      case Comparison c -> {
        push(e.arg(0));
        api.compare(e.arg(0).lane(), c.name(), () -> push(e.arg(1)));
      }
      case Operation o -> operation(o, e);
    }
  }

  private static IllegalStateException unbound(Expr e) {
    return new IllegalStateException("emit: " + e + " " + e.form() + " is used before its place");
  }

  private void operation(Operation operation, Expr e) {
    Lane lane = e.lane();
    if (lane == Lane.MASK) {
      maskOperation(operation, e);
      return;
    }
    switch (operation) {
      case ADD -> method(e, "add");
      case SUB -> method(e, "sub");
      case MUL -> method(e, "mul");
      case DIV -> method(e, "div");
      case MIN -> method(e, "min");
      case MAX -> method(e, "max");
      case NEG -> method(e, "neg");
      case ABS -> method(e, "abs");
      case SQRT -> method(e, "sqrt");
      case NOT -> method(e, "not");
      case AND, OR, XOR -> {
        push(e.arg(0));
        api.lanewise(lane, operation.name(), true, () -> push(e.arg(1)));
      }
      case SHL -> shift(e, "LSHL");
      case SHR -> shift(e, "LSHR");
      case SAR -> shift(e, "ASHR");
      case FMA -> {
        push(e.arg(0));
        push(e.arg(1));
        push(e.arg(2));
        api.fma(lane);
      }
      case SELECT -> {
        push(e.arg(2));
        push(e.arg(1));
        pushMask(e.arg(0), lane);
        api.blend(lane);
      }
      case REINTERPRET -> {
        push(e.arg(0));
        api.reinterpret(e.arg(0).lane());
      }
      case CONVERT -> {
        push(e.arg(0));
        api.convert(e.arg(0).lane(), lane);
      }
    }
  }

  private void maskOperation(Operation operation, Expr e) {
    Lane home = e.home();
    pushMask(e.arg(0), home);
    if (operation == Operation.NOT) {
      api.notMask();
    } else {
      pushMask(e.arg(1), home);
      api.combineMasks(operation.name().toLowerCase(java.util.Locale.ROOT));
    }
  }

  private void method(Expr e, String name) {
    push(e.arg(0));
    if (e.args().size() == 1) {
      api.unary(e.lane(), name);
    } else {
      push(e.arg(1));
      api.binary(e.lane(), name);
    }
  }

  private void shift(Expr e, String operator) {
    push(e.arg(0));
    if (e.arg(1).isConst()) {
      api.shift(e.lane(), operator, e.arg(1).bits());
    } else {
      api.lanewise(e.lane(), operator, false, () -> push(e.arg(1)));
    }
  }

  private void position(int access) {
    boolean single = loop.kernel().accesses().get(access).inner() == Inner.ONE;
    code.aload(single ? loop.iota() : loop.walk().strideTimesIota(access));
    api.broadcast(Lane.I32, () -> loop.walk().pushIndex(access, displacement));
    api.binary(Lane.I32, "add");
  }

  private void call(LaneFunction function, List<Expr> args) {
    for (int k = 0; k < args.size(); k++) {
      push(args.get(k));
      memory.storeLaneBuffer(args.get(k).lane(), k * SECOND);
    }
    Lane result = function.result();
    memory.forLanes(
        false,
        l -> {
          code.aload(loop.laneBuffer(result)).iload(l).loadConstant(RESULT).iadd();
          for (int k = 0; k < args.size(); k++) {
            Lane lane = args.get(k).lane();
            code.aload(loop.laneBuffer(lane)).iload(l).loadConstant(k * SECOND).iadd();
            code.arrayLoad(lane.kind());
          }
          code.invokestatic(LaneFunction.OWNER, function.method(), function.type());
          code.arrayStore(result.kind());
        });
    memory.loadLaneBuffer(result, RESULT);
  }

  private void guarded(LaneFunction function, Expr e) {
    int result = loop.newReference();
    Label end = code.newLabel();
    push(e.arg(1));
    code.astore(result);
    push(e.arg(0));
    api.anyTrue();
    code.ifeq(end);
    Map<Expr, Integer> outside = new HashMap<>(locals);
    locals.put(e.arg(1), result);
    call(function, List.of(e.arg(1), e.arg(2)));
    locals.clear();
    locals.putAll(outside);
    code.astore(result).labelBinding(end);
    // a blend with itself: its result has a class that C2 knows, that of a variable set on two ways
    // has not
    push(e.arg(1));
    code.aload(result);
    pushMask(e.arg(0), e.lane());
    api.blend(e.lane());
  }

  /// Pushes a numeric vector, a mask as 0 and 1 in i32 lanes.
  private void pushNumber(Expr e) {
    if (e.lane() == Lane.MASK) {
      api.broadcast(Lane.I32, code::iconst_0);
      api.broadcast(Lane.I32, code::iconst_1);
      pushMask(e, Lane.I32);
      api.blend(Lane.I32);
    } else {
      push(e);
    }
  }

  /// Writes a value to memory.
  void store(int access, Expr value) {
    pushNumber(value);
    memory.store(access);
  }

  /// Pushes a value for a reduction: the identity in lanes that are out of range.
  void pushOperand(Expr value, Expr identity) {
    if (partial) {
      push(identity);
      push(value);
      pushTailMask(value.lane());
      api.blend(value.lane());
    } else {
      push(value);
    }
  }

  /// Pushes `value + sum`, or what the reduction does instead of adding.
  ///
  /// The receiver of the call is the value: C2 knows its class. That of a local variable which
  /// changes in a loop it learns too late, unless statistics tell it, and then it boxes the
  /// vectors.
  void combine(Reduction r, Runnable value, int sum) {
    value.run();
    code.aload(sum);
    String method =
        switch (r.kind()) {
          case SUM -> "add";
          case MAX -> "max";
          case MIN -> "min";
          case PROD -> "mul";
        };
    api.binary(r.result().lane(), method);
  }

  /// A writer for the same vector that knows the same values, and whose further ones are forgotten
  /// with it.
  VectorWriter inside() {
    VectorWriter inner = new VectorWriter(loop, displacement, partial);
    inner.locals.putAll(locals);
    return inner;
  }
}
