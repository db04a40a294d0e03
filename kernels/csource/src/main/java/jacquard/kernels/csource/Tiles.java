package jacquard.kernels.csource;

import jacquard.kernels.Schedule;
import jacquard.kernels.Task;
import java.util.List;

/// Chooses the tiles of products. Every choice adds an element's terms in the same order, so it
/// can't be seen in a result.
public interface Tiles {
  /// What is usual for a product of its size.
  Tiles USUAL = product -> product.usual();

  /// {@return the tile to take: one of the product's}
  ///
  /// @param product what is to be computed
  int of(Product product);

  /// {@return tiles from which a product fills most of a large GPU}
  ///
  /// Kernels whose tiles are large by themselves are for such products alone. A result may depend
  /// on it, since other kernels add in another order: it is the same for all devices.
  default int enough() {
    return 100;
  }

  /// A matrix product or convolution that can be computed by several kernels.
  ///
  /// @param schedule whose values the task names
  /// @param task a [Task.Dot] or [Task.Conv]
  /// @param likeness the same for products that should take the same tile: kind, dtype, layouts and
  ///   about the sizes
  /// @param flops additions and multiplications
  /// @param tiles rows and columns of the tiles to choose from
  /// @param usual the one to take where nothing was measured
  record Product(
      Schedule schedule, Task task, String likeness, double flops, List<Integer> tiles, int usual) {
    /// Copies the list of tiles.
    public Product {
      tiles = List.copyOf(tiles);
    }
  }
}
