package jacquard.kernels.cpu.emit;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A line of a method, or a jump that may turn out to be part of a loop or of a branch.
sealed interface Statement {

  record Line(String text) implements Statement {}

  record Mark(String label) implements Statement {}

  record Goto(String label) implements Statement {}

  record Branch(Test test, String label) implements Statement {}

  /// A comparison.
  ///
  /// @param how `EQ NE LT GE GT LE`, or `LL` for `null` and its opposite
  record Test(String left, String how, String right) {
    @Override
    public String toString() {
      return left + " " + sign(how) + " " + right;
    }

    Test not() {
      String opposite =
          switch (how) {
            case "EQ" -> "NE";
            case "NE" -> "EQ";
            case "LT" -> "GE";
            case "GE" -> "LT";
            case "GT" -> "LE";
            case "LE" -> "GT";
            default -> "NE";
          };
      return new Test(left, opposite, right);
    }

    private static String sign(String how) {
      return switch (how) {
        case "NE" -> "!=";
        case "LT" -> "<";
        case "GE" -> ">=";
        case "GT" -> ">";
        case "LE" -> "<=";
        default -> "==";
      };
    }
  }

  /// Statements as lines, with jumps turned into loops and branches where they are that.
  static String text(List<Statement> statements, String indent) {
    Writer writer = new Writer(statements);
    writer.write(0, statements.size(), indent);
    return writer.text();
  }

  /// Finds the patterns; labels that no jump is left to are not written.
  final class Writer {
    private final List<Statement> statements;
    private final Map<String, Integer> places = new HashMap<>();
    private final List<String> lines = new ArrayList<>();
    private final Set<String> used = new HashSet<>();

    private Writer(List<Statement> statements) {
      this.statements = statements;
      for (int i = 0; i < statements.size(); i++) {
        if (statements.get(i) instanceof Mark(String label)) {
          places.put(label, i);
        }
      }
    }

    private String text() {
      StringBuilder text = new StringBuilder();
      for (String line : lines) {
        String bare = line.strip();
        if (!bare.matches("L\\d+:") || used.contains(bare.substring(0, bare.length() - 1))) {
          text.append(line).append('\n');
        }
      }
      return text.toString();
    }

    private void write(int from, int to, String indent) {
      int at = from;
      while (at < to) {
        at = next(at, to, indent);
      }
    }

    /// @return the statement to go on with
    private int next(int at, int to, String indent) {
      switch (statements.get(at)) {
        case Line(String text) -> lines.add(indent + text + ";");
        case Mark(String label) -> {
          int end = loopEnd(at, to, label);
          if (end >= 0) {
            Branch head = (Branch) statements.get(at + 1);
            lines.add(indent + "while (" + head.test.not() + ") {");
            write(at + 2, end - 1, indent + "  ");
            lines.add(indent + "}");
            return end;
          }
          int test = repeatEnd(at, to, label);
          if (test >= 0) {
            lines.add(indent + "do {");
            write(at + 1, test, indent + "  ");
            lines.add(indent + "} while (" + ((Branch) statements.get(test)).test + ");");
            return test + 1;
          }
          lines.add(label + ":");
        }
        case Goto(String label) -> {
          used.add(label);
          lines.add(indent + "goto " + label + ";");
        }
        case Branch(Test test, String label) -> {
          int target = places.getOrDefault(label, -1);
          if (target > at && target <= to && target < statements.size()) {
            return branch(at, target, to, test, indent);
          }
          used.add(label);
          lines.add(indent + "if (" + test + ") goto " + label + ";");
        }
      }
      return at + 1;
    }

    private int branch(int at, int target, int to, Test test, String indent) {
      lines.add(indent + "if (" + test.not() + ") {");
      if (target - 1 > at && statements.get(target - 1) instanceof Goto(String after)) {
        int end = places.getOrDefault(after, -1);
        if (end > target && end <= to && end < statements.size()) {
          write(at + 1, target - 1, indent + "  ");
          lines.add(indent + "} else {");
          write(target, end, indent + "  ");
          lines.add(indent + "}");
          return end;
        }
      }
      write(at + 1, target, indent + "  ");
      lines.add(indent + "}");
      return target;
    }

    /// Where a loop ends that tests first: after the jump back to its label; -1 if it is none.
    private int loopEnd(int at, int to, String label) {
      if (at + 1 < to && statements.get(at + 1) instanceof Branch(Test test, String out)) {
        int end = places.getOrDefault(out, -1);
        if (end > at + 2
            && end <= to
            && statements.get(end - 1) instanceof Goto(String back)
            && back.equals(label)) {
          return end;
        }
      }
      return -1;
    }

    /// The test at the end of a loop that begins here; -1 if there is none.
    private int repeatEnd(int at, int to, String label) {
      for (int i = to - 1; i > at; i--) {
        if (statements.get(i) instanceof Branch(Test test, String back) && back.equals(label)) {
          return i;
        }
      }
      return -1;
    }
  }
}
