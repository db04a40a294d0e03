package jacquard.bench.workloads;

import jacquard.bench.rows.Body;
import jacquard.bench.rows.KernelRow;
import jacquard.kernels.PlannedBackend;
import jacquard.kernels.Schedule;
import jacquard.kernels.Target;
import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Tensor;
import jacquard.tensor.Update;
import jacquard.tensor.spi.Backend;
import jacquard.tensor.spi.Buffer;
import jacquard.tensor.spi.HostBuffer;
import java.util.ArrayList;
import java.util.List;

/// The host's share of a training step of W1: what is not kernels.
public final class HostRows {
  private HostRows() {}

  public static List<KernelRow> rows() {
    return List.of(
        KernelRow.of("w1-build", 0, 0, Build::new).inBrief(),
        KernelRow.of("w1-lookup", 0, 0, Lookup::new).inBrief());
  }

  /// Builds the graph of a step: forward, gradients, clipping, AdamW.
  private static final class Build implements Body {
    private final GptWorkload model = new GptWorkload(4, 4, 128, 64, 12);
    private int nodes;

    @Override
    public void run() {
      nodes = model.prepare(0, false).pass().updates().size();
    }

    @Override
    public float[] result() {
      return new float[] {nodes};
    }
  }

  /// Hashes the graph of a step, finds its plan and binds buffers, on a device that computes
  /// nothing.
  private static final class Lookup implements Body {
    private final PlannedBackend backend = new PlannedBackend(new Idle());
    private final List<Backend.Root> roots = new ArrayList<>();

    Lookup() {
      Workload.Prepared step = new GptWorkload(4, 4, 128, 64, 12).prepare(0, false);
      for (Tensor loss : step.losses()) {
        roots.add(new Backend.Root(loss.node(), null));
      }
      for (Update update : step.pass().updates()) {
        roots.add(new Backend.Root(update.value().node(), update.state().buffer()));
      }
      backend.run(roots);
    }

    @Override
    public void run() {
      backend.run(roots);
    }

    @Override
    public float[] result() {
      return new float[] {backend.statistics().misses()};
    }
  }

  /// A processor whose programs do nothing.
  private static final class Idle implements Target {
    @Override
    public Device device() {
      return Device.CPU;
    }

    @Override
    public Buffer allocate(DType dtype, int size) {
      return HostBuffer.allocate(dtype, size);
    }

    @Override
    public Buffer place(HostBuffer host) {
      return host;
    }

    @Override
    public Program prepare(Schedule schedule) {
      return (_, _) -> {};
    }
  }
}
