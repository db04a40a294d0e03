package jacquard.kernels.opencl;

import jacquard.kernels.Schedule;
import jacquard.kernels.Schedule.Value;
import jacquard.kernels.csource.Call;
import jacquard.kernels.csource.DeviceBuffer;
import jacquard.kernels.csource.DeviceMemory;
import jacquard.kernels.csource.Launches;
import jacquard.kernels.csource.Listing;
import jacquard.kernels.csource.Tiles;
import jacquard.tensor.DType;
import jacquard.tensor.spi.Buffer;
import jacquard.tensor.spi.HostBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jocl.CL;
import org.jocl.CLException;
import org.jocl.Pointer;
import org.jocl.Sizeof;
import org.jocl.cl_kernel;
import org.jocl.cl_mem;
import org.jspecify.annotations.Nullable;

/// Launches in an in-order queue. Arguments are set once; later only those whose buffer has
/// changed.
final class ClLaunches implements Launches {
  /// Arguments before the buffers: numbers, where they begin, dynamic scalars, trouble.
  private static final int FIRST_BUFFER = 4;

  /// Bytes of a dynamic scalar: its bits, and those of the number in f32.
  private static final int DYNAMIC_BYTES = 2 * Sizeof.cl_long;

  private final ClTarget target;
  private final Schedule schedule;

  /// The whole plan.
  private final List<Launch> all;

  /// The calls of each task, each alone: made when a task is launched by itself.
  private final List<List<Listing.Placed>> tasks;

  private final Map<Integer, List<Launch>> alone = new HashMap<>();
  private final cl_mem numbers;
  private final cl_mem dynamics;
  private final boolean looksUp;

  /// To be released.
  private final List<cl_kernel> kernels = new ArrayList<>();

  private Buffer[] externals = {};

  /// A kernel with its arguments; `bound` are the buffers they are set to.
  private record Launch(Listing.Placed placed, cl_kernel kernel, @Nullable cl_mem[] bound) {}

  ClLaunches(ClTarget target, Schedule schedule, Tiles tiles) {
    this.target = target;
    this.schedule = schedule;
    Listing listing = Listing.of(target.dialect, schedule, tiles);
    target.arena.require(listing.arena());
    looksUp = listing.looksUp();
    tasks = listing.tasks();
    numbers = target.store.numbers(this, listing.numbers().toArray());
    dynamics = target.store.block(this, (long) schedule.dynamics() * DYNAMIC_BYTES);
    all = launches(listing.launches());
    List<cl_kernel> made = kernels;
    DeviceMemory.whenUnreachable(this, () -> made.forEach(CL::clReleaseKernel));
  }

  private List<Launch> launches(List<Listing.Placed> calls) {
    calls.forEach(placed -> target.check(placed.call()));
    Map<String, ClModule> modules = target.kernels.programs(Listing.kernels(calls));
    List<Launch> launches = new ArrayList<>();
    for (Listing.Placed placed : calls) {
      Call call = placed.call();
      ClModule module = Objects.requireNonNull(modules.get(call.entry()));
      cl_kernel kernel =
          target.attempt(
              "making a kernel", () -> CL.clCreateKernel(module.program(), call.entry(), null));
      kernels.add(kernel);
      Pointer[] first = {
        Pointer.to(numbers),
        Pointer.to(new int[] {placed.at()}),
        Pointer.to(dynamics),
        Pointer.to(target.store.troubleMemory())
      };
      for (int i = 0; i < FIRST_BUFFER; i++) {
        int at = i;
        long bytes = i == 1 ? Sizeof.cl_int : Sizeof.cl_mem;
        target.attempt(
            "setting an argument", () -> CL.clSetKernelArg(kernel, at, bytes, first[at]));
      }
      launches.add(new Launch(placed, kernel, new @Nullable cl_mem[call.values().size()]));
    }
    return launches;
  }

  @Override
  public void bind(Buffer[] buffers, long[] scalars) {
    externals = buffers;
    for (int i = 0; i < scalars.length; i++) {
      // a fill takes its pattern along at once: nothing waits for the transfer of a host array
      long single = Float.floatToIntBits((float) Double.longBitsToDouble(scalars[i]));
      Pointer pattern = Pointer.to(new long[] {scalars[i], single});
      int bytes = DYNAMIC_BYTES;
      long at = (long) i * bytes;
      target.attempt(
          "a scalar for it",
          () ->
              CL.clEnqueueFillBuffer(
                  target.queue, dynamics, pattern, bytes, at, bytes, 0, null, null));
    }
    if (looksUp) {
      target.store.trouble().expect();
    }
  }

  @Override
  public void unbind() {
    externals = new Buffer[0];
  }

  @Override
  public void launch(int task) {
    alone.computeIfAbsent(task, t -> launches(tasks.get(t))).forEach(this::launch);
  }

  private void launch(Launch launch) {
    Call call = launch.placed.call();
    long[] items = {(long) call.groups() * call.groupSize()};
    long[] group = {call.groupSize()};
    try {
      for (int i = 0; i < call.values().size(); i++) {
        cl_mem now = memory(call.values().get(i));
        if (launch.bound[i] != now) {
          CL.clSetKernelArg(launch.kernel, FIRST_BUFFER + i, Sizeof.cl_mem, Pointer.to(now));
          launch.bound[i] = now;
        }
      }
      CL.clEnqueueNDRangeKernel(target.queue, launch.kernel, 1, null, items, group, 0, null, null);
    } catch (CLException e) {
      throw target.refused(call, schedule.tasks().get(launch.placed.task()), e);
    }
  }

  @Override
  public void launchAll() {
    all.forEach(this::launch);
    target.attempt("a plan", () -> CL.clFlush(target.queue));
  }

  @Override
  public void finish() {
    target.attempt("a kernel", () -> CL.clFinish(target.queue));
  }

  private cl_mem memory(int value) {
    if (value == Call.SCRATCH) {
      return target.arena.region(DType.F32);
    }
    return switch (schedule.values().get(value)) {
      case Value.Arena a -> target.arena.region(a.dtype());
      case Value.External e ->
          (cl_mem) ((DeviceBuffer<?>) Objects.requireNonNull(externals[e.slot()])).block();
    };
  }

  @Override
  public void read(int value, HostBuffer copy) {
    Value place = schedule.values().get(value);
    int from = place instanceof Value.Arena a ? a.offset() : 0;
    target.store.read(memory(value), from, place.dtype(), copy.array(), 0, place.size());
  }
}
