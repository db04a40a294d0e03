package jacquard.kernels.cpu.emit;

import jacquard.kernels.Kernel;
import jacquard.kernels.Launch;

/// A compiled loop kernel.
public final class LoopCode {
  private final Kernel kernel;
  private final GeneratedLoop loop;
  private final int lanes;
  private final int bytes;
  private boolean warmed;

  LoopCode(Kernel kernel, GeneratedLoop loop, int lanes, int bytes) {
    this.kernel = kernel;
    this.loop = loop;
    this.lanes = lanes;
    this.bytes = bytes;
  }

  /// True on the first call.
  boolean startWarming() {
    boolean first = !warmed;
    warmed = true;
    return first;
  }

  public Kernel kernel() {
    return kernel;
  }

  /// Size of the generated method, in bytes of bytecode.
  public int bytes() {
    return bytes;
  }

  /// Elements per vector.
  public int lanes() {
    return lanes;
  }

  /// A launch as ints: first the offset of each access, then sizes and strides, as [LoopArguments]
  /// says. A caller may change the offsets between runs.
  public int[] encode(Launch launch) {
    return LoopArguments.of(kernel).encode(launch);
  }

  /// Runs part of the iteration space.
  ///
  /// How the space is split does not change a bit of the results.
  ///
  /// @param arrays the array of each access, null for those without memory; u8 and bool are
  ///   `byte[]`
  /// @param args from [#encode]
  /// @param scalars dynamic scalars as the bits of constants
  /// @param outerFrom first outer index, row-major over the outer axes
  /// @param outerTo one past the last outer index
  /// @param innerFrom first index of the inner axis; 0 for a kernel with a reduced inner axis
  /// @param innerTo one past the last index of the inner axis; its size for a kernel with a reduced
  ///   inner axis
  /// @param scratch used by no other thread meanwhile
  public void run(
      Object[] arrays,
      int[] args,
      long[] scalars,
      int outerFrom,
      int outerTo,
      int innerFrom,
      int innerTo,
      LoopScratch scratch) {
    loop.run(arrays, args, scalars, outerFrom, outerTo, innerFrom, innerTo, scratch);
  }
}
