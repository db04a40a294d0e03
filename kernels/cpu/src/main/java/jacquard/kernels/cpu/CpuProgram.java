package jacquard.kernels.cpu;

import jacquard.kernels.Profile;
import jacquard.kernels.Schedule;
import jacquard.kernels.Target;
import jacquard.kernels.Task;
import jacquard.kernels.Validation;
import jacquard.tensor.Switches;
import jacquard.tensor.spi.Buffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A schedule bound to the processor: one action per task, run in order.
final class CpuProgram implements Target.Program {
  /// Runs a task on the memory of this run.
  private interface Action {
    void run(Memory memory, long[] dynamics);
  }

  private final CpuTarget target;
  private final Schedule schedule;
  private final Memory memory;
  private final List<Action> actions = new ArrayList<>();
  private final Profile profile;

  CpuProgram(CpuTarget target, Schedule schedule) {
    this.target = target;
    this.schedule = schedule;
    this.memory = new Memory(schedule);
    this.profile = new Profile(schedule);
    for (Task task : schedule.tasks()) {
      actions.add(action(task));
    }
  }

  private Action action(Task task) {
    HostTask host = new HostTask(target.pool);
    return switch (task) {
      case Task.Loop l -> {
        LoopTask loop = target.loop(l);
        yield (m, d) -> {
          loop.bind(m, d);
          loop.run(target.pool);
        };
      }
      case Task.Dot d -> {
        Task.@Nullable Loop after = d.epilogue();
        LoopTask epilogue = after == null ? null : target.loop(after);
        yield new DotTask(d, target.gemm, target.bytes, epilogue, isRead(d.c()))::run;
      }
      case Task.Conv c -> new ConvTask(c, target.convolution)::run;
      case Task.Attention a -> (m, d) -> AttentionTask.run(a, target.attention, m);
      case Task.AttentionGradient a -> (m, d) -> AttentionTask.run(a, target.attention, m);
      case Task.Gather g -> (m, d) -> host.gather(g, m);
      case Task.ScatterAdd s -> (m, d) -> host.scatterAdd(s, m);
      case Task.Scan s -> (m, d) -> host.scan(s, m);
      case Task.Dynamic x -> (m, d) -> host.dynamic(x, m);
    };
  }

  /// Whether a task reads value `v`, other than as the epilogue of its writer, or the caller does.
  private boolean isRead(int v) {
    return schedule.values().get(v) instanceof Schedule.Value.External
        || schedule.tasks().stream().anyMatch(task -> task.reads().contains(v));
  }

  @Override
  public boolean run(Buffer[] externals, long[] dynamics, long[] nanos) {
    memory.bind(target.slabs, externals);
    target.pool.begin();
    try {
      for (int i = 0; i < nanos.length; i++) {
        long start = System.nanoTime();
        actions.get(i).run(memory, dynamics);
        nanos[i] = System.nanoTime() - start;
      }
    } finally {
      target.pool.end();
    }
    return true;
  }

  @Override
  public void run(Buffer[] externals, long[] dynamics) {
    memory.bind(target.slabs, externals);
    boolean timed = Switches.debug() >= 2;
    boolean validated = Switches.validate();
    target.pool.begin();
    try {
      for (int i = 0; i < actions.size(); i++) {
        long start = timed ? System.nanoTime() : 0;
        if (validated) {
          Task task = schedule.tasks().get(i);
          Action action = actions.get(i);
          Validation.check(task, memory::buffer, dynamics, () -> action.run(memory, dynamics));
        } else {
          actions.get(i).run(memory, dynamics);
        }
        if (timed) {
          profile.add(i, System.nanoTime() - start);
        }
      }
    } finally {
      target.pool.end();
    }
    if (timed) {
      profile.report(System.err);
    }
  }
}
