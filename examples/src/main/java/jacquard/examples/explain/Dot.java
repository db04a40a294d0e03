package jacquard.examples.explain;

import jacquard.examples.explain.StepPlans.Named;
import jacquard.examples.explain.StepReport.Operation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The graphs of a step in Graphviz's language, with a box around each layer, and around each plan
/// if there are several.
final class Dot {
  private final StringBuilder text = new StringBuilder("digraph {\n");

  /// Boxes so far, and nodes of the plans before: names are for the whole file.
  private int boxes;

  private int first;

  private Dot() {}

  static String of(List<Named> plans) {
    Dot dot = new Dot();
    dot.text.append("  node [shape=box, style=filled];\n");
    for (Named plan : plans) {
      if (plans.size() > 1) {
        dot.box(plan.name(), () -> dot.graph(plan.report()));
      } else {
        dot.graph(plan.report());
      }
    }
    return dot.text.append("}\n").toString();
  }

  private void box(String label, Runnable inside) {
    text.append("  subgraph cluster_%d {\n    label=%s;\n".formatted(boxes++, quoted(label)));
    inside.run();
    text.append("  }\n");
  }

  private void graph(StepReport report) {
    List<Operation> all = report.operations();
    Map<String, List<Integer>> layers = new LinkedHashMap<>();
    for (int i = 0; i < all.size(); i++) {
      layers.computeIfAbsent(all.get(i).layer(), l -> new ArrayList<>()).add(i);
    }
    layers.forEach((layer, own) -> {
      if (layer.isEmpty()) {
        own.forEach(i -> node(i, all.get(i)));
      } else {
        box(layer, () -> own.forEach(i -> node(i, all.get(i))));
      }
    });
    for (int i = 0; i < all.size(); i++) {
      for (int source : all.get(i).sources()) {
        text.append("  n%d -> n%d;\n".formatted(first + source, first + i));
      }
    }
    first += all.size();
  }

  private void node(int number, Operation operation) {
    text.append(
        "    n%d [label=%s, tooltip=%s, fillcolor=%s];\n"
            .formatted(
                first + number,
                quoted(operation.name() + "\n" + operation.type()),
                quoted(operation.line()),
                quoted(color(operation))));
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
