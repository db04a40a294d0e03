package jacquard.kernels.cuda;

import jacquard.kernels.Schedule;
import jacquard.kernels.Target;
import jacquard.kernels.csource.CallProgram;
import jacquard.kernels.csource.Calls;
import jacquard.kernels.csource.DeviceArena;
import jacquard.kernels.csource.DeviceMemory;
import jacquard.kernels.csource.Dialect;
import jacquard.kernels.csource.KernelCache;
import jacquard.kernels.csource.KernelFiles;
import jacquard.kernels.csource.Trouble;
import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.DeviceException;
import jacquard.tensor.graph.Node;
import jacquard.tensor.spi.Buffer;
import jacquard.tensor.spi.HostBuffer;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jcuda.CudaException;
import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUmodule;
import jcuda.driver.CUpointer_attribute;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;

/// A CUDA device: memory, and schedules as launches in one stream.
final class CudaTarget implements Target {
  /// Most kernels of a program: several are compiled at the same time.
  private static final int PROGRAM = 8;

  /// Shared memory that a kernel may declare on every device.
  static final int SHARED_BYTES = 48 << 10;

  /// What is copied to the device without waiting for it, at most.
  private static final int STAGED_BYTES = 4 << 20;

  private final Device device;
  final CudaDevice limits;
  final DeviceMemory<CudaBlock> memory;
  final DeviceArena<CudaBlock> arena;
  final Dialect dialect;
  final KernelCache<CudaModule> kernels;
  final CudaBlock troubleMemory;
  final Trouble trouble;
  final CUstream stream = new CUstream();
  private final CUcontext context = new CUcontext();
  private final CudaCompiler compiler;
  private final KernelFiles files;
  private final ByteBuffer staging =
      ByteBuffer.allocateDirect(STAGED_BYTES).order(ByteOrder.nativeOrder());

  CudaTarget(Device device, CudaDevice limits, CudaCompiler compiler) {
    this.device = device;
    this.limits = limits;
    this.compiler = compiler;
    CUdevice handle = CudaDevice.handle(limits.index());
    JCudaDriver.cuDevicePrimaryCtxRetain(context, handle);
    enter();
    JCudaDriver.cuStreamCreate(stream, 0);
    memory =
        new DeviceMemory<>(
            device, limits.name(), limits.memoryBytes(), limits.memoryBytes(), new Driver());
    arena = new DeviceArena<>(memory, 256, new Regions());
    files =
        new KernelFiles(
            "cuda", ".cu", "sm_" + limits.architecture(), compiler.name(), CudaCompiler.NO_FUSING);
    dialect = limits.architecture() >= 80 ? Dialect.CUDA : Dialect.CUDA_BEFORE_80;
    kernels = new KernelCache<>(dialect, PROGRAM, this::compile);
    long bytes = (long) Trouble.NUMBERS * Integer.BYTES;
    troubleMemory = memory.allocate(bytes);
    trouble = new Trouble(this::readTrouble, () -> clear(troubleMemory, bytes));
    clear(troubleMemory, bytes);
  }

  /// Makes this device the one that this thread's calls are for.
  void enter() {
    JCudaDriver.cuCtxSetCurrent(context);
  }

  private final class Driver implements DeviceMemory.Driver<CudaBlock> {
    @Override
    public CudaBlock allocate(long bytes) {
      enter();
      CUdeviceptr pointer = new CUdeviceptr();
      try {
        JCudaDriver.cuMemAlloc(pointer, bytes);
      } catch (CudaException e) {
        long[] free = new long[1];
        long[] total = new long[1];
        JCudaDriver.cuMemGetInfo(free, total);
        throw new DeviceException(
            "%s, free %.1f of %.1f GiB"
                .formatted(e.getMessage(), free[0] / 1073741824.0, total[0] / 1073741824.0));
      }
      long[] address = new long[1];
      JCudaDriver.cuPointerGetAttribute(
          Pointer.to(address), CUpointer_attribute.CU_POINTER_ATTRIBUTE_DEVICE_POINTER, pointer);
      return new CudaBlock(pointer, address[0]);
    }

