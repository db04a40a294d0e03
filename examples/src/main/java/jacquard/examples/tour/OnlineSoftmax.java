package jacquard.examples.tour;

import static jacquard.examples.tour.Sections.section;

import jacquard.autograd.Gradients;
import jacquard.kernels.PlannedBackend;
import jacquard.kernels.Schedule;
import jacquard.tensor.DType;
import jacquard.tensor.Tensor;
import jacquard.tensor.spi.Backend;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Chapter 7: attention in one pass over the keys, and without a matrix of scores.
///
/// B batch, T positions, H heads, E size of a head.
public final class OnlineSoftmax {
  private static final double[] SCORES = {0.5, 2, -1, 3, 1};
  private static final double[] VALUES = {1, 0, 4, 2, -1};

  private OnlineSoftmax() {}

  /// What is known of a row after some of its keys.
  ///
  /// @param most the largest score
  /// @param sum of `e^(score - most)`
  /// @param value sum of `e^(score - most) value`
  record Row(double most, double sum, double value) {
    static final Row EMPTY = new Row(Double.NEGATIVE_INFINITY, 0, 0);

    static Row of(double score, double value) {
      return new Row(score, 1, value);
    }

    /// Of two parts of the keys that of both. What was summed up under a smaller maximum shrinks.
    Row and(Row other) {
      double both = Math.max(most, other.most);
      double here = Math.exp(most - both);
      double there = Math.exp(other.most - both);
      return new Row(both, sum * here + other.sum * there, value * here + other.value * there);
    }

    double result() {
      return value / sum;
    }
  }

  static void main(String[] args) {
    section("one pass");
    System.out.println("score  value    most     sum  result");
    Row row = Row.EMPTY;
    for (int j = 0; j < SCORES.length; j++) {
      row = row.and(Row.of(SCORES[j], VALUES[j]));
      print(
          "%5.1f  %5.1f  %6.1f  %.4f  %6.4f",
          SCORES[j], VALUES[j], row.most, row.sum, row.result());
    }

    section("two passes");
    Tensor weights = Tensor.of(SCORES, 5).softmax(0);
    print("result %.4f", weights.mul(Tensor.of(VALUES, 5)).sum().item());

    section("two halves");
    Row left = Row.EMPTY;
    Row right = Row.EMPTY;
    for (int j = 0; j < SCORES.length; j++) {
      Row one = Row.of(SCORES[j], VALUES[j]);
      left = j < 2 ? left.and(one) : left;
      right = j < 2 ? right : right.and(one);
    }
    print("result %.4f", left.and(right).result());

    section("fused and composed");
    Tensor qkv = SoftmaxStep.wave(2, 64, 3, 2, 16).realise();
    Tensor fused = attend(qkv, true);
    Tensor composed = attend(qkv, false);
    double value = fused.sub(composed).abs().max().item();
    double slope = gradient(fused, qkv).sub(gradient(composed, qkv)).abs().max().item();
    System.out.println("values agree to 1e-5: " + (value < 1e-5));
    System.out.println("gradients agree to 1e-5: " + (slope < 1e-5));

    section("memory");
    System.out.println("   T  fused: tasks, arena KiB  composed: tasks, arena KiB");
    for (int t : new int[] {64, 256, 1024}) {
      Tensor x = Tensor.zeros(1, t, 3, 2, 16).realise();
      Schedule a = schedule(attend(x, true), x);
      Schedule b = schedule(attend(x, false), x);
      print(
          "%4d  %12d  %11d  %15d  %11d",
          t, a.size(), a.arena().bytes() / 1024, b.size(), b.arena().bytes() / 1024);
    }
  }

  /// Causal attention of `[B, T, 3, H, E]`, queries, keys and values, to `[B, T, H, E]`.
  private static Tensor attend(Tensor qkv, boolean fused) {
    Tensor q = qkv.select(2, 0);
    Tensor k = qkv.select(2, 1);
    Tensor v = qkv.select(2, 2);
    if (fused) {
      return q.attention(k, v, true);
    }
    int time = q.dim(1);
    Tensor scores = heads(q).matmul(heads(k).t()).mul(1 / Math.sqrt(q.dim(3)));
    Tensor position = Tensor.iota(time, DType.I32, q.device());
    Tensor seen = position.unsqueeze(1).ge(position);
    Tensor weights = seen.where(scores, Double.NEGATIVE_INFINITY).softmax(-1);
    return heads(weights.matmul(heads(v)));
  }

  /// `[B, T, H, E]` as `[B, H, T, E]`, and back.
  private static Tensor heads(Tensor x) {
    return x.permute(0, 2, 1, 3);
  }

  private static Tensor gradient(Tensor y, Tensor x) {
    return Gradients.of(y.square().sum(), x);
  }

  /// The plan of a value and a gradient, for a device that has the kernels of attention.
  private static Schedule schedule(Tensor y, Tensor x) {
    List<Backend.Root> roots = new ArrayList<>();
    roots.add(new Backend.Root(y.node(), null));
    roots.add(new Backend.Root(gradient(y, x).node(), null));
    return PlannedBackend.schedule(roots, fused -> true);
  }

  private static void print(String format, Object... values) {
    System.out.println(String.format(Locale.ROOT, format, values));
  }
}
