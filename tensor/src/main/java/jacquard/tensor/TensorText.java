package jacquard.tensor;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.List;

/// Elements of a tensor laid out like NumPy's `str`: nested brackets, aligned columns, lines of at
/// most 75 characters.
final class TensorText {
  private static final int MOST_ELEMENTS = 1000;
  private static final int EDGE = 3;
  private static final int LINE = 75;

  private final Shape shape;
  private final Object elements;
  private final boolean summarised;
  private final NumberFormat format;

  private TensorText(Tensor x) {
    this.shape = x.shape();
    this.elements = x.toArray();
    this.summarised = x.size() > MOST_ELEMENTS;
    List<Integer> shown = new ArrayList<>();
    collect(0, 0, shown);
    this.format = NumberFormat.of(x.dtype(), elements, shown);
  }

  static String of(Tensor x) {
    TensorText text = new TensorText(x);
    return x.rank() == 0 ? text.format.text(text.elements, 0).strip() : text.axis(0, 0);
  }

  /// Indices along `axis` that are shown, -1 for the gap between them.
  private List<Integer> indices(int axis) {
    int n = shape.dim(axis);
    List<Integer> indices = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      if (summarised && n > 2 * EDGE && i == EDGE) {
        indices.add(-1);
        i = n - EDGE;
      }
      indices.add(i);
    }
    return indices;
  }

  private void collect(int axis, int start, List<Integer> shown) {
    if (axis == shape.rank()) {
      if (start < Array.getLength(elements)) {
        shown.add(start);
      }
      return;
    }
    for (int i : indices(axis)) {
      if (i >= 0) {
        collect(axis + 1, start + i * shape.strides().get(axis), shown);
      }
    }
  }

  private String axis(int axis, int start) {
    if (shape.isEmpty()) {
      return "[]";
    }
    String indent = " ".repeat(axis + 1);
    StringBuilder text = new StringBuilder();
    int stride = shape.strides().get(axis);
    if (axis < shape.rank() - 1) {
      String separator = "\n".repeat(shape.rank() - axis - 1);
      for (int i : indices(axis)) {
        text.append(text.isEmpty() ? "" : separator + indent)
            .append(i < 0 ? "..." : axis(axis + 1, start + i * stride));
      }
      return "[" + text + "]";
    }
    // each axis takes a character at the end of the line for its bracket
    int width = LINE - axis - 1;
    StringBuilder line = new StringBuilder(indent);
    for (int i : indices(axis)) {
      String word = i < 0 ? "..." : format.text(elements, start + i * stride);
      if (line.length() + word.length() > width && line.length() > indent.length()) {
        text.append(line.toString().stripTrailing()).append('\n');
        line = new StringBuilder(indent);
      }
      line.append(word).append(' ');
    }
    text.append(line, 0, line.length() - 1);
    return "[" + text.substring(indent.length()) + "]";
  }
}