    @Override
    public void release(CudaBlock block) {
      enter();
      JCudaDriver.cuMemFree(block.pointer());
    }
  }

  private static final class Regions implements DeviceArena.Regions<CudaBlock> {
    @Override
    public CudaBlock region(CudaBlock whole, long start, long bytes) {
      return whole.at(start);
    }

    @Override
    public void release(CudaBlock region) {
      // goes with the whole
    }
  }

  private CudaModule compile(String text) {
    byte[] code = files.load(text);
    if (code == null) {
      try {
        code = compiler.compile(text, limits.architecture());
      } catch (CudaCompiler.Refused e) {
        throw files.refused(
            device + ": a kernel can't be compiled by " + compiler.name(), text, e.log());
      }
      files.store(text, code);
    }
    enter();
    CUmodule module = new CUmodule();
    try {
      JCudaDriver.cuModuleLoadData(module, code);
    } catch (CudaException e) {
      throw files.refused(
          device + ": compiled kernels can't be loaded: " + e.getMessage(), text, compiler.name());
    }
    CudaModule loaded = new CudaModule(module);
    DeviceMemory.whenUnreachable(
        loaded,
        () -> {
          enter();
          JCudaDriver.cuModuleUnload(module);
        });
    return loaded;
  }

  private int[] readTrouble(int count) {
    int[] found = new int[count];
    read(troubleMemory, Pointer.to(found), (long) count * Integer.BYTES);
    return found;
  }

  void clear(CudaBlock block, long bytes) {
    if (bytes > 0) {
      enter();
      JCudaDriver.cuMemsetD8Async(block.pointer(), (byte) 0, bytes, stream);
    }
  }

  /// Copies to the host, after what is in the stream.
  void read(CudaBlock from, Pointer to, long bytes) {
    finish();
    if (bytes > 0) {
      JCudaDriver.cuMemcpyDtoH(to, from.pointer(), bytes);
    }
  }

  /// Copies to the device. What is small goes into the stream and is not waited for: the driver
  /// takes a copy of pageable memory before it returns.
  synchronized void write(CudaBlock to, MemorySegment from) {
    enter();
    MemorySegment buffer = MemorySegment.ofBuffer(staging);
    long bytes = from.byteSize();
    if (bytes > STAGED_BYTES) {
      finish();
    }
    for (long done = 0; done < bytes; done += STAGED_BYTES) {
      long part = Math.min(STAGED_BYTES, bytes - done);
      MemorySegment.copy(from, done, buffer, 0, part);
      CUdeviceptr at = to.pointer().withByteOffset(done);
      JCudaDriver.cuMemcpyHtoDAsync(at, Pointer.to(staging), part, stream);
    }
  }

  /// Waits until the stream is empty.
  void finish() {
    enter();
    try {
      JCudaDriver.cuStreamSynchronize(stream);
    } catch (CudaException e) {
      throw new DeviceException(
          device
              + ": a kernel failed: "
              + e.getMessage()
              + "; this process can't use the device any more: start it anew,"
              + " with -Djacquard.validate=true to find the kernel");
    }
  }

  @Override
  public Device device() {
    return device;
  }

  @Override
  public Buffer allocate(DType dtype, int size) {
    CudaBuffer buffer = new CudaBuffer(this, dtype, size);
    buffer.clear();
    return buffer;
  }

  @Override
  public Buffer place(HostBuffer host) {
    CudaBuffer buffer = new CudaBuffer(this, host.dtype(), host.size());
    buffer.write(0, host.array(), host.offset(), host.size());
    return buffer;
  }

  @Override
  public boolean hasKernel(Node fused) {
    return Calls.has(fused, SHARED_BYTES);
  }

  @Override
  public Program prepare(Schedule schedule) {
    arena.require(schedule.arena());
    return new CallProgram(schedule, new CudaLaunches(this, schedule));
  }
}
