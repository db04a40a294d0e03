package jacquard.kernels.cpu.emit;

import jacquard.kernels.Launch;
import jacquard.kernels.cpu.machine.Allocation;
import jacquard.kernels.cpu.machine.VectorWidth;
import jacquard.kernels.cpu.testing.OwnProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// A kernel that is compiled stays so for rows of every length: vector code allocates when it is
/// not compiled.
class RowLengthTest {
  private static final int ROWS = 20;

  @Test
  void rowsOfOtherLengthsStayInCompiledCode() throws IOException, InterruptedException {
    OwnProcess.check(RowLengthTest.class);
  }

  /// Exits with 1 and says where, if a length of rows makes a kernel allocate.
  public static void main(String[] args) throws InterruptedException {
    LoopCompiler compiler = new LoopCompiler(VectorWidth.preferred());
    List<String> failures = new ArrayList<>();
    for (String name : List.of("softmaxGradient", "layerNorm", "layerNormGradient", "gelu")) {
      LoopCode code = compiler.compile(Objects.requireNonNull(TypicalKernels.all(0).get(name)));
      code.warm(149);
      if (!compiler.awaitWarm(Duration.ofMinutes(2)) || !code.isVector(149)) {
        failures.add(name + " is not compiled");
      }
      LoopScratch scratch = new LoopScratch();
      for (int columns = 99; columns > 0; columns--) {
        long bytes = allocated(code, columns, scratch);
        if (columns < 99 && bytes > 0) {
          failures.add(name + ", rows of " + columns + ": " + bytes + " bytes");
        }
      }
    }
    System.out.println(failures);
    System.exit(failures.isEmpty() ? 0 : 1);
  }

  private static long allocated(LoopCode code, int columns, LoopScratch scratch) {
    Launch launch = LoopSpeed.launch(code.kernel(), ROWS, columns);
    Object[] arrays = new Object[launch.walks().size()];
    Arrays.setAll(arrays, a -> new float[ROWS * columns]);
    long[] scalars = {Double.doubleToRawLongBits(1e-3), Double.doubleToRawLongBits(1)};
    int[] encoded = code.encode(launch);
    long before = Allocation.bytes();
    code.run(arrays, encoded, scalars, 0, launch.outerSize(), 0, columns, scratch);
    return Allocation.bytes() - before;
  }
}
