package jacquard.kernels.cpu.gemm;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// All micro-kernels of the process, made once and shared: their number is bounded by the tile
/// shapes.
final class Kernels {
  private static final Map<TileSpec, TieredKernel> TIERED = new ConcurrentHashMap<>();
  private static final Map<TileSpec, MicroKernel> VECTOR = new ConcurrentHashMap<>();

  private Kernels() {}

  /// The kernel of `tile`, which runs plain loops until its vector form is compiled.
  static TieredKernel tiered(TileSpec tile) {
    return TIERED.computeIfAbsent(tile, TieredKernel::new);
  }

  /// The vector form of `tile`, compiled or not.
  static MicroKernel vector(TileSpec tile) {
    return VECTOR.computeIfAbsent(tile, t -> MicroKernelWriter.write(t, CodeForm.of(t).getFirst()));
  }
}
