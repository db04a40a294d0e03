package jacquard.kernels.cpu.gemm;

import jacquard.kernels.cpu.machine.Allocation;
import jacquard.kernels.cpu.machine.VectorWidth;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import jdk.incubator.vector.FloatVector;
import org.jspecify.annotations.Nullable;

/// Gets micro-kernels compiled in the background: calls each on a tiny problem, in turn with a few
/// others, until it is compiled, and only then hands it to its [TieredKernel].
///
/// A compiled kernel far below the FMA peak was unlucky in register allocation: then the other
/// [CodeForm]s are tried in the same way, and the fastest stays. One that never gets compiled (a
/// method can get stuck in a lower compilation tier) is passed over, and if all are, they are tried
/// again later, with a warning that plain loops run meanwhile: a busy machine compiles late.
/// Kernels wider than the hardware's vectors are not tried.
public final class KernelWarmer implements Runnable {
  private static final System.Logger LOG = System.getLogger(KernelWarmer.class.getName());
  private static final BlockingQueue<Candidate> REQUESTS = new LinkedBlockingQueue<>();
  private static final AtomicInteger OPEN = new AtomicInteger();
  private static final LongAdder STAND_INS = new LongAdder();

  /// FMA peaks by element and width, used by the warming thread alone.
  private static final double[] PEAKS =
      new double[Element.values().length * VectorWidth.values().length];

  private static final @Nullable FmaPeak[] PEAK_LOOPS =
      new FmaPeak[Element.values().length * VectorWidth.values().length];

  /// Zeros in lines of the cache as products have them, for the warming thread alone.
  private static final Scratch OPERANDS = new Scratch();

  /// Length of the tiny problem's products while a kernel gets compiled.
  private static final int K = 16;

  /// Lengths while it is measured. Both have the same cost of a call, which is large as long as the
  /// caller and the cast of the arrays are in C1's code: a third of a tile of 6 x 16 at a length of
  /// 128. So what the longer one takes more is what tells.
  private static final int SHORT_K = 32;

  private static final int LONG_K = 160;

  private static final int MOST_ROUNDS = 4;

  /// Tiles of a call: enough that the compiler sees that there may be several.
  private static final int TILES = 2;

  /// Sums that hide the latency of a multiply-add well enough; what they reach is the peak here,
  /// for tiles of 16 registers have no more than 12.
  private static final int SUMS = 10;

  /// Share of the attainable speed that ends the search for a better form.
  private static final double GOOD_SHARE = 0.85;

  /// Compiled kernels reach tens of operations a nanosecond, others less than 0.2. So this tells a
  /// compiled kernel too, also one that allocates and is better than plain loops all the same; on a
  /// slow or busy machine a sound one may not reach it.
  private static final double COMPILED_FLOPS_PER_NANO = 2;

  /// How long a candidate may run at a time.
  public static final long SLICE_NANOS = 5_000_000;

  private static final long ATTEMPT_NANOS = 1_500_000_000;

  /// Pause before what failed is tried again; twice as long after each further failure, up to five
  /// doublings.
  private static final long RETRY_NANOS = 5_000_000_000L;

  /// The failure that the user is told of: the first says no more than that another program has the
  /// core while this one starts.
  private static final int REPORTED_FAILURE = 1;

  /// Calls after which the compiler has been asked for the kernel, and going on only takes its
  /// processor time.
  private static final int ENOUGH_CALLS = 2000;

  static {
    Thread.ofPlatform().daemon().name("jacquard-warm").start(new KernelWarmer());
  }

  /// Kernels under way at a time, the first asked for first. A cold kernel takes some 200 ms of
  /// calls until C2 is asked for it: with all in turn, none would be done before a second has
  /// passed. A second one fills the time in which the first waits for the compiler.
  private static final int IN_FLIGHT = 2;

  private final List<Candidate> candidates = new ArrayList<>();

  /// What failed and waits for its next try; used by the warming thread alone.
  private static final PriorityQueue<Retry> RETRIES =
      new PriorityQueue<>(Comparator.comparingLong(Retry::nanos));

  private record Retry(Candidate candidate, long nanos) {}

  private KernelWarmer() {}

