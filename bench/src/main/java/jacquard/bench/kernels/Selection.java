package jacquard.bench.kernels;

import jacquard.bench.rows.KernelRow;
import jacquard.bench.rows.KernelTable;
import jacquard.bench.workloads.HostRows;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/// Which rows are meant.
final class Selection {
  private Selection() {}

  static List<KernelRow> all() {
    List<KernelRow> rows = new ArrayList<>(KernelTable.rows());
    rows.addAll(HostRows.rows());
    return rows;
  }

  /// Rows whose name `regex` finds; without one the short selection.
  ///
  /// @throws IllegalArgumentException if the expression is malformed or finds none
  static List<KernelRow> of(@Nullable String regex, boolean everything) {
    if (regex == null) {
      return all().stream().filter(row -> everything || row.brief()).toList();
    }
    Pattern pattern;
    try {
      pattern = Pattern.compile(regex);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "kernels: '" + regex + "' is no regular expression: " + e.getDescription(), e);
    }
    List<KernelRow> found =
        all().stream().filter(row -> pattern.matcher(row.name()).find()).toList();
    if (found.isEmpty()) {
      throw new IllegalArgumentException(
          "kernels: '" + regex + "' matches no kernel; --list shows them");
    }
    return found;
  }

  static KernelRow named(String name) {
    return all().stream().filter(row -> row.name().equals(name)).findFirst().orElseThrow();
  }
}
