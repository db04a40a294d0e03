package jacquard.nn;

import jacquard.tensor.DType;
import jacquard.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/*
 * B rows of the caches, R rows of the chunk, C positions of it, S slots that are looked at
 */

/// Where in the caches a chunk of new tokens goes: one chunk for each of their rows, or a chunk of
/// one row.
///
/// @param starts i32 `[R, 4]`, each `[row, 0, position, 0]`: where the row's first token goes
/// @param length C
/// @param seen S: slots that are looked at, all that are filled in any of the rows or more
/// @param all whether the chunk has every row of the caches; else it has one
/// @param angles of the positions, null without rotary positions
record Chunk(Tensor starts, int length, int seen, boolean all, @Nullable Rotary angles) {

  static Chunk of(Tensor starts, int length, int seen, boolean all, @Nullable Rotary rotary) {
    Rotary angles = rotary == null ? null : rotary.at(position(starts, length));
    return new Chunk(starts, length, seen, all, angles);
  }

  /// R.
  int rows() {
    return starts.dim(0);
  }

  /// i32 `[R, C]`.
  Tensor position() {
    return position(starts, length);
  }

  private static Tensor position(Tensor starts, int length) {
    return starts.slice(1, 2, 3).add(Tensor.iota(length, DType.I32, starts.device()));
  }

  /// Where the chunk's row `row` starts, i32 `[4]`.
  Tensor start(int row) {
    return starts.select(0, row);
  }

  /// Bool `[R, 1, C, S]`: the slots that a position must not see.
  Tensor later() {
    return position()
        .reshape(rows(), 1, length, 1)
        .lt(Tensor.iota(seen, DType.I32, starts.device()));
  }

  /// A cache `[B, N, capacity, E]` with the chunk's part `[R, N, C, E]` in it.
  Tensor write(Tensor cache, Tensor part) {
    Tensor written = cache;
    for (int row = 0; row < rows(); row++) {
      written = written.dynamicUpdate(part.slice(0, row, row + 1), start(row));
    }
    return written;
  }

  /// What the chunk looks at of a cache `[B, N, capacity, E]`: `[R, N, S, E]`.
  Tensor read(Tensor cache) {
    if (all) {
      return cache.slice(2, 0, seen);
    }
    Tensor row = start(0).slice(0, 0, 1).pad(0, 0, 3);
    return cache.dynamicSlice(row, 1, cache.dim(1), seen, cache.dim(3));
  }
}
