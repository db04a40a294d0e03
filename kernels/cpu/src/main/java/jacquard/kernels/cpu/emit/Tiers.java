package jacquard.kernels.cpu.emit;

/// Which forms of its code a kernel runs. They give the same bits.
public enum Tiers {
  /// Scalar code until the vector form is compiled.
  AS_COMPILED,
  /// For tests: scalar code only.
  SCALAR,
  /// For tests: vector code at once, compiled or not.
  VECTOR
}
