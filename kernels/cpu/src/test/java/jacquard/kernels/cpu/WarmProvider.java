package jacquard.kernels.cpu;

import jacquard.kernels.PlannedBackend;
import jacquard.kernels.Schedule;
import jacquard.kernels.Target;
import jacquard.kernels.Task;
import jacquard.kernels.cpu.machine.VectorWidth;
import jacquard.kernels.testing.TargetLike;
import jacquard.tensor.Device;
import jacquard.tensor.spi.Backend;
import jacquard.tensor.spi.BackendProvider;
import java.util.List;

/// The processor as users have it, as device `cpuWarm`, but for its haste: the vector form of every
/// loop is asked for, however little work it has, so that small tests reach compiled code.
public final class WarmProvider implements BackendProvider {
  static final Device DEVICE = new Device("cpuWarm", 0);

  private static final int THREADS = 2;

  /// More than any work that is worth compiling for.
  private static final long MUCH = 1L << 30;

  @Override
  public String kind() {
    return DEVICE.kind();
  }

  @Override
  public List<Found> devices() {
    return List.of(new Found(0, kind()));
  }

  @Override
  public String trouble() {
    return "";
  }

  @Override
  public Backend open(int index) {
    return new PlannedBackend(new Eager(new CpuTarget(DEVICE, THREADS, VectorWidth.preferred())));
  }

  private record Eager(CpuTarget cpu) implements TargetLike {
    @Override
    public Target other() {
      return cpu;
    }

    @Override
    public long rematerialiseAbove() {
      return 0;
    }

    @Override
    public Program prepare(Schedule schedule) {
      Program program = cpu.prepare(schedule);
      for (Task task : schedule.tasks()) {
        if (task instanceof Task.Loop loop) {
          ask(loop);
        } else if (task instanceof Task.Dot dot && dot.epilogue() != null) {
          ask(dot.epilogue());
        }
      }
      return program;
    }

    private void ask(Task.Loop loop) {
      cpu.compiler.compile(loop.kernel()).expect(loop.launch().inner(), MUCH);
    }
  }
}
