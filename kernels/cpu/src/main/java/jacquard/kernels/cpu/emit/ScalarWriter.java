package jacquard.kernels.cpu.emit;

import static java.lang.constant.ConstantDescs.CD_double;
import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;

import jacquard.kernels.cpu.emit.Form.Comparison;
import jacquard.kernels.cpu.emit.Form.Operation;
import jacquard.tensor.DType;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.OperatorInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.Map;

/// Writes expressions as scalar code: values that are the same in all lanes, and in
/// [LoopForm#SCALAR] the others too, for the element at the loop's index.
final class ScalarWriter {
  private static final ClassDesc MATH = ClassDesc.of("java.lang.Math");

  private final LoopWriter loop;
  private final CodeBuilder code;
  private final Map<Expr, Integer> locals;

  ScalarWriter(LoopWriter loop, CodeBuilder code, Map<Expr, Integer> locals) {
    this.loop = loop;
    this.code = code;
    this.locals = locals;
  }

  /// Pushes the value.
  void push(Expr e) {
    Integer local = locals.get(e);
    if (local != null) {
      code.loadLocal(e.lane().kind(), local);
      return;
    }
    if (loop.kept().isInRow(e)) {
      loop.kept().pushRow(e);
      code.arrayLoad(e.lane().kind());
      return;
    }
    compute(e);
  }

  /// Pushes the value of an expression that has no place yet.
  void compute(Expr e) {
    switch (e.form()) {
      case Form.Const c -> constant(e.lane(), c.bits());
      case Form.Dynamic d -> dynamic(d);
      case Form.Word w -> {
        code.aload(LoopWriter.SCALARS).loadConstant(w.slot()).laload();
        word(w.high());
      }
      case Form.Load l -> load(l.access(), e);
      case Form.LoadWord l -> {
        load(l.access(), e);
        word(l.high());
      }
      case Form.Position p -> position(p.access(), e);
      case Form.Reduced r ->
          throw new IllegalStateException("emit: reduction used before its pass");
      case Form.Call c -> call(c.function(), e);
      case Form.Guarded g -> {
        push(e.arg(1));
        push(e.arg(2));
        code.invokestatic(LaneFunction.OWNER, g.function().method(), g.function().type());
      }
      case Comparison c -> compare(c, e.arg(0), e.arg(1));
      case Operation o -> operation(o, e);
    }
  }

  private void constant(Lane lane, long bits) {
    switch (lane) {
      case F32 -> code.loadConstant(Float.intBitsToFloat((int) bits));
      case F64 -> code.loadConstant(Double.longBitsToDouble(bits));
      case I32, MASK -> code.loadConstant((int) bits);
      case I64 -> code.loadConstant(bits);
    }
  }

  private void dynamic(Form.Dynamic d) {
    code.aload(LoopWriter.SCALARS).loadConstant(d.slot()).laload();
    switch (d.dtype()) {
      case F32, F16, BF16 -> longBitsToDouble().d2f();
      case F64 -> longBitsToDouble();
      case I32 -> code.l2i();
      case I64 -> {}
      case U8 -> code.l2i().loadConstant(255).iand();
      case BOOL -> code.lconst_0().lcmp().dup().imul();
    }
  }

  private CodeBuilder longBitsToDouble() {
    return code.invokestatic(
        ClassDesc.of("java.lang.Double"),
        "longBitsToDouble",
        MethodTypeDesc.of(CD_double, CD_long));
  }

  private void word(boolean high) {
    if (high) {
      code.loadConstant(32).lushr();
    }
    code.l2i();
  }

  private void position(int access, Expr e) {
    if (e.isVector()) {
      loop.walk().pushIndex(access, 0);
    } else {
      loop.walk().pushStart(access);
    }
  }

  private void load(int access, Expr e) {
    DType dtype = loop.kernel().accesses().get(access).dtype();
    code.aload(loop.array(access));
    position(access, e);
    arrayLoad(code, dtype);
  }

  /// array, index -> value
  static void arrayLoad(CodeBuilder code, DType dtype) {
    switch (dtype) {
      case F32, F16, BF16 -> code.faload();
      case F64 -> code.daload();
      case I32 -> code.iaload();
      case I64 -> code.laload();
      case U8 -> code.baload().loadConstant(255).iand();
      case BOOL -> code.baload();
    }
  }

  /// array, index, value ->
  static void arrayStore(CodeBuilder code, DType dtype) {
    switch (dtype) {
      case F32, F16, BF16 -> code.fastore();
      case F64 -> code.dastore();
      case I32 -> code.iastore();
      case I64 -> code.lastore();
      case U8, BOOL -> code.i2b().bastore();
    }
  }

