package jacquard.kernels.cpu.conv;

import jacquard.kernels.cpu.BenchClock;
import jacquard.kernels.cpu.gemm.Element;
import jacquard.kernels.cpu.gemm.FmaPeak;
import jacquard.kernels.cpu.gemm.Gemm;
import jacquard.kernels.cpu.machine.VectorWidth;
import jacquard.kernels.cpu.machine.WorkerPool;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;

/// Prints the speed of convolutions beside the FMA peak of the same process. Argument: number of
/// threads (1).
public final class ConvSpeed {
  private static final int ROUNDS = 80;

  private ConvSpeed() {}

  public static void main(String[] args) {
    int threads = args.length > 0 ? Integer.parseInt(args[0]) : 1;
    VectorWidth width = VectorWidth.preferred();
    WorkerPool pool = new WorkerPool(threads);
    Gemm gemm = new Gemm(pool, width);
    Convolution convolution = new Convolution(pool, width);
    FmaPeak peak = new FmaPeak(Element.F32, width);
    ConvShape[] shapes = {
      ConvShape.of(64, 32, 14, 14, 64, 3, 1, 1),
      ConvShape.of(64, 64, 14, 14, 128, 4, 2, 1),
      ConvShape.of(64, 1, 28, 28, 64, 4, 2, 1),
      ConvShape.of(128, 32, 14, 14, 64, 3, 2, 1),
      ConvShape.of(128, 1, 28, 28, 32, 3, 2, 1),
      ConvShape.of(8, 64, 56, 56, 64, 3, 1, 1),
      ConvShape.of(8, 256, 14, 14, 256, 3, 1, 1),
      ConvShape.of(8, 64, 56, 56, 64, 1, 1, 0),
    };
    for (ConvShape s : shapes) {
      float[] x = random(s.xElements());
      float[] w = random(s.wElements());
      float[] y = random(s.yElements());
      float[] out = new float[Math.max(x.length, Math.max(w.length, y.length))];
      String name =
          "%dx%d->%dx%dx%d %dx%d s%d"
              .formatted(s.n(), s.c(), s.o(), s.oh(), s.ow(), s.kh(), s.kw(), s.strideH());
      measure(
          name + " forward",
          s,
          peak,
          threads,
          gemm,
          () -> convolution.forward(s, x, 0, w, 0, out, 0));
      measure(
          name + " input gradient",
          s,
          peak,
          threads,
          gemm,
          () -> convolution.inputGradient(s, y, 0, w, 0, out, 0));
      measure(
          name + " weight gradient",
          s,
          peak,
          threads,
          gemm,
          () -> convolution.weightGradient(s, x, 0, y, 0, out, 0));
    }
    pool.close();
  }

  private static void measure(
      String name, ConvShape s, FmaPeak peak, int threads, Gemm gemm, Runnable form) {
    form.run();
    gemm.warm(Element.F32, Duration.ofSeconds(30));
    BenchClock clock = new BenchClock(threads);
    double[] times = new double[ROUNDS];
    double[] peaks = new double[ROUNDS];
    int repeats = (int) Math.max(1, 4e6 / s.flops());
    for (int round = -ROUNDS / 3; round < ROUNDS; round++) {
      long start = clock.nanos();
      for (int i = 0; i < repeats; i++) {
        form.run();
      }
      if (round >= 0) {
        times[round] = (double) (clock.nanos() - start) / repeats;
        peaks[round] = peak.sample() * threads;
      }
    }
    Arrays.sort(times);
    Arrays.sort(peaks);
    double nanos = times[0];
    double ceiling = peaks[ROUNDS - 1];
    System.out.printf(
        "%-45s %8.3f ms %7.1f GFLOP/s %5.1f %% of %.1f   median %.3f ms%n",
        name,
        nanos / 1e6,
        s.flops() / nanos,
        100 * s.flops() / nanos / ceiling,
        ceiling,
        times[ROUNDS / 2] / 1e6);
  }

  private static float[] random(int length) {
    Random random = new Random(length);
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = random.nextFloat() - 0.5f;
    }
    return values;
  }
}
