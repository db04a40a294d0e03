package jacquard.kernels.cpu.gemm;

import java.util.concurrent.atomic.AtomicBoolean;

/// Whether the Vector API code of [F32Vectors] or [F64Vectors] has been compiled; until then plain
/// loops stand in, with the same bits. The first question starts the compilation.
final class VectorTier {
  private static final VectorTier F32 = new VectorTier(Element.F32);
  private static final VectorTier F64 = new VectorTier(Element.F64);

  private final Element element;
  private final AtomicBoolean requested = new AtomicBoolean();
  private volatile boolean ready;

  private VectorTier(Element element) {
    this.element = element;
  }

  static boolean isReady(Element element) {
    VectorTier tier =
        switch (element) {
          case F32 -> F32;
          case F64 -> F64;
        };
    return tier.ready || tier.request();
  }

  private boolean request() {
    if (requested.compareAndSet(false, true)) {
      KernelWarmer.request(new Warming());
    }
    return false;
  }

  /// Runs each method on small arrays until it is fast, every time with several sizes: a path or a
  /// trip count that the compiler has not seen costs a return to the interpreter when it comes.
  private final class Warming implements KernelWarmer.Candidate {
    private static final int K = 24;
    private static final int METHODS = 8;

    /// A round of a method moves some 100 vectors: about 100 nanoseconds compiled, over 2000
    /// before.
    private static final long FAST_NANOS = 350;

    private static final int FAST_ROUNDS = 300;
    private static final int ROUNDS = 60_000;

    private final int[] starts = {0, 6, 12, 18, 24, 30, 36};
    private final int[] rows = new int[K];
    private final int[] runs = {0, 0, 4, 1, 4, 4, 2, 8, 4, 3, 12, 2, 4, 14, 2};
    private final Object from = element.loops().array(K * 128);
    private final Object to = element.loops().array(K * 128);
    private int method;
    private int fast;
    private int rounds;

    @Override
    public boolean settled() {
      long start = System.nanoTime();
      long before = start;
      while (before - start < KernelWarmer.SLICE_NANOS) {
        boolean small = rounds % 7 == 0;
        run(small ? rounds % 3 : 4);
        long now = System.nanoTime();
        rounds++;
        fast += !small && now - before < FAST_NANOS ? 1 : 0;
        before = now;
        if (fast > FAST_ROUNDS) {
          fast = 0;
          rounds = 0;
          method++;
          if (method == METHODS) {
            ready = true;
            return true;
          }
        } else if (rounds > ROUNDS) {
          return true;
        }
      }
      return false;
    }

    private void run(int some) {
      switch (element) {
        case F32 -> runF32(some, (float[]) from, (float[]) to);
        case F64 -> runF64(some, (double[]) from, (double[]) to);
      }
    }

    private void runF32(int some, float[] a, float[] b) {
      switch (method) {
        case 0 -> {
          for (int count = 1; count <= some + 1; count++) {
            F32Vectors.gather(a, 5, rows, 1, 2 + 2 * some, runs, count, b, 4, 16);
          }
        }
        case 1 -> {
          for (int vectors = 1; vectors <= 3; vectors++) {
            F32Vectors.copyRows(a, 3, 40, some + vectors, vectors, b, 4, 8 * vectors);
          }
        }
        case 2 -> {
          F32Vectors.dot(a, 1, a, 5, 0, b);
          F32Vectors.dot(a, 1, a, 5, 2 * some * F32Vectors.LANES, b);
          F32Vectors.dot(a, 1, a, 7, 10 * F32Vectors.LANES, b);
        }
        case 3 -> {
          F32Vectors.copyBlock(a, 3, 40, b, 5, 50, some, 27);
          F32Vectors.copyBlock(a, 3, 60, b, 5, 50, 1 + some, 5 * some);
        }
        case 4 -> {
          F32Vectors.packTiles(a, 3, 41, starts, 2 + some, some, 1, b, 4, 100, 8);
          F32Vectors.packTiles(a, 3, 41, starts, 1 + some, 3, 2, b, 4, 100, 8);
        }
        case 5 -> {
          F32Vectors.addColumns(16 * some, a, 3, 90, 1, 2, 3, 4, b, 5);
          F32Vectors.addColumns(16, a, 3, 90, 1, 2, 3, 4, b, 5);
        }
        case 6 -> {
          F32Vectors.copyPadded(a, 3, 14, b, 5, 16, 1 + 2 * some, 14);
          F32Vectors.copyPadded(a, 3, 28, b, 5, 30, some, 3 + 6 * some);
        }
        default -> {
          if (F32Vectors.BLOCK > 1) {
            F32Vectors.transpose(a, 3, 33, F32Vectors.BLOCK * (some - 1), b, 4, 16);
          }
        }
      }
    }

    private void runF64(int some, double[] a, double[] b) {
      switch (method) {
        case 0 -> {
          for (int count = 1; count <= some + 1; count++) {
            F64Vectors.gather(a, 5, rows, 1, 2 + 2 * some, runs, count, b, 4, 16);
          }
        }
        case 1 -> {
          for (int vectors = 1; vectors <= 3; vectors++) {
            F64Vectors.copyRows(a, 3, 40, some + vectors, vectors, b, 4, 8 * vectors);
          }
        }
        case 2 -> {
          F64Vectors.dot(a, 1, a, 5, 0, b);
          F64Vectors.dot(a, 1, a, 5, 2 * some * F64Vectors.LANES, b);
          F64Vectors.dot(a, 1, a, 7, 10 * F64Vectors.LANES, b);
        }
        case 3 -> {
          F64Vectors.copyBlock(a, 3, 40, b, 5, 50, some, 27);
          F64Vectors.copyBlock(a, 3, 60, b, 5, 50, 1 + some, 5 * some);
        }
        case 4 -> {
          F64Vectors.packTiles(a, 3, 41, starts, 2 + some, some, 1, b, 4, 100, 8);
          F64Vectors.packTiles(a, 3, 41, starts, 1 + some, 3, 2, b, 4, 100, 8);
        }
        case 5 -> {
          F64Vectors.addColumns(16 * some, a, 3, 90, 1, 2, 3, 4, b, 5);
          F64Vectors.addColumns(16, a, 3, 90, 1, 2, 3, 4, b, 5);
        }
        case 6 -> {
          F64Vectors.copyPadded(a, 3, 14, b, 5, 16, 1 + 2 * some, 14);
          F64Vectors.copyPadded(a, 3, 28, b, 5, 30, some, 3 + 6 * some);
        }
        default -> {
          if (F64Vectors.BLOCK > 1) {
            F64Vectors.transpose(a, 3, 33, F64Vectors.BLOCK * (some - 1), b, 4, 16);
          }
        }
      }
    }
  }
}
