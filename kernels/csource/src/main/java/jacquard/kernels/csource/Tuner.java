package jacquard.kernels.csource;

import jacquard.kernels.MemoryPlan;
import jacquard.kernels.Schedule;
import jacquard.kernels.Schedule.Value;
import jacquard.kernels.Task;
import jacquard.tensor.DType;
import jacquard.tensor.DeviceException;
import jacquard.tensor.Switches;
import jacquard.tensor.spi.Buffer;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Tiles by measurement: the first task of its likeness is computed once with each, and the fastest
/// is remembered on disk, for this device, driver and compiler.
public final class Tuner implements Tiles {
  /// Rises when a template changes so that other tiles may be faster.
  private static final int VERSION = 2;

  /// Below this, a task is over before its launch has been.
  private static final double LEAST_FLOPS = 1 << 25;

  private static final Logger LOG = System.getLogger(Tuner.class.getName());

  private static final int ROUNDS = 3;
  private static final long ROUND_NANOS = 2_000_000;
  private static final int MOST_LAUNCHES = 20;

  /// What a device does to measure.
  public interface Trial {
    /// {@return a buffer of zeros}
    ///
    /// @param dtype dtype of the elements
    /// @param size number of elements
    Buffer allocate(DType dtype, int size);

    /// {@return a schedule's calls, ready to be launched}
    ///
    /// @param schedule what is to be done
    /// @param tiles of its task
    Launches prepare(Schedule schedule, Tiles tiles);
  }

  private final KernelFiles files;
  private final Trial trial;
  private final boolean unasked;
  private final int localBytes;
  private final Map<String, Integer> known = new HashMap<>();
  private boolean loaded;

  /// A tuner that has measured nothing yet.
  ///
  /// @param files where it remembers
  /// @param unasked whether to measure without being told to: on GPUs
  /// @param localBytes memory that a group shares on the device, at most
  /// @param trial how the device measures
  public Tuner(KernelFiles files, boolean unasked, int localBytes, Trial trial) {
    this.files = files;
    this.unasked = unasked;
    this.localBytes = localBytes;
    this.trial = trial;
  }

  @Override
  public int localBytes() {
    return localBytes;
  }

  @Override
  public synchronized int of(Choice choice) {
    if (!Switches.tunes(unasked) || choice.options().size() < 2 || choice.flops() < LEAST_FLOPS) {
      return choice.usual();
    }
    if (!loaded) {
      loaded = true;
      load();
    }
    Integer tile = known.get(choice.likeness());
    if (tile != null && choice.options().contains(tile)) {
      return tile;
    }
    int best = fastest(choice);
    if (best < 0) {
      return choice.usual();
    }
    known.put(choice.likeness(), best);
    load(); // what other processes have measured meanwhile stays
    files.storeTuning(lines());
    return best;
  }

  private void load() {
    files.loadTuning().forEach(this::read);
  }

  /// A line is `v2 LIKENESS = TILE`; others are passed over.
  private void read(String line) {
    int split = line.indexOf(" = ");
    String version = "v" + VERSION + " ";
    if (line.startsWith(version) && split > 0) {
      try {
        int tile = Integer.parseInt(line.substring(split + 3));
        known.putIfAbsent(line.substring(version.length(), split), tile);
      } catch (NumberFormatException e) {
        // damaged: measured anew
      }
    }
  }

  private List<String> lines() {
    List<String> lines = new ArrayList<>();
    new TreeMap<>(known).forEach((k, v) -> lines.add("v" + VERSION + " " + k + " = " + v));
    return lines;
  }

  /// The fastest of the tiles that work; -1 if none does. Where the device is lost, the program
  /// that asks says so at its first call.
  private int fastest(Choice choice) {
    Schedule alone = alone(choice.schedule(), choice.task());
    Buffer[] buffers = new Buffer[alone.inputs()];
    try {
      for (Value value : alone.values()) {
        if (value instanceof Value.External e) {
          buffers[e.slot()] = trial.allocate(e.dtype(), e.size());
        }
      }
    } catch (DeviceException e) {
      LOG.log(Level.DEBUG, "tiles are not measured: {0}: {1}", choice.likeness(), e.getMessage());
      return -1; // no memory for operands beside the program's own
    }
    int best = -1;
    double least = Double.POSITIVE_INFINITY;
    for (int tile : choice.options()) {
      try {
        double nanos = nanos(trial.prepare(alone, asked -> tile), buffers);
        if (nanos < least) {
          least = nanos;
          best = tile;
        }
      } catch (DeviceException e) {
        LOG.log(Level.WARNING, "tile {0} of {1}: {2}", tile, choice.likeness(), e.getMessage());
      }
    }
    return best;
  }

  /// Of one launch: the best of several rounds.
  private static double nanos(Launches launches, Buffer[] buffers) {
    launches.bind(buffers, new long[0]);
    try {
      launches.launch(0);
      launches.finish();
      double best = round(launches, 1);
      int count = (int) Math.clamp(ROUND_NANOS / best, 1, MOST_LAUNCHES);
      for (int i = 0; i < ROUNDS; i++) {
        best = Math.min(best, round(launches, count));
      }
      return best;
    } finally {
      launches.unbind();
    }
  }

  private static double round(Launches launches, int count) {
    long start = System.nanoTime();
    for (int i = 0; i < count; i++) {
      launches.launch(0);
    }
    launches.finish();
    return (double) (System.nanoTime() - start) / count;
  }

  /// A schedule of this task alone, without its epilogue, on buffers that are given.
  private static Schedule alone(Schedule schedule, Task whole) {
    Task task =
        whole instanceof Task.Dot d
            ? new Task.Dot(d.dtype(), d.a(), d.aView(), d.b(), d.bView(), d.c(), null)
            : whole;
    List<Value> values = new ArrayList<>(schedule.values());
    int slot = 0;
    List<Integer> used = new ArrayList<>(task.reads());
    used.addAll(task.writes());
    values.replaceAll(v -> new Value.Arena(v.dtype(), 0, 0));
    for (int value : used.stream().distinct().toList()) {
      Value real = schedule.values().get(value);
      values.set(value, new Value.External(real.dtype(), real.size(), slot++));
    }
    return new Schedule(List.of(task), values, new MemoryPlan(Map.of()), slot, 0, List.of());
  }
}
