package jacquard.kernels.cpu.emit;

import jacquard.kernels.Kernel;
import jacquard.kernels.Kernel.Access;
import jacquard.kernels.Kernel.Inner;
import jacquard.kernels.Kernel.Level;
import jacquard.kernels.Launch;
import jacquard.kernels.cpu.machine.VectorWidth;
import jacquard.tensor.Ints;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// Prints nanoseconds per element of typical kernels after their warm-up: the fastest percentile,
/// which a busy machine disturbs least. Arguments: rows, columns, names of kernels (none: all).
final class LoopSpeed {
  private LoopSpeed() {}

  static Launch launch(Kernel kernel, int rows, int columns) {
    List<Launch.Walk> walks = new ArrayList<>();
    boolean column = kernel.reducedAxes() == 1;
    for (Access a : kernel.accesses()) {
      int row = a.level() == Level.FULL && !column ? columns : a.level() == Level.KEPT ? 1 : 0;
      walks.add(
          new Launch.Walk(
              0,
              Ints.of(column ? 0 : row),
              column ? Ints.of(a.level() == Level.FULL ? columns : 0) : Ints.of(),
              a.inner() == Inner.ZERO ? 0 : 1));
    }
    return new Launch(
        Ints.of(column ? 1 : rows), column ? Ints.of(rows) : Ints.of(), columns, walks);
  }

  public static void main(String[] args) throws InterruptedException {
    int rows = Integer.parseInt(args[0]);
    int columns = Integer.parseInt(args[1]);
    List<String> names = Arrays.asList(args).subList(2, args.length);
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    var os =
        (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    LoopCompiler compiler = new LoopCompiler(VectorWidth.preferred());
    for (Map.Entry<String, Kernel> e : TypicalKernels.all(0).entrySet()) {
      if (!names.isEmpty() && !names.contains(e.getKey())) {
        continue;
      }
      LoopCode code = compiler.compile(e.getValue());
      Launch launch = launch(e.getValue(), rows, columns);
      Object[] arrays = new Object[launch.walks().size()];
      java.util.Random random = new java.util.Random(1);
      for (int a = 0; a < arrays.length; a++) {
        float[] x = new float[rows * columns];
        for (int i = 0; i < x.length; i++) {
          x[i] = (float) random.nextGaussian();
        }
        arrays[a] = x;
      }
      if (e.getKey().equals("adam")) {
        float[] v = (float[]) arrays[3];
        for (int i = 0; i < v.length; i++) {
          v[i] = Math.abs(v[i]);
        }
      }
      long[] scalars = {Double.doubleToRawLongBits(1e-3), Double.doubleToRawLongBits(1)};
      int[] encoded = code.encode(launch);
      LoopScratch scratch = new LoopScratch();
      int outer = launch.outerSize();
      long cpu = os.getProcessCpuTime();
      long start = System.nanoTime();
      if (System.getProperty("cold") == null) {
        code.warm(columns);
        compiler.awaitWarm(Duration.ofMinutes(1));
      } else {
        for (int k = 0; k < 3000; k++)
          code.run(arrays, encoded, scalars, 0, outer, 0, columns, scratch);
      }
      double warmMillis = (System.nanoTime() - start) / 1e6;
      double warmCpuMillis = (os.getProcessCpuTime() - cpu) / 1e6;
      start = System.nanoTime();
      code.run(arrays, encoded, scalars, 0, outer, 0, columns, scratch);
      long first = System.nanoTime() - start;
      double[] times = new double[1000];
      long allocated = 0;
      for (int t = 0; t < times.length; t++) {
        long bytes = threads.getCurrentThreadAllocatedBytes();
        start = System.nanoTime();
        code.run(arrays, encoded, scalars, 0, outer, 0, columns, scratch);
        times[t] = (System.nanoTime() - start) / (double) rows / columns;
        allocated += threads.getCurrentThreadAllocatedBytes() - bytes;
      }
      Arrays.sort(times);
      System.out.printf(
          "%-18s %5d bytes  %6.3f ns/element (median %.3f; warm-up %.0f ms, cpu %.0f; first run %.1f us; %d B allocated)%n",
          e.getKey(),
          code.bytes(),
          times[times.length / 100],
          times[times.length / 2],
          warmMillis,
          warmCpuMillis,
          first / 1e3,
          allocated);
    }
  }
}
