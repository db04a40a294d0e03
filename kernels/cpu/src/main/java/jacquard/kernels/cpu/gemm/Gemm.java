package jacquard.kernels.cpu.gemm;

import jacquard.kernels.cpu.machine.Caches;
import jacquard.kernels.cpu.machine.VectorWidth;
import jacquard.kernels.cpu.machine.WorkerPool;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/*
 * Loop order of a product, outside in (one thread; the words in brackets are what is in which cache):
 *
 *     for columns of B that fit the packing memory   all of them unless B is huge
 *       for as much of k as is packed at once        one block if C stays in L2, all of k if not
 *         pack B into panels [k block][panel][k][nr]
 *         for blocks of rows                         256 or fewer: a part of C that stays in L2; where C doesn't,
 *                                                    it is computed in memory of its own and then copied
 *           for blocks of k                          a panel of 32 or 48 KiB at most: L1
 *             pack A, unless it is read in place
 *             for panels                             B's panel: L1
 *               for tiles of the block               A's tile: L2, C's tile: registers
 *           epilogue on the block's rows, if k is done
 *
 * The row blocks are what threads share. An element of C is one chain of fused multiply-adds over k, cut into the
 * blocks of k, which depend on k alone. So no partition of rows, columns or batch items, hence no number of threads,
 * changes a bit.
 */
/// Matrix products `C[m, n] (=|+=) A[m, k] · B[k, n]` on Java arrays, single or batched.
///
/// An instance keeps packing memory for each worker of its pool and allocates nothing once that has
/// grown. It serves one caller at a time: either a thread from outside the pool, or, inside a
/// parallel loop, the pool's workers, each of which then computes its own product alone.
///
/// Results don't depend on the number of threads. They do depend on the hardware's vectors where
/// `n` is 1, and where `m` is 1, or up to 4 with a transposed B.
public final class Gemm {
  private final KernelTable kernels;
  private final WorkerPool pool;
  private final Caches caches;
  private final GemmRun[] runs;
  private final IntegerGemm integers;

  /// With micro-kernels of its own, cut by the model of the caches.
  ///
  /// @param pool threads to share the work
  /// @param width vector width of the kernels
  public Gemm(WorkerPool pool, VectorWidth width) {
    this(pool, new KernelTable(width, false), Caches.read(), null);
  }

  Gemm(WorkerPool pool, KernelTable kernels, Caches caches) {
    this(pool, kernels, caches, null);
  }

  /// With micro-kernels given.
  ///
  /// @param pool threads to share the work
  /// @param kernels may serve others too, which then share its patience with compilers
  /// @param caches of each core
  /// @param tuned file of measured cuts: what it doesn't hold is measured while products are
  ///   computed, and added; null to measure nothing and follow the model of the caches
  public Gemm(WorkerPool pool, KernelTable kernels, Caches caches, @Nullable Path tuned) {
    this.pool = pool;
    this.kernels = kernels;
    this.caches = caches;
    integers = new IntegerGemm(pool);
    Scratch[] scratch = new Scratch[pool.threads()];
    runs = new GemmRun[pool.threads()];
    Arrays.setAll(scratch, worker -> new Scratch());
    Cuts cuts = tuned == null ? null : Cuts.of(pool, kernels, caches, tuned);
    for (int worker = 0; worker < runs.length; worker++) {
      // within a parallel loop the time of a product says little: another one runs beside it
      Cuts own = worker == 0 ? cuts : null;
      runs[worker] = new GemmRun(pool, kernels, caches, own, scratch, worker);
    }
  }

  /// Product of `float` matrices.
  ///
  /// C must not overlap A or B.
  ///
  /// @param shape sizes and layout
  /// @param a array of A
  /// @param aOffset index of A's element `[0, 0]` of the first batch item; likewise for B and C
  /// @param b array of B
  /// @param bOffset index of B's element `[0, 0]` of the first batch item
  /// @param c array of C
  /// @param cOffset index of C's element `[0, 0]` of the first batch item
  /// @param accumulate whether to add to C instead of overwriting it
  /// @param epilogue called on finished rows, or null
  /// @throws IndexOutOfBoundsException if the shape reaches outside an array
  public void f32(
      GemmShape shape,
      float[] a,
      int aOffset,
      float[] b,
      int bOffset,
      float[] c,
      int cOffset,
      boolean accumulate,
      @Nullable Epilogue epilogue) {
    shape.checkBounds(a.length, aOffset, b.length, bOffset, c.length, cOffset);
    runs[pool.currentWorker()].multiply(
        Element.F32, shape, a, aOffset, b, bOffset, c, cOffset, accumulate, epilogue);
  }

  /// Product of `double` matrices; see [#f32].
  ///
  /// @param shape sizes and layout
  /// @param a array of A
  /// @param aOffset index of A's element `[0, 0]` of the first batch item
  /// @param b array of B
  /// @param bOffset index of B's element `[0, 0]` of the first batch item
  /// @param c array of C
  /// @param cOffset index of C's element `[0, 0]` of the first batch item
  /// @param accumulate whether to add to C instead of overwriting it
  /// @param epilogue called on finished rows, or null
  public void f64(
      GemmShape shape,
      double[] a,
      int aOffset,
      double[] b,
      int bOffset,
      double[] c,
      int cOffset,
      boolean accumulate,
      @Nullable Epilogue epilogue) {
    shape.checkBounds(a.length, aOffset, b.length, bOffset, c.length, cOffset);
    runs[pool.currentWorker()].multiply(
        Element.F64, shape, a, aOffset, b, bOffset, c, cOffset, accumulate, epilogue);
  }

