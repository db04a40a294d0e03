package jacquard.kernels.cpu.emit;

import jacquard.kernels.cpu.emit.Form.Comparison;
import jacquard.kernels.cpu.emit.Form.Operation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Builds expressions; equal ones are the same object.
final class ExprGraph {
  private record Key(Form form, Lane lane, List<Expr> args, int scope, int stage) {}

  private final Map<Key, Expr> made = new HashMap<>();
  private final List<Expr> all = new ArrayList<>();

  /// All expressions; arguments come before their users.
  List<Expr> all() {
    return all;
  }

  Expr leaf(Form form, Lane lane, int scope, int stage) {
    return intern(form, lane, List.of(), scope, stage);
  }

  Expr make(Form form, Lane lane, Expr... args) {
    int scope = Scope.UNIFORM;
    int stage = 0;
    for (Expr arg : args) {
      scope |= arg.scope();
      stage = Math.max(stage, arg.stage());
    }
    return intern(form, lane, List.of(args), scope, stage);
  }

  private Expr intern(Form form, Lane lane, List<Expr> args, int scope, int stage) {
    return made.computeIfAbsent(
        new Key(form, lane, args, scope, stage),
        key -> {
          Expr e = new Expr(all.size(), form, lane, args, scope, stage);
          all.add(e);
          return e;
        });
  }

  Expr constant(Lane lane, long bits) {
    return leaf(new Form.Const(bits), lane, Scope.UNIFORM, 0);
  }

  Expr f(float value) {
    return constant(Lane.F32, Float.floatToRawIntBits(value));
  }

  Expr d(double value) {
    return constant(Lane.F64, Double.doubleToRawLongBits(value));
  }

  Expr i(int value) {
    return constant(Lane.I32, value);
  }

  /// A whole number in any numeric lane.
  Expr number(Lane lane, int value) {
    return switch (lane) {
      case F32 -> f(value);
      case F64 -> d(value);
      case I32, I64, MASK -> constant(lane, value);
    };
  }

  Expr add(Expr x, Expr y) {
    return make(Operation.ADD, x.lane(), x, y);
  }

  Expr sub(Expr x, Expr y) {
    return make(Operation.SUB, x.lane(), x, y);
  }

  Expr mul(Expr x, Expr y) {
    return make(Operation.MUL, x.lane(), x, y);
  }

  Expr div(Expr x, Expr y) {
    return make(Operation.DIV, x.lane(), x, y);
  }

  Expr fma(Expr x, Expr y, Expr z) {
    return make(Operation.FMA, x.lane(), x, y, z);
  }

  Expr and(Expr x, Expr y) {
    return make(Operation.AND, x.lane(), x, y);
  }

  Expr or(Expr x, Expr y) {
    return make(Operation.OR, x.lane(), x, y);
  }

  Expr xor(Expr x, Expr y) {
    return make(Operation.XOR, x.lane(), x, y);
  }

  Expr not(Expr x) {
    return make(Operation.NOT, x.lane(), x);
  }

  Expr neg(Expr x) {
    return make(Operation.NEG, x.lane(), x);
  }

  Expr abs(Expr x) {
    return x.lane() == Lane.I64
        ? select(lt(x, number(Lane.I64, 0)), neg(x), x)
        : make(Operation.ABS, x.lane(), x);
  }

  Expr sqrt(Expr x) {
    return make(Operation.SQRT, x.lane(), x);
  }

  Expr shl(Expr x, int count) {
    return make(Operation.SHL, x.lane(), x, constant(x.lane(), count));
  }

  Expr shr(Expr x, int count) {
    return make(Operation.SHR, x.lane(), x, constant(x.lane(), count));
  }

  Expr sar(Expr x, int count) {
    return make(Operation.SAR, x.lane(), x, constant(x.lane(), count));
  }

  Expr compare(Comparison comparison, Expr x, Expr y) {
    return make(comparison, Lane.MASK, x, y);
  }

  Expr lt(Expr x, Expr y) {
    return compare(Comparison.LT, x, y);
  }

  Expr gt(Expr x, Expr y) {
    return compare(Comparison.GT, x, y);
  }

  Expr eq(Expr x, Expr y) {
    return compare(Comparison.EQ, x, y);
  }

  Expr select(Expr mask, Expr x, Expr y) {
    if (x.lane() == Lane.MASK) {
      return or(and(mask, x), and(not(mask), y));
    }
    return make(Operation.SELECT, x.lane(), mask, x, y);
  }

  /// The bits of a float as an integer, or back.
  Expr bits(Expr x) {
    Lane to =
        switch (x.lane()) {
          case F32 -> Lane.I32;
          case F64 -> Lane.I64;
          case I32, MASK -> Lane.F32;
          case I64 -> Lane.F64;
        };
    return make(Operation.REINTERPRET, to, x);
  }

  Expr call(LaneFunction function, Expr... args) {
    return make(new Form.Call(function), function.result(), args);
  }

  /// Java's conversion between numeric lanes.
  Expr convert(Expr x, Lane to) {
    if (x.lane() == to) {
      return x;
    }
    return switch (x.lane()) {
      case F32 -> to == Lane.I64 ? call(LaneFunction.F32_TO_I64, x) : plainConvert(x, to);
      case F64 -> to == Lane.I64 ? call(LaneFunction.F64_TO_I64, x) : plainConvert(x, to);
      case I64 ->
          switch (to) {
            case F32 -> call(LaneFunction.I64_TO_F32, x);
            case F64 -> call(LaneFunction.I64_TO_F64, x);
            case I32, I64, MASK -> plainConvert(x, to);
          };
      case I32 -> plainConvert(x, to);
      case MASK -> throw new IllegalArgumentException("convert: a mask has no number");
    };
  }

  private Expr plainConvert(Expr x, Lane to) {
    return make(Operation.CONVERT, to, x);
  }

  /// Polynomial in `x`, highest power first, by Horner's scheme: each step one fma that waits for
  /// the one before.
  Expr polynomial(Expr x, float... coefficients) {
    Expr p = f(coefficients[0]);
    for (int k = 1; k < coefficients.length; k++) {
      p = fma(p, x, f(coefficients[k]));
    }
    return p;
  }

  /// The same with as many fmas in half the time: pairs of neighbouring powers first, which need no
  /// square. A loop over vectors is as fast as the longest chain of operations in it, divided by
  /// the iterations that the processor has under way.
  ///
  /// @param square `x * x`
  Expr polynomial(Expr x, Expr square, float... coefficients) {
    int alone = coefficients.length % 2;
    Expr p = alone == 1 ? f(coefficients[0]) : pair(x, coefficients, 0);
    for (int k = 2 - alone; k < coefficients.length; k += 2) {
      p = fma(p, square, pair(x, coefficients, k));
    }
    return p;
  }

  private Expr pair(Expr x, float[] coefficients, int k) {
    return fma(f(coefficients[k]), x, f(coefficients[k + 1]));
  }
}
