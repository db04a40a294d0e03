package jacquard.bench.kernels;

/// On what a kernel runs.
///
/// @param threads that share a kernel's work
/// @param bits of the vectors of generated code
record Setting(int threads, int bits) {
  /// `1 thread, 512 bits`.
  @Override
  public String toString() {
    return threads + (threads == 1 ? " thread, " : " threads, ") + bits + " bits";
  }
}
