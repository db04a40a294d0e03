package jacquard.kernels;

import jacquard.tensor.Ints;
import jacquard.tensor.Shape;
import jacquard.tensor.graph.BinaryKind;
import jacquard.tensor.graph.Op;
import jacquard.tensor.graph.ReduceKind;
import jacquard.tensor.graph.UnaryKind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/* A sum whose terms have factors that are the same for all that is summed: `sum(a k + b c)` is `k sum(a) + c sum(b)`.

Where `k` or `c` is made of another reduction over the same elements, as in the gradient of a normalisation, the first form walks
them once more when that is known; the sums of the second can be taken together with it. Without such a factor nothing
is gained, and the sum stays as it was written. */
final class FactoredSum {
  /// Sums that one is split into at most, each with an accumulator of its own.
  private static final int MOST_TERMS = 4;

  /// Vertices that are looked through for a reduction.
  private static final int MOST_SEEN = 64;

  /// A summand, with its sign.
  ///
  /// @param factor has size 1 along the summed axes; null if there is none
  private record Term(@Nullable Vertex factor, Vertex rest, boolean negative) {}

  private final List<Term> terms = new ArrayList<>();
  private final Ints axes;

  /// Whether the sum is taken apart.
  private boolean splits = true;

  private FactoredSum(Ints axes) {
    this.axes = axes;
  }

  /// Makes a vertex of the graph.
  interface Maker {
    /// The vertex of an operation, which may have been there before.
    Vertex make(Op op, List<Vertex> sources, Shape shape);
  }

  /// The sum of `x` over `axes` as products of factors and sums; null if it had better stay as it
  /// is.
  static @Nullable Vertex of(Vertex x, Op.Reduce sum, Maker maker) {
    if (sum.kind() != ReduceKind.SUM || !x.dtype.isFloat()) {
      return null;
    }
    FactoredSum it = new FactoredSum(sum.axes());
    it.collect(x, false);
    boolean late = false;
    for (Term term : it.terms) {
      late |= term.factor != null && dependsOnReductionOf(x.shape, term.factor);
    }
    return it.splits && late ? it.written(sum, x.shape, maker) : null;
  }

  private void collect(Vertex v, boolean negative) {
    if (v.op instanceof Op.Binary(BinaryKind kind) && kind == BinaryKind.ADD) {
      collect(v.source(0), negative);
      collect(v.source(1), negative);
    } else if (v.op instanceof Op.Binary(BinaryKind kind) && kind == BinaryKind.SUB) {
      collect(v.source(0), negative);
      collect(v.source(1), !negative);
    } else if (v.op instanceof Op.Unary(UnaryKind kind) && kind == UnaryKind.NEG) {
      collect(v.source(0), !negative);
    } else if (v.op instanceof Op.Binary(BinaryKind kind) && kind == BinaryKind.MUL) {
      boolean first = isFactor(v.source(0));
      if (first || isFactor(v.source(1))) {
        add(v.source(first ? 0 : 1).source(0), v.source(first ? 1 : 0), negative);
      } else {
        add(null, v, negative);
      }
    } else {
      add(null, v, negative);
    }
  }

  private void add(@Nullable Vertex factor, Vertex rest, boolean negative) {
    terms.add(new Term(factor, rest, negative));
    splits &= terms.size() <= MOST_TERMS && !isFactor(rest);
  }

  /// Whether a vertex is a smaller one repeated along the axes.
  private boolean isFactor(Vertex v) {
    if (!(v.op instanceof Op.Expand)) {
      return false;
    }
    for (int i = 0; i < axes.length(); i++) {
      if (v.source(0).shape.dim(axes.get(i)) != 1) {
        return false;
      }
    }
    return true;
  }

  private static boolean dependsOnReductionOf(Shape shape, Vertex factor) {
    Set<Vertex> seen = new HashSet<>(Set.of(factor));
    ArrayDeque<Vertex> open = new ArrayDeque<>(seen);
    while (!open.isEmpty() && seen.size() < MOST_SEEN) {
      Vertex v = open.pop();
      if (v.op instanceof Op.Reduce) {
        if (v.source(0).shape.equals(shape)) {
          return true;
        }
      } else if (v.op instanceof Op.Elementwise || v.op instanceof Op.Movement) {
        for (Vertex source : v.sources) {
          if (seen.add(source)) {
            open.add(source);
          }
        }
      }
    }
    return false;
  }

  private Vertex written(Op.Reduce sum, Shape shape, Maker maker) {
    Shape kept = shape;
    for (int i = 0; i < axes.length(); i++) {
      kept = kept.withDim(axes.get(i), 1);
    }
    Vertex all = null;
    for (Term term : terms) {
      Vertex value = maker.make(sum, List.of(term.rest), kept);
      Vertex factor = term.factor;
      if (factor != null) {
        Vertex whole =
            factor.shape.equals(kept)
                ? factor
                : maker.make(new Op.Expand(kept), List.of(factor), kept);
        value = maker.make(new Op.Binary(BinaryKind.MUL), List.of(whole, value), kept);
      }
      if (all == null) {
        all = term.negative ? maker.make(new Op.Unary(UnaryKind.NEG), List.of(value), kept) : value;
      } else {
        BinaryKind kind = term.negative ? BinaryKind.SUB : BinaryKind.ADD;
        all = maker.make(new Op.Binary(kind), List.of(all, value), kept);
      }
    }
    if (all == null) {
      throw new AssertionError("a sum without terms");
    }
    return all;
  }
}
