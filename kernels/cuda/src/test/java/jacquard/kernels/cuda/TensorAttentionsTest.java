package jacquard.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.kernels.csource.Dialect;
import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import jacquard.tensor.graph.Op;
import jacquard.tensor.reference.Evaluator;
import jacquard.tensor.spi.Backend;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/*
 * B batch, T queries, S keys, H heads, E size of a head
 */

/// Attention on tensor cores, without any: as [TensorProductsTest] does, its text runs on the
/// processor. Results differ from the reference's by the rounding of weights, which the kernels
/// round before they are divided by their sum.
class TensorAttentionsTest {
  @TempDir Path folder;

  /// @param q `[B, T, H, E]`
  /// @param k `[B, S, H, E]`
  /// @param v as `k`
  /// @param g as `q`, cotangents of the result
  private record Case(
      String name, boolean causal, double scale, Tensor q, Tensor k, Tensor v, Tensor g) {
    Tensor y() {
      return q.attentionWide(k, v, causal, scale);
    }

    Tensor sums() {
      return Tensor.apply(new Op.AttentionLogSum(causal, scale), q, k, y());
    }

    /// `[B, T, 3, H, E]`
    Tensor gradient() {
      return Tensor.apply(new Op.AttentionGradient(causal, scale), q, k, v, y(), sums(), g);
    }

    boolean hasGradient() {
      return q.shape().equals(k.shape());
    }
  }

  private static Tensor stored(DType dtype, int seed, int... dims) {
    Shape shape = Shape.of(dims);
    float[] values = new float[shape.arraySize()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (2 * Math.sin(i * (0.37 + 0.11 * seed) + 0.001 * i * (i % 97)));
    }
    return Tensor.stored(dtype, values, shape, Device.REFERENCE);
  }

  private static Case of(String name, boolean causal, double scale, Tensor q, Tensor k, Tensor v) {
    String all = "%s%s %s".formatted(q.dtype(), causal ? " causal" : "", name);
    Tensor g = stored(q.dtype(), 9, q.shape().toArray());
    return new Case(all, causal, scale, q, k, v, g);
  }

  /// Parts of one projection `[B, T, 3, H, E]`.
  private static Case projected(
      DType dtype, boolean causal, int batch, int time, int heads, int size) {
    String name = "[%d, %d, 3, %d, %d]".formatted(batch, time, heads, size);
    Tensor qkv = stored(dtype, 1, batch, time, 3, heads, size);
    return of(name, causal, 1 / Math.sqrt(size), qkv);
  }

  private static Case of(String name, boolean causal, double scale, Tensor qkv) {
    return of(name, causal, scale, qkv.select(2, 0), qkv.select(2, 1), qkv.select(2, 2));
  }

  private static Case apart(DType dtype, boolean causal, int time, int keys, int size) {
    Tensor q = stored(dtype, 2, 1, time, 2, size);
    Tensor k = stored(dtype, 3, 1, keys, 2, size);
    Tensor v = stored(dtype, 4, 1, keys, 2, size);
    return of("%d to %d of %d".formatted(time, keys, size), causal, 0.7, q, k, v);
  }

  /// Heads that end inside 16 bytes, each of which begins at a multiple of them.
  private static Case padded() {
    Tensor qkv = stored(DType.BF16, 1, 1, 70, 3, 2, 24).slice(-1, 0, 20);
    return of("heads of 20 in 24", true, 0.3, qkv);
  }

  /// Cotangents whose heads lie apart.
  private static Case turned() {
    Case plain = projected(DType.F16, true, 1, 70, 2, 32);
    Tensor g = stored(DType.F16, 9, 1, 2, 70, 32).permute(0, 2, 1, 3);
    return new Case("turned cotangents", true, 0.2, plain.q, plain.k, plain.v, g);
  }

  /// What warps don't do: scores that are not in the order of products, and the gradient of the
  /// largest heads that are copied one by one.
  private static List<Case> byItems() {
    Tensor qkv = stored(DType.BF16, 1, 1, 40, 3, 2, 16);
    return List.of(
        of("of a negative scale", true, -0.5, qkv),
        of("of no scale", false, 0, qkv),
        projected(DType.BF16, true, 1, 40, 1, 124));
  }

