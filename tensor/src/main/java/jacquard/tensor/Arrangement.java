package jacquard.tensor;

import java.util.ArrayList;
import java.util.List;

/// Composites that join, cut, repeat and pick out parts, for all dtypes. Negative axes count from
/// the last.
public sealed interface Arrangement permits Tensor {
  /// {@return this tensor, for the methods of this family}
  Tensor self();

  /// Joins tensors of one shape along a new axis at `axis` of the result.
  ///
  /// @param axis place of the new axis in the result; a negative one counts from the last
  /// @param parts what is joined, in order
  /// @return the tensors, with one axis more
  /// @throws ShapeException if there are none or shapes differ
  static Tensor stack(int axis, List<Tensor> parts) {
    if (parts.isEmpty()) {
      throw new ShapeException("stack: no tensors, expected at least one");
    }
    Shape first = parts.get(0).shape();
    for (Tensor part : parts) {
      if (!part.shape().equals(first)) {
        throw new ShapeException(
            "stack: shapes " + first + " and " + part.shape() + ", expected equal");
      }
    }
    int at = axis < 0 ? axis + first.rank() + 1 : axis;
    return Movement.concat(at, parts.stream().map(part -> part.unsqueeze(axis)).toList());
  }

  /// Cuts `axis` into parts of the given sizes, which must sum to its size.
  ///
  /// @param axis axis to work along; a negative one counts from the last
  /// @param sizes size of each part
  /// @return the parts, in order
  /// @throws ShapeException if they don't, or one is negative
  default List<Tensor> split(int axis, int... sizes) {
    Tensor x = self();
    int at = x.shape().axis("split", axis);
    long total = 0;
    boolean negative = false;
    for (int size : sizes) {
      total += size;
      negative |= size < 0;
    }
    if (total != x.dim(at) || negative) {
      throw new ShapeException(
          "split: sizes "
              + Ints.of(sizes)
              + " of axis "
              + axis
              + " of "
              + x.shape()
              + ", expected sizes of 0 or more that sum to "
              + x.dim(at));
    }
    List<Tensor> parts = new ArrayList<>();
    int start = 0;
    for (int size : sizes) {
      parts.add(x.slice(at, start, start + size));
      start += size;
    }
    return parts;
  }

  /// Cuts `axis` into `count` equal parts.
  ///
  /// @param axis axis to work along; a negative one counts from the last
  /// @param count number of parts, which must divide the size of the axis
  /// @return the parts, in order
  /// @throws ShapeException if its size is no multiple of `count`
  default List<Tensor> chunk(int axis, int count) {
    Tensor x = self();
    int at = x.shape().axis("chunk", axis);
    if (count < 1 || x.dim(at) % count != 0) {
      throw new ShapeException(
          "chunk: axis "
              + axis
              + " of "
              + x.shape()
              + " into "
              + count
              + " parts, expected a divisor of "
              + x.dim(at)
              + "; use split to give sizes");
    }
    return split(at, Ints.filled(count, x.dim(at) / count).toArray());
  }

  /// {@return the whole tensor `counts[i]` times along each axis, counted from the last; NumPy's
  /// tile}
  ///
  /// @param counts how often the tensor comes along each axis
  /// @throws ShapeException if a count is negative
  default Tensor tile(int... counts) {
    Tensor x = self();
    while (x.rank() < counts.length) {
      x = x.unsqueeze(0);
    }
    for (int i = 0; i < counts.length; i++) {
      x = copies("tile", x, x.rank() - counts.length + i, counts[i], 0);
    }
    return x;
  }

  /// {@return each element of `axis` `count` times in a row; NumPy's repeat}
  ///
  /// @param axis axis to work along; a negative one counts from the last
  /// @param count how often each element comes
  /// @throws ShapeException if `count` is negative
  default Tensor repeat(int axis, int count) {
    Tensor x = self();
    return copies("repeat", x, x.shape().axis("repeat", axis), count, 1);
  }

