package jacquard.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import jacquard.kernels.Schedule;
import jacquard.kernels.csource.Tiles;
import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Shape;
import jacquard.tensor.spi.Backend;
import jacquard.tensor.testing.Layout;
import jacquard.tensor.testing.OperationRow;
import jacquard.tensor.testing.OperationTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The kernels of the operation table are CUDA C that compiles.
class CudaTableTextTest {
  private static final byte[] ELF = {0x7f, 'E', 'L', 'F'};

  /// Kernels of a program, as many as a device compiles together.
  private static final int PROGRAM = 8;

  /// Every row in one dtype; a plan for each case and layout.
  private static List<Schedule> schedules(OperationRow row, DType dtype, Layout[] layouts) {
    List<Schedule> schedules = new ArrayList<>();
    for (List<Shape> shapes : row.cases()) {
      long seed = row.seed(dtype, shapes);
      for (Layout layout :
          shapes.stream().anyMatch(s -> s.size() > 1) ? layouts : new Layout[] {Layout.PLAIN}) {
        var result = row.apply(row.arguments(dtype, shapes, layout, Device.REFERENCE, seed));
        schedules.add(CompiledKernel.schedule(List.of(new Backend.Root(result.node(), null))));
      }
    }
    return schedules;
  }

  /// Every row in one dtype.
  private static List<Schedule> schedules() {
    List<Schedule> schedules = new ArrayList<>();
    for (OperationRow row : OperationTable.rows()) {
      DType dtype = row.dtypes().contains(DType.F32) ? DType.F32 : row.dtypes().iterator().next();
      schedules.addAll(schedules(row, dtype, new Layout[] {Layout.PLAIN}));
    }
    return schedules;
  }

  @Test
  void everyRowInOneDtypeCompiles() {
    check(CompiledKernel.quickly(schedules(), "80"));
  }

  /// By the library, as on a device, where this machine has one: `jacquard.nvrtc` names it.
  @Tag("long")
  @Test
  void nvrtcCompilesEveryRowInOneDtype() {
    Nvrtc nvrtc = Nvrtc.find(13_000);
    if (nvrtc == null) {
      System.err.println("SKIPPED: no NVRTC library: only nvcc compiles CUDA text here");
    }
    assumeTrue(nvrtc != null, "no NVRTC library");
    for (int capability : new int[] {80, 90}) {
      Architecture architecture = Architecture.of(capability, nvrtc);
      List<String> texts =
          List.copyOf(
              CompiledKernel.textsOf(architecture.dialect(), schedules(), Tiles.USUAL).values());
      for (int i = 0; i < texts.size(); i += PROGRAM) {
        String program =
            architecture.dialect().program(texts.subList(i, Math.min(texts.size(), i + PROGRAM)));
        byte[] code;
        try {
          code = nvrtc.compile(program, architecture);
        } catch (CudaCompiler.Refused e) {
          throw new AssertionError(architecture + ": " + e.log() + "\n" + program, e);
        }
        assertArrayEquals(ELF, Arrays.copyOf(code, ELF.length), architecture + "\n" + program);
      }
    }
  }

  @Test
  void rowsOfStoredFloatsCompile() {
    List<Schedule> schedules = new ArrayList<>();
    for (OperationRow row : OperationTable.rows()) {
      boolean product = row.name().matches("matmul|dot");
      if (row.dtypes().contains(DType.BF16)) {
        schedules.addAll(schedules(row, DType.BF16, new Layout[] {Layout.PLAIN}));
      }
      if (product) {
        schedules.addAll(schedules(row, DType.F16, Layout.values()));
      }
    }
    check(CompiledKernel.quickly(schedules, "90a"));
  }

  @Tag("long")
  @ParameterizedTest
  @ValueSource(strings = {"80", "90"})
  void everyRowCompiles(String architecture) {
    List<Schedule> schedules = new ArrayList<>();
    for (OperationRow row : OperationTable.rows()) {
      for (DType dtype : row.dtypes()) {
        schedules.addAll(schedules(row, dtype, Layout.values()));
      }
    }
    check(CompiledKernel.of(schedules, architecture));
  }

  private static void check(List<CompiledKernel> kernels) {
    assertTrue(kernels.size() > 50, kernels.size() + " kernels");
    assertTrue(kernels.stream().anyMatch(CompiledKernel::isTemplate), "no product");
    for (CompiledKernel kernel : kernels) {
      if (kernel.isTemplate()) {
        assertEquals(0, kernel.spilledBytes(), kernel::toString);
      }
    }
  }
}
