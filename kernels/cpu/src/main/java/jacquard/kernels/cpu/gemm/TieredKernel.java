package jacquard.kernels.cpu.gemm;

import org.jspecify.annotations.Nullable;

/// A micro-kernel in two tiers: plain loops at once, the vector form when the just-in-time compiler
/// is done with it.
///
/// A Vector API kernel that still runs in the interpreter takes about a thousand times its final
/// time, plain loops a few times. Both give the same bits, so that the moment of the change can't
/// be seen in a result.
final class TieredKernel {
  private final TileSpec tile;
  private final MicroKernel loops;
  private volatile @Nullable MicroKernel vector;

  TieredKernel(TileSpec tile) {
    this.tile = tile;
    this.loops = tile.element().loops().tile(tile);
    KernelWarmer.request(this);
  }

  TileSpec tile() {
    return tile;
  }

  /// The fastest form that is ready.
  MicroKernel active() {
    MicroKernel ready = vector;
    if (ready != null) {
      return ready;
    }
    KernelWarmer.countStandIn();
    return loops;
  }

  boolean isReady() {
    return vector != null;
  }

  void ready(MicroKernel compiled) {
    vector = compiled;
  }
}
