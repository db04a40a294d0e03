package jacquard.kernels.cuda;

import static jacquard.kernels.cuda.AttentionCase.apart;
import static jacquard.kernels.cuda.AttentionCase.of;
import static jacquard.kernels.cuda.AttentionCase.projected;
import static jacquard.kernels.cuda.AttentionCase.results;
import static jacquard.kernels.cuda.AttentionCase.stored;
import static jacquard.kernels.cuda.AttentionCase.wrong;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.kernels.Schedule;
import jacquard.kernels.csource.Dialect;
import jacquard.kernels.cuda.AttentionCase.Result;
import jacquard.tensor.DType;
import jacquard.tensor.Tensor;
import jacquard.tensor.spi.Backend;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Attention on tensor cores, without any: as [TensorProductsTest] does, its text runs on the
/// processor. Results differ from the reference's by the rounding of weights, which the kernels
/// round before they are divided by their sum.
class TensorAttentionsTest {
  @TempDir Path folder;

  /// Heads that end inside 16 bytes, each of which begins at a multiple of them.
  private static AttentionCase padded() {
    Tensor qkv = stored(DType.BF16, 1, 1, 70, 3, 2, 24).slice(-1, 0, 20);
    return of("heads of 20 in 24", true, 0.3, qkv);
  }

  /// Cotangents whose heads lie apart.
  private static AttentionCase turned() {
    AttentionCase plain = projected(DType.F16, true, 1, 70, 2, 32);
    Tensor g = stored(DType.F16, 9, 1, 2, 70, 32).permute(0, 2, 1, 3);
    return new AttentionCase("turned cotangents", true, 0.2, plain.q(), plain.k(), plain.v(), g);
  }

  /// What warps don't do: scores that are not in the order of products, and the gradient of the
  /// largest heads that are copied one by one.
  private static List<AttentionCase> byItems() {
    Tensor qkv = stored(DType.BF16, 1, 1, 40, 3, 2, 16);
    return List.of(
        of("of a negative scale", true, -0.5, qkv),
        of("of no scale", false, 0, qkv),
        projected(DType.BF16, true, 1, 40, 1, 124));
  }

  private static List<AttentionCase> cases() {
    return List.of(
        projected(DType.BF16, false, 2, 70, 2, 16),
        projected(DType.F16, true, 1, 70, 2, 16),
        projected(DType.F16, false, 1, 66, 1, 64),
        projected(DType.BF16, true, 1, 133, 1, 64),
        projected(DType.BF16, true, 2, 37, 2, 20), // one by one
        projected(DType.F16, false, 1, 37, 2, 20),
        projected(DType.BF16, true, 1, 97, 1, 128),
        projected(DType.F16, true, 1, 67, 1, 80),
        projected(DType.BF16, false, 1, 33, 1, 24),
        projected(DType.F16, true, 1, 1, 2, 48),
        padded(),
        turned(),
        apart(DType.BF16, true, 40, 150, 32),
        apart(DType.F16, true, 150, 40, 32), // queries that see all keys
        apart(DType.F16, false, 100, 5, 72));
  }

  static final Dialect WARPS = Emulator.dialect(Dialect.TensorCores.WARPS);

  static String program(List<String> kernels) {
    return Emulator.withoutPtx(WARPS.program(kernels));
  }

  private static Emulator emulator(List<Result> results) {
    Emulator emulator = new Emulator(WARPS);
    for (Result result : results) {
      emulator.add(
          result.tensor(),
          plan -> {
            plan.listing()
                .kernels()
                .forEach((entry, text) -> assertTrue(text.contains("mma_"), entry));
            return true;
          });
    }
    return emulator;
  }

  @Test
  void attentionIsThatOfTheReference() throws IOException, InterruptedException {
    List<Result> results = results(cases());
    Emulator emulator = emulator(results);
    for (Result result : results(byItems())) {
      results.add(result);
      Set<String> kernels = new HashSet<>();
      emulator.add(result.tensor(), plan -> kernels.addAll(plan.listing().kernels().values()));
      boolean warps = result.name().equals("bf16 causal [1, 40, 3, 1, 124]");
      assertEquals(warps, kernels.stream().allMatch(text -> text.contains("mma_")), result.name());
    }
    assertEquals("", wrong(results, emulator.run(folder, TensorAttentionsTest::program)));
  }

