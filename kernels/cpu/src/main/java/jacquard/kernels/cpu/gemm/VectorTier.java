package jacquard.kernels.cpu.gemm;

import java.util.concurrent.atomic.AtomicIntegerArray;

/// Whether the Vector API code of [F32Vectors] or [F64Vectors] has been compiled, method by method;
/// until then plain loops stand in, with the same bits. The first question starts the compilation,
/// and each that is denied counts as one of [KernelWarmer#standIns].
enum VectorTier {
  GATHER,
  COPY_ROWS,
  DOT,
  DOTS,
  COPY_BLOCK,
  PACK_TILES,
  ADD_COLUMNS,
  COPY_PADDED,
  TRANSPOSE,
  TRANSPOSE_LARGE,
  PACK_PANELS,
  COMBINE,
  COMBINE_TILE;

  private static final int ASKED = 1;
  private static final int READY = 2;

  /// By element; written by the warming thread, and by whoever asks first.
  private final AtomicIntegerArray states = new AtomicIntegerArray(Element.values().length);

  boolean isReady(Element element) {
    int state = states.get(element.ordinal());
    if (state == 0 && states.compareAndSet(element.ordinal(), 0, ASKED)) {
      Operands operands = new Operands(element);
      KernelWarmer.request(
          new MethodWarming(
              this + " of " + element, operands::run, () -> states.set(element.ordinal(), READY)));
    }
    if (state == READY) {
      return true;
    }
    KernelWarmer.countStandIn();
    return false;
  }

  /// What the method is run on until it is compiled.
  private final class Operands {
    private static final int K = 24;

    private final Element element;
    private final int[] starts = {0, 6, 12, 18, 24, 30, 36};
    private final int[] panels = new int[6];
    private final int[] rows = new int[K];
    private final float[] factors = new float[K];
    private final int[] runs = {0, 0, 4, 1, 4, 4, 2, 8, 4, 3, 12, 2, 4, 14, 2};
    private final Object from;
    private final Object to;

    Operands(Element element) {
      this.element = element;
      from = element.loops().array(K * 128);
      to = element.loops().array(K * 128);
      int lanes = element == Element.F32 ? F32Vectors.LANES : F64Vectors.LANES;
      for (int i = 1; i < panels.length; i++) {
        panels[i] = panels[i - 1] + (1 + i % 2) * lanes;
      }
    }

    void run(int round) {
      int some = round % 7 == 0 ? round % 3 : 4;
      switch (element) {
        case F32 -> runF32(some, round % 2 == 0, (float[]) from, (float[]) to);
        case F64 -> runF64(some, (double[]) from, (double[]) to);
      }
    }

