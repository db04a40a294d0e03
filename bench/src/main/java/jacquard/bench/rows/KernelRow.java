package jacquard.bench.rows;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A kernel to measure.
///
/// @param name unique; what a user's expression is matched with and reports are compared by
/// @param flops operations of one call; an elementary function (exp, tanh, sqrt, division) counts
///   as one, whatever it takes. 0 where counting says nothing
/// @param bytes every input read once and every result written once: what no implementation gets by
///   without. 0 where counting says nothing
/// @param engine through the public API, as users run it
/// @param plain the same by plain Java loops on one thread, or null
/// @param product what a BLAS library would be asked to compute, or null
/// @param brief whether it belongs to the short selection
/// @param peered whether the other engines' programs measure it too, as workload `W7-name`
public record KernelRow(
    String name,
    double flops,
    double bytes,
    Supplier<Body> engine,
    @Nullable Supplier<Body> plain,
    @Nullable Product product,
    boolean brief,
    boolean peered) {

  /// A row that only the engine computes, outside the short selection.
  ///
  /// @param name unique
  /// @param flops operations of one call
  /// @param bytes read and written at least
  /// @param engine through the public API
  /// @return the row
  public static KernelRow of(String name, double flops, double bytes, Supplier<Body> engine) {
    return new KernelRow(name, flops, bytes, engine, null, null, false, false);
  }

  KernelRow withPlain(Supplier<Body> loops) {
    return new KernelRow(name, flops, bytes, engine, loops, product, brief, peered);
  }

  KernelRow withProduct(Product blas) {
    return new KernelRow(name, flops, bytes, engine, plain, blas, brief, peered);
  }

  /// {@return the same row in the short selection}
  public KernelRow inBrief() {
    return new KernelRow(name, flops, bytes, engine, plain, product, true, peered);
  }

  KernelRow withPeers() {
    return new KernelRow(name, flops, bytes, engine, plain, product, brief, true);
  }
}
