package jacquard.kernels.opencl;

import jacquard.kernels.Schedule;
import jacquard.kernels.Target;
import jacquard.kernels.Task;
import jacquard.kernels.csource.Call;
import jacquard.kernels.csource.CallProgram;
import jacquard.kernels.csource.Calls;
import jacquard.kernels.csource.DeviceArena;
import jacquard.kernels.csource.DeviceMemory;
import jacquard.kernels.csource.DeviceStore;
import jacquard.kernels.csource.Dialect;
import jacquard.kernels.csource.KernelCache;
import jacquard.kernels.csource.Launches;
import jacquard.kernels.csource.LostDevice;
import jacquard.kernels.csource.Tiles;
import jacquard.kernels.csource.Transfers;
import jacquard.kernels.csource.Tuner;
import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.DeviceException;
import jacquard.tensor.graph.Node;
import jacquard.tensor.spi.Buffer;
import jacquard.tensor.spi.HostBuffer;
import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;
import org.jocl.CL;
import org.jocl.CLException;
import org.jocl.cl_buffer_region;
import org.jocl.cl_command_queue;
import org.jocl.cl_context;
import org.jocl.cl_context_properties;
import org.jocl.cl_device_id;
import org.jocl.cl_mem;
import org.jspecify.annotations.Nullable;

/// An OpenCL device: memory, and schedules as launches of kernels in one in-order queue, with
/// another one for uploads.
final class ClTarget implements Target {
  /// Most kernels of a program: several are compiled at the same time.
  private static final int PROGRAM = 8;

  /// PoCL compiles one program after another, and takes 0.4 s before it begins.
  private static final int POCL_PROGRAM = 64;

  private final Device device;
  final ClDevice limits;
  final Dialect dialect;
  final cl_context context;
  final cl_command_queue queue;
  final DeviceMemory<cl_mem> memory;
  final DeviceArena<cl_mem> arena;
  final KernelCache<ClModule> kernels;
  final DeviceStore<cl_mem> store;
  private final Tuner tuner;

  ClTarget(Device device, ClDevice limits) {
    this.device = device;
    this.limits = limits;
    cl_context_properties properties = new cl_context_properties();
    properties.addProperty(CL.CL_CONTEXT_PLATFORM, limits.platform());
    try {
      cl_device_id[] ids = {limits.id()};
      context = CL.clCreateContext(properties, 1, ids, null, null, null);
      queue = CL.clCreateCommandQueue(context, limits.id(), 0, null);
    } catch (CLException e) {
      throw new DeviceException(
          device + ": " + limits.name() + " can't be opened: " + e.getMessage());
    }
    memory =
        new DeviceMemory<>(
            device,
            limits.name(),
            limits.memoryBytes(),
            limits.largestBytes(),
            new DeviceMemory.Driver<>() {
              @Override
              public @Nullable cl_mem allocate(long bytes) {
                return buffer(bytes);
              }

              @Override
              public void release(cl_mem block) {
                attempt("giving memory back", () -> CL.clReleaseMemObject(block));
              }

              @Override
              public long freeBytes() {
                return -1;
              }
            });
    arena =
        new DeviceArena<>(
            memory,
            limits.alignmentBytes(),
            new DeviceArena.Regions<>() {
              @Override
              public cl_mem region(cl_mem whole, long start, long bytes) {
                cl_buffer_region region = new cl_buffer_region(start, bytes);
                int type = CL.CL_BUFFER_CREATE_TYPE_REGION;
                return attempt(
                    "dividing memory",
                    () -> CL.clCreateSubBuffer(whole, CL.CL_MEM_READ_WRITE, type, region, null));
              }

              @Override
              public void release(cl_mem region) {
                attempt("giving memory back", () -> CL.clReleaseMemObject(region));
              }
            });
    int programSize = limits.keepsKernels() ? POCL_PROGRAM : PROGRAM;
    boolean shuffles = limits.shuffles() && SubGroups.work(this);
    ClCompiler compiler =
        new ClCompiler(device, limits, context, shuffles ? SubGroups.STANDARD : "CL1.2");
    dialect = shuffles ? Dialect.OPENCL_SUB_GROUPS : Dialect.OPENCL;
    kernels = new KernelCache<>(dialect, programSize, compiler::compile);
    tuner = new Tuner(compiler.files(), limits.gpu(), limits.localBytes(), new Measured());
    ClTransfers transfers = new ClTransfers(this);
    store =
        new DeviceStore<>(
            device, memory, new Transfers<>(transfers, MemorySegment.ofBuffer(transfers.host())));
  }

  private final class Measured implements Tuner.Trial {
    @Override
    public Buffer allocate(DType dtype, int size) {
      return store.allocate(dtype, size);
    }

    @Override
    public Launches prepare(Schedule schedule, Tiles tiles) {
      return new ClLaunches(ClTarget.this, schedule, tiles);
    }
  }

  private @Nullable cl_mem buffer(long bytes) {
    try {
      return CL.clCreateBuffer(context, CL.CL_MEM_READ_WRITE, bytes, null, null);
    } catch (CLException e) {
      if (isLackOfMemory(e) || e.getStatus() == CL.CL_OUT_OF_RESOURCES) {
        return null;
      }
      throw LostDevice.error(device, "taking memory", e.getMessage());
    }
  }

  private static boolean isLackOfMemory(CLException e) {
    int status = e.getStatus();
    return status == CL.CL_MEM_OBJECT_ALLOCATION_FAILURE || status == CL.CL_OUT_OF_HOST_MEMORY;
  }

  /// Makes a call that may report what went wrong in an earlier one.
  <T> T attempt(String what, Supplier<T> call) {
    try {
      return call.get();
    } catch (CLException e) {
      throw isLackOfMemory(e) ? late(what) : LostDevice.error(device, what, e.getMessage());
    }
  }

  /// The error for a launch that was refused.
  DeviceException refused(Call call, Task task, CLException e) {
    return isLackOfMemory(e)
        ? late("the launch of " + call.entry())
        : call.failed(device, task, call.groups(), e.getMessage(), limits.name());
  }

  /// Drivers may take a buffer's memory as late as when it is used.
  private DeviceException late(String what) {
    return memory.outOfMemory("at " + what);
  }

  @Override
  public Device device() {
    return device;
  }

  @Override
  public Buffer allocate(DType dtype, int size) {
    require(dtype);
    return store.allocate(dtype, size);
  }

  @Override
  public Buffer place(HostBuffer host) {
    require(host.dtype());
    return store.place(host);
  }

  private void require(DType dtype) {
    if (dtype == DType.F64 && !limits.f64()) {
      throw new DeviceException(
          device + ": f64 on " + limits.name() + ", which has none; use f32, or the device cpu");
    }
  }

  @Override
  public boolean hasKernel(Node fused) {
    return Calls.has(fused, limits.localBytes());
  }

  @Override
  public Program prepare(Schedule schedule) {
    for (DType dtype : schedule.arena().elements().keySet()) {
      require(dtype);
    }
    return new CallProgram(schedule, new ClLaunches(this, schedule, tuner));
  }

  /// Refuses what would run here and on no GPU.
  void check(Call call) {
    if (call.groupSize() > limits.groupSize() || call.localBytes() > limits.localBytes()) {
      throw new DeviceException(
          device
              + ": "
              + call.entry()
              + " wants groups of "
              + call.groupSize()
              + " items with "
              + call.localBytes()
              + " bytes of local memory, the device has "
              + limits.groupSize()
              + " and "
              + limits.localBytes());
    }
  }
}