  /// `count` copies along `axis`: of the axis (`inside` 0) or of each element (`inside` 1).
  private static Tensor copies(String op, Tensor x, int axis, int count, int inside) {
    if (count < 0) {
      throw new ShapeException(op + ": count " + count + ", expected 0 or more");
    }
    if (count == 1) {
      return x;
    }
    Tensor wider = x.unsqueeze(axis + inside);
    return wider
        .expand(wider.shape().withDim(axis + inside, count))
        .reshape(x.shape().withDim(axis, Math.multiplyExact(x.dim(axis), count)));
  }

  /// Moves every element of `axis` on by `shift`; those that fall off the end come back at the
  /// start.
  ///
  /// @param axis axis to work along; a negative one counts from the last
  /// @param shift by how many places; negative ones towards the front
  /// @return the tensor, in the same shape
  default Tensor roll(int axis, int shift) {
    Tensor x = self();
    int at = x.shape().axis("roll", axis);
    int n = x.dim(at);
    int by = n == 0 ? 0 : Math.floorMod(shift, n);
    return by == 0 ? x : Tensor.concat(at, x.slice(at, n - by, n), x.slice(at, 0, n - by));
  }

  /// {@return the lower triangle of the matrices `[..., m, n]`: elements with `column - row <=
  /// diagonal`, 0 (false) elsewhere}
  ///
  /// @param diagonal which diagonal: 0 the main one, above it if positive
  /// @throws ShapeException if there are fewer than 2 axes
  default Tensor tril(int diagonal) {
    return onOrBelow("tril", (long) diagonal + 1).where(self(), 0);
  }

  /// {@return [#tril(int)] with the main diagonal}
  default Tensor tril() {
    return tril(0);
  }

  /// {@return the upper triangle of the matrices `[..., m, n]`: elements with `column - row >=
  /// diagonal`, 0 (false) elsewhere}
  ///
  /// @param diagonal which diagonal: 0 the main one, above it if positive
  /// @throws ShapeException if there are fewer than 2 axes
  default Tensor triu(int diagonal) {
    Tensor below = onOrBelow("triu", diagonal);
    return below.where(Tensor.constant(self().dtype(), 0.0, self().device()), self());
  }

  /// {@return [#triu(int)] with the main diagonal}
  default Tensor triu() {
    return triu(0);
  }

  /// bool `[m, n]`: `column < row + first`.
  private Tensor onOrBelow(String op, long first) {
    Tensor x = matrices(op);
    int rows = x.dim(-2);
    int columns = x.dim(-1);
    Tensor row = Tensor.iota(rows, DType.I32, x.device()).unsqueeze(1);
    // beyond the corners nothing changes, and the sum can't overflow
    int shift = (int) Math.clamp(first, -rows, columns);
    return Tensor.iota(columns, DType.I32, x.device()).lt(shift == 0 ? row : row.add(shift));
  }

  /// {@return elements with `column - row = offset` of the matrices `[..., m, n]`, as `[..., k]`;
  /// `k` is 0 beyond the corners}
  ///
  /// @param offset which diagonal: 0 the main one, above it if positive
  /// @throws ShapeException if there are fewer than 2 axes
  default Tensor diagonal(int offset) {
    Tensor x = matrices("diagonal");
    int m = x.dim(-2);
    int n = x.dim(-1);
    int column = (int) Math.clamp((long) offset, 0, n);
    int row = (int) Math.clamp(-(long) offset, 0, m);
    int count = Math.min(m - row, n - column);
    int start = count == 0 ? 0 : row * n + column;
    int stop = count == 0 ? 0 : start + (count - 1) * (n + 1) + 1;
    return x.flatten(-2).slice(-1, start, stop, n + 1);
  }

  /// {@return the main diagonal}
  default Tensor diagonal() {
    return diagonal(0);
  }

  /// {@return sum of the main diagonal of the matrices `[..., m, n]`, as `[...]`}
  default Tensor trace() {
    return matrices("trace").diagonal(0).sum(-1);
  }

  private Tensor matrices(String op) {
    if (self().rank() < 2) {
      throw new ShapeException(op + ": shape " + self().shape() + ", expected at least 2 axes");
    }
    return self();
  }
}
