package jacquard.kernels.cpu.emit;

import jacquard.kernels.Kernel;
import jacquard.kernels.Kernel.Inner;
import jacquard.kernels.Kernel.Instr;
import jacquard.tensor.DType;
import jacquard.tensor.Half;
import jacquard.tensor.graph.BinaryKind;
import jacquard.tensor.graph.ReduceKind;
import jacquard.tensor.graph.UnaryKind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Translates the instructions of a kernel to expressions over lanes.
final class Lowering {
  /// @param operand in the lane type that accumulates
  /// @param pass in which pass over the row it is computed: all reductions it depends on are in
  ///   earlier ones
  record Reduction(ReduceKind kind, Expr operand, Expr identity, Expr result, int pass) {}

  /// @param scope of the position and the value together: how often it is written
  record Write(int access, Expr value, int scope) {}

  private final Kernel kernel;
  private final Nest nest;
  private final ExprGraph g = new ExprGraph();
  private final MathF32 f32 = new MathF32(g);
  private final MathF64 f64 = new MathF64(g);
  private final Rounding rounding = new Rounding(g);
  private final List<Expr> values = new ArrayList<>();
  private final List<Reduction> reductions = new ArrayList<>();
  private final List<Write> writes = new ArrayList<>();
  private final Set<Expr> costly = new HashSet<>();

  Lowering(Kernel kernel) {
    this.kernel = kernel;
    this.nest = Nest.of(kernel);
    for (Instr instr : kernel.instructions()) {
      values.add(lower(instr));
    }
  }

  Nest nest() {
    return nest;
  }

  ExprGraph graph() {
    return g;
  }

  List<Reduction> reductions() {
    return reductions;
  }

  List<Write> writes() {
    return writes;
  }

  /// Expressions that are worth keeping in memory for a later pass.
  Set<Expr> costly() {
    return costly;
  }

  private int scope(int access) {
    return nest.scope(kernel, kernel.accesses().get(access));
  }

  private boolean isStrided(int access) {
    return kernel.accesses().get(access).inner() == Inner.ANY;
  }

  private Expr value(int instruction) {
    return values.get(instruction);
  }

  private Expr lower(Instr instr) {
    return switch (instr) {
      case Instr.Constant c -> constant(c.dtype(), c.bits());
      case Instr.Dynamic d ->
          g.leaf(new Form.Dynamic(d.slot(), d.dtype()), Lane.of(d.dtype()), Scope.UNIFORM, 0);
      case Instr.DynamicWord w ->
          g.leaf(new Form.Word(w.slot(), w.high()), Lane.I32, Scope.UNIFORM, 0);
      case Instr.Load l -> {
        Expr e = g.leaf(new Form.Load(l.access()), Lane.of(l.dtype()), scope(l.access()), 0);
        if (e.isVector() && e.lane() != Lane.MASK && isStrided(l.access())) {
          costly.add(e);
        }
        yield e;
      }
      case Instr.LoadWord w ->
          g.leaf(new Form.LoadWord(w.access(), w.high()), Lane.I32, scope(w.access()), 0);
      case Instr.Index i -> cast(DType.I32, position(i.access()), i.dtype());
      case Instr.Random r ->
          costly(
              Threefry.word(
                  g, value(r.low()), value(r.high()), position(r.access()), g.i(r.salt())));
      case Instr.Unary u ->
          u.kind().isTranscendental() ? costly(unary(u)) : unary(u.dtype(), u.kind(), value(u.x()));
      case Instr.Binary b -> binary(b, value(b.x()), value(b.y()));
      case Instr.Where w -> g.select(value(w.condition()), value(w.x()), value(w.y()));
      case Instr.Cast c -> cast(kernel.instructions().get(c.x()).dtype(), value(c.x()), c.dtype());
      case Instr.Reduce r -> reduce(r);
      case Instr.Store s -> {
        Expr value = value(s.value());
        writes.add(new Write(s.access(), value, scope(s.access()) | value.scope()));
        yield value;
      }
    };
  }

  private Expr costly(Expr e) {
    costly.add(e);
    return e;
  }

  private Expr position(int access) {
    return g.leaf(new Form.Position(access), Lane.I32, scope(access), 0);
  }

