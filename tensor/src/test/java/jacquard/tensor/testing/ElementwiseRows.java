package jacquard.tensor.testing;

import jacquard.tensor.DType;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import jacquard.tensor.graph.BinaryKind;
import jacquard.tensor.graph.UnaryKind;
import jacquard.tensor.reference.FloatArithmetic;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;

/// Element-wise primitives. The tolerances are what a polynomial in the same precision reaches.
final class ElementwiseRows {
  private ElementwiseRows() {}

  static List<OperationRow> rows() {
    List<OperationRow> rows = new ArrayList<>();
    for (UnaryKind kind : UnaryKind.values()) {
      rows.add(row(kind));
    }
    for (BinaryKind kind : BinaryKind.values()) {
      OperationRow row = row(kind);
      List<List<Shape>> cases = new ArrayList<>(row.cases());
      cases.addAll(Shapes.BROADCAST);
      rows.add(row.withCases(cases));
    }
    Operand whole = Operand.Real.of(-3, 3);
    rows.add(
        binary(
                "div integers",
                Tensor::div,
                whole,
                Operand.Real.of(-0.5, 0.5),
                (x, y) -> y == 0 ? 0 : (double) ((long) x / (long) y))
            .withDTypes(OperationRow.INTEGERS)
            .withDifferentiable());
    rows.add(
        binary(
                "mod integers",
                Tensor::mod,
                whole,
                Operand.Real.of(-0.5, 0.5),
                (x, y) -> y == 0 ? 0 : (x % y + y) % y)
            .withDTypes(OperationRow.INTEGERS)
            .withDifferentiable());
    for (DType to : DType.values()) {
      rows.add(cast(to));
    }
    rows.add(where());
    return rows;
  }

  private static OperationRow unary(
      String name, Function<Tensor, Tensor> function, Operand.Real x, DoubleUnaryOperator plain) {
    return OperationRow.of(name, t -> function.apply(t[0]), x)
        .withDTypes(OperationRow.REALS)
        .withPlain(in -> Plain.fill(in.shape(0), i -> plain.applyAsDouble(in.at(0, i))))
        .withExtremes(Extremes.ALL);
  }

  private static OperationRow row(UnaryKind kind) {
    return switch (kind) {
      case NEG ->
          unary("neg", Tensor::neg, Operand.Real.of(-4, 4), x -> 0 - x)
              .withDTypes(OperationRow.NUMBERS);
      case EXP ->
          unary("exp", Tensor::exp, Operand.Real.of(-10, 10), Math::exp).withTolerance(4, 0);
      case LOG ->
          unary("log", Tensor::log, Operand.Real.of(0.01, 10), Math::log).withTolerance(4, 0.5);
      case LOG1P ->
          unary("log1p", Tensor::log1p, Operand.Real.of(-0.9, 10), x -> Math.log(1 + x))
              .withTolerance(8, 0);
      case EXPM1 ->
          unary("expm1", Tensor::expm1, Operand.Real.of(-8, 8), x -> Math.exp(x) - 1)
              .withTolerance(8, 0);
      case SQRT -> unary("sqrt", Tensor::sqrt, Operand.Real.of(0.1, 10), x -> Math.pow(x, 0.5));
      case RSQRT ->
          unary("rsqrt", Tensor::rsqrt, Operand.Real.of(0.1, 10), x -> Math.pow(x, -0.5))
              .withTolerance(2, 0);
      case RECIP ->
          unary("recip", Tensor::recip, Operand.Real.of(0.2, 8), x -> Math.pow(x, -1))
              .withTolerance(1, 0);
      case SIN ->
          unary("sin", Tensor::sin, Operand.Real.of(-10, 10), x -> Math.cos(x - Math.PI / 2))
              .withTolerance(4, 1)
              .withExtremes((dtype, x) -> !(Math.abs(x[0]) > 1000) || Double.isInfinite(x[0]));
      case COS ->
          unary("cos", Tensor::cos, Operand.Real.of(-10, 10), x -> Math.sin(x + Math.PI / 2))
              .withTolerance(4, 1)
              .withExtremes((dtype, x) -> !(Math.abs(x[0]) > 1000) || Double.isInfinite(x[0]));
      case TANH ->
          unary(
                  "tanh",
                  Tensor::tanh,
                  Operand.Real.of(-6, 6),
                  x -> Math.expm1(2 * x) / (Math.expm1(2 * x) + 2))
              .withTolerance(8, 0);
      case ERF ->
          unary("erf", Tensor::erf, Operand.Real.of(-4, 4), ElementwiseRows::erf)
              .withTolerance(8, 0);
      case SIGMOID ->
          unary(
                  "sigmoid",
                  Tensor::sigmoid,
                  Operand.Real.of(-10, 10),
                  x -> (1 + Math.tanh(x / 2)) / 2)
              .withTolerance(8, 0);
      case ABS ->
          unary("abs", Tensor::abs, Operand.Real.of(-4, 4).withKinks(0.0), x -> x < 0 ? 0 - x : x)
              .withDTypes(OperationRow.NUMBERS);
      case SIGN ->
          unary(
                  "sign",
                  Tensor::sign,
                  Operand.Real.of(-4, 4).withKinks(0.0),
                  x -> x > 0 ? 1 : x < 0 ? -1 : 0)
              .withDTypes(OperationRow.NUMBERS);
      case FLOOR ->
          unary(
              "floor",
              Tensor::floor,
              Operand.Real.of(-3, 3).withKinks(-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0),
              x -> Math.rint(x - 0.5));
    };
  }

