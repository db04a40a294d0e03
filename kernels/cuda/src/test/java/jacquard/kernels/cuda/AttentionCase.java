package jacquard.kernels.cuda;

import jacquard.kernels.csource.Tiles;
import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import jacquard.tensor.graph.Op;
import jacquard.tensor.reference.Evaluator;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/*
 * B batch, T queries, S keys, H heads, E size of a head
 */

/// Attention that is computed, and its gradient.
///
/// @param q `[B, T, H, E]`
/// @param k `[B, S, H, E]`
/// @param v as `k`
/// @param g as `q`, cotangents of the result
record AttentionCase(
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

  static Tensor stored(DType dtype, int seed, int... dims) {
    Shape shape = Shape.of(dims);
    float[] values = new float[shape.arraySize()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (2 * Math.sin(i * (0.37 + 0.11 * seed) + 0.001 * i * (i % 97)));
    }
    return Tensor.stored(dtype, values, shape, Device.REFERENCE);
  }

  static AttentionCase of(String name, boolean causal, double scale, Tensor q, Tensor k, Tensor v) {
    String all = "%s%s %s".formatted(q.dtype(), causal ? " causal" : "", name);
    Tensor g = stored(q.dtype(), 9, q.shape().toArray());
    return new AttentionCase(all, causal, scale, q, k, v, g);
  }

  /// Parts of one projection `[B, T, 3, H, E]`.
  static AttentionCase projected(
      DType dtype, boolean causal, int batch, int time, int heads, int size) {
    String name = "[%d, %d, 3, %d, %d]".formatted(batch, time, heads, size);
    Tensor qkv = stored(dtype, 1, batch, time, 3, heads, size);
    return of(name, causal, 1 / Math.sqrt(size), qkv);
  }

  static AttentionCase of(String name, boolean causal, double scale, Tensor qkv) {
    return of(name, causal, scale, qkv.select(2, 0), qkv.select(2, 1), qkv.select(2, 2));
  }

  static AttentionCase apart(DType dtype, boolean causal, int time, int keys, int size) {
    Tensor q = stored(dtype, 2, 1, time, 2, size);
    Tensor k = stored(dtype, 3, 1, keys, 2, size);
    Tensor v = stored(dtype, 4, 1, keys, 2, size);
    return of("%d to %d of %d".formatted(time, keys, size), causal, 0.7, q, k, v);
  }

  /// As many positions as these wherever a group may own them.
  static Tiles owning(int own) {
    return choice -> choice.options().contains(own) ? own : choice.usual();
  }

  /// A result, cut into parts of which each is compared by itself.
  ///
  /// @param parts how many there are, and how many elements lie together
  /// @param tolerance what an element may be off, of the largest of its part
  record Result(String name, Tensor tensor, int parts, int together, double tolerance) {
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

  /// The result of each, and its gradient, or the sums of those that have none.
  static List<Result> results(List<AttentionCase> cases) {
    List<Result> results = new ArrayList<>();
    for (AttentionCase c : cases) {
      DType dtype = c.q.dtype();
      double rounding = dtype == DType.F16 ? 0x1p-11 : dtype == DType.BF16 ? 0x1p-8 : 0x1p-18;
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

  static String wrong(List<Result> results, List<ByteBuffer> found) {
    return IntStream.range(0, results.size())
        .mapToObj(r -> results.get(r).wrong(found.get(r)))
        .filter(trouble -> !trouble.isEmpty())
        .findFirst()
        .orElse("");
  }
}
