package jacquard.tensor.testing;

import java.util.List;
import java.util.stream.Stream;

/// Every operation, one row each: the primitives with plain Java loops, the composites, which
/// define themselves.
public final class OperationTable {
  private OperationTable() {}

  private static final List<OperationRow> PRIMITIVES =
      Stream.of(
              ElementwiseRows.rows(),
              MovementRows.rows(),
              ReductionRows.rows(),
              ContractionRows.rows(),
              IndexingRows.rows(),
              AttentionRows.rows())
          .flatMap(List::stream)
          .toList();

  private static final List<OperationRow> ROWS =
      Stream.of(
              PRIMITIVES,
              CompositeRows.rows(),
              ActivationRows.rows(),
              FunctionRows.rows(),
              NormRows.rows(),
              ArrangementRows.rows(),
              SelectionRows.rows(),
              PoolingRows.rows(),
              EinsumRows.rows(),
              HalfRows.rows(),
              SamplingRows.rows())
          .flatMap(List::stream)
          .toList();

  public static List<OperationRow> rows() {
    return ROWS;
  }

  public static List<OperationRow> primitives() {
    return PRIMITIVES;
  }

  /// Rows with a gradient, to be checked against finite differences.
  public static List<OperationRow> differentiable() {
    return ROWS.stream().filter(row -> !row.differentiable().isEmpty()).toList();
  }

  public static OperationRow row(String name) {
    return ROWS.stream()
        .filter(row -> row.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("operation table: no row '" + name + "'"));
  }
}
