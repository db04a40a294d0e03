package jacquard.kernels.cuda;

import jacquard.kernels.Schedule;
import jacquard.kernels.Schedule.Value;
import jacquard.kernels.Task;
import jacquard.kernels.csource.Call;
import jacquard.kernels.csource.DeviceBuffer;
import jacquard.kernels.csource.DeviceMemory;
import jacquard.kernels.csource.Launches;
import jacquard.kernels.csource.Listing;
import jacquard.kernels.csource.Tiles;
import jacquard.tensor.DType;
import jacquard.tensor.DeviceException;
import jacquard.tensor.spi.Buffer;
import jacquard.tensor.spi.HostBuffer;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import jcuda.CudaException;
import jcuda.Pointer;
import jcuda.driver.CUfunction;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUstream;
import jcuda.driver.CUstreamCaptureMode;
import jcuda.driver.JCudaDriver;
import org.jspecify.annotations.Nullable;

/*
 * The frame: addresses of all slots, then two words for each dynamic scalar, its bits and those of the same number in f32.
 * It is all that changes from run to run, so arguments are the same for ever and the launches of a plan are recorded as a
 * graph when it runs for the second time.
 */
/// Launches in a stream; from the second run on, all of them are one graph launch.
final class CudaLaunches implements Launches {
  private final CudaTarget target;
  private final Schedule schedule;

  /// The calls of each task, each alone.
  private final List<List<Launch>> tasks;

  /// The whole plan.
  private final List<Launch> all;

  private final CudaBlock frame;
  private final long[] now;
  private long[] written = {};
  private final int slots;
  private final boolean looksUp;
  private Buffer[] externals = {};
  private int runs;
  private @Nullable CUgraphExec graph;

  /// A kernel with all its arguments; its code stays loaded as long as the module is reachable.
  private record Launch(
      Listing.Placed placed, CudaModule module, CUfunction function, Pointer arguments) {}

  CudaLaunches(CudaTarget target, Schedule schedule, Tiles tiles) {
    this.target = target;
    this.schedule = schedule;
    Listing listing = Listing.of(target.dialect, schedule, tiles);
    target.arena.require(listing.arena());
    looksUp = listing.looksUp();
    slots = listing.slots();
    Map<String, CudaModule> compiled = target.kernels.programs(listing.kernels());
    CudaBlock numbers = target.store.numbers(this, listing.numbers().toArray());
    now = new long[slots + 2 * schedule.dynamics()];
    frame = target.store.block(this, (long) now.length * Long.BYTES);
    CudaBlock dynamics = frame.at((long) slots * Long.BYTES);
    target.enter();
    Function<Listing.Placed, Launch> ready =
        placed -> {
          Call call = placed.call();
          CudaModule module = Objects.requireNonNull(compiled.get(call.entry()));
          Pointer arguments =
              Pointer.to(
                  Pointer.to(numbers.pointer()),
                  Pointer.to(new int[] {placed.at()}),
                  Pointer.to(dynamics.pointer()),
                  Pointer.to(target.store.troubleMemory().pointer()),
                  Pointer.to(frame.pointer()));
          try {
            return new Launch(placed, module, module.function(call), arguments);
          } catch (CudaException e) {
            throw failed(placed, e);
          }
        };
    tasks = listing.tasks().stream().map(calls -> calls.stream().map(ready).toList()).toList();
    all = listing.launches().stream().map(ready).toList();
  }

  /// Writes the frame if it has changed.
  @Override
  public void bind(Buffer[] buffers, long[] scalars) {
    externals = buffers;
    for (DType dtype : DType.values()) {
      now[dtype.ordinal()] = target.arena.has(dtype) ? target.arena.region(dtype).address() : 0;
    }
    // buffers after these are those of results that are written in place, into other buffers
    for (int i = DType.values().length; i < slots; i++) {
      now[i] = block(externals[i - DType.values().length]).address();
    }
    for (int i = 0; i < scalars.length; i++) {
      now[slots + 2 * i] = scalars[i];
      now[slots + 2 * i + 1] = Float.floatToIntBits((float) Double.longBitsToDouble(scalars[i]));
    }
    if (!Arrays.equals(now, written)) {
      target.store.transfers().write(frame, 0, MemorySegment.ofArray(now));
      written = now.clone();
    }
    if (looksUp) {
      target.store.trouble().expect();
    }
  }

  @Override
  public void unbind() {
    externals = new Buffer[0];
  }

  private static CudaBlock block(Buffer buffer) {
    return (CudaBlock) ((DeviceBuffer<?>) buffer).block();
  }

  @Override
  public void launch(int task) {
    target.enter();
    launch(tasks.get(task), target.stream);
  }

  private void launch(List<Launch> launches, CUstream stream) {
    for (Launch launch : launches) {
      Call call = launch.placed.call();
      try {
        JCudaDriver.cuLaunchKernel(
            launch.function,
            launch.placed.groups(),
            1,
            1,
            call.groupSize(),
            1,
            1,
            call.dynamicBytes(),
            stream,
            launch.arguments,
            null);
      } catch (CudaException e) {
        throw failed(launch.placed, e);
      }
    }
  }

  private DeviceException failed(Listing.Placed placed, CudaException e) {
    Task task = schedule.tasks().get(placed.task());
    return placed
        .call()
        .failed(target.device(), task, placed.groups(), e.getMessage(), target.limits.name());
  }

  @Override
  public void launchAll() {
    target.enter();
    if (++runs == 2) {
      record();
    }
    CUgraphExec recorded = graph;
    if (recorded != null) {
      target.attempt("a plan", () -> JCudaDriver.cuGraphLaunch(recorded, target.stream));
    } else {
      launch(all, target.stream);
    }
  }

  /// Records the launches of a plan. If they can't be, they go on one by one.
  private void record() {
    CUgraph recorded = new CUgraph();
    CUgraphExec ready = new CUgraphExec();
    try {
      JCudaDriver.cuStreamBeginCapture(
          target.recording, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL);
      try {
        launch(all, target.recording);
      } finally {
        JCudaDriver.cuStreamEndCapture(target.recording, recorded);
      }
      JCudaDriver.cuGraphInstantiate(ready, recorded, 0);
      JCudaDriver.cuGraphDestroy(recorded);
    } catch (CudaException | DeviceException e) {
      System.getLogger(CudaLaunches.class.getName())
          .log(System.Logger.Level.WARNING, "cuda: a plan can't be recorded: " + e.getMessage());
      return;
    }
    graph = ready;
    CudaTarget device = target;
    DeviceMemory.whenUnreachable(
        this,
        () -> {
          device.enter();
          JCudaDriver.cuGraphExecDestroy(ready);
        });
  }

  @Override
  public void finish() {
    target.finish();
  }

  @Override
  public void read(int value, HostBuffer copy) {
    Value place = schedule.values().get(value);
    int from = place instanceof Value.Arena a ? a.offset() : 0;
    target.store.read(memory(place), from, place.dtype(), copy.array(), 0, place.size());
  }

  private CudaBlock memory(Value place) {
    return switch (place) {
      case Value.Arena a -> target.arena.region(a.dtype());
      case Value.External e -> block(externals[e.slot()]);
    };
  }
}
