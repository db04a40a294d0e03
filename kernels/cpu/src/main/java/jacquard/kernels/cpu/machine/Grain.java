package jacquard.kernels.cpu.machine;

/// How many items of a parallel loop are worth a thread of their own: some 10 microseconds, by an
/// estimate of what an item takes.
///
/// The estimates are those of one core of a few gigahertz, for work that is neither the best nor
/// the worst of its kind. They decide which thread does what and how many blocks a sum has; neither
/// lets a result depend on the number of threads.
public final class Grain {
  /// A thread that spins takes a part in 0.3 microseconds.
  private static final double NANOS = 10_000;

  /// Products of matrices: half of the peak of 256-bit vectors.
  private static final double PRODUCT_FLOPS_PER_NANO = 40;

  /// Loops over elements, in which a function such as the exponential counts as one operation.
  private static final double LOOP_FLOPS_PER_NANO = 10;

  /// The third-level cache: memory gives 16, the second level 90.
  private static final double BYTES_PER_NANO = 40;

  /// Lines of both sides are in the first-level cache until they are full.
  private static final double TRANSPOSED_BYTES_PER_NANO = 10;

  private static final double PLAIN_OPERATIONS_PER_NANO = 2;

  private Grain() {}

  /// {@return items worth a thread of their own, at least 1}
  ///
  /// @param nanosPerItem what an item takes
  public static int of(double nanosPerItem) {
    return (int) Math.clamp(NANOS / nanosPerItem, 1, 1 << 30);
  }

  /// {@return parts worth a thread of their own that work can be cut into, at least 1}
  ///
  /// @param nanos what all of it takes
  public static int parts(double nanos) {
    return (int) Math.clamp(nanos / NANOS, 1, 1 << 30);
  }

  /// {@return nanoseconds that a loop over elements takes}
  ///
  /// @param flops operations
  /// @param bytes read and written
  public static double nanos(double flops, double bytes) {
    return Math.max(flops / LOOP_FLOPS_PER_NANO, bytes / BYTES_PER_NANO);
  }

  /// {@return items of a product of matrices, or of a convolution, worth a thread of their own}
  ///
  /// @param flopsPerItem operations of an item, a multiply-add being two
  public static int ofProduct(double flopsPerItem) {
    return of(flopsPerItem / PRODUCT_FLOPS_PER_NANO);
  }

  /// {@return items that are moved, in their order, worth a thread of their own}
  ///
  /// @param bytesPerItem read and written for an item
  public static int ofCopy(double bytesPerItem) {
    return of(bytesPerItem / BYTES_PER_NANO);
  }

  /// {@return items that are moved into another order, worth a thread of their own}
  ///
  /// @param bytesPerItem read and written for an item
  public static int ofTransposition(double bytesPerItem) {
    return of(bytesPerItem / TRANSPOSED_BYTES_PER_NANO);
  }

  /// {@return items of a loop without vectors, worth a thread of their own}
  ///
  /// @param operationsPerItem turns of the loop for an item
  public static int ofPlainLoop(double operationsPerItem) {
    return of(operationsPerItem / PLAIN_OPERATIONS_PER_NANO);
  }
}
