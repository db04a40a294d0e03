package jacquard.kernels.cpu.gemm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import jacquard.kernels.cpu.machine.Caches;
import jacquard.kernels.cpu.machine.VectorWidth;
import jacquard.kernels.cpu.machine.WorkerPool;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Products against three plain loops in double precision.
class GemmTest {
  private static final int[] SIZES = {1, 2, 3, 5, 6, 7, 13, 16, 17, 31, 65, 100};
  private static final WorkerPool ONE = new WorkerPool(1);
  private static final WorkerPool TWO = new WorkerPool(2);
  private static final WorkerPool THREE = new WorkerPool(3);

  @AfterAll
  static void closePools() {
    ONE.close();
    TWO.close();
    THREE.close();
  }

  static final Caches SMALL = new Caches(1, 1, 1);

  private static boolean fits(VectorWidth width) {
    return width.bits() <= FloatVector.SPECIES_PREFERRED.vectorBitSize();
  }

  /// The vector kernels themselves, whether the compiler is done with them or not, on a machine
  /// whose caches are so small that rows are always computed apart from C.
  private static Gemm vectors(VectorWidth width) {
    return new Gemm(ONE, new KernelTable(width, true), SMALL);
  }

  @ParameterizedTest
  @EnumSource(VectorWidth.class)
  void allSizesAgreeWithPlainLoops(VectorWidth width) {
    Gemm vector = vectors(width);
    Gemm tiered = new Gemm(TWO, width);
    int[] sizes = fits(width) ? SIZES : new int[] {1, 3, 17, 33};
    for (int m : sizes) {
      for (int n : sizes) {
        for (int k : fits(width) ? new int[] {1, 2, 7, 65} : new int[] {1, 3}) {
          GemmCase shape = new GemmCase(GemmShape.nn(m, n, k), m * 31 + n * 7 + k);
          shape.checkF32(vector, false);
          shape.checkF64(vector, true);
          shape.checkF32(tiered, true);
          shape.checkF64(tiered, false);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(VectorWidth.class)
  void allTransposesAndStridesAgreeWithPlainLoops(VectorWidth width) {
    Gemm vector = vectors(width);
    int[][] sizes =
        fits(width)
            ? new int[][] {{1, 9, 5}, {9, 1, 5}, {7, 33, 12}, {29, 31, 20}, {64, 48, 33}}
            : new int[][] {{1, 9, 2}, {15, 33, 2}};
    for (int[] s : sizes) {
      int m = s[0];
      int n = s[1];
      int k = s[2];
      GemmShape[] shapes = {
        GemmShape.nt(m, n, k),
        GemmShape.tn(m, n, k),
        GemmShape.tt(m, n, k),
        new GemmShape(m, n, k, k + 3, 1, n + 5, 1, n + 2, Batch.NONE),
        new GemmShape(m, n, k, 1, m + 3, 1, k + 5, n + 2, Batch.NONE),
        new GemmShape(m, n, k, 2 * k, 2, 3 * n, 3, n, Batch.NONE),
        new GemmShape(m, n, k, 0, 1, n, 1, n, Batch.NONE),
        new GemmShape(m, n, k, k, 1, 0, 1, n, Batch.NONE),
        new GemmShape(m, n, k, k, 1, 1, 0, n, Batch.NONE),
        new GemmShape(m, n, k, -k, -1, -n, -1, n + 1, Batch.NONE),
      };
      for (GemmShape shape : shapes) {
        new GemmCase(shape, 5).checkF32(vector, false);
        new GemmCase(shape, 6).checkF32(vector, true);
        new GemmCase(shape, 7).checkF64(vector, false);
        new GemmCase(shape, 8).checkF64(vector, true);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(VectorWidth.class)
  void batchesAgreeWithPlainLoops(VectorWidth width) {
    Gemm vector = vectors(width);
    int m = fits(width) ? 13 : 3;
    int n = fits(width) ? 21 : 9;
    int k = fits(width) ? 10 : 2;
    int a = m * k;
    int b = k * n;
    int c = m * n;
    Batch[] batches = {
      Batch.of(4, a, b, c),
      Batch.of(4, a, 0, c),
      Batch.of(4, 0, b, c),
      Batch.of(0, a, b, c),
      Batch.of(new int[] {2, 3}, new int[] {3 * a, a}, new int[] {0, 0}, new int[] {3 * c, c}),
      Batch.of(new int[] {2, 3}, new int[] {a, 2 * a}, new int[] {3 * b, b}, new int[] {c, 2 * c}),
      Batch.of(new int[] {2, 3}, new int[] {3 * a, a}, new int[] {b, 0}, new int[] {3 * c, c}),
      Batch.of(
          new int[] {2, 1, 3, 1, 2, 1},
          new int[] {a, 7, 0, 9, 2 * a, 3},
          new int[] {0, 7, b, 0, 3 * b, 1},
          new int[] {6 * c, 1, 2 * c, 5, c, 4}),
    };
    for (Batch batch : batches) {
      GemmShape shape = GemmShape.nn(m, n, k).withBatch(batch);
      new GemmCase(shape, 1).checkF32(vector, false);
      new GemmCase(shape, 2).checkF64(vector, true);
      new GemmCase(shape, 3).checkF32(new Gemm(THREE, width), true);
      GemmShape rows = new GemmShape(1, n, k, k, 1, n, 1, n, Batch.of(5, k, 0, n));
      new GemmCase(rows, 4).checkF32(vector, false);
      GemmShape column = new GemmShape(m, 1, k, k, 1, 1, 1, 1, Batch.of(5, m * k, k, m));
      new GemmCase(column, 4).checkF32(vector, true);
    }
  }

  @ParameterizedTest
  @EnumSource(VectorWidth.class)
  void longProductsAreCutIntoBlocksOfK(VectorWidth width) {
    assumeFits(width);
    Gemm gemm = vectors(width);
    for (int k : new int[] {127, 129, 257, 384, 385, 1000, 1600}) {
      new GemmCase(GemmShape.nn(20, 40, k), k).checkF32(gemm, true);
      new GemmCase(GemmShape.tn(30, 77, k), k).checkF32(gemm, false);
      new GemmCase(GemmShape.nt(9, 300, k), k).checkF32(gemm, true);
      new GemmCase(GemmShape.tt(20, 41, k), k).checkF64(gemm, false);
    }
  }

  /// C too large for L2, and B for its packing memory: the other orders of the loops.
  @Test
  void largeProductsAgreeWithTheirParts() {
    int m = 600;
    int n = 500;
    int k = 300;
    Random random = new Random(1);
    float[] a = GemmCase.floats(random, m * k);
    float[] b = GemmCase.floats(random, k * n);
    float[] whole = new float[m * n];
    float[] parts = new float[m * n];
    Gemm gemm = new Gemm(TWO, VectorWidth.BITS_256);
    gemm.f32(GemmShape.nn(m, n, k), a, 0, b, 0, whole, 0, false, null);
    GemmShape part = new GemmShape(m / 4, n / 2, k, k, 1, n, 1, n, Batch.NONE);
    for (int i = 0; i < 4; i++) {
      for (int j = 0; j < 2; j++) {
        int row = i * m / 4;
        int column = j * n / 2;
        gemm.f32(part, a, row * k, b, column, parts, row * n + column, false, null);
      }
    }
    assertArrayEquals(whole, parts);
  }

  private static void assumeFits(VectorWidth width) {
    assumeTrue(fits(width), "the hardware's vectors are shorter");
  }

  @Test
  void anEmptyKGivesZerosOrLeavesC() {
    for (GemmShape shape :
        new GemmShape[] {GemmShape.nn(3, 4, 0), GemmShape.nn(1, 4, 0), GemmShape.nn(3, 1, 0)}) {
      new GemmCase(shape, 1).checkF32(vectors(VectorWidth.BITS_256), false);
      new GemmCase(shape, 1).checkF64(vectors(VectorWidth.BITS_256), true);
    }
  }

  @Test
  void emptyResultsTouchNothing() {
    Gemm gemm = vectors(VectorWidth.BITS_256);
    gemm.f32(
        GemmShape.nn(0, 4, 3), new float[0], 0, new float[12], 0, new float[0], 0, false, null);
    gemm.f32(
        GemmShape.nn(4, 0, 3), new float[12], 0, new float[0], 0, new float[0], 0, false, null);
  }

  /// One thread and vector kernels against more threads and, at first, plain loops.
  @ParameterizedTest
  @EnumSource(VectorWidth.class)
  void threadsAndTiersGiveTheSameBits(VectorWidth width) {
    assumeFits(width);
    int[][] sizes = {
      {1, 3000, 70},
      {1, 500, 64},
      {4, 700, 96},
      {3000, 1, 70},
      {3, 2000, 50},
      {200, 65, 500},
      {100, 300, 40},
      {500, 9, 128}
    };
    for (int[] s : sizes) {
      for (Function<int[], GemmShape> form : forms()) {
        GemmShape shape = form.apply(s);
        GemmCase data = new GemmCase(shape, 3);
        float[] expected = data.runF32(vectors(width), true);
        double[] expectedF64 = data.runF64(vectors(width), false);
        for (WorkerPool pool : new WorkerPool[] {ONE, TWO, THREE}) {
          assertArrayEquals(expected, data.runF32(new Gemm(pool, width), true), shape.toString());
          assertArrayEquals(
              expectedF64, data.runF64(new Gemm(pool, width), false), shape.toString());
        }
      }
    }
    GemmShape batched =
        GemmShape.nt(64, 64, 32)
            .withBatch(
                Batch.of(new int[] {5}, new int[] {2048}, new int[] {2048}, new int[] {4096}));
    GemmCase data = new GemmCase(batched, 3);
    float[] expected = data.runF32(vectors(width), false);
    for (WorkerPool pool : new WorkerPool[] {TWO, THREE}) {
      assertArrayEquals(expected, data.runF32(new Gemm(pool, width), false));
    }
  }

  @SuppressWarnings("unchecked")
  private static Function<int[], GemmShape>[] forms() {
    return new Function[] {
      (Function<int[], GemmShape>) s -> GemmShape.nn(s[0], s[1], s[2]),
      (Function<int[], GemmShape>) s -> GemmShape.nt(s[0], s[1], s[2]),
      (Function<int[], GemmShape>) s -> GemmShape.tn(s[0], s[1], s[2])
    };
  }

  /// Compiled code is different code: the same checks once more when the vector kernels run at full
  /// speed.
  @ParameterizedTest
  @EnumSource(
      value = VectorWidth.class,
      names = {"BITS_256", "BITS_512"})
  void compiledKernelsAgreeWithPlainLoops(VectorWidth width) {
    assumeFits(width);
    Gemm gemm = new Gemm(ONE, width);
    assertTrue(gemm.warm(Element.F32, Duration.ofMinutes(2)));
    int[] sizes = {1, 4, 13, 16, 31, 65, 100};
    for (int round = 0; round < 3; round++) {
      for (int m : sizes) {
        for (int n : sizes) {
          new GemmCase(GemmShape.nn(m, n, 33), m + n).checkF32(gemm, round == 1);
          new GemmCase(GemmShape.tn(m, n, 33), m + n).checkF32(gemm, round == 1);
          new GemmCase(GemmShape.nt(m, n, 64), m + n).checkF32(gemm, round == 1);
        }
      }
      assertTrue(KernelWarmer.await(600_000_000_000L));
    }
  }

  @ParameterizedTest
  @EnumSource(VectorWidth.class)
  void everyFormOfCodeGivesTheSameBits(VectorWidth width) {
    assumeFits(width);
    Random random = new Random(9);
    TileShape shape = TileShape.of(width);
    for (int variant = 0; variant < 12; variant++) {
      for (int rows = 1; rows <= 6; rows++) {
        for (int vectors = 1; vectors <= 4; vectors++) {
          for (Element element : Element.values()) {
            int columns = vectors * width.lanes(element.bytes());
            int kStep = List.of(1, shape.panelStep(), columns).get(variant / 4);
            if (kStep > 1 && kStep < rows) {
              continue;
            }
            boolean edge = variant % 2 == 1;
            sameBits(
                new TileSpec(element, width, rows, vectors, kStep, edge, variant % 4 > 1), random);
          }
        }
      }
    }
  }

  /// All forms of a tile, of `float` and of `double`, where values are those of `float`.
  private static void sameBits(TileSpec tile, Random random) {
    int k = 11;
    int tiles = 3;
    int rowStride = tile.kStep() == 1 ? k : 1;
    int tileStride = tile.kStep() == 1 ? k * tile.rows() : 64 * k + 5;
    Object a = values(tile, random, (tiles + 1) * 64 * k);
    Object b = values(tile, random, tile.columns() * k);
    float[] before = GemmCase.floats(random, tiles * 6 * 70);
    float[] besideBefore = GemmCase.floats(random, 12 + tiles * 6 * 16);
    Object expected = values(tile, before);
    Object edge = values(tile, besideBefore);
    MicroKernel loops = tile.element().loops().tile(tile);
    loops.run(tiles, k, a, 0, rowStride, tileStride, b, 0, expected, 0, 70, edge);
    for (CodeForm form : CodeForm.of(tile)) {
      Object c = values(tile, before);
      Object beside = values(tile, besideBefore);
      MicroKernelWriter.write(tile, form)
          .run(tiles, k, a, 0, rowStride, tileStride, b, 0, c, 0, 70, beside);
      assertSameBits(expected, c, tile + " " + form);
      assertSameBits(edge, beside, tile + " " + form);
    }
  }

  private static Object values(TileSpec tile, Random random, int count) {
    return values(tile, GemmCase.floats(random, count));
  }

  private static Object values(TileSpec tile, float[] values) {
    return switch (tile.element()) {
      case F32 -> values.clone();
      case F64 -> IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
    };
  }

  private static void assertSameBits(Object expected, Object found, String name) {
    if (expected instanceof float[] floats) {
      assertArrayEquals(floats, (float[]) found, name);
    } else {
      assertArrayEquals((double[]) expected, (double[]) found, name);
    }
  }

  @Test
  void aProductInsideAParallelLoopRunsOnItsWorker() {
    Gemm gemm = new Gemm(THREE, VectorWidth.BITS_256);
    GemmCase data = new GemmCase(GemmShape.nn(100, 80, 60), 4);
    float[] expected = data.runF32(gemm, false);
    float[][] results = new float[6][];
    THREE.parallelFor(
        6,
        1,
        (from, to, worker) -> {
          for (int i = from; i < to; i++) {
            results[i] = data.runF32(gemm, false);
          }
        });
    for (float[] result : results) {
      assertArrayEquals(expected, result);
    }
  }

  @Test
  void shapesOutsideTheArraysAreRefused() {
    Gemm gemm = vectors(VectorWidth.BITS_256);
    GemmShape shape = GemmShape.nn(3, 4, 5);
    assertThrows(
        IndexOutOfBoundsException.class,
        () -> gemm.f32(shape, new float[14], 0, new float[20], 0, new float[12], 0, false, null));
    assertThrows(
        IndexOutOfBoundsException.class,
        () -> gemm.f32(shape, new float[15], 0, new float[20], 1, new float[12], 0, false, null));
    assertThrows(
        IndexOutOfBoundsException.class,
        () ->
            gemm.f64(shape, new double[15], 0, new double[20], 0, new double[12], -1, true, null));
    assertThrows(IllegalArgumentException.class, () -> GemmShape.nn(-1, 2, 3));
    assertThrows(
        IllegalArgumentException.class,
        () -> Batch.of(new int[] {2}, new int[] {2}, new int[0], new int[] {1}));
  }
}
