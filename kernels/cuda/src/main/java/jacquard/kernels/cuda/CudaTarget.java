package jacquard.kernels.cuda;

import jacquard.kernels.Schedule;
import jacquard.kernels.Target;
import jacquard.kernels.csource.CallProgram;
import jacquard.kernels.csource.Calls;
import jacquard.kernels.csource.DeviceArena;
import jacquard.kernels.csource.DeviceMemory;
import jacquard.kernels.csource.DeviceStore;
import jacquard.kernels.csource.Dialect;
import jacquard.kernels.csource.KernelCache;
import jacquard.kernels.csource.KernelFiles;
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
import jcuda.CudaException;
import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUmodule;
import jcuda.driver.CUpointer_attribute;
import jcuda.driver.CUstream;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;
import org.jspecify.annotations.Nullable;

/// A CUDA device: memory, and schedules as launches in one stream, with another for uploads.
final class CudaTarget implements Target {
  /// Most kernels of a program: several are compiled at the same time.
  private static final int PROGRAM = 8;

  /// What is wrong with code rather than with the device.
  private static final String BAD_CODE = "CUDA_ERROR_.*(IMAGE|BINARY|PTX|JIT|SOURCE).*";

  private static final String NO_MEMORY = "CUDA_ERROR_OUT_OF_MEMORY";

  /// Shared memory that a kernel may declare on every device.
  static final int SHARED_BYTES = 48 << 10;

  private final Device device;
  final CudaDevice limits;
  final DeviceMemory<CudaBlock> memory;
  final DeviceArena<CudaBlock> arena;
  final Dialect dialect;
  final KernelCache<CudaModule> kernels;
  final DeviceStore<CudaBlock> store;

  /// Where kernels run.
  final CUstream stream = new CUstream();

  /// Where launches are recorded: what other threads put into [#stream] meanwhile is no part of it.
  final CUstream recording = new CUstream();

  private final CUcontext context = new CUcontext();
  private final CudaCompiler compiler;
  private final Architecture architecture;
  private final KernelFiles files;
  private final Tuner tuner;

  CudaTarget(Device device, CudaDevice limits, CudaCompiler compiler) {
    this.device = device;
    this.limits = limits;
    this.compiler = compiler;
    CUdevice handle = CudaDevice.handle(limits.index());
    try {
      JCudaDriver.cuDevicePrimaryCtxRetain(context, handle);
      JCudaDriver.cuCtxSetCurrent(context);
      JCudaDriver.cuStreamCreate(stream, CUstream_flags.CU_STREAM_NON_BLOCKING);
      JCudaDriver.cuStreamCreate(recording, CUstream_flags.CU_STREAM_NON_BLOCKING);
    } catch (CudaException e) {
      throw new DeviceException(
          device
              + ": "
              + limits.name()
              + " can't be opened: "
              + e.getMessage()
              + "; look at nvidia-smi for other processes and the compute mode");
    }
    memory =
        new DeviceMemory<>(
            device, limits.name(), limits.memoryBytes(), limits.memoryBytes(), new Driver());
    arena = new DeviceArena<>(memory, 256, new Regions());
    architecture = Architecture.of(limits.capability(), compiler);
    files = architecture.files(compiler);
    KernelFiles tuning =
        new KernelFiles("cuda", ".cu", limits.name(), "" + limits.driver(), compiler.name());
    dialect = architecture.dialect();
    kernels = new KernelCache<>(dialect, PROGRAM, this::compile);
    tuner = new Tuner(tuning, true, SHARED_BYTES, new Measured());
    long landing = (long) Transfers.PARTS * Transfers.PART_BYTES;
    CudaTransfers transfers = new CudaTransfers(this, memory.allocate(landing));
    store =
        new DeviceStore<>(
            device, memory, new Transfers<>(transfers, MemorySegment.ofBuffer(transfers.host())));
  }

  /// Makes this device the one that this thread's calls are for.
  void enter() {
    attempt("entering it", () -> JCudaDriver.cuCtxSetCurrent(context));
  }

  private final class Driver implements DeviceMemory.Driver<CudaBlock> {
    @Override
    public @Nullable CudaBlock allocate(long bytes) {
      enter();
      CUdeviceptr pointer = new CUdeviceptr();
      long[] address = new long[1];
      try {
        JCudaDriver.cuMemAlloc(pointer, bytes);
        JCudaDriver.cuPointerGetAttribute(
            Pointer.to(address), CUpointer_attribute.CU_POINTER_ATTRIBUTE_DEVICE_POINTER, pointer);
      } catch (CudaException e) {
        if (NO_MEMORY.equals(e.getMessage())) {
          return null;
        }
        throw LostDevice.error(device, "taking memory", e.getMessage());
      }
      return new CudaBlock(pointer, address[0]);
    }

    @Override
    public void release(CudaBlock block) {
      enter();
      attempt("giving memory back", () -> JCudaDriver.cuMemFree(block.pointer()));
    }

    @Override
    public long freeBytes() {
      long[] free = new long[1];
      long[] total = new long[1];
      enter();
      attempt("asking for its free memory", () -> JCudaDriver.cuMemGetInfo(free, total));
      return free[0];
    }
  }

  private final class Measured implements Tuner.Trial {
    @Override
    public Buffer allocate(DType dtype, int size) {
      return store.allocate(dtype, size);
    }

    @Override
    public Launches prepare(Schedule schedule, Tiles tiles) {
      return new CudaLaunches(CudaTarget.this, schedule, tiles);
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
        code = compiler.compile(text, architecture);
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
      String words = String.valueOf(e.getMessage());
      throw words.equals(NO_MEMORY)
          ? memory.outOfMemory("needed room for compiled kernels")
          : words.matches(BAD_CODE)
              ? files.refused(
                  device + ": compiled kernels can't be loaded: " + words, text, compiler.name())
              : LostDevice.error(device, "loading kernels", words);
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

  /// Waits until the stream is empty.
  void finish() {
    enter();
    attempt("a kernel", () -> JCudaDriver.cuStreamSynchronize(stream));
  }

  /// Makes a call that may report what went wrong in an earlier one.
  void attempt(String what, Runnable call) {
    try {
      call.run();
    } catch (CudaException e) {
      throw LostDevice.error(device, what, e.getMessage());
    }
  }

  @Override
  public Device device() {
    return device;
  }

  @Override
  public Buffer allocate(DType dtype, int size) {
    return store.allocate(dtype, size);
  }

  @Override
  public Buffer place(HostBuffer host) {
    return store.place(host);
  }

  @Override
  public boolean hasKernel(Node fused) {
    return Calls.has(fused, SHARED_BYTES);
  }

  @Override
  public Program prepare(Schedule schedule) {
    return new CallProgram(schedule, new CudaLaunches(this, schedule, tuner));
  }
}
