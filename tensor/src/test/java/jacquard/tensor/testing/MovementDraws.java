package jacquard.tensor.testing;

import jacquard.tensor.DType;
import jacquard.tensor.Ints;
import jacquard.tensor.Movement;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import jacquard.tensor.graph.Op;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Movements and markers of drawn values.
final class MovementDraws {
  private final GraphPool pool;

  MovementDraws(GraphPool pool) {
    this.pool = pool;
  }

  @Nullable Tracked reshape() {
    Tracked x = pool.any(v -> true);
    if (x == null) {
      return null;
    }
    Shape s = x.tensor().shape();
    if (s.rank() >= 2 && pool.random.nextBoolean()) {
      return x.moved(t -> t.flatten(pool.random.nextInt(s.rank() - 1)));
    }
    if (s.rank() == 0 || s.rank() > 4 || pool.random.nextBoolean()) {
      return s.rank() > 4 ? null : x.moved(t -> t.unsqueeze(pool.random.nextInt(s.rank() + 1)));
    }
    int n = s.dim(-1);
    int factor = n % 2 == 0 ? 2 : n % 3 == 0 ? 3 : 1;
    int[] dims = java.util.Arrays.copyOf(s.toArray(), s.rank() + 1);
    dims[s.rank() - 1] = n / factor;
    dims[s.rank()] = factor;
    return x.moved(t -> t.reshape(Shape.of(dims)));
  }

  @Nullable Tracked permute() {
    Tracked x = pool.any(v -> v.tensor().rank() >= 2);
    return x == null ? null : x.moved(t -> t.transpose(pool.axis(x), pool.axis(x)));
  }

  @Nullable Tracked expand() {
    Tracked x = pool.any(v -> v.tensor().rank() <= 3);
    if (x == null) {
      return null;
    }
    int n = pool.size();
    return x.moved(t -> {
      int at = pool.random.nextInt(t.rank() + 1);
      Tensor wide = t.unsqueeze(at);
      return wide.expand(wide.shape().withDim(at, n));
    });
  }

  Ints perAxis(Tracked x, int bound) {
    return Ints.filled(x.tensor().rank(), 0).map((a, v) -> pool.random.nextInt(bound));
  }

  @Nullable Tracked pad() {
    Tracked x = pool.any(v -> GraphPool.ranked(v) && v.tensor().dtype() != DType.BOOL);
    if (x == null) {
      return null;
    }
    int value = pool.random.nextInt(2);
    Tensor y = x.tensor().pad(perAxis(x, 3), perAxis(x, 3), perAxis(x, 2), value);
    return new Tracked(y, Math.min(x.lo(), value), Math.max(x.hi(), value), x.error(), x.bits());
  }

  @Nullable Tracked slice() {
    Tracked x = pool.any(GraphPool::ranked);
    if (x == null) {
      return null;
    }
    Ints dims = Ints.of(x.tensor().shape().toArray());
    Ints start = dims.map((a, n) -> n == 0 ? 0 : pool.random.nextInt((n + 1) / 2));
    Ints stop = dims.map((a, n) -> n - (n == 0 ? 0 : pool.random.nextInt((n + 1) / 2)));
    return x.moved(t -> t.slice(start, stop, perAxis(x, 2).map((a, v) -> v + 1)));
  }

  @Nullable Tracked flip() {
    Tracked x = pool.any(GraphPool::ranked);
    return x == null ? null : x.moved(t -> t.flip(pool.axis(x)));
  }

  @Nullable Tracked concat() {
    Tracked x = pool.any(GraphPool::ranked);
    if (x == null) {
      return null;
    }
    int axis = pool.axis(x);
    Shape others = x.tensor().shape().withDim(axis, 1);
    Tracked y =
        pool.any(v ->
            v.tensor().dtype() == x.tensor().dtype()
                && v.tensor().rank() == others.rank()
                && v.tensor().shape().withDim(axis, 1).equals(others));
    return y == null ? null : x.or(y, Movement.concat(axis, List.of(x.tensor(), y.tensor())));
  }

  Tensor start(int rank) {
    double[] values = new double[rank];
    java.util.Arrays.setAll(values, i -> pool.random.nextInt(-1, 5));
    return Layout.tensor(DType.I32, values, Shape.of(rank), pool.device);
  }

  @Nullable Tracked dynamicSlice() {
    Tracked x = pool.any(GraphPool::ranked);
    if (x == null) {
      return null;
    }
    int[] part = Ints.of(x.tensor().shape().toArray()).map((a, n) -> (n + 1) / 2).toArray();
    return x.moved(t -> t.dynamicSlice(start(t.rank()), part));
  }

  @Nullable Tracked dynamicUpdate() {
    Tracked x = pool.any(GraphPool::ranked);
    if (x == null) {
      return null;
    }
    Shape whole = x.tensor().shape();
    Tracked part =
        pool.any(v -> {
          boolean fits =
              v.tensor().dtype() == x.tensor().dtype() && v.tensor().rank() == whole.rank();
          for (int a = 0; fits && a < whole.rank(); a++) {
            fits = v.tensor().dim(a) <= whole.dim(a);
          }
          return fits;
        });
    return part == null
        ? null
        : x.or(part, x.tensor().dynamicUpdate(part.tensor(), start(whole.rank())));
  }

  @Nullable Tracked marker() {
    Tracked x = pool.any(v -> true);
    Tracked token = pool.any(v -> true);
    return x == null || token == null
        ? null
        : switch (pool.random.nextInt(3)) {
          case 0 -> x.moved(Tensor::detach);
          case 1 -> x.moved(t -> t.after(token.tensor()));
          default -> x.moved(t -> Tensor.apply(new Op.Recompute(), t, token.tensor()));
        };
  }
}
