package jacquard.tensor.testing;

import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Shape;
import jacquard.tensor.Step;
import jacquard.tensor.Tensor;
import jacquard.tensor.reference.Evaluator;
import jacquard.tensor.reference.Value;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.BooleanSupplier;

/// Compares what a device computes with the reference, and the reference with plain Java loops.
///
/// Every failure names the row, dtype, shapes, layout and seed, which are enough to repeat it with
/// [OperationRow#arguments].
public final class BackendConformance {
  private static final int REPORTED = 5;

  private BackendConformance() {}

  /// Runs every case of `row` in each of its dtypes and every [Layout], and the extremes it
  /// specifies.
  ///
  /// @throws AssertionError if a result differs by more than the row's tolerance
  public static void check(Device device, OperationRow row) {
    for (DType dtype : row.dtypes()) {
      for (List<Shape> shapes : row.cases()) {
        compare(device, results(device, row, dtype, shapes));
      }
      compare(device, extremes(device, row, dtype));
    }
  }

  /// A result to compare.
  ///
  /// @param name row, dtype, shapes, layout and seed
  private record Computed(OperationRow row, String name, Tensor result) {}

  /// As [#check(Device, OperationRow)], for some dtypes of several rows, all of them in one plan: a
  /// device that compiles slowly then begins once.
  public static void checkTogether(Device device, List<OperationRow> rows, Set<DType> dtypes) {
    List<Computed> all = new ArrayList<>();
    for (OperationRow row : rows) {
      for (DType dtype : row.dtypes()) {
        if (dtypes.contains(dtype)) {
          row.cases().forEach(shapes -> all.addAll(results(device, row, dtype, shapes)));
          all.addAll(extremes(device, row, dtype));
        }
      }
    }
    compare(device, all);
  }

  /// Runs the largest case of each row, waits until compiled code has replaced what runs cold, and
  /// compares what it computes now; both times all rows in one plan.
  ///
  /// @param warm waits; false if it took too long
  public static void checkWarm(
      Device device, List<OperationRow> rows, Set<DType> dtypes, BooleanSupplier warm) {
    compare(device, largest(device, rows, dtypes, "cold"));
    if (!warm.getAsBoolean()) {
      throw new AssertionError(device + ": not compiled in time: " + rows);
    }
    compare(device, largest(device, rows, dtypes, "compiled"));
  }

  private static List<Computed> largest(
      Device device, List<OperationRow> rows, Set<DType> dtypes, String how) {
    List<Computed> all = new ArrayList<>();
    for (OperationRow row : rows) {
      List<Shape> shapes =
          row.cases().stream()
              .max(Comparator.comparingLong(BackendConformance::size))
              .orElseThrow();
      for (DType dtype : row.dtypes()) {
        if (dtypes.contains(dtype)) {
          long seed = row.seed(dtype, shapes);
          String name = where(row, dtype, shapes, how) + ", seed " + seed;
          List<Tensor> arguments = row.arguments(dtype, shapes, device, seed);
          all.add(new Computed(row, name, row.apply(arguments)));
        }
      }
    }
    return all;
  }

  private static long size(List<Shape> shapes) {
    return shapes.stream().mapToLong(Shape::size).sum();
  }

  private static List<Computed> results(
      Device device, OperationRow row, DType dtype, List<Shape> shapes) {
    long seed = row.seed(dtype, shapes);
    boolean strided = shapes.stream().anyMatch(shape -> shape.size() > 1);
    List<Computed> results = new ArrayList<>();
    for (Layout layout : strided ? Layout.values() : new Layout[] {Layout.PLAIN}) {
      String name = where(row, dtype, shapes, layout.toString()) + ", seed " + seed;
      Tensor result = row.apply(row.arguments(dtype, shapes, layout, device, seed));
      results.add(new Computed(row, name, result));
    }
    return results;
  }

