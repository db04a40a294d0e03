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
import jacquard.tensor.graph.Node;
import jacquard.tensor.spi.Backend;
import jacquard.tensor.spi.Buffer;
import jacquard.tensor.spi.HostBuffer;
import java.util.ArrayList;
import java.util.List;

/// The host's share of a training step of W1: what is not kernels.
public final class HostRows {
  private HostRows() {}

  /// {@return a row for each part of the host's share}
  public static List<KernelRow> rows() {
    return List.of(
        KernelRow.of("w1-build", 0, 0, Build::new).inBrief(),
        KernelRow.of("w1-lookup", 0, 0, Lookup::new).inBrief(),
        KernelRow.of("w1-plan", 0, 0, Planning::new));
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

  /// What a step of W1 computes.
  private static List<Backend.Root> roots() {
    Workload.Prepared step = new GptWorkload(4, 4, 128, 64, 12).prepare(0, false);
    List<Backend.Root> roots = new ArrayList<>();
    for (Tensor loss : step.losses()) {
      roots.add(new Backend.Root(loss.node(), null));
    }
    for (Update update : step.pass().updates()) {
      roots.add(new Backend.Root(update.value().node(), update.state().buffer()));
    }
    return roots;
  }

  /// Hashes the graph of a step, finds its plan and binds buffers, on a device that computes
  /// nothing.
  private static final class Lookup implements Body {
    private final PlannedBackend backend = new PlannedBackend(new Idle());
    private final List<Backend.Root> roots = roots();

    Lookup() {
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

  /// What a graph that is not in the cache costs beside code: all passes, from the graph to the
  /// layout of the memory.
  private static final class Planning implements Body {
    private final PlannedBackend backend = new PlannedBackend(new Idle());
    private final List<Backend.Root> roots = roots();
    private int tasks;

    @Override
    public void run() {
      tasks = backend.scheduleHere(roots).size();
    }

    @Override
    public float[] result() {
      return new float[] {tasks};
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
    public boolean hasKernel(Node fused) {
      return true;
    }

    @Override
    public Program prepare(Schedule schedule) {
      return (_, _) -> {};
    }
  }
}
