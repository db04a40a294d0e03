package jacquard.kernels.cpu;

import jacquard.kernels.Profile;
import jacquard.kernels.Schedule;
import jacquard.kernels.Target;
import jacquard.kernels.Task;
import jacquard.kernels.Timing;
import jacquard.kernels.Validation;
import jacquard.kernels.cpu.gemm.KernelWarmer;
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

  /// An action, and the generated loop in it.
  private record Step(Action action, @Nullable LoopRun loop) {
    boolean isInterim() {
      return loop != null && loop.isInterim();
    }
  }

  private final CpuTarget target;
  private final Schedule schedule;
  private final Memory memory;
  private final List<Step> steps = new ArrayList<>();
  private final Profile profile;

  CpuProgram(CpuTarget target, Schedule schedule) {
    this.target = target;
    this.schedule = schedule;
    this.memory = new Memory(schedule);
    this.profile = new Profile(schedule);
    for (Task task : schedule.tasks()) {
      steps.add(step(task));
    }
  }

  /// Counts a run to come.
  void expect() {
    for (Step step : steps) {
      if (step.loop != null) {
        step.loop.expect();
      }
    }
  }

  private Step step(Task task) {
    HostTask host = new HostTask(target.pool);
    return switch (task) {
      case Task.Loop l -> {
        LoopRun loop = target.loop(schedule, l);
        yield new Step(
            (m, d) -> {
              loop.bind(m, d);
              loop.run(target.pool);
            },
            loop);
      }
      case Task.Dot d -> {
        Task.@Nullable Loop after = d.epilogue();
        LoopTask epilogue = after == null ? null : target.rows(schedule, after);
        boolean isKept = schedule.isKept(d.c());
        yield new Step(new DotTask(d, target.gemm, target.bytes, epilogue, isKept)::run, epilogue);
      }
      case Task.Conv c -> step(new ConvTask(c, target.convolution)::run);
      case Task.Attention a -> step((m, d) -> AttentionTask.run(a, target.attention, m));
      case Task.AttentionGradient a -> step((m, d) -> AttentionTask.run(a, target.attention, m));
      case Task.Gather g -> step((m, d) -> host.gather(g, m));
      case Task.ScatterAdd s -> step((m, d) -> host.scatterAdd(s, m));
      case Task.Scan s -> step((m, d) -> host.scan(s, m));
      case Task.Dynamic x -> step((m, d) -> host.dynamic(x, m));
    };
  }

  private static Step step(Action action) {
    return new Step(action, null);
  }

  @Override
  public boolean run(Buffer[] externals, long[] dynamics, Timing timing) {
    memory.bind(target.slabs, externals);
    target.pool.begin();
    try {
      for (int i = 0; i < timing.size(); i++) {
        Step step = steps.get(i);
        boolean interim = step.isInterim();
        long standIns = KernelWarmer.standIns();
        long start = System.nanoTime();
        step.action.run(memory, dynamics);
        long nanos = System.nanoTime() - start;
        interim |= step.isInterim() || KernelWarmer.standIns() > standIns;
        timing.set(i, nanos, interim);
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
      for (int i = 0; i < steps.size(); i++) {
        long start = timed ? System.nanoTime() : 0;
        if (validated) {
          Task task = schedule.tasks().get(i);
          Action action = steps.get(i).action;
          Validation.check(
              task, memory::buffer, dynamics, v -> true, () -> action.run(memory, dynamics));
        } else {
          steps.get(i).action.run(memory, dynamics);
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
