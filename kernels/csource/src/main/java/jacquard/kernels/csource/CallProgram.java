package jacquard.kernels.csource;

import jacquard.kernels.Profile;
import jacquard.kernels.Schedule;
import jacquard.kernels.Schedule.Value;
import jacquard.kernels.Target;
import jacquard.kernels.Timing;
import jacquard.kernels.Validation;
import jacquard.tensor.Switches;
import jacquard.tensor.spi.Buffer;
import jacquard.tensor.spi.HostBuffer;
import java.util.HashMap;
import java.util.Map;

/// A schedule that runs as launches: all at once, or task by task when each is timed or validated.
public final class CallProgram implements Target.Program {
  private final Schedule schedule;
  private final Launches launches;
  private final Profile profile;

  /// The program of a schedule, its calls already made.
  ///
  /// @param schedule whose values the task names
  /// @param launches the device's calls
  public CallProgram(Schedule schedule, Launches launches) {
    this.schedule = schedule;
    this.launches = launches;
    profile = new Profile(schedule);
  }

  @Override
  public void run(Buffer[] externals, long[] dynamics) {
    launches.bind(externals, dynamics);
    try {
      run(dynamics);
    } finally {
      launches.unbind();
    }
  }

  @Override
  public boolean run(Buffer[] externals, long[] dynamics, Timing timing) {
    launches.bind(externals, dynamics);
    try {
      launches.finish();
      for (int t = 0; t < timing.size(); t++) {
        long start = System.nanoTime();
        launches.launch(t);
        launches.finish();
        timing.set(t, System.nanoTime() - start, false);
      }
    } finally {
      launches.unbind();
    }
    return true;
  }

  private void run(long[] dynamics) {
    if (Switches.debug() < 2 && !Switches.validate()) {
      launches.launchAll();
      return;
    }
    for (int t = 0; t < schedule.tasks().size(); t++) {
      if (Switches.validate()) {
        validate(t, dynamics);
      } else {
        long start = System.nanoTime();
        launches.launch(t);
        launches.finish();
        profile.add(t, System.nanoTime() - start);
      }
    }
    if (!Switches.validate()) {
      profile.report(System.err);
    }
  }

  private void validate(int task, long[] dynamics) {
    Map<Integer, HostBuffer> copies = new HashMap<>();
    Validation.check(
        schedule.tasks().get(task),
        v -> copies.computeIfAbsent(v, this::copy),
        dynamics,
        schedule::isKept,
        () -> {
          launches.launch(task);
          copies.clear();
        });
  }

  private HostBuffer copy(int value) {
    Value place = schedule.values().get(value);
    HostBuffer copy = HostBuffer.allocate(place.dtype(), place.size());
    if (place.size() > 0) {
      launches.read(value, copy);
    }
    return copy;
  }
}
