package jacquard.kernels.cpu.attention;

import jacquard.kernels.cpu.gemm.KernelWarmer;
import jacquard.kernels.cpu.gemm.MethodWarming;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/// Whether [PanelVectors] has been compiled; until then [PanelLoops] stands in. The first question
/// starts the compilation.
final class PanelTier {
  private static final int METHODS = 5;
  private static final AtomicBoolean REQUESTED = new AtomicBoolean();
  private static final AtomicInteger COMPILED = new AtomicInteger();

  private PanelTier() {}

  static boolean isReady() {
    if (COMPILED.get() == METHODS) {
      return true;
    }
    request();
    KernelWarmer.countStandIn();
    return false;
  }

  private static void request() {
    if (REQUESTED.compareAndSet(false, true)) {
      for (int i = 0; i < METHODS; i++) {
        int method = i;
        Operands operands = new Operands();
        KernelWarmer.request(
            new MethodWarming(
                "attention's method " + method,
                round -> operands.run(method, round),
                COMPILED::incrementAndGet));
      }
    }
  }

  /// What the methods are run on until they are compiled.
  private static final class Operands {
    private static final int ROWS = 24;
    private static final int WIDTH = 2 * PanelVectors.LANES;

    private final float[] p = new float[ROWS * WIDTH + WIDTH];
    private final float[] g = new float[ROWS * WIDTH + WIDTH];
    private final float[] first = new float[Math.max(ROWS, WIDTH)];
    private final float[] second = new float[Math.max(ROWS, WIDTH)];

    void run(int method, int round) {
      int rows = round % 7 == 0 ? round % 3 : ROWS;
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