  private static List<Computed> extremes(Device device, OperationRow row, DType dtype) {
    if (row.extremes() == Extremes.NONE) {
      return List.of();
    }
    List<DType> operands = row.operands().stream().map(o -> o.dtype(dtype)).toList();
    List<double[]> columns = row.extremes().points(operands, dtype);
    Shape shape = Shape.of(columns.get(0).length);
    List<Tensor> arguments = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      arguments.add(Layout.tensor(operands.get(i), columns.get(i), shape, device));
    }
    StringBuilder points = new StringBuilder();
    for (double[] column : columns) {
      points.append('\n').append(Arrays.toString(column));
    }
    String name = where(row, dtype, List.of(shape), "extremes") + points;
    return List.of(new Computed(row, name, row.apply(arguments)));
  }

  private static String where(OperationRow row, DType dtype, List<Shape> shapes, String how) {
    return row.name() + " " + dtype + " " + shapes + " " + how;
  }

  /// Compares tensors, computed by their device in one plan, with the reference.
  private static void compare(Device device, List<Computed> all) {
    List<Value> expected = Evaluator.evaluate(all.stream().map(c -> c.result.node()).toList());
    try {
      Step.realise(all.stream().map(Computed::result).toArray(Tensor[]::new));
    } catch (RuntimeException e) {
      throw new AssertionError(
          all.stream().map(Computed::name).toList() + " on " + device + ": " + e, e);
    }
    for (int i = 0; i < all.size(); i++) {
      Computed one = all.get(i);
      assertClose(one.name + " on " + device, one.row.tolerance(), expected.get(i), one.result);
    }
  }

  /// Compares the elements of `actual` with the value it should have; integers and bool must be
  /// equal.
  public static void assertClose(String what, Tolerance tolerance, Value expected, Tensor actual) {
    DType dtype = actual.dtype();
    Object array = actual.toArray();
    int size = Array.getLength(array);
    if (size != expected.size()) {
      throw new AssertionError(what + ": " + size + " elements, expected " + expected.size());
    }
    boolean floats = dtype.isFloat();
    double[] doubles = floats ? expected.toDoubles() : new double[0];
    long[] longs = floats ? new long[0] : expected.toLongs();
    List<String> wrong = new ArrayList<>();
    for (int i = 0; i < size && wrong.size() <= REPORTED; i++) {
      boolean accepted =
          switch (dtype) {
            case F32, F16, BF16 -> tolerance.accepts(dtype, doubles[i], ((float[]) array)[i]);
            case F64 -> tolerance.accepts(dtype, doubles[i], ((double[]) array)[i]);
            case I32 -> longs[i] == ((int[]) array)[i];
            case I64 -> longs[i] == ((long[]) array)[i];
            case U8, BOOL -> longs[i] == Byte.toUnsignedLong(((byte[]) array)[i]);
          };
      if (!accepted) {
        wrong.add(
            "element "
                + i
                + " of "
                + actual.shape()
                + " is "
                + Array.get(array, i)
                + ", expected "
                + (floats ? Objects.toString(doubles[i]) : Objects.toString(longs[i])));
      }
    }
    if (!wrong.isEmpty()) {
      throw new AssertionError(
          what + ", tolerance " + tolerance + ":\n  " + String.join("\n  ", wrong));
    }
  }

  /// Compares the reference itself with the row's plain loops, in every dtype and case.
  ///
  /// @throws IllegalArgumentException if the row has none
  public static void checkPlain(OperationRow row) {
    Plain plain = row.plain();
    if (plain == null) {
      throw new IllegalArgumentException(row.name() + ": has no plain loops");
    }
    for (DType dtype : row.dtypes()) {
      for (List<Shape> shapes : row.cases()) {
        long seed = row.seed(dtype, shapes);
        Tensor result = row.apply(row.arguments(dtype, shapes, Device.REFERENCE, seed));
        double[] actual = Evaluator.evaluate(List.of(result.node())).get(0).toDoubles();
        double[] expected =
            plain.apply(
                new Plain.Arguments(dtype, shapes, row.values(dtype, shapes, Layout.PLAIN, seed)));
        assertPlain(
            where(row, dtype, shapes, "seed " + seed), row.tolerance(), result, expected, actual);
      }
    }
  }

  private static void assertPlain(
      String what, Tolerance tolerance, Tensor result, double[] expected, double[] actual) {
    if (expected.length != actual.length || actual.length != result.size()) {
      throw new AssertionError(
          what
              + ": "
              + actual.length
              + " elements for "
              + result
              + ", expected "
              + expected.length);
    }
    for (int i = 0; i < actual.length; i++) {
      double wanted = result.dtype() == DType.U8 ? ((long) expected[i]) & 255 : expected[i];
      boolean close =
          wanted == actual[i]
              || (Double.isNaN(wanted) && Double.isNaN(actual[i]))
              || (result.dtype().isFloat()
                  && Math.abs(wanted - actual[i]) <= 1e-11 * (1 + Math.abs(wanted)))
              // constants of an f32 graph are rounded to f32, results in f16 and bf16 to those;
              // those
              // of f64 say whether the expression is right
              || (result.dtype().isFloat()
                  && result.dtype() != DType.F64
                  && tolerance.accepts(result.dtype(), wanted, actual[i]));
      if (!close) {
        throw new AssertionError(
            what
                + ": element "
                + i
                + " of "
                + result
                + " is "
                + actual[i]
                + ", expected "
                + wanted);
      }
    }
  }
}
