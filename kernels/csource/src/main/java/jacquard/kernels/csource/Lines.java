package jacquard.kernels.csource;

import java.util.List;

/// Lines of C, indented by the blocks that they open and close.
final class Lines {
  private final StringBuilder text = new StringBuilder();
  private String indent = "  ";

  /// Adds a line; what ends with a brace opens a block, and a closing brace ends it.
  void add(String line) {
    if (line.equals("}")) {
      indent = indent.substring(2);
    }
    text.append(indent).append(line).append('\n');
    if (line.endsWith("{")) {
      indent += "  ";
    }
  }

  void addAll(List<String> lines) {
    lines.forEach(this::add);
  }

  /// Opens a block that is only entered if `condition` holds, which may be empty.
  void open(String condition) {
    if (!condition.isEmpty()) {
      add("if (" + condition + ") {");
    }
  }

  /// Closes what [#open] opened.
  void close(String condition) {
    if (!condition.isEmpty()) {
      add("}");
    }
  }

  /// What was added since the last call.
  String take() {
    String taken = text.toString();
    text.setLength(0);
    return taken;
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
