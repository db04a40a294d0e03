package jacquard.kernels.cpu;

import jacquard.kernels.cpu.machine.VectorWidth;
import jacquard.kernels.cpu.testing.WidthProviders;
import jacquard.tensor.testing.RandomGraph;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/// Random graphs, fused and unfused, against the reference; each width on another number of
/// threads.
class CpuRandomGraphTest {

  private static final int MOST_STEPS = 25;

  @Provide
  Arbitrary<RandomGraph> graphs() {
    return RandomGraph.arbitrary(MOST_STEPS);
  }

  @Property(tries = 120, seed = "128")
  void fusedAndUnfusedAreTheReferenceWith128Bits(@ForAll("graphs") RandomGraph graph) {
    checkBothWays(graph, VectorWidth.BITS_128, 1);
  }

  @Property(tries = 120, seed = "256")
  void fusedAndUnfusedAreTheReferenceWith256Bits(@ForAll("graphs") RandomGraph graph) {
    checkBothWays(graph, VectorWidth.BITS_256, 2);
  }

  @Property(tries = 120, seed = "512")
  void fusedAndUnfusedAreTheReferenceWith512Bits(@ForAll("graphs") RandomGraph graph) {
    checkBothWays(graph, VectorWidth.BITS_512, 3);
  }

  private static void checkBothWays(RandomGraph graph, VectorWidth width, int threads) {
    graph.check(WidthProviders.device(width, threads));
    String before = System.getProperty("jacquard.fuse", "");
    System.setProperty("jacquard.fuse", "false");
    try {
      graph.check(WidthProviders.device(width, threads));
    } finally {
      System.setProperty("jacquard.fuse", before);
    }
  }
}
