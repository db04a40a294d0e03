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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
  private record Case(String name, boolean causal, double scale, Tensor q, Tensor k, Tensor v) {
    Tensor y() {
      return q.attentionWide(k, v, causal, scale);
    }

    Tensor sums() {
      return Tensor.apply(new Op.AttentionLogSum(causal, scale), q, k, y());
    }

    /// `[B, T, 3, H, E]`
    Tensor gradient() {
      Tensor g = stored(q.dtype(), 9, q.shape().toArray());
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

  /// Parts of one projection `[B, T, 3, H, E]`.
  private static Case projected(
      DType dtype, boolean causal, int batch, int time, int heads, int size) {
    Tensor qkv = stored(dtype, 1, batch, time, 3, heads, size);
    String name =
        "%s%s [%d, %d, 3, %d, %d]"
            .formatted(dtype, causal ? " causal" : "", batch, time, heads, size);
    return new Case(
        name, causal, 1 / Math.sqrt(size), qkv.select(2, 0), qkv.select(2, 1), qkv.select(2, 2));
  }

  private static Case apart(DType dtype, boolean causal, int time, int keys, int size) {
    Tensor q = stored(dtype, 2, 1, time, 2, size);
    Tensor k = stored(dtype, 3, 1, keys, 2, size);
    Tensor v = stored(dtype, 4, 1, keys, 2, size);
    String name = "%s%s %d to %d of %d".formatted(dtype, causal ? " causal" : "", time, keys, size);
    return new Case(name, causal, 0.7, q, k, v);
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
        apart(DType.BF16, true, 40, 150, 32),
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

    void check(ByteBuffer found) {
      double[] expected = Evaluator.evaluate(List.of(tensor.node())).getFirst().toDoubles();
      double[] largest = new double[parts];
      Arrays.fill(largest, 0.01); // one key has the weight 1, without a gradient
      for (int i = 0; i < expected.length; i++) {
        largest[part(i)] = Math.max(largest[part(i)], Math.abs(expected[i]));
      }
      for (int i = 0; i < expected.length; i++) {
        String what = name + ", part " + part(i) + ", at " + i;
        assertEquals(expected[i], found.getFloat(4 * i), tolerance * largest[part(i)], what);
      }
    }
  }

  private static List<Result> results() {
    List<Result> results = new ArrayList<>();
    for (Case c : cases()) {
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

  @Test
  void attentionIsThatOfTheReference() throws IOException, InterruptedException {
    List<Result> results = results();
    Dialect dialect = Emulator.dialect(Dialect.TensorCores.WARPS);
    Emulator emulator = new Emulator(dialect);
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
    List<ByteBuffer> outputs =
        emulator.run(folder, texts -> Emulator.withoutPtx(dialect.program(texts)));
    for (int r = 0; r < results.size(); r++) {
      results.get(r).check(outputs.get(r));
    }
  }

  /// The sizes of heads that want most registers: the largest of those that three groups share a
  /// multiprocessor with, of those that copy one by one, and of all.
  @ParameterizedTest
  @ValueSource(ints = {80, 90})
  void kernelsCompileWithoutSpills(int architecture) {
    Map<String, String> texts = new LinkedHashMap<>();
    for (int size : new int[] {48, 46, 64, 62, 112, 108, 128}) {
      Tensor gradient = projected(DType.BF16, true, 1, 133, 1, size).gradient();
      var root = new Backend.Root(gradient.node(), null);
      texts.putAll(CompiledKernel.textsOf(List.of(CompiledKernel.schedule(List.of(root)))));
    }
    for (CompiledKernel kernel : CompiledKernel.of(texts, architecture)) {
      assertTrue(kernel.text().contains("mma_bf16"), kernel::name);
      assertEquals(0, kernel.spilledBytes(), kernel::toString);
    }
  }
}
