package jacquard.tensor.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.tensor.DType;
import jacquard.tensor.DTypeException;
import jacquard.tensor.Device;
import jacquard.tensor.DeviceException;
import jacquard.tensor.Ints;
import jacquard.tensor.Shape;
import jacquard.tensor.ShapeException;
import jacquard.tensor.Tensor;
import jacquard.tensor.TensorException;
import jacquard.tensor.testing.OperationRow;
import jacquard.tensor.testing.OperationTable;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Which sources each primitive accepts, and what it says to others.
class InferenceTest {
  private static final Set<DType> FLOATS = EnumSet.of(DType.F32, DType.F64);
  private static final Set<DType> NUMBERS =
      EnumSet.of(DType.F32, DType.F64, DType.I32, DType.I64, DType.U8);
  private static final Set<DType> INTEGERS = EnumSet.of(DType.I32, DType.I64, DType.U8);
  private static final Set<DType> WHOLE = EnumSet.of(DType.I32, DType.I64, DType.U8, DType.BOOL);

  /// f16 and bf16 too: no node computes in them, but products read them.
  private static final Set<DType> FACTORS = EnumSet.complementOf(EnumSet.of(DType.BOOL));

  private static final Set<DType> REALS = EnumSet.of(DType.F32, DType.F64, DType.F16, DType.BF16);
  private static final Set<DType> INDICES = EnumSet.of(DType.I32, DType.I64);

  /// `op: what is wrong: values, expected; what to do`.
  private static final Pattern FORM = Pattern.compile("[a-zA-Z0-9]+: .+(, expected .+|; .+)");

  @ParameterizedTest
  @EnumSource
  void unaryAcceptsItsDTypes(UnaryKind kind) {
    Set<DType> accepted =
        switch (kind) {
          case NEG, ABS, SIGN -> NUMBERS;
          case EXP, LOG, LOG1P, EXPM1, SQRT, RSQRT, RECIP, SIN, COS, TANH, ERF, SIGMOID, FLOOR ->
              FLOATS;
        };
    assertAccepts(new Op.Unary(kind), accepted, dtype -> List.of(leaf(dtype, 2, 3)));
  }

  @ParameterizedTest
  @EnumSource
  void binaryAcceptsItsDTypes(BinaryKind kind) {
    Set<DType> accepted =
        switch (kind) {
          case ADD, SUB, MUL, DIV, MAX, MIN, MOD, LT -> NUMBERS;
          case POW -> FLOATS;
          case EQ -> EnumSet.complementOf(EnumSet.of(DType.F16, DType.BF16));
          case AND, OR, XOR -> WHOLE;
          case SHL, SHR -> INTEGERS;
        };
    Op op = new Op.Binary(kind);
    assertAccepts(op, accepted, dtype -> List.of(leaf(dtype, 2, 3), leaf(dtype, 2, 3)));
    DType dtype = accepted.iterator().next();
    DType result = Node.of(op, leaf(dtype, 2), leaf(dtype, 2)).dtype();
    assertEquals(kind == BinaryKind.LT || kind == BinaryKind.EQ ? DType.BOOL : dtype, result);
    assertRefused(DTypeException.class, op, leaf(DType.I32, 2), leaf(DType.I64, 2));
    assertRefused(ShapeException.class, op, leaf(dtype, 2), leaf(dtype, 3));
  }

  private interface Sources {
    List<Node> of(DType dtype);
  }

