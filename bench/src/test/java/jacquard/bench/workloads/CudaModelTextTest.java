package jacquard.bench.workloads;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.kernels.Schedule;
import jacquard.kernels.Task;
import jacquard.kernels.cuda.CompiledKernel;
import jacquard.nn.Precision;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Every kernel that a training step of the standard models wants is CUDA C that compiles. No
/// product or attention keeps in memory what doesn't fit its registers; a loop may around a
/// division, which is a call for compilers before Hopper's.
class CudaModelTextTest {
  private static final int AROUND_CALLS = 32;

  @ParameterizedTest
  @ValueSource(strings = {"80", "90"})
  void everyKernelOfTheModelsCompiles(String architecture) {
    List<Schedule> schedules =
        GoldenScheduleTest.models().map(m -> CompiledKernel.schedule(m.roots())).toList();
    List<CompiledKernel> kernels = CompiledKernel.of(schedules, architecture);
    int products = 0;
    for (CompiledKernel kernel : kernels) {
      boolean product = kernel.name().matches("(product|attention).*");
      assertTrue(kernel.spilledBytes() <= (product ? 0 : AROUND_CALLS), kernel::toString);
      products += product ? 1 : 0;
    }
    System.out.printf(
        "sm_%s: %d kernels, of them %d products and attentions, at most %d registers%n",
        architecture,
        kernels.size(),
        products,
        kernels.stream().mapToInt(CompiledKernel::registers).max().orElse(0));
    assertTrue(products >= 8, products + " products");
  }

  @Test
  void tensorCoresMultiplyWhateverAGanInBf16Does() {
    var gan = new GoldenScheduleTest.Model("gan", () -> GanWorkload.convolutional(Precision.BF16));
    Schedule schedule = CompiledKernel.schedule(gan.roots());
    assertTrue(schedule.tasks().stream().filter(t -> t instanceof Task.Conv).count() >= 8);
    Map<String, String> texts = CompiledKernel.textsOf(List.of(schedule));
    texts.keySet().removeIf(name -> !name.startsWith("product"));
    assertTrue(texts.size() >= 8, texts.keySet()::toString);
    texts.forEach((name, text) -> assertTrue(text.contains("mma_bf16"), text));
    for (CompiledKernel kernel : CompiledKernel.of(texts, 90)) {
      assertEquals(0, kernel.spilledBytes(), kernel::toString);
    }
  }
}
