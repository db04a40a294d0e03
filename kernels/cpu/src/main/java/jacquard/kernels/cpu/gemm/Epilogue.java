package jacquard.kernels.cpu.gemm;

/// What a matrix product does with rows of C as soon as they are final, while they are in the
/// cache.
///
/// Called once for every row of every batch item, in blocks, from the threads that computed them.
@FunctionalInterface
public interface Epilogue {
  /// Takes rows that are finished.
  ///
  /// @param batch linear index of the batch item, 0 without batch dims
  /// @param from first finished row
  /// @param to one past the last finished row
  /// @param worker index of the running thread in the pool
  /// @param rows array that holds the rows, as far apart as those of C: C's own, or one that is
  ///   used again for the next rows
  /// @param offset index in `rows` of the first element of row `from`
  void rows(int batch, int from, int to, int worker, Object rows, int offset);

  /// Whether C is read afterwards. If not, the product may leave in it what was there.
  ///
  /// @return true unless this says otherwise
  default boolean keepsResult() {
    return true;
  }
}