  private static List<Case> cases() {
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

  /// A result, cut into parts of which each is compared by itself.
  ///
  /// @param parts how many there are, and how many elements lie together
  /// @param tolerance what an element may be off, of the largest of its part
  private record Result(String name, Tensor tensor, int parts, int together, double tolerance) {
    int part(int element) {
      return element / together % parts;
    }

    /// What is wrong with what was found; empty if nothing is.
    String wrong(ByteBuffer found) {
      double[] expected = Evaluator.evaluate(List.of(tensor.node())).getFirst().toDoubles();
      double[] largest = new double[parts];
      Arrays.fill(largest, 0.01); // one key has the weight 1, without a gradient
      for (int i = 0; i < expected.length; i++) {
        largest[part(i)] = Math.max(largest[part(i)], Math.abs(expected[i]));
      }
      for (int i = 0; i < expected.length; i++) {
        float y = found.getFloat(4 * i);
        if (!(Math.abs(y - expected[i]) <= tolerance * largest[part(i)])) {
          return "%s, part %d, at %d: %g, expected %g, the largest of the part being %g"
              .formatted(name, part(i), i, y, expected[i], largest[part(i)]);
        }
      }
      return "";
    }
  }

  private static List<Result> results(List<Case> cases) {
    List<Result> results = new ArrayList<>();
    for (Case c : cases) {
      double rounding = c.q.dtype() == DType.F16 ? 0x1p-11 : 0x1p-8;
      results.add(new Result(c.name, c.y(), 1, 1, rounding));
      if (c.hasGradient()) {
        int row = c.q.dim(2) * c.q.dim(3);
        results.add(new Result("gradient, " + c.name, c.gradient(), 3, row, 2 * rounding));
      } else {
        results.add(new Result("sums, " + c.name, c.sums(), 1, 1, 0x1p-20));
      }
    }
    return results;
  }

  private static final Dialect WARPS = Emulator.dialect(Dialect.TensorCores.WARPS);

  private static String program(List<String> kernels) {
    return Emulator.withoutPtx(WARPS.program(kernels));
  }

  private static Emulator emulator(List<Result> results) {
    Emulator emulator = new Emulator(WARPS);
    for (Result result : results) {
      emulator.add(
          result.tensor,
          plan -> {
            plan.listing()
                .kernels()
                .forEach((entry, text) -> assertTrue(text.contains("mma_"), entry));
            return true;
          });
    }
    return emulator;
  }

  private static String wrong(List<Result> results, List<ByteBuffer> found) {
    return IntStream.range(0, results.size())
        .mapToObj(r -> results.get(r).wrong(found.get(r)))
        .filter(trouble -> !trouble.isEmpty())
        .findFirst()
        .orElse("");
  }

  @Test
  void attentionIsThatOfTheReference() throws IOException, InterruptedException {
    List<Result> results = results(cases());
    Emulator emulator = emulator(results);
    for (Result result : results(byItems())) {
      results.add(result);
      Set<String> kernels = new HashSet<>();
      emulator.add(result.tensor, plan -> kernels.addAll(plan.listing().kernels().values()));
      boolean warps = result.name.equals("bf16 causal [1, 40, 3, 1, 124]");
      assertEquals(warps, kernels.stream().allMatch(text -> text.contains("mma_")), result.name);
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
  private static Lack barrier(String name, String next) {
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
  /// multiprocessor with, of those that copy one by one, and of all.
  @Test
  void kernelsCompileWithoutSpills() {
    kernelsCompileWithoutSpills(90);
  }

  @Tag("long")
  @Test
  void kernelsCompileWithoutSpillsFor80() {
    kernelsCompileWithoutSpills(80);
  }

  private static void kernelsCompileWithoutSpills(int architecture) {
    Map<String, String> texts = new LinkedHashMap<>();
    for (int size : new int[] {48, 46, 64, 62, 112, 108, 128}) {
      DType dtype = size == 112 ? DType.F16 : DType.BF16;
      Tensor gradient = projected(dtype, true, 1, 133, 1, size).gradient();
      var root = new Backend.Root(gradient.node(), null);
      texts.putAll(CompiledKernel.textsOf(List.of(CompiledKernel.schedule(List.of(root)))));
    }
    for (CompiledKernel kernel : CompiledKernel.of(texts, architecture)) {
      assertTrue(kernel.text().contains("mma_"), kernel::name);
      assertEquals(0, kernel.spilledBytes(), kernel::toString);
    }
  }
}
