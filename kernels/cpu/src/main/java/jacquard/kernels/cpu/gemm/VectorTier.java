package jacquard.kernels.cpu.gemm;

/// Whether the Vector API code of [F32Vectors] and [F64Vectors] has been compiled; until then plain loops stand in.
///
/// Both give the same bits.
final class VectorTier {
  private static volatile boolean f32;
  private static volatile boolean f64;

  static {
    KernelWarmer.request(new Warming(Element.F32));
    KernelWarmer.request(new Warming(Element.F64));
  }

  private VectorTier() {}

  static boolean isReady(Element element) {
    return switch (element) {
      case F32 -> f32;
      case F64 -> f64;
    };
  }

  /// Runs every method on small arrays until it is fast. They copy some 100 bytes a nanosecond when compiled.
  private static final class Warming implements KernelWarmer.Candidate {
    private static final int K = 32;
    private static final int METHODS = 7;
    private static final long LIMIT_NANOS = 5_000;

    private final Element element;
    private final Object from;
    private final Object to;
    private final int[] rows = new int[K];
    private final int[] runs = {0, 0, 4, 1, 4, 4, 2, 8, 4, 3, 12, 4};
    private int method;
    private int fast;

    Warming(Element element) {
      this.element = element;
      from = element.loops().array(K * 64);
      to = element.loops().array(K * 64);
    }

    @Override
    public boolean settled() {
      long start = System.nanoTime();
      long before = start;
      while (before - start < KernelWarmer.SLICE_NANOS) {
        run(method);
        long now = System.nanoTime();
        fast = now - before < LIMIT_NANOS ? fast + 1 : 0;
        if (fast > 20) {
          fast = 0;
          method++;
          if (method == METHODS) {
            switch (element) {
              case F32 -> f32 = true;
              case F64 -> f64 = true;
            }
            return true;
          }
        }
        before = now;
      }
      return false;
    }

    private void run(int which) {
      switch (element) {
        case F32 -> {
          float[] a = (float[]) from;
          float[] b = (float[]) to;
          switch (which) {
            case 0, 1, 2, 3 -> F32Vectors.gather(a, 0, rows, 0, K, runs, which + 1, b, 0, 16);
            case 4 -> F32Vectors.copyRows(a, 0, 16, K, 2, b, 0, 16);
            case 5 -> F32Vectors.copyRows(a, 0, 16, K, 1, b, 0, 16);
            default -> F32Vectors.dot(a, 0, a, 0, 512, b);
          }
        }
        case F64 -> {
          double[] a = (double[]) from;
          double[] b = (double[]) to;
          switch (which) {
            case 0, 1, 2, 3 -> F64Vectors.gather(a, 0, rows, 0, K, runs, which + 1, b, 0, 16);
            case 4 -> F64Vectors.copyRows(a, 0, 16, K, 2, b, 0, 16);
            case 5 -> F64Vectors.copyRows(a, 0, 16, K, 1, b, 0, 16);
            default -> F64Vectors.dot(a, 0, a, 0, 512, b);
          }
        }
      }
    }
  }
}
