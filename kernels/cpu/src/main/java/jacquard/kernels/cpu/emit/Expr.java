package jacquard.kernels.cpu.emit;

import java.util.List;

/// A value in a kernel: an operation on other values. Made by [ExprGraph], one object for equal
/// expressions.
///
/// @param id position in order of creation; arguments come first
/// @param scope along what it changes, as bits of [Scope]
/// @param stage how many passes over the row must be complete before it can be computed
record Expr(int id, Form form, Lane lane, List<Expr> args, int scope, int stage) {

  /// Whether it differs from lane to lane.
  boolean isVector() {
    return (scope & Scope.INNER) != 0;
  }

  boolean isConst() {
    return form instanceof Form.Const;
  }

  long bits() {
    return ((Form.Const) form).bits();
  }

  Expr arg(int i) {
    return args.get(i);
  }

  /// For a mask: the lane type that its mask register belongs to.
  Lane home() {
    if (form instanceof Form.Comparison && isVector()) {
      return args.getFirst().lane();
    }
    if (form instanceof Form.Operation) {
      for (Expr arg : args) {
        if (arg.isVector()) {
          return arg.home();
        }
      }
    }
    return Lane.I32;
  }

  @Override
  public boolean equals(Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return id;
  }

  @Override
  public String toString() {
    return "v" + id;
  }
}
