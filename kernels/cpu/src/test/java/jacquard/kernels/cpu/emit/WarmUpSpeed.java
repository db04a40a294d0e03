package jacquard.kernels.cpu.emit;

import jacquard.kernels.Kernel;
import jacquard.kernels.cpu.machine.VectorWidth;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/// Prints how long it takes to get a set of different kernels compiled. Argument: copies of the
/// typical kernels (5: 60 kernels).
final class WarmUpSpeed {
  private WarmUpSpeed() {}

  public static void main(String[] args) {
    int variants = args.length > 0 ? Integer.parseInt(args[0]) : 5;
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
    int warm = compiler.warm(codes);
    System.out.printf(
        "warm-up: %d of %d warm, %.0f ms, %.0f ms of processor time, %d ms of it compiling%n",
        warm,
        codes.size(),
        (System.nanoTime() - start) / 1e6,
        (os.getProcessCpuTime() - cpu) / 1e6,
        jit.getTotalCompilationTime() - compiling);
  }
}