  private void call(LaneFunction function, Expr e) {
    for (Expr arg : e.args()) {
      push(arg);
    }
    code.invokestatic(LaneFunction.OWNER, function.method(), function.type());
  }

  private void compare(Comparison comparison, Expr x, Expr y) {
    switch (comparison) {
      case LT -> compare("lt", x, y);
      case LE -> compare("le", x, y);
      case GT -> compare("lt", y, x);
      case GE -> compare("le", y, x);
      case EQ -> compare("eq", x, y);
      case NE -> {
        compare("eq", x, y);
        code.iconst_1().ixor();
      }
    }
  }

  private void compare(String method, Expr x, Expr y) {
    push(x);
    push(y);
    ClassDesc type = x.lane().scalar();
    code.invokestatic(LaneFunction.OWNER, method, MethodTypeDesc.of(CD_int, type, type));
  }

  private void operation(Operation operation, Expr e) {
    Lane lane = e.lane();
    switch (operation) {
      case SELECT -> {
        pushAll(e);
        code.invokestatic(
            LaneFunction.OWNER,
            "select",
            MethodTypeDesc.of(lane.scalar(), CD_int, lane.scalar(), lane.scalar()));
      }
      case REINTERPRET -> {
        push(e.arg(0));
        reinterpret(e.arg(0).lane());
      }
      case CONVERT -> {
        push(e.arg(0));
        TypeKind from = e.arg(0).lane().kind();
        code.conversion(from, lane.kind());
      }
      case SHL, SHR, SAR -> {
        push(e.arg(0));
        push(e.arg(1));
        if (lane == Lane.I64) {
          code.l2i();
        }
        combine(operation, lane);
      }
      case FMA -> {
        pushAll(e);
        code.invokestatic(
            MATH,
            "fma",
            MethodTypeDesc.of(lane.scalar(), lane.scalar(), lane.scalar(), lane.scalar()));
      }
      case ABS -> {
        pushAll(e);
        code.invokestatic(MATH, "abs", MethodTypeDesc.of(lane.scalar(), lane.scalar()));
      }
      case SQRT -> squareRoot(e);
      case NOT -> {
        pushAll(e);
        code.loadConstant(lane == Lane.MASK ? 1 : -1);
        if (lane == Lane.I64) {
          code.i2l().lxor();
        } else {
          code.ixor();
        }
      }
      case NEG -> {
        pushAll(e);
        combine(operation, lane);
      }
      case ADD, SUB, MUL, DIV, MIN, MAX, AND, OR, XOR -> {
        pushAll(e);
        combine(operation, lane);
      }
    }
  }

  private void pushAll(Expr e) {
    for (Expr arg : e.args()) {
      push(arg);
    }
  }

  private void squareRoot(Expr e) {
    push(e.arg(0));
    if (e.lane() == Lane.F32) {
      code.f2d();
    }
    code.invokestatic(MATH, "sqrt", MethodTypeDesc.of(CD_double, CD_double));
    if (e.lane() == Lane.F32) {
      code.d2f();
    }
  }

  private void reinterpret(Lane from) {
    ClassDesc floats = ClassDesc.of("java.lang.Float");
    ClassDesc doubles = ClassDesc.of("java.lang.Double");
    switch (from) {
      case F32 ->
          code.invokestatic(floats, "floatToRawIntBits", MethodTypeDesc.of(CD_int, CD_float));
      case F64 ->
          code.invokestatic(doubles, "doubleToRawLongBits", MethodTypeDesc.of(CD_long, CD_double));
      case I32, MASK ->
          code.invokestatic(floats, "intBitsToFloat", MethodTypeDesc.of(CD_float, CD_int));
      case I64 -> longBitsToDouble();
    }
  }

  /// scalar, scalar -> scalar; scalar, int -> scalar for shifts; scalar -> scalar for a negation
  void combine(Operation operation, Lane lane) {
    String name =
        switch (operation) {
          case SHR -> "USHR";
          case SAR -> "SHR";
          case ADD,
              SUB,
              MUL,
              DIV,
              MIN,
              MAX,
              AND,
              OR,
              XOR,
              SHL,
              NEG,
              ABS,
              SQRT,
              NOT,
              FMA,
              SELECT,
              REINTERPRET,
              CONVERT ->
              operation.name();
        };
    if (operation == Operation.MIN || operation == Operation.MAX) {
      code.invokestatic(
          MATH,
          operation == Operation.MIN ? "min" : "max",
          MethodTypeDesc.of(lane.scalar(), lane.scalar(), lane.scalar()));
    } else {
      code.with(OperatorInstruction.of(Opcode.valueOf(lane.letter() + name)));
    }
  }
}
