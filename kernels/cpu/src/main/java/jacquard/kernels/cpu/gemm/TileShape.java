package jacquard.kernels.cpu.gemm;

import jacquard.kernels.cpu.machine.VectorWidth;

/// The largest tile that a machine's vector registers hold, and how its kernels read A.
///
/// | registers   | tile (rows x vectors) | accumulators | left for B and the broadcast of A |
/// |-------------|-----------------------|--------------|-----------------------------------|
/// | 32 of 512   | 14 x 2                | 28           | 4                                 |
/// | 32 of 512   | 6 x 4, A in place     | 24           | 8                                 |
/// | 16 of 256   | 6 x 2                 | 12           | 4                                 |
/// | 32 of 128   | 8 x 3                 | 24           | 8                                 |
/// | 16 of 128   | 6 x 2                 | 12           | 4                                 |
///
/// @param rows rows of a full tile
/// @param vectors vectors in a row of a full tile
/// @param readsRows whether A is read in place when its columns lie side by side. It needs a
///   general-purpose register for each row, so tall tiles pack A instead.
public record TileShape(int rows, int vectors, boolean readsRows) {
  static TileShape of(VectorWidth width) {
    boolean arm = System.getProperty("os.arch", "").equals("aarch64");
    return switch (width) {
      case BITS_512 -> new TileShape(14, 2, false);
      case BITS_256 -> new TileShape(6, 2, true);
      case BITS_128 -> arm ? new TileShape(8, 3, true) : new TileShape(6, 2, true);
    };
  }

  /// The widest tile for an A that is read in place: where [#of] packs, one that is low and wide.
  static TileShape inPlace(VectorWidth width) {
    return width == VectorWidth.BITS_512 ? new TileShape(6, 4, true) : of(width);
  }

  /// {@return first row of a tile of those among which `rows` are shared out: 13 and 14 rows rather
  /// than 14 and a stub, the higher ones first}
  ///
  /// @param rows rows of all tiles
  /// @param tiles number of tiles
  /// @param tile number of the tile; `tiles` gives `rows`
  public static int row(int rows, int tiles, int tile) {
    int low = rows / tiles;
    return tile * low + Math.min(tile, rows - tiles * low);
  }

  /// {@return distance between k and k + 1 in a packed panel of A: padded to a power of two, so
  /// that one vector copy fills a step and doesn't cross a line}
  public int panelStep() {
    return readsRows ? 8 : 16;
  }
}
