package jacquard.kernels.cpu.emit;

import jacquard.kernels.Kernel;
import jacquard.kernels.Kernel.Access;
import jacquard.kernels.Kernel.Inner;

/// The three loop structures.
enum Nest {
  /// No reduction: outer loops, then the inner axis by vectors.
  MAP,
  /// The inner axis is reduced: passes over the whole row for each outer index.
  ROW,
  /// The inner axis is kept: for each outer index and each block of the inner axis, passes over the
  /// reduced axes.
  COLUMN;

  static Nest of(Kernel kernel) {
    if (kernel.innerReduced()) {
      return ROW;
    }
    return kernel.reduces() || kernel.reducedAxes() > 0 ? COLUMN : MAP;
  }

  /// Along what the position of an access changes.
  int scope(Kernel kernel, Access access) {
    if (access.level() == Kernel.Level.UNIFORM) {
      return Scope.UNIFORM;
    }
    boolean full = access.level() == Kernel.Level.FULL;
    boolean inner = access.inner() != Inner.ZERO;
    int scope = Scope.OUTER | (inner ? Scope.INNER : 0);
    return switch (this) {
      case MAP -> scope;
      case ROW -> inner || (full && kernel.reducedAxes() > 0) ? scope | Scope.REDUCED : scope;
      case COLUMN -> full ? scope | Scope.REDUCED : scope;
    };
  }

  /// Whether a value of this scope is computed in the innermost loop.
  boolean isInnermost(int scope) {
    return switch (this) {
      case MAP, ROW -> (scope & Scope.INNER) != 0;
      case COLUMN -> (scope & (Scope.INNER | Scope.REDUCED)) == (Scope.INNER | Scope.REDUCED);
    };
  }
}