  static void request(TieredKernel kernel) {
    if (compiles(kernel.tile().width())) {
      request(new KernelCandidate(kernel));
    }
  }

  /// Counts a use of plain code in place of what is not compiled yet.
  public static void countStandIn() {
    STAND_INS.increment();
  }

  /// {@return how often plain code was used so far in place of what is not compiled yet} So whoever
  /// times a product learns whether it ran as it will go on to.
  public static long standIns() {
    return STAND_INS.sum();
  }

  /// Whether kernels of `width` are compiled at all.
  static boolean compiles(VectorWidth width) {
    return width.bits() <= FloatVector.SPECIES_PREFERRED.vectorBitSize();
  }

  /// Has `candidate` called until it is settled.
  ///
  /// @param candidate what to get compiled
  public static void request(Candidate candidate) {
    OPEN.incrementAndGet();
    REQUESTS.add(candidate);
  }

  /// Has a candidate that failed tried again after a while, and says so the second time; called by
  /// candidates as they settle.
  ///
  /// @param failures how often it failed before
  static void later(Candidate candidate, String name, int failures) {
    long pause = RETRY_NANOS << Math.min(failures, 5);
    LOG.log(
        failures == REPORTED_FAILURE ? Level.WARNING : Level.DEBUG,
        "gemm: {0} is not compiled yet and runs as plain loops, several times slower, until it is;"
            + " a busy machine or -Xint can cause it",
        name);
    RETRIES.add(new Retry(candidate, System.nanoTime() + pause));
  }

