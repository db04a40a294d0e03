package jacquard.kernels.csource;

import jacquard.kernels.Schedule;
import jacquard.kernels.Task;
import java.util.List;

/// Chooses the tiles of products and of attention. Every choice adds an element's terms in the same
/// order, so it can't be seen in a result.
public interface Tiles {
  /// What is usual for a task of its size.
  Tiles USUAL = choice -> choice.usual();

  /// {@return the tile to take: one of the options}
  ///
  /// @param choice what is to be computed
  int of(Choice choice);

  /// {@return tiles from which a product fills most of a large GPU}
  ///
  /// Kernels whose tiles are large by themselves are for such products alone. A result may depend
  /// on it, since other kernels add in another order: it is the same for all devices.
  default int enough() {
    return 100;
  }

  /// {@return memory that a group shares, at most, in bytes}
  default int localBytes() {
    return 48 << 10;
  }

  /// A matrix product, convolution or attention that can be computed by several kernels.
  ///
  /// @param schedule whose values the task names
  /// @param task a [Task.Dot], [Task.Conv], [Task.Attention] or [Task.AttentionGradient]
  /// @param likeness the same for tasks that should take the same tile: kind, dtypes, layouts and
  ///   about the sizes
  /// @param flops additions and multiplications
  /// @param options tiles to choose from: their rows and columns, or the positions of attention
  ///   that a group owns
  /// @param usual the one to take where nothing was measured
  record Choice(
      Schedule schedule,
      Task task,
      String likeness,
      double flops,
      List<Integer> options,
      int usual) {
    /// Copies the list of options.
    public Choice {
      options = List.copyOf(options);
    }

    /// A choice among tiles.
    ///
    /// @param kind of the task, its layouts and dtypes
    /// @param sizes that it has besides
    static Choice of(
        CallBuilder call,
        Task task,
        String kind,
        List<Long> sizes,
        double flops,
        List<Integer> options,
        int usual) {
      StringBuilder likeness = new StringBuilder(kind);
      for (long size : sizes) {
        likeness.append(' ').append(about(size));
      }
      return new Choice(call.schedule(), task, likeness.toString(), flops, options, usual);
    }

    /// A size with two significant bits, rounded up.
    private static long about(long size) {
      long step = Long.highestOneBit(Math.max(1, size)) / 4;
      return step == 0 ? size : Math.ceilDiv(size, step) * step;
    }
  }
}