    private void runF32(int some, boolean even, float[] a, float[] b) {
      switch (VectorTier.this) {
        case GATHER -> {
          for (int count = 1; count <= some + 1; count++) {
            F32Vectors.gather(a, 5, rows, 1, 2 + 2 * some, runs, count, b, 4, 16);
          }
        }
        case COPY_ROWS -> {
          for (int vectors = 1; vectors <= 3; vectors++) {
            F32Vectors.copyRows(a, 3, 40, some + vectors, vectors, b, 4, 8 * vectors);
          }
        }
        case DOT -> {
          F32Vectors.dot(a, 1, a, 5, 0, b);
          F32Vectors.dot(a, 1, a, 5, 2 * some * F32Vectors.LANES, b);
          F32Vectors.dot(a, 1, a, 7, 10 * F32Vectors.LANES, b);
        }
        case DOTS -> {
          int two = 2 * F32Vectors.LANES;
          F32MatrixVector.dots(4 + some, two, a, 1, 40, a, 5, b, 7, 1, even);
          F32MatrixVector.dots(4, (1 + some) * two, a, 1, 170, a, 5, b, 7, 3, false);
        }
        case COPY_BLOCK -> {
          F32Vectors.copyBlock(a, 3, 40, b, 5, 50, some, 27);
          F32Vectors.copyBlock(a, 3, 60, b, 5, 50, 1 + some, 5 * some);
        }
        case PACK_TILES -> {
          F32Vectors.packTiles(a, 3, 41, starts, 2 + some, some, 1, b, 4, 100, 8);
          F32Vectors.packTiles(a, 3, 41, starts, 1 + some, 3, 2, b, 4, 100, 8);
        }
        case ADD_COLUMNS -> {
          F32Vectors.addColumns(16 * some, a, 3, 90, 1, 2, 3, 4, b, 5);
          F32Vectors.addColumns(16, a, 3, 90, 1, 2, 3, 4, b, 5);
        }
        case COPY_PADDED -> {
          F32Vectors.copyPadded(a, 3, 14, b, 5, 16, 1 + 2 * some, 14);
          F32Vectors.copyPadded(a, 3, 28, b, 5, 30, some, 3 + 6 * some);
        }
        case TRANSPOSE -> {
          if (F32Vectors.BLOCK > 1) {
            F32Vectors.transpose(a, 3, 33, 5 + some % 4, 6 * some, b, 4, 16);
          }
        }
        case TRANSPOSE_LARGE -> {
          if (F32Transpose.FITS) {
            F32Transpose.run(a, 3, 100, 14 - some, 16 + 5 * some, b, 4, 16);
          }
        }
        case PACK_PANELS -> F32Vectors.packPanels(a, 3, 80, panels, 1 + some, 1 + some, 5, b, 4);
        case COMBINE -> {
          for (int count = 1; count <= 5; count++) {
            Combinations.addVectors(a, rows, factors, count, b, 4, some * F32Vectors.LANES);
          }
        }
        case COMBINE_TILE -> {
          int length = some * F32Vectors.LANES;
          Combinations.tileVectors(a, 4, 70, 3, b, 4, 100, 200, 300, length);
          Combinations.tileVectors(a, 4, 70, 4, b, 4, 100, 200, 300, length);
        }
      }
    }

    private void runF64(int some, double[] a, double[] b) {
      switch (VectorTier.this) {
        case GATHER -> {
          for (int count = 1; count <= some + 1; count++) {
            F64Vectors.gather(a, 5, rows, 1, 2 + 2 * some, runs, count, b, 4, 16);
          }
        }
        case COPY_ROWS -> {
          for (int vectors = 1; vectors <= 3; vectors++) {
            F64Vectors.copyRows(a, 3, 40, some + vectors, vectors, b, 4, 8 * vectors);
          }
        }
        case DOT -> {
          F64Vectors.dot(a, 1, a, 5, 0, b);
          F64Vectors.dot(a, 1, a, 5, 2 * some * F64Vectors.LANES, b);
          F64Vectors.dot(a, 1, a, 7, 10 * F64Vectors.LANES, b);
        }
        case DOTS -> {}
        case COPY_BLOCK -> {
          F64Vectors.copyBlock(a, 3, 40, b, 5, 50, some, 27);
          F64Vectors.copyBlock(a, 3, 60, b, 5, 50, 1 + some, 5 * some);
        }
        case PACK_TILES -> {
          F64Vectors.packTiles(a, 3, 41, starts, 2 + some, some, 1, b, 4, 100, 8);
          F64Vectors.packTiles(a, 3, 41, starts, 1 + some, 3, 2, b, 4, 100, 8);
        }
        case ADD_COLUMNS -> {
          F64Vectors.addColumns(16 * some, a, 3, 90, 1, 2, 3, 4, b, 5);
          F64Vectors.addColumns(16, a, 3, 90, 1, 2, 3, 4, b, 5);
        }
        case COPY_PADDED -> {
          F64Vectors.copyPadded(a, 3, 14, b, 5, 16, 1 + 2 * some, 14);
          F64Vectors.copyPadded(a, 3, 28, b, 5, 30, some, 3 + 6 * some);
        }
        case TRANSPOSE -> {
          if (F64Vectors.BLOCK > 1) {
            F64Vectors.transpose(a, 3, 33, F64Vectors.BLOCK * (some - 1), b, 4, 16);
          }
        }
        case TRANSPOSE_LARGE -> {}
        case PACK_PANELS -> F64Vectors.packPanels(a, 3, 80, panels, 1 + some, 1 + some, 5, b, 4);
        case COMBINE, COMBINE_TILE -> {}
      }
    }
  }
}