  private Expr constant(DType dtype, long bits) {
    return switch (dtype) {
      case F32 -> g.f((float) Double.longBitsToDouble(bits));
      case F64 -> g.d(Double.longBitsToDouble(bits));
      case F16, BF16 -> g.f(Half.round(dtype, (float) Double.longBitsToDouble(bits)));
      case I32 -> g.i((int) bits);
      case U8 -> g.i((int) bits & 255);
      case I64 -> g.constant(Lane.I64, bits);
      case BOOL -> g.constant(Lane.MASK, bits != 0 ? 1 : 0);
    };
  }

  /// Brings the result of arithmetic back into the range of its dtype.
  private Expr wrap(DType dtype, Expr x) {
    return dtype == DType.U8 ? g.and(x, g.i(255)) : x;
  }

  private Expr unary(Instr.Unary u) {
    Expr x = value(u.x());
    return u.kind() == UnaryKind.EXP && x.lane() == Lane.F32 && isBelowMax(u.x())
        ? f32.expBelow0(x)
        : unary(u.dtype(), u.kind(), x);
  }

  /// Whether the value is a difference from the maximum of what is subtracted from: never above 0.
  private boolean isBelowMax(int instruction) {
    return kernel.instructions().get(instruction) instanceof Instr.Binary difference
        && difference.kind() == BinaryKind.SUB
        && kernel.instructions().get(difference.y()) instanceof Instr.Reduce max
        && max.kind() == ReduceKind.MAX
        && max.x() == difference.x();
  }

  private Expr unary(DType dtype, UnaryKind kind, Expr x) {
    Lane lane = x.lane();
    boolean single = lane == Lane.F32;
    return switch (kind) {
      case NEG -> wrap(dtype, g.neg(x));
      case ABS -> g.abs(x);
      case SIGN ->
          g.select(
              g.gt(x, g.number(lane, 0)),
              g.number(lane, 1),
              g.select(g.lt(x, g.number(lane, 0)), g.number(lane, -1), x));
      case SQRT -> g.sqrt(x);
      case RSQRT -> g.div(g.number(lane, 1), g.sqrt(x));
      case RECIP -> g.div(g.number(lane, 1), x);
      case EXP -> single ? f32.exp(x) : g.call(LaneFunction.EXP_F64, x);
      case LOG -> single ? f32.log(x) : g.call(LaneFunction.LOG_F64, x);
      case LOG1P -> single ? f32.log1p(x) : g.call(LaneFunction.LOG1P_F64, x);
      case EXPM1 -> single ? f32.expm1(x) : g.call(LaneFunction.EXPM1_F64, x);
      case SIN -> single ? f32.sin(x) : g.call(LaneFunction.SIN_F64, x);
      case COS -> single ? f32.cos(x) : g.call(LaneFunction.COS_F64, x);
      case TANH -> single ? f32.tanh(x) : g.call(LaneFunction.TANH_F64, x);
      case ERF -> single ? f32.erf(x) : g.call(LaneFunction.ERF_F64, x);
      case SIGMOID -> single ? f32.sigmoid(x) : g.call(LaneFunction.SIGMOID_F64, x);
      case FLOOR -> single ? f32.floor(x) : f64.floor(x);
    };
  }

  private Expr binary(Instr.Binary b, Expr x, Expr y) {
    DType dtype = kernel.instructions().get(b.x()).dtype();
    return switch (b.kind()) {
      case ADD -> wrap(dtype, g.add(x, y));
      case SUB -> wrap(dtype, g.sub(x, y));
      case MUL -> wrap(dtype, g.mul(x, y));
      case DIV ->
          switch (x.lane()) {
            case F32, F64 -> g.div(x, y);
            case I32, MASK -> costly(g.call(LaneFunction.DIV_I32, x, y));
            case I64 -> costly(g.call(LaneFunction.DIV_I64, x, y));
          };
      case POW ->
          costly(
              x.lane() == Lane.F32 ? new PowF32(g).pow(x, y) : g.call(LaneFunction.POW_F64, x, y));
      case MAX -> g.make(Form.Operation.MAX, x.lane(), x, y);
      case MIN -> g.make(Form.Operation.MIN, x.lane(), x, y);
      case MOD ->
          costly(
              switch (x.lane()) {
                case F32 -> g.call(LaneFunction.MOD_F32, x, y);
                case F64 -> g.call(LaneFunction.MOD_F64, x, y);
                case I32, MASK -> g.call(LaneFunction.MOD_I32, x, y);
                case I64 -> g.call(LaneFunction.MOD_I64, x, y);
              });
      case LT -> g.lt(x, y);
      case EQ -> x.lane() == Lane.MASK ? g.not(g.xor(x, y)) : g.eq(x, y);
      case AND -> g.and(x, y);
      case OR -> g.or(x, y);
      case XOR -> g.xor(x, y);
      case SHL -> wrap(dtype, g.make(Form.Operation.SHL, x.lane(), x, y));
      case SHR -> g.make(Form.Operation.SHR, x.lane(), x, y);
    };
  }

