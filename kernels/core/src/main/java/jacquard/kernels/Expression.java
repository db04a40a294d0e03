package jacquard.kernels;

import jacquard.tensor.DType;
import jacquard.tensor.graph.BinaryKind;
import jacquard.tensor.graph.UnaryKind;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What a vertex computes at one index, as a tree over reads of materialised vertices. All views of
/// an expression have the shape of the vertex. Expressions share sub-expressions and are compared
/// by identity only: [KernelBuilder] finds equal ones.
sealed interface Expression {
  DType dtype();

  record Constant(DType dtype, long bits) implements Expression {}

  record Dynamic(DType dtype, int slot) implements Expression {}

  /// @param after vertex that must have been computed before the read, for
  ///   [jacquard.tensor.graph.Op.After]
  record Read(Vertex vertex, View view, @Nullable Vertex after) implements Expression {
    @Override
    public DType dtype() {
      return vertex.dtype;
    }
  }

  /// The position of the view as a number.
  record Index(DType dtype, View view) implements Expression {}

  /// @param key a [Constant], [Dynamic] or a [Read] of one element
  record Random(View view, Expression key, int salt) implements Expression {
    @Override
    public DType dtype() {
      return DType.I32;
    }
  }

  record Unary(UnaryKind kind, Expression x) implements Expression {
    @Override
    public DType dtype() {
      return x.dtype();
    }
  }

  record Binary(BinaryKind kind, Expression x, Expression y) implements Expression {
    @Override
    public DType dtype() {
      return kind.isComparison() ? DType.BOOL : x.dtype();
    }
  }

  record Where(Expression condition, Expression x, Expression y) implements Expression {
    @Override
    public DType dtype() {
      return x.dtype();
    }
  }

  record Cast(DType dtype, Expression x) implements Expression {}

  /// What an expression costs.
  ///
  /// @param operations instructions, leaves included
  /// @param transcendentals how many of them cost tens of machine instructions
  /// @param divisions how many are divisions or roots, for which a processor has one slow
  ///   instruction
  /// @param reads distinct vertices read, in the order in which they are met
  record Cost(int operations, int transcendentals, int divisions, Set<Vertex> reads) {}

  static Cost cost(Expression root) {
    Set<Expression> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    Set<Vertex> reads = new LinkedHashSet<>();
    int[] transcendentals = {0};
    int[] divisions = {0};
    visit(
        root,
        seen,
        e -> {
          switch (e) {
            case Read r -> reads.add(r.vertex);
            case Unary u -> {
              transcendentals[0] += u.kind.isTranscendental() ? 1 : 0;
              divisions[0] += u.kind.isDivision() ? 1 : 0;
            }
            case Binary b -> {
              transcendentals[0] += b.kind.isTranscendental() ? 1 : 0;
              divisions[0] += b.kind == BinaryKind.DIV ? 1 : 0;
            }
            case Random r -> transcendentals[0] += 2;
            case Constant c -> {}
            case Dynamic d -> {}
            case Index i -> {}
            case Where w -> {}
            case Cast c -> {}
          }
        });
    return new Cost(seen.size(), transcendentals[0], divisions[0], reads);
  }

  /// Calls `action` once for each sub-expression.
  static void visit(
      Expression e, Set<Expression> seen, java.util.function.Consumer<Expression> action) {
    if (!seen.add(e)) {
      return;
    }
    switch (e) {
      case Constant c -> {}
      case Dynamic d -> {}
      case Read r -> {}
      case Index i -> {}
      case Random r -> visit(r.key, seen, action);
      case Unary u -> visit(u.x, seen, action);
      case Binary b -> {
        visit(b.x, seen, action);
        visit(b.y, seen, action);
      }
      case Where w -> {
        visit(w.condition, seen, action);
        visit(w.x, seen, action);
        visit(w.y, seen, action);
      }
      case Cast c -> visit(c.x, seen, action);
    }
    action.accept(e);
  }

  /// The expression with every view moved.
  ///
  /// @param move gives the moved view, or null if it is no strided look any more
  /// @return null if any view could not be moved
  static @Nullable Expression moved(Expression e, Function<View, @Nullable View> move) {
    return moved(e, move, new IdentityHashMap<>());
  }

  private static @Nullable Expression moved(
      Expression e, Function<View, @Nullable View> move, Map<Expression, Expression> done) {
    Expression known = done.get(e);
    if (known != null) {
      return known;
    }
    Expression result =
        switch (e) {
          case Constant c -> c;
          case Dynamic d -> d;
          case Read r -> {
            View v = move.apply(r.view);
            yield v == null ? null : new Read(r.vertex, v, r.after);
          }
          case Index i -> {
            View v = move.apply(i.view);
            yield v == null ? null : new Index(i.dtype, v);
          }
          case Random r -> {
            View v = move.apply(r.view);
            yield v == null ? null : new Random(v, r.key, r.salt);
          }
          case Unary u -> {
            Expression x = moved(u.x, move, done);
            yield x == null ? null : new Unary(u.kind, x);
          }
          case Binary b -> {
            Expression x = moved(b.x, move, done);
            Expression y = x == null ? null : moved(b.y, move, done);
            yield x == null || y == null ? null : new Binary(b.kind, x, y);
          }
          case Where w -> {
            Expression c = moved(w.condition, move, done);
            Expression x = c == null ? null : moved(w.x, move, done);
            Expression y = x == null ? null : moved(w.y, move, done);
            yield c == null || x == null || y == null ? null : new Where(c, x, y);
          }
          case Cast c -> {
            Expression x = moved(c.x, move, done);
            yield x == null ? null : new Cast(c.dtype, x);
          }
        };
    if (result != null) {
      done.put(e, result);
    }
    return result;
  }

  /// The read this expression is, if it is nothing else.
  static @Nullable Read asRead(@Nullable Expression e) {
    return e instanceof Read r ? r : null;
  }

  static Read whole(Vertex v) {
    return new Read(v, View.contiguous(v.shape), null);
  }
}
