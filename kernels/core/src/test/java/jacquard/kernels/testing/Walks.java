package jacquard.kernels.testing;

import jacquard.kernels.Kernel;
import jacquard.kernels.Kernel.Instr;

/// How often a kernel walks over what it reduces.
public final class Walks {
  private Walks() {}

  /// Reductions that need each other: so many walks there are before the one that writes.
  public static int reductionsInTurn(Kernel kernel) {
    int[] depth = new int[kernel.instructions().size()];
    int most = 0;
    for (int i = 0; i < depth.length; i++) {
      Instr instr = kernel.instructions().get(i);
      depth[i] = instr.operands().stream().mapToInt(x -> depth[x]).max().orElse(0);
      depth[i] += instr instanceof Instr.Reduce ? 1 : 0;
      most = Math.max(most, depth[i]);
    }
    return most;
  }
}
