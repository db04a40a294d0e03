package jacquard.kernels.opencl;

import jacquard.kernels.Profile;
import jacquard.kernels.Schedule;
import jacquard.kernels.Schedule.Value;
import jacquard.kernels.Target;
import jacquard.kernels.Task;
import jacquard.kernels.Validation;
import jacquard.kernels.csource.Call;
import jacquard.kernels.csource.Calls;
import jacquard.kernels.csource.Dialect;
import jacquard.tensor.DeviceException;
import jacquard.tensor.Switches;
import jacquard.tensor.spi.Buffer;
import jacquard.tensor.spi.HostBuffer;
import java.lang.ref.Cleaner;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jocl.CL;
import org.jocl.CLException;
import org.jocl.Pointer;
import org.jocl.Sizeof;
import org.jocl.cl_kernel;
import org.jocl.cl_mem;
import org.jspecify.annotations.Nullable;

/// A schedule as launches. Arguments are set once; later only those whose buffer has changed.
final class ClProgram implements Target.Program {
  private static final Cleaner CLEANER = Cleaner.create();

  /// Arguments before the buffers: numbers, where they begin, dynamic scalars, trouble.
  private static final int FIRST_BUFFER = 4;

  /// Bytes of a dynamic scalar: its bits, and those of the number in f32.
  private static final int DYNAMIC_BYTES = 2 * Sizeof.cl_long;

  private final ClTarget target;
  private final Schedule schedule;
  private final Profile profile;
  private final List<List<Launch>> launches = new ArrayList<>();
  private final cl_mem numbers;
  private final cl_mem dynamics;
  private final boolean looksUp;

  /// A kernel with its arguments; `bound` are the buffers they are set to.
  private record Launch(Call call, cl_kernel kernel, @Nullable cl_mem[] bound) {}

  ClProgram(ClTarget target, Schedule schedule) {
    this.target = target;
    this.schedule = schedule;
    profile = new Profile(schedule);
    List<List<Call>> calls = new ArrayList<>();
    int count = 0;
    boolean rows = false;
    for (Task task : schedule.tasks()) {
      List<Call> ofTask = Calls.of(Dialect.OPENCL, schedule, task);
      calls.add(ofTask);
      rows |= task instanceof Task.Gather || task instanceof Task.ScatterAdd;
      for (Call call : ofTask) {
        count += call.numbers().length();
      }
    }
    looksUp = rows;
    numbers = target.memory.allocate((long) count * Sizeof.cl_int);
    dynamics = target.memory.allocate((long) schedule.dynamics() * DYNAMIC_BYTES);
    int[] all = new int[count];
    int at = 0;
    List<cl_kernel> kernels = new ArrayList<>();
    for (List<Call> ofTask : calls) {
      List<Launch> made = new ArrayList<>();
      for (Call call : ofTask) {
        target.check(call);
        cl_kernel kernel = target.kernels.kernel(call.source(), call.entry());
        kernels.add(kernel);
        CL.clSetKernelArg(kernel, 0, Sizeof.cl_mem, Pointer.to(numbers));
        CL.clSetKernelArg(kernel, 1, Sizeof.cl_int, Pointer.to(new int[] {at}));
        CL.clSetKernelArg(kernel, 2, Sizeof.cl_mem, Pointer.to(dynamics));
        CL.clSetKernelArg(kernel, 3, Sizeof.cl_mem, Pointer.to(target.kernels.trouble));
        for (int i = 0; i < call.numbers().length(); i++) {
          all[at++] = call.numbers().get(i);
        }
        made.add(new Launch(call, kernel, new @Nullable cl_mem[call.values().size()]));
      }
      launches.add(made);
    }
    if (count > 0) {
      long bytes = (long) count * Sizeof.cl_int;
      CL.clEnqueueWriteBuffer(
          target.queue, numbers, true, 0, bytes, Pointer.to(all), 0, null, null);
    }
    CLEANER.register(
        this, release(target.memory, kernels, numbers, count, dynamics, schedule.dynamics()));
  }