  static Stream<Arguments> rules() {
    Window window =
        new Window(Shape.of(1, 2, 3, 3), Shape.of(4, 2, 2, 2), 1, 1, 0, 0, 0, 0, 1, 1, 1);
    Set<DType> all = EnumSet.allOf(DType.class);
    return Stream.of(
        rule(new Op.Reduce(ReduceKind.SUM, Ints.of(0)), NUMBERS, d -> List.of(leaf(d, 2, 3))),
        rule(new Op.Reduce(ReduceKind.MAX, Ints.of(0)), NUMBERS, d -> List.of(leaf(d, 2, 3))),
        rule(new Op.ArgMax(1), NUMBERS, d -> List.of(leaf(d, 2, 3))),
        rule(new Op.ArgSort(false), NUMBERS, d -> List.of(leaf(d, 2, 3))),
        rule(new Op.Cumsum(1), NUMBERS, d -> List.of(leaf(d, 2, 3))),
        rule(new Op.Dot(), FACTORS, d -> List.of(leaf(d, 2, 3), leaf(d, 3, 4))),
        rule(
            new Op.Conv(ConvKind.FORWARD, window),
            REALS,
            d -> List.of(leaf(d, 1, 2, 3, 3), leaf(d, 4, 2, 2, 2))),
        rule(new Op.Gather(), INDICES, d -> List.of(leaf(DType.F32, 5), leaf(d, 2))),
        rule(new Op.Gather(), all, d -> List.of(leaf(d, 5), leaf(DType.I32, 2))),
        rule(
            new Op.ScatterAdd(), NUMBERS, d -> List.of(leaf(d, 5), leaf(DType.I32, 2), leaf(d, 2))),
        rule(
            new Op.ScatterAdd(),
            INDICES,
            d -> List.of(leaf(DType.F32, 5), leaf(d, 2), leaf(DType.F32, 2))),
        rule(
            new Op.Where(),
            EnumSet.of(DType.BOOL),
            d -> List.of(leaf(d, 2), leaf(DType.F32, 2), leaf(DType.F32, 2))),
        rule(
            new Op.Where(),
            EnumSet.of(DType.F32),
            d -> List.of(leaf(DType.BOOL, 2), leaf(DType.F32, 2), leaf(d, 2))),
        rule(new Op.Random(Shape.of(3), 0), EnumSet.of(DType.I64), d -> List.of(leaf(d))),
        rule(
            new Op.DynamicSlice(Shape.of(1, 1)),
            EnumSet.of(DType.I32),
            d -> List.of(leaf(DType.F32, 2, 3), leaf(d, 2))),
        rule(
            new Op.DynamicUpdate(),
            EnumSet.of(DType.I32),
            d -> List.of(leaf(DType.F32, 2, 3), leaf(DType.F32, 1, 1), leaf(d, 2))),
        rule(new Op.Concat(0), EnumSet.of(DType.U8), d -> List.of(leaf(DType.U8, 2), leaf(d, 2))),
        rule(new Op.Cast(DType.BOOL), all, d -> List.of(leaf(d, 2))));
  }

  private static Arguments rule(Op op, Set<DType> accepted, Sources sources) {
    return Arguments.of(op, accepted, sources);
  }

  @ParameterizedTest
  @MethodSource("rules")
  void otherPrimitivesAcceptTheirDTypes(Op op, Set<DType> accepted, Sources sources) {
    assertAccepts(op, accepted, sources);
  }

  static Stream<Arguments> misfits() {
    Node x = leaf(DType.F32, 2, 3);
    return Stream.of(
        misfit(
            "reshape: [2, 3] to [4]: 6 and 4 elements, expected the same number",
            new Op.Reshape(Shape.of(4)),
            x),
        misfit(
            "permute: order [0, 0] of shape [2, 3], expected each axis 0 to 1 once",
            new Op.Permute(Ints.of(0, 0)),
            x),
        misfit(
            "expand: cannot expand [2, 3] to [2, 6], expected the same rank and sizes equal or 1",
            new Op.Expand(Shape.of(2, 6)),
            x),
        misfit(
            "pad: before [0, -1], after [0, 0], interior [0, 0], expected 0 or more; use slice to cut",
            new Op.Pad(Ints.of(0, -1), Ints.of(0, 0), Ints.of(0, 0), 0),
            x),
        misfit(
            "slice: 1:4:1 of axis 1 of [2, 3], expected 0 <= start <= stop <= 3 and step >= 1",
            new Op.Slice(Ints.of(0, 1), Ints.of(2, 4), Ints.of(1, 1)),
            x),
        misfit(
            "slice: [0] for shape [2, 3], expected one value per axis",
            new Op.Slice(Ints.of(0), Ints.of(2), Ints.of(1)),
            x),
        misfit("flip: axis 2 of shape [2, 3], expected 0 to 1", new Op.Flip(Ints.of(2)), x),
        misfit(
            "concat: [2, 3] and [2, 4] along axis 0, expected equal sizes on every other axis",
            new Op.Concat(0),
            x,
            leaf(DType.F32, 2, 4)),
        misfit(
            "dynamicSlice: part [3, 1] of [2, 3], expected one that fits",
            new Op.DynamicSlice(Shape.of(3, 1)),
            x,
            leaf(DType.I32, 2)),
        misfit(
            "dynamicSlice: start: shapes [2] and [1], expected equal",
            new Op.DynamicSlice(Shape.of(1, 1)),
            x,
            leaf(DType.I32, 1)),
        misfit(
            "sum: axes [1, 0], expected each once and in ascending order",
            new Op.Reduce(ReduceKind.SUM, Ints.of(1, 0)),
            x),
        misfit(
            "argmax: axis 0 of [0, 3] is empty, expected at least 1 element",
            new Op.ArgMax(0),
            leaf(DType.F32, 0, 3)),
        misfit(
            "dot: [2, 3] by [2, 3], expected [..., m, k] by [..., k, n] with equal leading axes",
            new Op.Dot(),
            x,
            x),
        misfit(
            "conv: image [1, 1, 2, 2] is smaller than the filter [1, 1, 3, 3] after padding, expected at least one position; pad more",
            new Op.Conv(
                ConvKind.FORWARD,
                new Window(Shape.of(1, 1, 2, 2), Shape.of(1, 1, 3, 3), 1, 1, 0, 0, 0, 0, 1, 1, 1)),
            leaf(DType.F32, 1, 1, 2, 2),
            leaf(DType.F32, 1, 1, 3, 3)),
        misfit(
            "scatterAdd: updates: shapes [4, 3] and [4, 2], expected equal",
            new Op.ScatterAdd(),
            x,
            leaf(DType.I32, 4),
            leaf(DType.F32, 4, 2)));
  }

