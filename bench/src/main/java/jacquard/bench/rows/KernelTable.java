package jacquard.bench.rows;

import java.util.ArrayList;
import java.util.List;

/// Every kernel that is measured. Adding one is adding a row to its group.
public final class KernelTable {
  private KernelTable() {}

  /// {@return all rows, group by group}
  public static List<KernelRow> rows() {
    List<KernelRow> rows = new ArrayList<>();
    rows.addAll(GemmRows.rows());
    rows.addAll(EpilogueRows.rows());
    rows.addAll(ConvRows.rows());
    rows.addAll(FusedRows.rows());
    rows.addAll(SumRows.rows());
    rows.addAll(DecodeRows.rows());
    rows.addAll(IndexRows.rows());
    rows.addAll(StateRows.rows());
    rows.addAll(RandomRows.rows());
    return List.copyOf(rows);
  }
}
