package jacquard.nn;

import jacquard.tensor.Ints;
import jacquard.tensor.Shape;
import java.util.stream.IntStream;

/// Axis 1 of `[N, C, ...]`.
final class Channels {
  private Channels() {}

  /// `[C, 1, ...]`: one value for each channel, to be broadcast with a tensor of `rank` axes.
  static Shape shape(int rank, int channels) {
    return Shape.of(Ints.filled(rank - 1, 1).map((i, one) -> i == 0 ? channels : one).toArray());
  }

  /// All axes but 1.
  static int[] others(int rank) {
    return IntStream.range(0, rank).filter(axis -> axis != 1).toArray();
  }
}