  private static Runnable release(
      ClMemory memory,
      List<cl_kernel> kernels,
      cl_mem numbers,
      int numberCount,
      cl_mem dynamics,
      int dynamicCount) {
    return () -> {
      kernels.forEach(CL::clReleaseKernel);
      memory.release(numbers, (long) numberCount * Sizeof.cl_int);
      memory.release(dynamics, (long) dynamicCount * DYNAMIC_BYTES);
    };
  }

  @Override
  public void run(Buffer[] externals, long[] scalars) {
    for (int i = 0; i < scalars.length; i++) {
      // a fill takes its pattern along at once: nothing waits for the transfer of a host array
      long single = Float.floatToIntBits((float) Double.longBitsToDouble(scalars[i]));
      Pointer pattern = Pointer.to(new long[] {scalars[i], single});
      CL.clEnqueueFillBuffer(
          target.queue,
          dynamics,
          pattern,
          DYNAMIC_BYTES,
          (long) i * DYNAMIC_BYTES,
          DYNAMIC_BYTES,
          0,
          null,
          null);
    }
    if (looksUp) {
      target.kernels.expectTrouble();
    }
    boolean timed = Switches.debug() >= 2;
    boolean validated = Switches.validate();
    for (int t = 0; t < launches.size(); t++) {
      long start = timed ? System.nanoTime() : 0;
      int task = t;
      if (validated) {
        Map<Integer, HostBuffer> copies = new HashMap<>();
        Validation.check(
            schedule.tasks().get(t),
            v -> host(v, externals, copies),
            scalars,
            () -> {
              launch(task, externals);
              copies.clear();
            });
      } else {
        launch(t, externals);
      }
      if (timed) {
        CL.clFinish(target.queue);
        profile.add(t, System.nanoTime() - start);
      }
    }
    CL.clFlush(target.queue);
    if (timed) {
      profile.report(System.err);
    }
  }

  private void launch(int task, Buffer[] externals) {
    for (Launch launch : launches.get(task)) {
      Call call = launch.call;
      for (int i = 0; i < call.values().size(); i++) {
        cl_mem now = memory(call.values().get(i), externals);
        if (launch.bound[i] != now) {
          CL.clSetKernelArg(launch.kernel, FIRST_BUFFER + i, Sizeof.cl_mem, Pointer.to(now));
          launch.bound[i] = now;
        }
      }
      long[] items = {(long) call.groups() * call.groupSize()};
      try {
        CL.clEnqueueNDRangeKernel(
            target.queue,
            launch.kernel,
            1,
            null,
            items,
            new long[] {call.groupSize()},
            0,
            null,
            null);
      } catch (CLException e) {
        throw new DeviceException(
            target.device()
                + ": launch of "
                + schedule.tasks().get(task).label()
                + " failed: "
                + e.getMessage()
                + ": "
                + call.groups()
                + " groups of "
                + call.groupSize()
                + " on "
                + target.limits.name());
      }
    }
  }

  private cl_mem memory(int value, Buffer[] externals) {
    return switch (schedule.values().get(value)) {
      case Value.Arena a -> target.arena.region(a.dtype());
      case Value.External e -> ((ClBuffer) externals[e.slot()]).mem;
    };
  }

  /// A value's elements on the host.
  private HostBuffer host(int value, Buffer[] externals, Map<Integer, HostBuffer> copies) {
    return copies.computeIfAbsent(
        value,
        v -> {
          Value place = schedule.values().get(v);
          HostBuffer copy = HostBuffer.allocate(place.dtype(), place.size());
          if (place.size() > 0) {
            long from = place instanceof Value.Arena a ? (long) a.offset() * a.dtype().bytes() : 0;
            CL.clEnqueueReadBuffer(
                target.queue,
                memory(v, externals),
                true,
                from,
                (long) place.size() * place.dtype().bytes(),
                ClBuffer.pointer(copy.array()),
                0,
                null,
                null);
          }
          return copy;
        });
  }
}
