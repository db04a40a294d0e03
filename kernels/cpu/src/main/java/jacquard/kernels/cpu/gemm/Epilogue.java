package jacquard.kernels.cpu.gemm;

/// What a matrix product does with rows of C as soon as they are final, while they are in the
/// cache.
///
/// Called once for every row of every batch item, in blocks, from the threads that computed them.
@FunctionalInterface
public interface Epilogue {
  /// @param batch linear index of the batch item, 0 without batch dims
  /// @param from first finished row
  /// @param to one past the last finished row
  /// @param worker index of the running thread in the pool
  void rows(int batch, int from, int to, int worker);
}
