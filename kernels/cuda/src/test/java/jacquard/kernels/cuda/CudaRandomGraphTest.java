package jacquard.kernels.cuda;

import jacquard.tensor.Device;
import jacquard.tensor.testing.RandomGraph;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.LifecycleContext;
import net.jqwik.api.lifecycle.SkipExecutionHook;

/// Random graphs on a device against the reference.
@AddLifecycleHook(CudaRandomGraphTest.NeedsADevice.class)
class CudaRandomGraphTest {
  private static final int MOST_STEPS = 25;

  static final class NeedsADevice implements SkipExecutionHook {
    @Override
    public SkipResult shouldBeSkipped(LifecycleContext context) {
      CudaProvider provider = new CudaProvider();
      return provider.devices().isEmpty()
          ? SkipResult.skip(provider.trouble())
          : SkipResult.doNotSkip();
    }
  }

  @Provide
  Arbitrary<RandomGraph> graphs() {
    return RandomGraph.arbitrary(MOST_STEPS);
  }

  @Property(tries = 20, seed = "12")
  void aDeviceComputesWhatTheReferenceDoes(@ForAll("graphs") RandomGraph graph) {
    graph.check(new Device("cuda", 0));
  }
}
