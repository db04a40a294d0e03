package jacquard.kernels.cpu.conv;

import jacquard.kernels.cpu.gemm.Combinations;

/// Stretches of an array to be added up, as many as one likes to name; reused.
final class Stretches {
  private final int[] offsets = new int[9];
  private final float[] factors = new float[9];
  private int count;

  void clear() {
    count = 0;
  }

  boolean isEmpty() {
    return count == 0;
  }

  void add(int offset, float factor) {
    offsets[count] = offset;
    factors[count++] = factor;
  }

  /// Names the pixels that a product reads.
  ///
  /// @param down index in the lines that the axis along the height reads
  /// @param across index in the columns that the other reads
  /// @param base where the source begins
  /// @param pixel elements from one pixel to the next
  void addPixels(WinogradPlan plan, int down, int across, int base, int pixel) {
    int[] lines = plan.y().reads()[down];
    float[] lineFactors = plan.y().readFactors()[down];
    int[] columns = plan.x().reads()[across];
    float[] columnFactors = plan.x().readFactors()[across];
    int width = plan.x().source();
    for (int i = 0; i < lines.length; i++) {
      for (int j = 0; j < columns.length; j++) {
        add(base + (lines[i] * width + columns[j]) * pixel, lineFactors[i] * columnFactors[j]);
      }
    }
  }

  /// Writes the sum of the stretches.
  void write(Object from, Object to, int toOffset, int length) {
    Combinations.add((float[]) from, offsets, factors, count, (float[]) to, toOffset, length);
  }
}
