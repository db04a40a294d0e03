package jacquard.kernels;

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

/* A sum of which some terms have a factor that is the same for all that is summed: `sum(a k + b c + r)` is
`k sum(a) + c sum(b) + sum(r)`.

Where `k` or `c` is made of another reduction over the same elements, as in the gradient of a normalisation, the first form walks
them once more when that is known; the sums of the second can be taken together with it. Without such a factor nothing
is gained, and the sum stays as it was written. So does what has no factor: its terms may cancel each other exactly, as products,
which are rounded, don't. */
final class FactoredSum {
  /// Terms with factors at most, each of which has an accumulator of its own.
  private static final int MOST_TERMS = 4;

  /// Additions, and what they add up, that are looked at.
  private static final int MOST_PARTS = 24;

  /// Vertices that are looked through for a reduction.
  private static final int MOST_SEEN = 64;

  /// A product, with its sign in the sum.
  ///
  /// @param factor has size 1 along the summed axes
  private record Term(Vertex factor, Vertex rest, boolean negative) {}

  private final Op.Reduce sum;
  private final Shape shape;
  private final Maker maker;
  private final List<Term> terms = new ArrayList<>();

  /// Additions and their terms, met so far.
  private int parts;

  private FactoredSum(Op.Reduce sum, Shape shape, Maker maker) {
    this.sum = sum;
    this.shape = shape;
    this.maker = maker;
  }

  /// Makes a vertex of the graph.
  interface Maker {
    /// The vertex of an operation, which may have been there before.
    Vertex make(Op op, List<Vertex> sources, Shape shape);
  }

  /// The sum of `x` as products of factors and sums; null if it had better stay as it is.
  static @Nullable Vertex of(Vertex x, Op.Reduce sum, Maker maker) {
    if (sum.kind() != ReduceKind.SUM || !x.dtype.isFloat()) {
      return null;
    }
    FactoredSum it = new FactoredSum(sum, x.shape, maker);
    it.collect(x, false);
    boolean isSplit =
        it.parts <= MOST_PARTS && it.terms.size() <= MOST_TERMS && !it.terms.isEmpty();
    return isSplit ? it.written(it.without(x)) : null;
  }

  /// Finds the terms with factors that are known late.
  private void collect(Vertex v, boolean negative) {
    parts++;
    if (parts > MOST_PARTS) {
      return;
    }
    Term term = term(v, negative);
    if (term != null) {
      terms.add(term);
    } else if (isAddition(v)) {
      boolean turns = v.op instanceof Op.Binary(BinaryKind kind) && kind == BinaryKind.SUB;
      collect(v.source(0), negative);
      collect(v.source(1), negative != turns);
    } else if (isNegation(v)) {
      collect(v.source(0), !negative);
    }
  }

  private @Nullable Term term(Vertex v, boolean negative) {
    if (!(v.op instanceof Op.Binary(BinaryKind kind) && kind == BinaryKind.MUL)) {
      return null;
    }
    for (int i = 0; i < 2; i++) {
      if (isFactor(v.source(i)) && isLate(v.source(i).source(0))) {
        return new Term(v.source(i).source(0), v.source(1 - i), negative);
      }
    }
    return null;
  }

  private static boolean isAddition(Vertex v) {
    return v.op instanceof Op.Binary(BinaryKind kind)
        && (kind == BinaryKind.ADD || kind == BinaryKind.SUB);
  }

  private static boolean isNegation(Vertex v) {
    return v.op instanceof Op.Unary(UnaryKind kind) && kind == UnaryKind.NEG;
  }

  /// The same without its terms, otherwise as it was written; null if nothing is left.
  private @Nullable Vertex without(Vertex v) {
    if (term(v, false) != null) {
      return null;
    }
    if (isNegation(v)) {
      Vertex x = without(v.source(0));
      return x == null || x == v.source(0) ? (x == null ? null : v) : negated(x, shape);
    }
    if (!isAddition(v)) {
      return v;
    }
    Vertex x = without(v.source(0));
    Vertex y = without(v.source(1));
    if (x == v.source(0) && y == v.source(1)) {
      return v;
    }
    if (y == null) {
      return x;
    }
    if (x == null) {
      return v.op instanceof Op.Binary(BinaryKind kind) && kind == BinaryKind.SUB
          ? negated(y, shape)
          : y;
    }
    return maker.make(v.op, List.of(x, y), shape);
  }

  private Vertex negated(Vertex v, Shape of) {
    return maker.make(new Op.Unary(UnaryKind.NEG), List.of(v), of);
  }

  /// Whether a vertex is a smaller one repeated along the axes.
  private boolean isFactor(Vertex v) {
    if (!(v.op instanceof Op.Expand)) {
      return false;
    }
    for (int i = 0; i < sum.axes().length(); i++) {
      if (v.source(0).shape.dim(sum.axes().get(i)) != 1) {
        return false;
      }
    }
    return true;
  }

  /// Whether a factor is made of a reduction over the same elements along the same axes.
  private boolean isLate(Vertex factor) {
    Set<Vertex> seen = new HashSet<>(Set.of(factor));
    ArrayDeque<Vertex> open = new ArrayDeque<>(seen);
    while (!open.isEmpty() && seen.size() < MOST_SEEN) {
      Vertex v = open.pop();
      if (v.op instanceof Op.Reduce other) {
        if (v.source(0).shape.equals(shape) && other.axes().equals(sum.axes())) {
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

  private Vertex written(@Nullable Vertex rest) {
    Shape kept = shape;
    for (int i = 0; i < sum.axes().length(); i++) {
      kept = kept.withDim(sum.axes().get(i), 1);
    }
    Vertex all = rest == null ? null : maker.make(sum, List.of(rest), kept);
    for (Term term : terms) {
      Vertex factor =
          term.factor.shape.equals(kept)
              ? term.factor
              : maker.make(new Op.Expand(kept), List.of(term.factor), kept);
      Vertex part = maker.make(sum, List.of(term.rest), kept);
      Vertex value = maker.make(new Op.Binary(BinaryKind.MUL), List.of(factor, part), kept);
      if (all == null) {
        all = term.negative ? negated(value, kept) : value;
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
