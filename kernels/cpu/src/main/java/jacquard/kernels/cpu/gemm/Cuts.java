package jacquard.kernels.cpu.gemm;

import jacquard.kernels.cpu.machine.Caches;
import jacquard.kernels.cpu.machine.WorkerPool;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The autotuner of products: measures cuts while a program runs, and keeps them in a file. For one
/// caller at a time.
final class Cuts {
  /// Operations below which a product isn't worth it: some 25 microseconds.
  private static final long LEAST_FLOPS = 2_000_000;

  private final KernelTable kernels;
  private final CutFile file;
  private final Blocking one;
  private final Blocking other;

  /// Trials by shape, for each element apart, and so for products that are added to C and for those
  /// with an epilogue.
  private final List<Map<GemmShape, CutTrial>> trials = new ArrayList<>();

  private @Nullable Map<String, Cut> kept;

  private Cuts(KernelTable kernels, CutFile file, Caches caches) {
    this.kernels = kernels;
    this.file = file;
    this.one = new Blocking(kernels, caches);
    this.other = new Blocking(kernels, caches);
    for (int i = 0; i < 4 * Element.values().length; i++) {
      trials.add(new HashMap<>());
    }
  }

  /// @param file where cuts are kept
  static Cuts of(WorkerPool pool, KernelTable kernels, Caches caches, Path file) {
    String machine =
        "%s, %d bits, caches %d %d %d, %d threads"
            .formatted(
                System.getProperty("os.arch"),
                kernels.width().bits(),
                caches.first(),
                caches.second(),
                caches.third(),
                pool.threads());
    return new Cuts(kernels, new CutFile(file, machine), caches);
  }

  /// The product's trial; null for a small product.
  @Nullable CutTrial trial(Product product) {
    if (product.shape.flops() < LEAST_FLOPS) {
      return null;
    }
    int kind = (product.hasEpilogue() ? 2 : 0) + (product.accumulate ? 1 : 0);
    Map<GemmShape, CutTrial> alike = trials.get(4 * product.element.ordinal() + kind);
    CutTrial trial = alike.get(product.shape);
    if (trial == null) {
      trial = begin(product);
      alike.put(product.shape, trial);
    }
    return trial;
  }

  private CutTrial begin(Product product) {
    Map<String, Cut> known = kept;
    if (known == null) {
      known = file.load();
      kept = known;
    }
    Cut cut = known.get(name(product));
    if (cut != null && Blocking.isPossible(cut, product.shape)) {
      return CutTrial.settled(cut);
    }
    one.plan(product, null);
    return CutTrial.start(one.cut(), effect(product));
  }

  private CutTrial.Effect effect(Product product) {
    Product alike = product.outline();
    return (cut, than) -> {
      if (!Blocking.isPossible(cut, alike.shape)) {
        return false;
      }
      one.plan(alike, cut);
      other.plan(alike, than);
      return !one.isSamePlan(other);
    };
  }

  /// Whether the kernels of a cut are compiled; asks for them.
  boolean areReady(Product product, Cut cut) {
    one.plan(product, cut);
    return kernels.areReady(product.element, cut.inPlace(), product.m, one.adds(product));
  }

  void settled(Product product, CutTrial trial) {
    file.store(name(product), trial.best());
  }

  private static String name(Product product) {
    GemmShape s = product.shape;
    return "%s %dx%dx%d, strides %s, %s%s%s"
        .formatted(
            product.element,
            s.m(),
            s.n(),
            s.k(),
            Arrays.asList(
                s.aRowStride(), s.aColStride(), s.bRowStride(), s.bColStride(), s.cRowStride()),
            s.batch(),
            product.accumulate ? ", added" : "",
            product.hasEpilogue() ? ", epilogue" : "");
  }
}
