package jacquard.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import jacquard.kernels.testing.InterpretedTarget;
import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import jacquard.tensor.reference.Evaluator;
import jacquard.tensor.spi.Backend;
import jacquard.tensor.spi.HostBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/// Plans for tests, whose results are those of the reference evaluator.
final class CheckedPlans {
  static final PlannedBackend BACKEND = new PlannedBackend(new InterpretedTarget(Device.REFERENCE));

  private CheckedPlans() {}

  /// Normal numbers.
  static Tensor random(int seed, int... dims) {
    Shape shape = Shape.of(dims);
    float[] x = new float[shape.arraySize()];
    Random random = new Random(seed);
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) random.nextGaussian();
    }
    return Tensor.stored(DType.F32, x, shape, Device.REFERENCE);
  }

  /// The schedule of the outputs, which have been computed by it and compared.
  static Schedule check(Tensor... outputs) {
    List<Backend.Root> roots =
        Arrays.stream(outputs).map(t -> new Backend.Root(t.node(), null)).toList();
    var expected = Evaluator.evaluate(roots.stream().map(Backend.Root::node).toList());
    var buffers = BACKEND.run(roots);
    for (int i = 0; i < outputs.length; i++) {
      HostBuffer want = HostBuffer.allocate(outputs[i].dtype(), outputs[i].shape().arraySize());
      expected.get(i).write(want);
      HostBuffer got = (HostBuffer) buffers.get(i);
      if (outputs[i].dtype() == DType.F32) {
        assertArrayEquals((float[]) want.array(), (float[]) got.array(), 1e-4f);
      } else {
        assertEquals(text(want.array()), text(got.array()));
      }
    }
    return PlannedBackend.schedule(roots);
  }

  private static String text(Object array) {
    return array instanceof int[] a ? Arrays.toString(a) : String.valueOf(array);
  }
}
