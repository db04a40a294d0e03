package jacquard.kernels.cpu.emit;

/// Along which loops a value changes, as a set of bits. The empty set is uniform: computed once per
/// run.
final class Scope {
  static final int UNIFORM = 0;
  static final int OUTER = 1;
  static final int INNER = 2;
  static final int REDUCED = 4;

  private Scope() {}
}