  private Expr cast(DType from, Expr x, DType to) {
    if (from == to) {
      return x;
    }
    if (to == DType.BOOL) {
      return g.compare(Form.Comparison.NE, x, g.number(x.lane(), 0));
    }
    Lane lane = Lane.of(to);
    if (from == DType.BOOL) {
      return g.select(x, g.number(lane, 1), g.number(lane, 0));
    }
    if (to != DType.U8) {
      return rounding.round(to, g.convert(x, lane));
    }
    Expr whole = g.convert(x, Lane.I32);
    if (from.isFloat()) {
      Expr low = g.make(Form.Operation.MAX, Lane.I32, whole, g.i(0));
      return g.make(Form.Operation.MIN, Lane.I32, low, g.i(255));
    }
    return g.and(whole, g.i(255));
  }

  private Expr reduce(Instr.Reduce r) {
    Expr x = value(r.x());
    DType dtype = kernel.instructions().get(r.x()).dtype();
    if (dtype == DType.BOOL) {
      throw new IllegalArgumentException("reduce: bool has no " + r.kind() + "; cast first");
    }
    Expr identity = identity(dtype, r.kind());
    if (dtype == DType.F32 && r.kind() == ReduceKind.MAX) {
      Expr result = reduced(r.kind(), f32.ordered(x), g.i(Integer.MIN_VALUE));
      return f32.ofOrdered(result);
    }
    if (dtype == DType.F32 && r.kind() == ReduceKind.MIN) {
      // the least is the largest with the other sign
      Expr result = reduced(ReduceKind.MAX, f32.ordered(g.neg(x)), g.i(Integer.MIN_VALUE));
      return g.neg(f32.ofOrdered(result));
    }
    return wrap(dtype, reduced(r.kind(), x, identity));
  }

  private Expr reduced(ReduceKind kind, Expr x, Expr identity) {
    int pass = x.stage();
    int scope = nest == Nest.ROW ? Scope.OUTER : Scope.OUTER | Scope.INNER;
    Expr result = g.leaf(new Form.Reduced(reductions.size()), x.lane(), scope, pass + 1);
    reductions.add(new Reduction(kind, x, identity, result, pass));
    return result;
  }

  private Expr identity(DType dtype, ReduceKind kind) {
    return switch (kind) {
      case SUM -> g.number(Lane.of(dtype), 0);
      case PROD -> g.number(Lane.of(dtype), 1);
      case MAX ->
          switch (dtype) {
            case F32, F16, BF16 -> g.f(Float.NEGATIVE_INFINITY);
            case F64 -> g.d(Double.NEGATIVE_INFINITY);
            case I32 -> g.i(Integer.MIN_VALUE);
            case I64 -> g.constant(Lane.I64, Long.MIN_VALUE);
            case U8, BOOL -> g.i(0);
          };
      case MIN ->
          switch (dtype) {
            case F32, F16, BF16 -> g.f(Float.POSITIVE_INFINITY);
            case F64 -> g.d(Double.POSITIVE_INFINITY);
            case I32 -> g.i(Integer.MAX_VALUE);
            case I64 -> g.constant(Lane.I64, Long.MAX_VALUE);
            case U8, BOOL -> g.i(255);
          };
    };
  }

  /// The operation that combines two partial results.
  static Form.Operation combine(ReduceKind kind) {
    return switch (kind) {
      case SUM -> Form.Operation.ADD;
      case MAX -> Form.Operation.MAX;
      case MIN -> Form.Operation.MIN;
      case PROD -> Form.Operation.MUL;
    };
  }
}