  private static Arguments misfit(String message, Op op, Node... sources) {
    return Arguments.of(message, op, sources);
  }

  @ParameterizedTest
  @MethodSource("misfits")
  void shapesThatDontFitAreNamed(String message, Op op, Node[] sources) {
    ShapeException e = assertThrows(ShapeException.class, () -> Node.of(op, sources));
    assertEquals(message, e.getMessage());
  }

  @Test
  void broadcastErrorNamesTheAxis() {
    Tensor x = new Tensor(leaf(DType.F32, 4, 3));
    Tensor y = new Tensor(leaf(DType.F32, 4, 2));
    assertEquals(
        "add: cannot broadcast [4, 3] with [4, 2]: axis -1 is 3 and 2, expected equal or 1",
        assertThrows(ShapeException.class, () -> x.add(y)).getMessage());
  }

  @Test
  void sourcesOnTwoDevicesAreRefused() {
    Node here = leaf(DType.F32, 2);
    Node there =
        Node.of(
            new Op.Expand(Shape.of(2)),
            Node.of(
                new Op.Reshape(Shape.of(1)),
                Node.leaf(Op.Constant.of(DType.F32, 1), new Device("elsewhere", 3))));
    DeviceException e =
        assertThrows(
            DeviceException.class, () -> Node.of(new Op.Binary(BinaryKind.ADD), here, there));
    assertEquals(
        "add: sources on reference and elsewhere:3, expected one device; move one of them",
        e.getMessage());
  }

  static Stream<OperationRow> rows() {
    return OperationTable.rows().stream();
  }

  /// A composite may pass on what a primitive says; in any case it is said where the operation is
  /// called.
  @ParameterizedTest
  @MethodSource("rows")
  void dtypesThatDontFitAreNamedWhereTheOperationIsCalled(OperationRow row) {
    for (DType dtype : EnumSet.complementOf(EnumSet.copyOf(row.dtypes()))) {
      List<Shape> shapes = row.cases().get(0);
      List<Tensor> arguments = row.arguments(dtype, shapes, Device.REFERENCE, 1);
      try {
        row.apply(arguments);
      } catch (TensorException e) {
        assertTrue(e instanceof DTypeException, () -> row + " " + dtype + ": " + e);
        assertForm(e);
      }
    }
  }

  private static void assertAccepts(Op op, Set<DType> accepted, Sources sources) {
    for (DType dtype : DType.values()) {
      Node[] nodes = sources.of(dtype).toArray(Node[]::new);
      if (accepted.contains(dtype)) {
        Node.of(op, nodes);
      } else {
        assertRefused(DTypeException.class, op, nodes);
      }
    }
  }

  private static void assertRefused(Class<? extends TensorException> type, Op op, Node... sources) {
    Executable call = () -> Node.of(op, sources);
    TensorException e = assertThrows(type, call, () -> op + " of " + List.of(sources));
    assertTrue(e.getMessage().startsWith(op.label() + ": "), e.getMessage());
    assertForm(e);
  }

  private static void assertForm(TensorException e) {
    assertTrue(FORM.matcher(e.getMessage()).matches(), e.getMessage());
  }

  private static Node leaf(DType dtype, int... dims) {
    Node one = Node.leaf(Op.Constant.of(dtype, 1), Device.REFERENCE);
    Node ranked = Node.of(new Op.Reshape(Shape.of(Ints.filled(dims.length, 1).toArray())), one);
    return Node.of(new Op.Expand(Shape.of(dims)), ranked);
  }
}
