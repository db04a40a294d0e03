package jacquard.kernels.cpu.emit;

import jacquard.kernels.Kernel;
import jacquard.kernels.Kernel.Inner;
import jacquard.kernels.Kernel.Level;
import jacquard.kernels.Launch;
import jacquard.kernels.cpu.machine.Allocation;
import jacquard.kernels.cpu.machine.VectorWidth;
import jacquard.kernels.cpu.testing.OwnProcess;
import jacquard.tensor.Ints;
import jacquard.tensor.graph.BinaryKind;
import jacquard.tensor.graph.UnaryKind;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// A kernel that is compiled stays so for rows of every length, and boxes no vectors in its loops:
/// either would allocate.
class RowLengthTest {
  private static final int ROWS = 100;

  /// A few vectors, once a run: C2 may box constants before the loops.
  private static final long UNNOTICED = 512;

  @Test
  void rowsOfOtherLengthsStayInCompiledCode() throws IOException, InterruptedException {
    OwnProcess.check(RowLengthTest.class);
  }

  /// Exits with 1 and says where, if a length of rows makes a kernel allocate.
  public static void main(String[] args) throws InterruptedException {
    LoopCompiler compiler = new LoopCompiler(VectorWidth.preferred());
    List<String> failures = new ArrayList<>();
    for (Map.Entry<String, Kernel> e : kernels().entrySet()) {
      String name = e.getKey();
      LoopCode code = compiler.compile(e.getValue());
      code.warm(149);
      if (!compiler.awaitWarm(Duration.ofMinutes(2)) || !code.isVector(149)) {
        failures.add(name + " is not compiled");
      }
      LoopScratch scratch = new LoopScratch();
      for (int columns = 99; columns > 0; columns--) {
        long bytes = allocated(code, columns, scratch);
        if (columns < 99 && bytes > UNNOTICED) {
          failures.add(name + ", rows of " + columns + ": " + bytes + " bytes");
        }
      }
    }
    System.out.println(failures);
    System.exit(failures.isEmpty() ? 0 : 1);
  }

  private static Map<String, Kernel> kernels() {
    Map<String, Kernel> kernels = new LinkedHashMap<>();
    for (String name : List.of("softmaxGradient", "layerNorm", "layerNormGradient", "gelu")) {
      kernels.put(name, Objects.requireNonNull(TypicalKernels.all(0).get(name)));
    }
    Draft d = new Draft(2, 0, false);
    int x = d.plus(d.load(), d.load(Inner.ZERO, Level.FULL));
    int positive = d.binary(BinaryKind.LT, d.constant(0), x);
    d.store(d.unary(UnaryKind.TANH, d.where(positive, x, d.times(x, d.constant(0.2)))));
    kernels.put("tanh of a rectified image", d.kernel());
    return kernels;
  }

  private static long allocated(LoopCode code, int columns, LoopScratch scratch) {
    Launch launch = LoopSpeed.launch(code.kernel(), ROWS, columns);
    if (code.kernel().outerAxes() == 2) {
      Launch lines = launch;
      launch =
          new Launch(
              Ints.of(ROWS / 5, 5),
              Ints.of(),
              columns,
              lines.walks().stream()
                  .map(w -> new Launch.Walk(0, twice(w.outer()), Ints.of(), w.inner()))
                  .toList());
    }
    Object[] arrays = new Object[launch.walks().size()];
    Arrays.setAll(arrays, a -> new float[ROWS * columns]);
    long[] scalars = {Double.doubleToRawLongBits(1e-3), Double.doubleToRawLongBits(1)};
    int[] encoded = code.encode(launch);
    long before = Allocation.bytes();
    code.run(arrays, encoded, scalars, 0, launch.outerSize(), 0, columns, scratch);
    return Allocation.bytes() - before;
  }

  /// The strides of two axes that one was split into.
  private static Ints twice(Ints stride) {
    return Ints.of(5 * stride.get(0), stride.get(0));
  }
}
