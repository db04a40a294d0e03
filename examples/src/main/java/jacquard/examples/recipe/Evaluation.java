package jacquard.examples.recipe;

import jacquard.examples.view.MetricsLog;
import jacquard.examples.view.Text;
import jacquard.nn.io.FormatException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What was measured of a run: a table for people, and `eval.json`.
///
/// @param subject what was measured on what, a line
/// @param rows in the order in which they are shown
/// @param facts that only the file has, such as what pictures were compared by
public record Evaluation(String subject, List<Row> rows, Map<String, Object> facts) {

  /// A line of the table, and what the file has of it.
  public sealed interface Row {
    /// {@return its name, as the file has it}
    String name();

    /// A number without a floor.
    ///
    /// @param name as the file has it
    /// @param value NaN and infinite become `null` in the file
    /// @param meaning unit, and which way is better
    /// @return the row
    static Row of(String name, double value, String meaning) {
      return new Figure(name, value, null, meaning);
    }
  }

  /// A number.
  ///
  /// @param name as the file has it
  /// @param value NaN and infinite become `null` in the file
  /// @param floor what real data give, or null where there is no such thing
  /// @param meaning unit, and which way is better
  record Figure(String name, double value, @Nullable Double floor, String meaning) implements Row {
    private String line(String format) {
      String beside = floor == null ? "" : Text.number(floor);
      return format.formatted(name, Text.number(value), beside, meaning);
    }
  }

  /// How many there are of each class, 0, 1 and so on.
  ///
  /// @param name as the file has it
  /// @param counts of what was measured
  /// @param floor of as many real ones
  record Counts(String name, List<Integer> counts, List<Integer> floor) implements Row {
    /// The classes, and the counts of each below it.
    private List<String> lines() {
      int most = Stream.concat(counts.stream(), floor.stream()).mapToInt(c -> c).max().orElse(0);
      int width = 2 + Integer.toString(Math.max(most, counts.size() - 1)).length();
      return List.of(
          line("of class", IntStream.range(0, counts.size()).boxed().toList(), width),
          line(name, counts, width),
          line("floor", floor, width));
    }

    private static String line(String head, List<Integer> numbers, int width) {
      return numbers.stream()
          .map(number -> ("%" + width + "d").formatted(number))
          .collect(Collectors.joining("", "  %-16s".formatted(head), ""));
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
    boolean floors = rows.stream().anyMatch(row -> row instanceof Figure f && f.floor != null);
    String format = floors ? "  %-16s %10s %10s  %s" : "  %-16s %10s%s  %s";
    if (floors) {
      lines.add(format.formatted("", "", "floor", "").stripTrailing());
    }
    for (Row row : rows) {
      switch (row) {
        case Figure figure -> lines.add(figure.line(format));
        case Counts counts -> lines.addAll(counts.lines());
      }
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
      Object floor =
          switch (row) {
            case Figure figure -> {
              json.put(figure.name, figure.value);
              yield figure.floor;
            }
            case Counts counts -> {
              json.put(counts.name, counts.counts);
              yield counts.floor;
            }
          };
      if (floor != null) {
        json.put(row.name() + "_floor", floor);
      }
    }
    json.putAll(facts);
    MetricsLog.writeConfig(file, json);
  }
}