  private static final List<Lack> LACKS =
      List.of(
          Lack.of("a wait for copies", ", expected ", "cp_async_wait_all();", ""),
          barrier("before queries are read", "    u32 qa[4][4];"),
          barrier("before a tile", "      \n#pragma unroll"),
          barrier("before values are read", "      if (j0 + 64 < end) { "),
          Lack.of(
              "later keys hidden",
              ", expected ",
              "if (j >= keys || (causal && j > i))",
              "if (false)"),
          Lack.of("sums shrunk with a new maximum", ", expected ", "total[r] *= shrink;", ""),
          barrier("before cotangents are read", "    u32 qa[4][4], ga[4][4];"),
          barrier("before they are written over", "    float sum[8][4], dot[2]"),
          barrier("before a tile of keys", "      if (j0 + 64 < end) {\n"),
          barrier("before keys are read", "    u32 ka[4][4]"),
          barrier("before keys are written over", "    float dk[8][4]"),
          barrier("before a tile of queries", "      if (i0 + 64 < time) {"),
          Lack.of("two tiles in turns", "order of items", "(stage ^ 1) * 2 * 64", "stage * 2 * 64"),
          Lack.of("two rows of dots", "order of items", "dots[stage]", "dots[0]"));

  /// The barrier whose next line begins so.
  static Lack barrier(String name, String next) {
    return Lack.of("a barrier " + name, "order of items", "__syncthreads();\n" + next, next);
  }

  @TestFactory
  Stream<DynamicTest> whatAKernelLacksIsSeen() throws IOException, InterruptedException {
    List<Result> results = results(List.of(projected(DType.BF16, true, 1, 200, 1, 64)));
    return Lack.tests(
        emulator(results),
        folder,
        TensorAttentionsTest::program,
        found -> wrong(results, found),
        LACKS);
  }

  /// The sizes of heads that want most registers: the largest of those that three groups share a
  /// multiprocessor with, of those that copy one by one, of those that many rows are offered for,
  /// and of all.
  @Test
  void kernelsCompileWithoutSpills() {
    Map<String, String> texts = texts(DType.BF16, 64, 48, 46, 64, 62, 112, 108, 128);
    texts.putAll(texts(DType.BF16, 128, 64, 112));
    texts.putAll(texts(DType.BF16, 32, 46));
    compileWithoutSpills(texts, "mma_", 90);
  }

  @Tag("long")
  @ParameterizedTest
  @ValueSource(ints = {80, 90})
  void allKernelsCompileWithoutSpills(int architecture) {
    Map<String, String> texts = new LinkedHashMap<>();
    for (int rows : new int[] {32, 64, 128}) {
      texts.putAll(texts(DType.BF16, rows, 48, 46, 64, 62, 112, 108, 128));
    }
    compileWithoutSpills(texts, "mma_", architecture);
  }

  /// Kernels whose groups own so many rows, if that is offered.
  static Map<String, String> texts(DType dtype, int rows, int... sizes) {
    List<Schedule> schedules = new ArrayList<>();
    for (int size : sizes) {
      DType one = size == 112 && dtype.isHalf() ? DType.F16 : dtype;
      Tensor gradient = projected(one, true, 1, 133, 1, size).gradient();
      schedules.add(CompiledKernel.schedule(List.of(new Backend.Root(gradient.node(), null))));
    }
    return CompiledKernel.textsOf(Dialect.CUDA, schedules, AttentionCase.owning(rows));
  }

  static void compileWithoutSpills(Map<String, String> texts, String word, int architecture) {
    for (CompiledKernel kernel : CompiledKernel.of(texts, architecture)) {
      assertTrue(kernel.text().contains(word), kernel::name);
      assertEquals(0, kernel.spilledBytes(), kernel::toString);
    }
  }
}
