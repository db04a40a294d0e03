package jacquard.examples.tour;

import static jacquard.examples.tour.Sections.section;

import jacquard.kernels.Schedule;
import jacquard.kernels.Task;
import jacquard.kernels.cpu.emit.LoopCompiler;
import jacquard.kernels.cpu.machine.VectorWidth;
import jacquard.kernels.csource.Calls;
import jacquard.kernels.csource.Dialect;
import java.util.ArrayList;
import java.util.List;

/// The loop of one kernel for a CPU, in OpenCL C and in CUDA C, in three columns.
public final class SideBySide {
  /// Letters of a line, if it can be taken apart.
  private static final int WIDTH = 58;

  private SideBySide() {}

  static void main(String[] args) {
    Schedule schedule = new SoftmaxStep().schedule();
    Task.Loop update = Code.update(schedule);

    section("one kernel for three kinds of device");
    List<List<String>> columns = new ArrayList<>();
    String cpu = new LoopCompiler(VectorWidth.BITS_256).compile(update.kernel()).listing();
    columns.add(column("CPU, vectors of 8", cpu, "  while (i24 "));
    for (Dialect dialect : List.of(Dialect.OPENCL, Dialect.CUDA)) {
      String text = Calls.of(dialect, schedule, update).getFirst().text();
      columns.add(column(dialect.name(), text, "  for "));
    }
    print(columns);
  }

  /// A heading and a text's loop, which begins with `first` and ends with its brace.
  private static List<String> column(String heading, String text, String first) {
    List<String> column = new ArrayList<>(List.of(heading, "-".repeat(heading.length())));
    text.lines()
        .dropWhile(line -> !line.startsWith(first))
        .takeWhile(line -> !line.equals("  }"))
        .forEach(line -> wrap(line.substring(2), column));
    column.add("}");
    return column;
  }

  /// Takes a line apart behind a space, or before the call of a result's method, wherever it would
  /// be too long.
  private static void wrap(String line, List<String> column) {
    String now = "";
    for (String piece : line.split("(?<=[^ ] )|(?<=\\))(?=\\.)")) {
      if (!now.isBlank() && now.length() + piece.stripTrailing().length() > WIDTH) {
        column.add(now.stripTrailing());
        now = "      ";
      }
      now += piece;
    }
    column.add(now.stripTrailing());
  }

  private static void print(List<List<String>> columns) {
    int rows = columns.stream().mapToInt(List::size).max().orElse(0);
    for (int row = 0; row < rows; row++) {
      StringBuilder line = new StringBuilder();
      for (List<String> column : columns) {
        String text = row < column.size() ? column.get(row) : "";
        int width = column.stream().mapToInt(String::length).max().orElse(0);
        line.append(text).repeat(' ', width + 2 - text.length());
      }
      System.out.println(line.toString().stripTrailing());
    }
  }
}
