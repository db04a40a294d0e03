package jacquard.examples.explain;

import jacquard.examples.explain.StepReport.Operation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A graph in Graphviz's language, with a box around each layer.
final class Dot {
  private Dot() {}

  static String of(StepReport report) {
    Map<String, List<Integer>> layers = new LinkedHashMap<>();
    List<Operation> all = report.operations();
    for (int i = 0; i < all.size(); i++) {
      layers.computeIfAbsent(all.get(i).layer(), l -> new ArrayList<>()).add(i);
    }
    StringBuilder text = new StringBuilder("digraph {\n  node [shape=box, style=filled];\n");
    int cluster = 0;
    for (Map.Entry<String, List<Integer>> layer : layers.entrySet()) {
      boolean box = !layer.getKey().isEmpty();
      if (box) {
        text.append(
            "  subgraph cluster_%d {\n    label=%s;\n"
                .formatted(cluster++, quoted(layer.getKey())));
      }
      for (int i : layer.getValue()) {
        Operation operation = all.get(i);
        text.append(
            "    n%d [label=%s, tooltip=%s, fillcolor=%s];\n"
                .formatted(
                    i,
                    quoted(operation.name() + "\n" + operation.type()),
                    quoted(operation.line()),
                    quoted(color(operation))));
      }
      text.append(box ? "  }\n" : "");
    }
    for (int i = 0; i < all.size(); i++) {
      for (int source : all.get(i).sources()) {
        text.append("  n%d -> n%d;\n".formatted(source, i));
      }
    }
    return text.append("}\n").toString();
  }

  private static String color(Operation operation) {
    return switch (operation.role()) {
      case INPUT -> "#dddddd";
      case FORWARD -> "#bfdbfe";
      case GRADIENT -> "#fecaca";
      case UPDATE -> "#bbf7d0";
    };
  }

  private static String quoted(String text) {
    return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + "\"";
  }
}