  /// Product of `int` matrices, wrapping around; see [#f32]. Any strides work, those of row-major B
  /// best.
  ///
  /// @param shape sizes and layout
  /// @param a array of A
  /// @param aOffset index of A's element `[0, 0]` of the first batch item
  /// @param b array of B
  /// @param bOffset index of B's element `[0, 0]` of the first batch item
  /// @param c array of C
  /// @param cOffset index of C's element `[0, 0]` of the first batch item
  /// @param accumulate whether to add to C instead of overwriting it
  /// @param epilogue called on finished rows, or null
  public void i32(
      GemmShape shape,
      int[] a,
      int aOffset,
      int[] b,
      int bOffset,
      int[] c,
      int cOffset,
      boolean accumulate,
      @Nullable Epilogue epilogue) {
    shape.checkBounds(a.length, aOffset, b.length, bOffset, c.length, cOffset);
    integers.i32(shape, a, aOffset, b, bOffset, c, cOffset, accumulate, epilogue);
  }

  /// Product of `long` matrices, wrapping around; see [#f32].
  ///
  /// @param shape sizes and layout
  /// @param a array of A
  /// @param aOffset index of A's element `[0, 0]` of the first batch item
  /// @param b array of B
  /// @param bOffset index of B's element `[0, 0]` of the first batch item
  /// @param c array of C
  /// @param cOffset index of C's element `[0, 0]` of the first batch item
  /// @param accumulate whether to add to C instead of overwriting it
  /// @param epilogue called on finished rows, or null
  public void i64(
      GemmShape shape,
      long[] a,
      int aOffset,
      long[] b,
      int bOffset,
      long[] c,
      int cOffset,
      boolean accumulate,
      @Nullable Epilogue epilogue) {
    shape.checkBounds(a.length, aOffset, b.length, bOffset, c.length, cOffset);
    integers.i64(shape, a, aOffset, b, bOffset, c, cOffset, accumulate, epilogue);
  }

  /// {@return the code that computes most of a product, as text for people: of its highest tiles,
  /// in the first panel}
  ///
  /// @param element type of the elements
  /// @param shape sizes and layout
  public String listing(Element element, GemmShape shape) {
    Object nothing = element.nothing();
    Product product = new Product();
    product.set(element, shape, nothing, 0, nothing, 0, nothing, 0, false, null);
    if (product.m == 0 || shape.n() == 0 || product.items == 0) {
      return "// nothing to compute\n";
    }
    if (VectorProduct.fits(product)) {
      return """
      // written by hand, not generated: %s.run shares results out,
      // %s.matrixVector computes them
      """
          .formatted(VectorProduct.class.getName(), product.loops.getClass().getName());
    }
    Blocking blocking = new Blocking(kernels, caches);
    blocking.plan(product, null);
    int columns = blocking.endColumn(1) - blocking.column(0);
    return """
    // for each tile of the product; %s.run packs panels of B%s and loops
    %s\
    """
        .formatted(
            TileLoop.class.getName(),
            blocking.inPlace ? "" : " and tiles of A",
            kernels.listing(
                element,
                Blocking.ceilDiv(product.m, blocking.tiles),
                Blocking.ceilDiv(columns, blocking.lanes),
                blocking.inPlace,
                columns % blocking.lanes != 0));
  }

  /// Asks for the kernels of a large product that is to come: for those of all layouts, since which
  /// it will have isn't known yet.
  ///
  /// @param element type of the elements
  /// @param items batch items with a B of their own
  /// @param m rows of an item, those of batch items that share its B included
  /// @param n columns of the result
  /// @param k length of the products
  public void expect(Element element, long items, int m, int n, int k) {
    if (m == 1 || n == 1) {
      return; // sums of rows, without tiles
    }
    double flops = 2.0 * items * m * n * k;
    int lanes = kernels.width().lanes(element.bytes());
    int bytes = element.bytes();
    if (Blocking.mayReadInPlace(n)) {
      boolean adds = k > Blocking.longestK(kernels.inPlaceShape(), lanes, bytes, true);
      kernels.expect(element, true, m, adds, flops);
    }
    boolean adds = k > Blocking.longestK(kernels.shape(), lanes, bytes, true);
    kernels.expect(element, false, m, adds, flops);
  }

  /// Asks for the common kernels of `element` and waits until they and all others asked for so far
  /// are compiled.
  ///
  /// Not needed for use: kernels are compiled in the background, with plain loops in their place
  /// meanwhile. It helps measurements, and tests that mean the vector form.
  ///
  /// @param element type of the elements
  /// @param limit longest time to wait
  /// @return false if `limit` passed first
  public boolean warm(Element element, Duration limit) {
    int mostRows = kernels.shape().rows();
    kernels.areReady(element, false, 2 * mostRows - 1, true);
    kernels.areReady(element, true, 2 * mostRows - 1, true);
    return KernelWarmer.await(limit.toNanos());
  }

  /// Waits until every kernel asked for so far is compiled or left for later.
  ///
  /// @param limit longest time to wait
  /// @return false if `limit` passed first
  public static boolean awaitWarm(Duration limit) {
    return KernelWarmer.await(limit.toNanos());
  }
}