  /// The integral of `2/sqrt(pi) e^(-t^2)` from 0 to x by Simpson's rule.
  private static double erf(double x) {
    int n = 4000;
    double sum = 0;
    for (int i = 0; i <= n; i++) {
      double t = x * i / n;
      sum += (i == 0 || i == n ? 1 : i % 2 == 1 ? 4 : 2) * Math.exp(-t * t);
    }
    return 2 / Math.sqrt(Math.PI) * sum * x / n / 3;
  }

  private static OperationRow binary(
      String name,
      java.util.function.BinaryOperator<Tensor> function,
      Operand x,
      Operand y,
      DoubleBinaryOperator plain) {
    return OperationRow.of(name, t -> function.apply(t[0], t[1]), x, y)
        .withPlain(in ->
            Plain.fill(
                Shape.broadcast(name, in.shape(0), in.shape(1)),
                i -> plain.applyAsDouble(in.at(0, i), in.at(1, i))))
        .withExtremes(Extremes.ALL);
  }

  private static OperationRow row(BinaryKind kind) {
    Operand any = Operand.Real.of(-3, 3);
    Operand steps = Operand.Real.stepped(-2, 2, 0.5, 0);
    return switch (kind) {
      case ADD ->
          binary("add", Tensor::add, any, any, Double::sum).withDTypes(OperationRow.NUMBERS);
      case SUB ->
          binary("sub", Tensor::sub, any, any, (x, y) -> x - y).withDTypes(OperationRow.NUMBERS);
      case MUL ->
          binary("mul", Tensor::mul, any, any, (x, y) -> x * y).withDTypes(OperationRow.NUMBERS);
      case DIV ->
          binary("div", Tensor::div, any, Operand.Real.of(0.3, 3), (x, y) -> x / y)
              .withDTypes(OperationRow.REALS);
      case POW ->
          binary(
                  "pow",
                  Tensor::pow,
                  Operand.Real.of(0.2, 3),
                  Operand.Real.of(-3, 3),
                  (x, y) -> Math.exp(y * Math.log(x)))
              .withTolerance(16, 0)
              .withExtremes(ElementwiseRows::powIsSpecified);
      case MAX ->
          binary("maximum", Tensor::maximum, any, any, (x, y) -> x > y ? x : y)
              .withDTypes(OperationRow.NUMBERS);
      case MIN ->
          binary("minimum", Tensor::minimum, any, any, (x, y) -> x < y ? x : y)
              .withDTypes(OperationRow.NUMBERS);
      case MOD ->
          // the quotient of an odd number of 16ths by whole 8ths is never whole, so rounding can't
          // move it over a step
          binary(
                  "mod",
                  Tensor::mod,
                  Operand.Real.stepped(-3, 3, 0.125, 0.0625),
                  Operand.Real.stepped(0.5, 3, 0.125, 0),
                  (x, y) -> (x % y + y) % y)
              .withTolerance(4, 4)
              .withExtremes(Extremes.NONE);
      case LT ->
          binary("lt", Tensor::lt, any, any, (x, y) -> x < y ? 1 : 0)
              .withDTypes(OperationRow.NUMBERS)
              .withDifferentiable();
      case EQ ->
          binary("eq", Tensor::eq, steps, steps, (x, y) -> x == y ? 1 : 0)
              .withDTypes(OperationRow.ALL)
              .withDifferentiable();
      case AND -> bitwise("and", Tensor::and, (x, y) -> (long) x & (long) y);
      case OR -> bitwise("or", Tensor::or, (x, y) -> (long) x | (long) y);
      case XOR -> bitwise("xor", Tensor::xor, (x, y) -> (long) x ^ (long) y);
      case SHL -> shift("shl", Tensor::shl, (x, y) -> x * Math.pow(2, y));
      case SHR -> shift("shr", Tensor::shr, (x, y) -> Math.floor(x / Math.pow(2, y)));
    };
  }