  /// Waits until every kernel asked for so far is compiled, or has failed and is to be tried later.
  ///
  /// @return false if that takes longer than `nanos`, or if the thread is interrupted
  static boolean await(long nanos) {
    long end = System.nanoTime() + nanos;
    while (OPEN.get() > 0) {
      if (System.nanoTime() - end > 0) {
        return false;
      }
      try {
        TimeUnit.MILLISECONDS.sleep(1);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
    return true;
  }

  @Override
  public void run() {
    try {
      while (true) {
        if (!RETRIES.isEmpty() && RETRIES.peek().nanos() - System.nanoTime() < 0) {
          request(RETRIES.remove().candidate());
        }
        Candidate request = next();
        if (request != null) {
          candidates.add(place(request), request);
          continue;
        }
        if (candidates.isEmpty()) {
          continue;
        }
        Candidate candidate = candidates.removeFirst();
        if (candidate.settled()) {
          OPEN.decrementAndGet();
        } else {
          candidates.add(Math.min(candidates.size(), IN_FLIGHT - 1), candidate);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Tiles of products come before everything else, for most of a program's work is theirs.
  private int place(Candidate request) {
    if (!(request instanceof KernelCandidate)) {
      return candidates.size();
    }
    int place = 0;
    while (place < candidates.size() && candidates.get(place) instanceof KernelCandidate) {
      place++;
    }
    return place;
  }

  /// The next request, waited for if nothing else is to be done; null if other things are.
  private @Nullable Candidate next() throws InterruptedException {
    if (!candidates.isEmpty()) {
      return REQUESTS.poll();
    }
    Retry retry = RETRIES.peek();
    return retry == null
        ? REQUESTS.take()
        : REQUESTS.poll(retry.nanos() - System.nanoTime(), TimeUnit.NANOSECONDS);
  }

  /// Something to be compiled.
  public interface Candidate {
    /// Runs it for a slice of time.
    ///
    /// @return true when there is nothing left to do
    boolean settled();
  }

  /// The FMA peak now. It is measured anew for each kernel: the clock drifts, and the first time
  /// may be before the peak's own loop is compiled, or while another program has the core. A peak
  /// that is too low makes every kernel a good one, so it counts at least four fifths of the
  /// highest so far.
  private static double peak(TileSpec tile) {
    int slot = tile.element().ordinal() * VectorWidth.values().length + tile.width().ordinal();
    FmaPeak loop = PEAK_LOOPS[slot];
    if (loop == null) {
      loop = new FmaPeak(tile.element(), tile.width(), SUMS);
      PEAK_LOOPS[slot] = loop;
    }
    double now = loop.highest();
    PEAKS[slot] = Math.max(PEAKS[slot], now);
    return Math.max(now, 0.8 * PEAKS[slot]);
  }

  /// A kernel under way: the vector form being called.
  private static final class KernelCandidate implements Candidate {
    private final TieredKernel kernel;
    private final TileSpec tile;
    private final List<CodeForm> forms;
    private @Nullable MicroKernel vector;
    private int form;
    private int calls;
    private long nanos;
    private double best;
    private int failures;

    KernelCandidate(TieredKernel kernel) {
      this.kernel = kernel;
      tile = kernel.tile();
      forms = CodeForm.of(tile);
    }

    @Override
    public boolean settled() {
      long start = System.nanoTime();
      long now = start;
      while (now - start < SLICE_NANOS) {
        if (flopsPerNano(K, 8) > COMPILED_FLOPS_PER_NANO || isCompiled()) {
          return measure() > good() || !nextForm();
        }
        now = System.nanoTime();
        calls += 16;
        if (calls > ENOUGH_CALLS) {
          pause();
          break;
        }
      }
      nanos += System.nanoTime() - start;
      return nanos > ATTEMPT_NANOS && !nextForm();
    }

    private boolean isCompiled() {
      flopsPerNano(K, 1); // makes the kernel and its operands
      long allocated = Allocation.bytes();
      flopsPerNano(K, 7);
      return Allocation.bytes() == allocated;
    }

    private double flopsPerNano(int k, int count) {
      return count * flops(k) / nanos(k, count);
    }

    private double flops(int k) {
      return 2.0 * TILES * tile.rows() * tile.columns() * k;
    }

    /// How long `count` calls take.
    private double nanos(int k, int count) {
      MicroKernel written = vector;
      if (written == null) {
        written = MicroKernelWriter.write(tile, forms.get(form));
        vector = written;
      }
      int edge = TILES * tile.rows() * tile.lanes();
      int a = tile.element().lineStart() + ((edge + 63) & -64);
      int b = a + LONG_K * 16;
      int c = b + LONG_K * tile.columns();
      int size = c + TILES * tile.rows() * tile.columns();
      Object array = OPERANDS.array(tile.element(), Scratch.Use.B_PANELS, size);
      int columns = tile.columns();
      int aRowStride = tile.kStep() == 1 ? k : 1;
      long start = System.nanoTime();
      for (int i = 0; i < count; i++) {
        written.run(TILES, k, array, a, aRowStride, 0, array, b, array, c, columns, array);
      }
      return Math.max(1, System.nanoTime() - start);
    }

    /// The speed of the form under way, in operations a nanosecond: the highest of some rounds, for
    /// another program may have the core in one of them.
    private double measure() {
      double good = good();
      double speed = 0;
      for (int i = 0; i < MOST_ROUNDS && speed <= good; i++) {
        speed = Math.max(speed, round());
      }
      LOG.log(Level.DEBUG, "gemm: {0} {1}: {2} GFLOP/s", tile, forms.get(form), speed);
      if (speed > best && vector != null) {
        best = speed;
        kernel.ready(vector);
      }
      return speed;
    }

    private double round() {
      double shorter = Double.MAX_VALUE;
      double longer = Double.MAX_VALUE;
      for (int i = 0; i < 100; i++) {
        shorter = Math.min(shorter, nanos(SHORT_K, 16));
        longer = Math.min(longer, nanos(LONG_K, 16));
      }
      double nanos = longer - shorter;
      // compiled in between, if the shorter one took as long
      return nanos > 0.1 * longer ? 16 * (flops(LONG_K) - flops(SHORT_K)) / nanos : 0;
    }

    /// The speed above which no other form is tried. Fewer than 8 sums can't hide the latency of a
    /// multiply-add, 4 cycles at two a cycle.
    private double good() {
      double attainable = Math.min(1, tile.rows() * tile.vectors() / (double) SUMS);
      return GOOD_SHARE * attainable * peak(tile);
    }

    private boolean nextForm() {
      form++;
      calls = 0;
      nanos = 0;
      vector = null;
      if (form < forms.size()) {
        return true;
      }
      if (best == 0) {
        form = 0;
        later(this, tile.toString(), failures++);
      }
      return false;
    }

    private static void pause() {
      try {
        TimeUnit.MILLISECONDS.sleep(1);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
