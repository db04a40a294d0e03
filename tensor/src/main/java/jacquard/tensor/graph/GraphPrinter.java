package jacquard.tensor.graph;

import jacquard.tensor.DType;
import jacquard.tensor.Ints;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Graphs as text for people.
public final class GraphPrinter {
  private GraphPrinter() {}

  /// {@return a listing, one line a node, sources first; numbers follow the order in which `roots`
  /// reach their sources, so equal graphs give equal texts}
  ///
  /// ```
  /// %0 = input(stored) f32[2, 3]
  /// %1 = exp f32[2, 3] %0
  /// %2 = sum(axes [1]) f32[2, 1] %1
  /// return %2
  /// ```
  ///
  /// @param roots what is asked for
  public static String listing(Collection<Node> roots) {
    Map<Node, Integer> numbers = numbers(roots);
    StringBuilder text = new StringBuilder();
    for (Node node : Traversal.sourcesFirst(roots)) {
      text.append(line(node, numbers)).append('\n');
    }
    return text.append("return").append(references(roots, numbers)).append('\n').toString();
  }

  /// {@return the graph in Graphviz's DOT language: arrows go from sources to their readers, roots
  /// have a double border}
  ///
  /// @param roots what is asked for
  public static String dot(Collection<Node> roots) {
    List<Node> order = Traversal.sourcesFirst(roots);
    Map<Node, Integer> numbers = numbers(roots);
    StringBuilder text = new StringBuilder("digraph {\n  node [shape=box];\n");
    for (Node node : order) {
      String label = (head(node) + "\\n" + node.dtype() + node.shape()).replace("\"", "\\\"");
      text.append("  n%d [label=\"%s\"".formatted(number(numbers, node), label))
          .append(roots.contains(node) ? ", peripheries=2];\n" : "];\n");
    }
    for (Node node : order) {
      for (Node source : node.sources()) {
        text.append("  n%d -> n%d;\n".formatted(number(numbers, source), number(numbers, node)));
      }
    }
    return text.append("}\n").toString();
  }

  static Map<Node, Integer> numbers(Collection<Node> roots) {
    Map<Node, Integer> numbers = new IdentityHashMap<>();
    for (Node node : Traversal.sourcesFirst(roots)) {
      numbers.put(node, numbers.size());
    }
    return numbers;
  }

  private static int number(Map<Node, Integer> numbers, Node node) {
    Integer number = numbers.get(node);
    if (number == null) {
      throw new IllegalArgumentException("not a node of this graph: " + node);
    }
    return number;
  }

  /// The line of a node without its end of line: `%3 = add f32[2, 3] %1 %2`.
  static String line(Node node, Map<Node, Integer> numbers) {
    return "%"
        + number(numbers, node)
        + " = "
        + head(node)
        + " "
        + node.dtype()
        + node.shape()
        + references(node.sources(), numbers);
  }

  private static String references(Collection<Node> nodes, Map<Node, Integer> numbers) {
    return nodes.stream().map(node -> " %" + number(numbers, node)).collect(Collectors.joining());
  }

  private static String head(Node node) {
    String attributes = attributes(node);
    return node.op().label() + (attributes.isEmpty() ? "" : "(" + attributes + ")");
  }

  /// What the dtype and shape of the result don't tell.
  private static String attributes(Node node) {
    return switch (node.op()) {
      case Op.Input i -> source(node);
      case Op.Constant c -> value(c.dtype(), c.bits());
      case Op.Iota i -> "";
      case Op.Reshape r -> "";
      case Op.Permute p -> "order " + p.order();
      case Op.Expand e -> "";
      case Op.Pad p ->
          "before "
              + p.before()
              + ", after "
              + p.after()
              + (p.interior().allEqual(0) ? "" : ", interior " + p.interior())
              + (p.value() == 0 ? "" : ", value " + value(node.dtype(), p.value()));
      case Op.Slice s -> ranges(s.start(), s.stop(), s.step());
      case Op.Flip f -> "axes " + f.axes();
      case Op.Concat c -> "axis " + c.axis();
      case Op.DynamicSlice d -> "";
      case Op.DynamicUpdate d -> "";
      case Op.Unary u -> "";
      case Op.Binary b -> "";
      case Op.Where w -> "";
      case Op.Cast c -> "";
      case Op.Random r -> "salt " + r.salt();
      case Op.Reduce r -> "axes " + r.axes();
      case Op.ArgMax a -> "axis " + a.axis();
      case Op.Cumsum c -> "axis " + c.axis();
      case Op.ArgSort a -> a.descending() ? "descending" : "";
      case Op.Dot d -> "";
      case Op.Conv c -> geometry(c.window());
      case Op.Gather g -> "";
      case Op.ScatterAdd s -> "";
      case Op.Attention a -> attention(a.causal(), a.scale());
      case Op.AttentionLogSum a -> attention(a.causal(), a.scale());
      case Op.AttentionGradient a -> attention(a.causal(), a.scale());
      case Op.Detach d -> "";
      case Op.After a -> "";
      case Op.Recompute r -> "";
    };
  }

  private static String attention(boolean causal, double scale) {
    return (causal ? "causal, scale " : "scale ") + scale;
  }

  private static String source(Node node) {
    return switch (node.input()) {
      case Source.Stored s -> "stored";
      case Source.Number number -> "dynamic " + value(node.dtype(), number.bits());
      case Source.Argument(int index) -> "argument " + index;
      case Source.Cell cell -> "state " + cell.state().name();
      case null -> "nothing";
    };
  }

  private static String value(DType dtype, long bits) {
    return switch (dtype) {
      case F32, F16, BF16 -> Float.toString((float) Double.longBitsToDouble(bits));
      case F64 -> Double.toString(Double.longBitsToDouble(bits));
      case I32, I64, U8 -> Long.toString(bits);
      case BOOL -> bits != 0 ? "true" : "false";
    };
  }

  private static String ranges(Ints start, Ints stop, Ints step) {
    return IntStream.range(0, start.length())
        .mapToObj(
            i -> start.get(i) + ":" + stop.get(i) + (step.get(i) == 1 ? "" : ":" + step.get(i)))
        .collect(Collectors.joining(", "));
  }

  private static String geometry(Window w) {
    return "stride %d %d, padding %d %d %d %d, dilation %d %d, groups %d"
        .formatted(
            w.strideH(),
            w.strideW(),
            w.padTop(),
            w.padBottom(),
            w.padLeft(),
            w.padRight(),
            w.dilationH(),
            w.dilationW(),
            w.groups());
  }
}