  private static boolean powIsSpecified(DType dtype, double[] x) {
    double exponent = Math.abs(x[1]);
    return x[0] <= 0
        ? Double.isFinite(x[0]) && exponent <= 3
        : exponent <= 100 && Math.abs(exponent * Math.log(x[0])) <= 10;
  }

  private static OperationRow bitwise(
      String name, java.util.function.BinaryOperator<Tensor> function, DoubleBinaryOperator plain) {
    EnumSet<DType> dtypes = EnumSet.of(DType.BOOL);
    dtypes.addAll(OperationRow.INTEGERS);
    return binary(name, function, Operand.Real.of(-9, 9), Operand.Real.of(-9, 9), plain)
        .withDTypes(dtypes)
        .withDifferentiable();
  }

  private static OperationRow shift(
      String name, java.util.function.BinaryOperator<Tensor> function, DoubleBinaryOperator plain) {
    return binary(name, function, Operand.Real.of(0, 9), Operand.Real.of(0, 0.7), plain)
        .withDTypes(OperationRow.INTEGERS)
        .withDifferentiable()
        .withExtremes((dtype, x) -> x[1] >= 0 && x[1] <= (dtype == DType.U8 ? 7 : 31));
  }

  private static OperationRow cast(DType to) {
    return OperationRow.of("cast to " + to, t -> t[0].cast(to), Operand.Real.of(-3, 3))
        .withDTypes(OperationRow.ALL)
        .withDifferentiable()
        .withExtremes(Extremes.ALL)
        .withPlain(in ->
            Plain.fill(
                in.shape(0),
                i -> {
                  double x = in.at(0, i);
                  return switch (to) {
                    case F64 -> x;
                    case F32 -> (float) x;
                    case F16, BF16 -> FloatArithmetic.round(to, x);
                    case BOOL -> x == 0 ? 0 : 1;
                    case I32, I64 -> x < 0 ? Math.ceil(x) : Math.floor(x);
                    case U8 -> in.dtype().isFloat() ? Math.max(0, Math.floor(x)) : x;
                  };
                }));
  }

  private static OperationRow where() {
    Operand any = Operand.Real.of(-3, 3);
    List<List<Shape>> cases = new ArrayList<>();
    for (Shape shape : Shapes.ALL) {
      cases.add(List.of(shape, shape, shape));
    }
    cases.add(List.of(Shape.of(3, 5), Shape.of(5), Shape.of(3, 1)));
    cases.add(List.of(Shape.scalar(), Shape.of(2, 3), Shape.scalar()));
    cases.add(List.of(Shape.of(2, 1), Shape.scalar(), Shape.scalar()));
    return OperationRow.of("where", t -> t[0].where(t[1], t[2]), new Operand.Truth(), any, any)
        .withCases(cases)
        .withDTypes(OperationRow.ALL)
        .withTolerance(0, 0)
        .withExtremes(Extremes.ALL)
        .withPlain(in ->
            Plain.fill(
                Shape.broadcast(
                    "where", in.shape(0), Shape.broadcast("where", in.shape(1), in.shape(2))),
                i -> in.at(0, i) != 0 ? in.at(1, i) : in.at(2, i)));
  }
}
