package jacquard.tensor.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Key;
import jacquard.tensor.Shape;
import jacquard.tensor.State;
import jacquard.tensor.Tensor;
import jacquard.tensor.spi.HostBuffer;
import jacquard.tensor.testing.OnReference;
import jacquard.tensor.testing.OperationRow;
import jacquard.tensor.testing.OperationTable;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OnReference.class)
class GraphCheckerTest {
  private static Optional<String> problem(Node... roots) {
    return GraphChecker.problem(List.of(roots));
  }

  @Test
  void graphsOfEveryOperationAreConsistent() {
    for (OperationRow row : OperationTable.rows()) {
      for (DType dtype : row.dtypes()) {
        List<Shape> shapes = row.cases().get(0);
        Tensor y = row.apply(row.arguments(dtype, shapes, Device.REFERENCE, 1));
        assertEquals(Optional.empty(), problem(y.node()), row.name());
      }
    }
  }

  @Test
  void statesAndKeysAreConsistent() {
    State state = new State("w", Tensor.ones(3));
    Tensor y = Tensor.randn(Key.of(1).dynamic(), 3).mul(state.value());
    assertEquals(Optional.empty(), problem(y.node()));
    y.realise();
    assertEquals(Optional.empty(), problem(y.node()));
  }

  private static Node stored(DType buffer, int size, DType dtype, Shape shape) {
    return Node.input(
        new Source.Stored(HostBuffer.allocate(buffer, size)), dtype, shape, Device.REFERENCE);
  }

  @Test
  void buffersOfTheWrongSizeOrDTypeAreFound() {
    assertEquals(
        Optional.of("%0 = input(stored) f32[2, 3]: its buffer holds 5 elements of f32"),
        problem(stored(DType.F32, 5, DType.F32, Shape.of(2, 3))));
    assertEquals(
        Optional.of("%0 = input(stored) f32[5]: its buffer holds 5 elements of f64"),
        problem(stored(DType.F64, 5, DType.F32, Shape.of(5))));
  }

  @Test
  void theFirstInconsistentNodeIsNamed() {
    Node good = stored(DType.F32, 2, DType.F32, Shape.of(2));
    Node bad = stored(DType.F32, 3, DType.F32, Shape.of(2));
    Node sum = Node.of(new Op.Binary(BinaryKind.ADD), good, bad);
    assertEquals(
        Optional.of("%1 = input(stored) f32[2]: its buffer holds 3 elements of f32"), problem(sum));
  }

  @Test
  void dynamicValuesAreScalars() {
    assertEquals(
        Optional.of("%0 = input(dynamic 0.0) f32[2]: a dynamic value is a scalar"),
        problem(Node.input(new Source.Dynamic(0), DType.F32, Shape.of(2), Device.REFERENCE)));
  }

  @Test
  void statesMustHaveTheShapeThatIsRead() {
    State state = new State("w", Tensor.ones(3));
    Source cell = new Source.Cell(state, state.version());
    assertEquals(
        Optional.of("%0 = input(state w) f32[2]: is f32[2], expected f32[3]"),
        problem(Node.input(cell, DType.F32, Shape.of(2), Device.REFERENCE)));
    assertEquals(
        Optional.of("%0 = input(state w) f32[3]: its state is on reference"),
        problem(Node.input(cell, DType.F32, Shape.of(3), Device.CPU)));
  }

  @Test
  void checkShowsTheGraph() {
    Node bad = stored(DType.F32, 3, DType.F32, Shape.of(2));
    Node y = Node.of(new Op.Unary(UnaryKind.EXP), bad);
    assertEquals(
        """
        %0 = input(stored) f32[2]: its buffer holds 3 elements of f32
        %0 = input(stored) f32[2]
        %1 = exp f32[2] %0
        return %1\
        """,
        assertThrows(IllegalStateException.class, () -> GraphChecker.check(List.of(y)))
            .getMessage());
  }
}
