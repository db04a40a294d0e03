package jacquard.tensor.testing;

import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import jacquard.tensor.reference.FloatArithmetic;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// One operation as the tests see it.
///
/// @param name the method's name, with a variant after a space: `sum first axis`
/// @param function the operation on tensors
/// @param operands how its arguments are drawn
/// @param cases shapes to run it with: one shape per operand
/// @param dtypes dtypes to run it with
/// @param tolerance what a back end may be off the reference, for float results
/// @param differentiable the operands that have a gradient, by position
/// @param extremes which extreme arguments are specified
/// @param plain the result by plain Java loops; null for a composite, which is its own definition
public record OperationRow(
    String name,
    Function<Tensor[], Tensor> function,
    List<Operand> operands,
    List<List<Shape>> cases,
    Set<DType> dtypes,
    Tolerance tolerance,
    Set<Integer> differentiable,
    Extremes extremes,
    @Nullable Plain plain) {

  static final Set<DType> FLOATS = EnumSet.of(DType.F32, DType.F64);
  static final Set<DType> INTEGERS = EnumSet.of(DType.I32, DType.I64, DType.U8);

  /// Floats as they are stored, too.
  static final Set<DType> REALS = EnumSet.of(DType.F32, DType.F64, DType.F16, DType.BF16);

  static final Set<DType> NUMBERS =
      EnumSet.of(DType.F32, DType.F64, DType.F16, DType.BF16, DType.I32, DType.I64, DType.U8);
  static final Set<DType> ALL = EnumSet.allOf(DType.class);

  /// A row over floats, differentiable in every real operand, run with all of [Shapes#ALL] for
  /// every operand.
  public static OperationRow of(
      String name, Function<Tensor[], Tensor> function, Operand... operands) {
    List<List<Shape>> cases = new ArrayList<>();
    for (Shape shape : Shapes.ALL) {
      cases.add(IntStream.range(0, operands.length).mapToObj(i -> shape).toList());
    }
    Set<Integer> real =
        IntStream.range(0, operands.length)
            .filter(i -> operands[i] instanceof Operand.Real)
            .boxed()
            .collect(Collectors.toUnmodifiableSet());
    return new OperationRow(
        name,
        function,
        List.of(operands),
        cases,
        FLOATS,
        Tolerance.ROUNDED,
        real,
        Extremes.NONE,
        null);
  }

  public OperationRow withCases(List<List<Shape>> shapes) {
    return new OperationRow(
        name, function, operands, shapes, dtypes, tolerance, differentiable, extremes, plain);
  }

  /// One operand; every shape is a case.
  public OperationRow withShapes(List<Shape> shapes) {
    return withCases(shapes.stream().map(List::of).toList());
  }

  /// One case.
  public OperationRow withShapes(Shape... shapes) {
    return withCases(List.of(List.of(shapes)));
  }

  public OperationRow withDTypes(Set<DType> set) {
    return new OperationRow(
        name, function, operands, cases, set, tolerance, differentiable, extremes, plain);
  }

  /// @see Tolerance
  public OperationRow withTolerance(double relative, double absolute) {
    return new OperationRow(
        name,
        function,
        operands,
        cases,
        dtypes,
        new Tolerance(relative, absolute),
        differentiable,
        extremes,
        plain);
  }

  public OperationRow withDifferentiable(Integer... positions) {
    return new OperationRow(
        name, function, operands, cases, dtypes, tolerance, Set.of(positions), extremes, plain);
  }

  public OperationRow withExtremes(Extremes specified) {
    return new OperationRow(
        name, function, operands, cases, dtypes, tolerance, differentiable, specified, plain);
  }

  public OperationRow withPlain(Plain loops) {
    return new OperationRow(
        name, function, operands, cases, dtypes, tolerance, differentiable, extremes, loops);
  }

  /// The arguments of a case as stored tensors on `device`; the same seed gives the same numbers on
  /// every device.
  public List<Tensor> arguments(DType dtype, List<Shape> shapes, Device device, long seed) {
    return arguments(dtype, shapes, Layout.PLAIN, device, seed);
  }

  /// The arguments of a case, seen through `layout`.
  public List<Tensor> arguments(
      DType dtype, List<Shape> shapes, Layout layout, Device device, long seed) {
    List<double[]> values = values(dtype, shapes, layout, seed);
    List<Tensor> arguments = new ArrayList<>();
    for (int i = 0; i < operands.size(); i++) {
      Tensor stored =
          Layout.tensor(
              operands.get(i).dtype(dtype), values.get(i), layout.stored(shapes.get(i)), device);
      arguments.add(layout.view(stored, shapes.get(i)));
    }
    return arguments;
  }

  List<double[]> values(DType dtype, List<Shape> shapes, Layout layout, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<double[]> values = new ArrayList<>();
    for (int i = 0; i < operands.size(); i++) {
      Operand operand = operands.get(i);
      int size = layout.stored(shapes.get(i)).arraySize();
      // numbers are rounded when they are drawn, so that every computation starts from the same
      DType drawnAs = operand.dtype(dtype);
      double[] drawn = operand.draw(drawnAs, size, i, shapes, random);
      if (drawnAs.isFloat()) {
        java.util.Arrays.setAll(drawn, n -> FloatArithmetic.round(drawnAs, drawn[n]));
      }
      values.add(drawn);
    }
    return values;
  }

  public Tensor apply(List<Tensor> arguments) {
    return function.apply(arguments.toArray(Tensor[]::new));
  }

  /// The seed of a case, the same in every run.
  public long seed(DType dtype, List<Shape> shapes) {
    return 31L * name.hashCode() + 7L * dtype.ordinal() + shapes.toString().hashCode();
  }

  @Override
  public String toString() {
    return name;
  }
}
