package jacquard.kernels.cpu.machine;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// The ceiling of what moves data: copies between two arrays that together fill a part of the
/// memory hierarchy.
public final class CopyPeak {
  private static final VectorSpecies<Float> SPECIES =
      switch (VectorWidth.preferred()) {
        case BITS_128 -> FloatVector.SPECIES_128;
        case BITS_256 -> FloatVector.SPECIES_256;
        case BITS_512 -> FloatVector.SPECIES_512;
      };

  /// Vectors copied in a round of the loop, so that its counter costs little.
  private static final int UNROLLED = 4;

  private static final int LINE_FLOATS = 16;

  /// Objects are aligned to 8 bytes at least, so every second element may lie on a cache line.
  private static final int OBJECT_FLOATS = 2;

  private static final int TRIAL_FLOATS = 1 << 10;

  private static final int TRIALS = 3_000;

  /// How long it may take until the loop is compiled.
  private static final long MOST_TRIAL_NANOS = 3_000_000_000L;

  /// Bytes that a run moves at least: then its clock costs nothing.
  private static final long LEAST_BYTES = 1 << 22;

  private final float[] array;
  private final int from;
  private final int to;
  private final int count;
  private final int rounds;

  /// Makes the two arrays.
  ///
  /// @param bytes of source and destination together; rounded to whole rounds of the loop
  public CopyPeak(long bytes) {
    count = count(bytes);
    // One array holds both, so that one choice aligns both. The gap of some lines keeps loads from
    // waiting for stores 4 KiB away from them, which the processor takes for the same.
    int distance = count + 40 * LINE_FLOATS;
    array = new float[LINE_FLOATS + distance + Math.max(count, TRIAL_FLOATS)];
    from = aligned();
    to = from + distance;
    rounds = rounds(count);
  }

  /// Copies some times.
  public void run() {
    for (int i = 0; i < rounds; i++) {
      copy(array, from, to, count);
    }
  }

  /// Where in the array a cache line begins. Java doesn't tell, and it depends on the collector: G1
  /// begins large arrays with a region, others anywhere. Copies tell: off the line they take twice
  /// as long (221 against 519 GB/s). Only compiled ones do.
  private int aligned() {
    int best = 0;
    long begin = System.nanoTime();
    boolean isCompiled = false;
    while (!isCompiled && System.nanoTime() - begin < MOST_TRIAL_NANOS) {
      long allocated = Allocation.bytes();
      long least = Long.MAX_VALUE;
      for (int first = 0; first < LINE_FLOATS; first += OBJECT_FLOATS) {
        int second = array.length - LINE_FLOATS - TRIAL_FLOATS;
        second -= (second - first) % LINE_FLOATS;
        long start = System.nanoTime();
        for (int i = 0; i < TRIALS; i++) {
          copy(array, first, second, TRIAL_FLOATS);
        }
        long nanos = System.nanoTime() - start;
        if (nanos < least) {
          least = nanos;
          best = first;
        }
      }
      isCompiled = Allocation.bytes() == allocated;
    }
    return best;
  }

  /// {@return bytes that a run of `new CopyPeak(bytes)` reads and writes}
  ///
  /// @param bytes of source and destination together
  public static double moved(long bytes) {
    return 8.0 * count(bytes) * rounds(count(bytes));
  }

  private static int count(long bytes) {
    int round = UNROLLED * LINE_FLOATS;
    return Math.max(1, Math.toIntExact(bytes / 8 / round)) * round;
  }

  private static int rounds(int count) {
    return Math.toIntExact(Math.max(1, LEAST_BYTES / (8L * count)));
  }

  private static void copy(float[] array, int from, int to, int count) {
    int step = SPECIES.length();
    for (int i = 0; i < count; i += UNROLLED * step) {
      FloatVector a = FloatVector.fromArray(SPECIES, array, from + i);
      FloatVector b = FloatVector.fromArray(SPECIES, array, from + i + step);
      FloatVector c = FloatVector.fromArray(SPECIES, array, from + i + 2 * step);
      FloatVector d = FloatVector.fromArray(SPECIES, array, from + i + 3 * step);
      a.intoArray(array, to + i);
      b.intoArray(array, to + i + step);
      c.intoArray(array, to + i + 2 * step);
      d.intoArray(array, to + i + 3 * step);
    }
  }
}
