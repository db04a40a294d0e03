package jacquard.examples.recipe;

import jacquard.examples.view.MetricsLog;
import jacquard.examples.view.Text;
import jacquard.nn.io.FormatException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What was measured of a run: a table for people, and `eval.json`.
///
/// @param subject what was measured on what, a line
/// @param rows in the order in which they are shown
/// @param facts that only the file has, such as the histogram's counts
public record Evaluation(String subject, List<Row> rows, Map<String, Object> facts) {

  /// A number.
  ///
  /// @param name as the file has it
  /// @param value NaN and infinite become `null` in the file
  /// @param floor what real data give, or null where there is no such thing
  /// @param meaning unit, and which way is better
  public record Row(String name, double value, @Nullable Double floor, String meaning) {
    static Row of(String name, double value, String meaning) {
      return new Row(name, value, null, meaning);
    }
  }

  /// Copies the rows.
  public Evaluation {
    rows = List.copyOf(rows);
    facts = new LinkedHashMap<>(facts);
  }

  /// {@return the table, a line each}
  public List<String> lines() {
    List<String> lines = new ArrayList<>(List.of(subject));
    boolean floors = rows.stream().anyMatch(row -> row.floor != null);
    String format = floors ? "  %-16s %10s %10s  %s" : "  %-16s %10s%s  %s";
    if (floors) {
      lines.add(format.formatted("", "", "floor", "").stripTrailing());
    }
    for (Row row : rows) {
      String floor = row.floor == null ? "" : Text.number(row.floor);
      lines.add(format.formatted(row.name, Text.number(row.value), floor, row.meaning));
    }
    return lines;
  }

  /// Writes the numbers as JSON.
  ///
  /// @param file to write, whole or not at all
  /// @throws FormatException if the file can't be written
  public void write(Path file) throws FormatException {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("subject", subject);
    for (Row row : rows) {
      json.put(row.name, row.value);
      if (row.floor != null) {
        json.put(row.name + "_floor", row.floor);
      }
    }
    json.putAll(facts);
    MetricsLog.writeConfig(file, json);
  }
}
