package jacquard.kernels.cpu.emit;

import jacquard.kernels.Kernel;
import jacquard.kernels.cpu.machine.VectorWidth;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Prints how long it takes to get a set of different kernels compiled. Argument: copies of the
/// typical kernels (5: 60 kernels), elements of the inner axis (128).
final class WarmUpSpeed {
  private WarmUpSpeed() {}

  public static void main(String[] args) throws InterruptedException {
    int variants = args.length > 0 ? Integer.parseInt(args[0]) : 5;
    int inner = args.length > 1 ? Integer.parseInt(args[1]) : 128;
    var os =
        (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    var jit = ManagementFactory.getCompilationMXBean();
    LoopCompiler compiler = new LoopCompiler(VectorWidth.preferred());
    List<LoopCode> codes = new ArrayList<>();
    long start = System.nanoTime();
    for (int v = 0; v < variants; v++) {
      for (Kernel kernel : TypicalKernels.all(v).values()) {
        codes.add(compiler.compile(kernel));
      }
    }
    System.out.printf(
        "%d kernels generated: %.0f ms%n", codes.size(), (System.nanoTime() - start) / 1e6);
    long cpu = os.getProcessCpuTime();
    long compiling = jit.getTotalCompilationTime();
    start = System.nanoTime();
    codes.forEach(code -> code.warm(inner));
    boolean warm = compiler.awaitWarm(Duration.ofMinutes(2));
    System.out.printf(
        "warm-up: %d kernels, all warm: %b, %.0f ms, %.0f ms of processor time, %d ms of it compiling%n",
        codes.size(),
        warm,
        (System.nanoTime() - start) / 1e6,
        (os.getProcessCpuTime() - cpu) / 1e6,
        jit.getTotalCompilationTime() - compiling);
  }
}
