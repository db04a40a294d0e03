package jacquard.kernels.cpu.attention;

import jacquard.kernels.cpu.gemm.KernelWarmer;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/// Whether [PanelVectors] has been compiled; until then [PanelLoops] stands in. The first question
/// starts the compilation.
final class PanelTier {
  private static final AtomicBoolean REQUESTED = new AtomicBoolean();
  private static volatile boolean ready;

  private PanelTier() {}

  static boolean isReady() {
    return ready || request();
  }

  private static boolean request() {
    if (REQUESTED.compareAndSet(false, true)) {
      KernelWarmer.request(new Warming());
    }
    return false;
  }

  /// Runs each method on small arrays until it is fast, with several numbers of rows: a trip count
  /// that the compiler has not seen costs a return to the interpreter when it comes.
  private static final class Warming implements KernelWarmer.Candidate {
    private static final int ROWS = 24;
    private static final int WIDTH = 2 * PanelVectors.LANES;
    private static final int METHODS = 5;

    /// Compiled, the dearest round takes some 250 nanoseconds; before, more than ten times that.
    private static final long FAST_NANOS = 1000;

    private static final int FAST_ROUNDS = 300;
    private static final int ROUNDS = 400_000;

    /// Rounds after which the compiler has been asked, and going on only takes its processor time.
    private static final int ENOUGH_ROUNDS = 20_000;

    private static final int ROUNDS_BETWEEN_PAUSES = 50;

    private final float[] p = new float[ROWS * WIDTH + WIDTH];
    private final float[] g = new float[ROWS * WIDTH + WIDTH];
    private final float[] first = new float[Math.max(ROWS, WIDTH)];
    private final float[] second = new float[Math.max(ROWS, WIDTH)];
    private int method;
    private int fast;
    private int rounds;

    @Override
    public boolean settled() {
      long start = System.nanoTime();
      long before = start;
      while (before - start < KernelWarmer.SLICE_NANOS) {
        boolean small = rounds % 7 == 0;
        run(small ? rounds % 3 : ROWS);
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
        } else if (rounds > ENOUGH_ROUNDS && rounds % ROUNDS_BETWEEN_PAUSES == 0) {
          LockSupport.parkNanos(1_000_000);
          return false;
        }
      }
      return false;
    }

    private void run(int rows) {
      switch (method) {
        case 0 -> PanelVectors.softmax(p, 3, rows, WIDTH, first, second);
        case 1 -> PanelVectors.gradient(p, g, 3, rows, WIDTH, first, second, 0);
        case 2 -> {
          PanelVectors.products(p, 1, WIDTH, g, 3, WIDTH, rows, WIDTH, first, second);
          PanelVectors.products(p, 1, WIDTH, g, 3, WIDTH, rows, 3, first, second);
        }
        case 3 -> PanelVectors.copy(p, 3, 5, rows, 1, g, 3);
        default -> {
          PanelVectors.scale(p, 3, rows * WIDTH, 1f);
          PanelVectors.scale(p, 3, 5 + rows, 1f);
        }
      }
    }
  }
}
