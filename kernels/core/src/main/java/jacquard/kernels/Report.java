package jacquard.kernels;

import jacquard.tensor.Switches;
import jacquard.tensor.graph.GraphPrinter;
import jacquard.tensor.graph.Node;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// What the switches `jacquard.debug` and `jacquard.dump` show of a new plan.
final class Report {
  private Report() {}

  /// Prints by level: the schedule from 1, kernels from 3, the graph from 4; writes all of it if
  /// there is a folder to dump to.
  ///
  /// @param number of the plan
  static void of(List<Node> roots, Schedule schedule, long number) {
    int level = Switches.debug();
    if (level >= 4) {
      System.err.println(GraphPrinter.listing(roots));
    }
    if (level >= 3) {
      System.err.println(kernels(schedule));
    }
    if (level >= 1) {
      System.err.println(ScheduleText.of(schedule));
    }
    if (!Switches.dump().isEmpty()) {
      dump(Path.of(Switches.dump()), roots, schedule, number);
    }
  }

  private static String kernels(Schedule schedule) {
    Set<Kernel> kernels = new LinkedHashSet<>();
    for (Task task : schedule.tasks()) {
      if (task instanceof Task.Loop loop) {
        kernels.add(loop.kernel());
      } else if (task instanceof Task.Dot dot && dot.epilogue() != null) {
        kernels.add(dot.epilogue().kernel());
      }
    }
    StringBuilder text = new StringBuilder();
    kernels.forEach(kernel -> text.append(KernelText.of(kernel)));
    return text.toString();
  }

  private static void dump(Path folder, List<Node> roots, Schedule schedule, long number) {
    try {
      Files.createDirectories(folder);
      Files.writeString(
          folder.resolve("plan-" + number + "-graph.txt"), GraphPrinter.listing(roots));
      Files.writeString(folder.resolve("plan-" + number + "-kernels.txt"), kernels(schedule));
      Files.writeString(
          folder.resolve("plan-" + number + "-schedule.txt"), ScheduleText.of(schedule) + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(
          "dump: cannot write to '"
              + folder
              + "': "
              + e.getMessage()
              + "; set jacquard.dump to a folder that can be written",
          e);
    }
  }
}
