package jacquard.kernels.cpu.gemm;

import jacquard.kernels.cpu.BenchClock;
import jacquard.kernels.cpu.machine.VectorWidth;
import jacquard.kernels.cpu.machine.WorkerPool;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;

/// Prints the speed of matrix products beside the FMA peak of the same process: the best of many
/// short rounds, which other work on the machine disturbs least, and the median.
///
/// Arguments: number of threads (1), and patterns that the line's name must contain, any of them.
public final class GemmSpeed {
  private static final int ROUNDS = 300;

  private final FmaPeak peak;
  private final Gemm gemm;
  private final String[] patterns;
  private final int threads;

  private GemmSpeed(int threads, String[] patterns) {
    this.threads = threads;
    this.patterns = patterns;
    VectorWidth width = VectorWidth.preferred();
    peak = new FmaPeak(Element.F32, width);
    gemm = new Gemm(new WorkerPool(threads), width);
  }

  public static void main(String[] args) {
    int threads = args.length > 0 ? Integer.parseInt(args[0]) : 1;
    new GemmSpeed(
            threads, args.length > 1 ? Arrays.copyOfRange(args, 1, args.length) : new String[] {""})
        .run();
  }

  private void run() {
    cold();
    System.out.println("kernels compiled: " + gemm.warm(Element.F32, Duration.ofSeconds(30)));
    int[][] sizes = {
      {512, 512, 512},
      {256, 256, 256},
      {1024, 1024, 1024},
      {768, 128, 128},
      {768, 384, 128},
      {768, 512, 128},
      {768, 128, 512},
      {128, 512, 768},
      {768, 65, 128},
      {65, 128, 768},
      {128, 784, 400}
    };
    for (int[] s : sizes) {
      measure("NN", GemmShape.nn(s[0], s[1], s[2]));
      measure("NT", GemmShape.nt(s[0], s[1], s[2]));
      measure("TN", GemmShape.tn(s[0], s[1], s[2]));
    }
    measure("NN x48", GemmShape.nn(64, 64, 32).withBatch(Batch.of(48, 2048, 2048, 4096)));
    measure("NT x48", GemmShape.nt(64, 64, 32).withBatch(Batch.of(48, 2048, 2048, 4096)));
    measure("TN x48", GemmShape.tn(64, 64, 32).withBatch(Batch.of(48, 2048, 2048, 4096)));
    measure("NN x48", GemmShape.nn(64, 32, 64).withBatch(Batch.of(48, 4096, 2048, 2048)));
    measure("TN x48", GemmShape.tn(64, 32, 64).withBatch(Batch.of(48, 4096, 2048, 2048)));
    for (int[] s :
        new int[][] {
          {1, 512, 128}, {1, 1536, 384}, {4, 1536, 384}, {12, 1536, 384}, {2, 128, 512}
        }) {
      measure("NN", GemmShape.nn(s[0], s[1], s[2]));
      measure("NT", GemmShape.nt(s[0], s[1], s[2]));
    }
    measure("NN", GemmShape.nn(1536, 1, 384));
    measure("TN", GemmShape.tn(1536, 1, 384));
  }

  private void cold() {
    GemmShape shape = GemmShape.nn(768, 512, 128);
    float[] a = random(768 * 128, 1);
    float[] b = random(512 * 128, 2);
    float[] c = new float[768 * 512];
    for (int call = 1; call <= 3; call++) {
      long start = System.nanoTime();
      gemm.f32(shape, a, 0, b, 0, c, 0, false, null);
      System.out.printf(
          "cold 768x512x128, call %d: %.1f ms%n", call, (System.nanoTime() - start) / 1e6);
    }
  }

  private void measure(String form, GemmShape shape) {
    String name = "%s %dx%dx%d".formatted(form, shape.m(), shape.n(), shape.k());
    if (Arrays.stream(patterns).noneMatch(name::contains)) {
      return;
    }
    int batch = shape.batch().count();
    int padding = 16 + 12;
    float[] a = random(batch * shape.m() * shape.k() + padding, 1);
    float[] b = random(batch * shape.n() * shape.k() + padding, 2);
    float[] c = new float[batch * shape.m() * shape.n() + padding];
    int repeats = (int) Math.max(1, 4e6 / shape.flops());
    BenchClock clock = new BenchClock(threads);
    gemm.f32(shape, a, 12, b, 12, c, 12, false, null);
    gemm.warm(Element.F32, Duration.ofSeconds(30));
    double[] speeds = new double[ROUNDS];
    double[] peaks = new double[ROUNDS];
    for (int round = -ROUNDS / 2; round < ROUNDS; round++) {
      long start = clock.nanos();
      for (int i = 0; i < repeats; i++) {
        gemm.f32(shape, a, 12, b, 12, c, 12, false, null);
      }
      double speed = (double) repeats * shape.flops() / Math.max(1, clock.nanos() - start);
      if (round >= 0) {
        speeds[round] = speed;
        peaks[round] = peak.sample();
      }
    }
    Arrays.sort(speeds);
    Arrays.sort(peaks);
    double ceiling = peaks[ROUNDS - 1] * threads;
    System.out.printf(
        "%-20s best %6.1f GFLOP/s %5.1f %% of %.1f   median %5.1f%n",
        name, speeds[ROUNDS - 1], 100 * speeds[ROUNDS - 1] / ceiling, ceiling, speeds[ROUNDS / 2]);
  }

  private static float[] random(int length, int seed) {
    Random random = new Random(seed);
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = random.nextFloat() - 0.5f;
    }
    return values;
  }
}
