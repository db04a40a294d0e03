package jacquard.kernels;

import jacquard.kernels.testing.InterpretedProvider;
import jacquard.tensor.testing.RandomGraph;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class RandomGraphPropertiesTest {

  @Provide
  Arbitrary<RandomGraph> graphs() {
    return RandomGraph.arbitrary(25);
  }

  @Property(tries = 300, seed = "3")
  void fusedIsReference(@ForAll("graphs") RandomGraph graph) {
    graph.check(InterpretedProvider.DEVICE);
  }
}
