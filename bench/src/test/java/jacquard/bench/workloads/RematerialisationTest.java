package jacquard.bench.workloads;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.kernels.PlannedBackend;
import jacquard.kernels.Schedule;
import jacquard.kernels.Target;
import jacquard.kernels.cpu.CpuTarget;
import jacquard.kernels.cpu.machine.VectorWidth;
import jacquard.kernels.testing.TargetLike;
import jacquard.nn.Precision;
import jacquard.tensor.Device;
import jacquard.tensor.Tensor;
import jacquard.tensor.Update;
import jacquard.tensor.spi.Backend;
import jacquard.tensor.spi.Buffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A GPT's step with as much computed again as there can be, and with nothing.
class RematerialisationTest {
  private static final int LAYERS = 6;
  private static final int HEADS = 4;
  private static final int DIM = 64;
  private static final int CONTEXT = 32;
  private static final int BATCH = 8;

  /// The CPU with another limit.
  private record Limited(Target other, long rematerialiseAbove) implements TargetLike {}

  private static PlannedBackend cpu(long above) {
    CpuTarget cpu = new CpuTarget(Device.CPU, 1, VectorWidth.preferred());
    return new PlannedBackend(new Limited(cpu, above));
  }

  /// The loss and the new values of all states, in buffers of their own.
  private static List<Backend.Root> step(int layers, Precision precision) {
    Workload.Prepared step =
        new GptWorkload(layers, HEADS, DIM, CONTEXT, BATCH, precision).prepare(0, true);
    List<Backend.Root> roots = new ArrayList<>();
    for (Tensor loss : step.losses()) {
      roots.add(new Backend.Root(loss.node(), null));
    }
    for (Update update : step.pass().updates()) {
      roots.add(new Backend.Root(update.value().node(), null));
    }
    return roots;
  }

  @Test
  void aLayerOfAGptKeepsTenValues() {
    List<Backend.Root> roots = step(LAYERS, Precision.F32);
    Schedule kept = cpu(Long.MAX_VALUE).scheduleHere(roots);
    Schedule again = cpu(0).scheduleHere(roots);
    long value = 4L * BATCH * CONTEXT * DIM;
    // a layer: what comes into attention and into the MLP, queries, keys and values, what attention
    // gives, the MLP's hidden values before GELU; not both norms' results and GELU's
    long layers = LAYERS * (1 + 3 + 1 + 1 + 4) * value;
    long atWork = 12 * value;
    long most = layers + atWork;
    assertTrue(again.arena().bytes() <= most, again.arena().bytes() + " bytes, at most " + most);
    assertTrue(kept.arena().bytes() > layers + 5 * LAYERS * value, kept.arena().bytes() + " bytes");
    assertEquals(kept.size(), again.size(), "tasks");
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "BF16"})
  void whatIsComputedAgainHasTheSameBits(Precision precision) {
    List<Backend.Root> roots = step(2, precision);
    List<Buffer> kept = cpu(Long.MAX_VALUE).run(roots);
    List<Buffer> again = cpu(0).run(roots);
    for (int i = 0; i < kept.size(); i++) {
      assertArrayEquals(bits(kept.get(i)), bits(again.get(i)), "result " + i);
    }
  }

  private static int[] bits(Buffer buffer) {
    float[] values = new float[buffer.size()];
    buffer.read(0, values, 0, values.length);
    int[] bits = new int[values.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Float.floatToRawIntBits(values[i]);
    }
    return bits;
  }
}
