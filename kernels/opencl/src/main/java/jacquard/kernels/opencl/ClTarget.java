package jacquard.kernels.opencl;

import jacquard.kernels.Schedule;
import jacquard.kernels.Target;
import jacquard.kernels.csource.Call;
import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.DeviceException;
import jacquard.tensor.spi.Buffer;
import jacquard.tensor.spi.HostBuffer;
import org.jocl.CL;
import org.jocl.cl_command_queue;
import org.jocl.cl_context;
import org.jocl.cl_context_properties;
import org.jocl.cl_device_id;

/// An OpenCL device: memory, and schedules as launches of kernels in one in-order queue.
final class ClTarget implements Target {
  private final Device device;
  final ClDevice limits;
  final cl_context context;
  final cl_command_queue queue;
  final ClMemory memory;
  final ClKernels kernels;
  final ClArena arena;

  ClTarget(Device device, ClDevice limits) {
    this.device = device;
    this.limits = limits;
    cl_context_properties properties = new cl_context_properties();
    properties.addProperty(CL.CL_CONTEXT_PLATFORM, limits.platform());
    context = CL.clCreateContext(properties, 1, new cl_device_id[] {limits.id()}, null, null, null);
    queue = CL.clCreateCommandQueue(context, limits.id(), 0, null);
    memory = new ClMemory(this);
    kernels = new ClKernels(this);
    arena = new ClArena(this);
  }

  @Override
  public Device device() {
    return device;
  }

  @Override
  public Buffer allocate(DType dtype, int size) {
    require(dtype);
    ClBuffer buffer = memory.allocate(dtype, size);
    buffer.clear();
    return buffer;
  }

  @Override
  public Buffer place(HostBuffer host) {
    require(host.dtype());
    ClBuffer buffer = memory.allocate(host.dtype(), host.size());
    buffer.write(0, host.array(), host.offset(), host.size());
    return buffer;
  }

  private void require(DType dtype) {
    if (dtype == DType.F64 && !limits.f64()) {
      throw new DeviceException(
          device + ": f64 on " + limits.name() + ", which has none; use f32, or the device cpu");
    }
  }

  @Override
  public Program prepare(Schedule schedule) {
    for (DType dtype : schedule.arena().elements().keySet()) {
      require(dtype);
    }
    arena.require(schedule.arena());
    return new ClProgram(this, schedule);
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
