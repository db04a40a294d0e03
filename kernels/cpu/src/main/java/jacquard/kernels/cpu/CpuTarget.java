package jacquard.kernels.cpu;

import jacquard.kernels.Schedule;
import jacquard.kernels.Target;
import jacquard.kernels.Task;
import jacquard.kernels.cpu.conv.Convolution;
import jacquard.kernels.cpu.emit.LoopCode;
import jacquard.kernels.cpu.emit.LoopCompiler;
import jacquard.kernels.cpu.emit.LoopScratch;
import jacquard.kernels.cpu.gemm.Gemm;
import jacquard.kernels.cpu.machine.VectorWidth;
import jacquard.kernels.cpu.machine.WorkerPool;
import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Switches;
import jacquard.tensor.spi.Buffer;
import jacquard.tensor.spi.HostBuffer;
import java.util.LinkedHashSet;
import java.util.Set;

/// The processor: generated vector code for loops, packed matrix products and convolutions, a fixed
/// pool of threads.
public final class CpuTarget implements Target {
  /// Instructions times elements that take about 30 ms in the interpreter: then a kernel is
  /// compiled before its first run.
  private static final long WORTH_WARMING = 1 << 16;

  private final Device device;
  final WorkerPool pool;
  final Slabs slabs = new Slabs();
  final Gemm gemm;
  final ByteGemm bytes;
  final Convolution convolution;
  final LoopCompiler compiler;
  private final LoopScratch[] scratch;

  /// @param device what the device is called
  /// @param threads threads that share the work, the caller's included
  /// @param width vector width of generated code
  public CpuTarget(Device device, int threads, VectorWidth width) {
    this.device = device;
    pool = new WorkerPool(threads);
    gemm = new Gemm(pool, width);
    bytes = new ByteGemm(pool);
    convolution = new Convolution(pool, width);
    compiler = new LoopCompiler(width);
    scratch = new LoopScratch[threads];
    java.util.Arrays.setAll(scratch, i -> new LoopScratch());
  }

  /// With the switches `jacquard.threads` and `jacquard.vectorBits`.
  public CpuTarget() {
    this(Device.CPU, Switches.threads(), VectorWidth.preferred());
  }

  @Override
  public Device device() {
    return device;
  }

  @Override
  public Buffer allocate(DType dtype, int size) {
    return Slabs.allocate(dtype, size);
  }

  @Override
  public Buffer place(HostBuffer host) {
    return host;
  }

  @Override
  public Program prepare(Schedule schedule) {
    slabs.require(schedule.arena());
    Set<LoopCode> large = new LinkedHashSet<>();
    for (Task task : schedule.tasks()) {
      if (task instanceof Task.Loop loop) {
        compile(loop, large);
      } else if (task instanceof Task.Dot dot && dot.epilogue() != null) {
        compile(dot.epilogue(), large);
      }
    }
    compiler.warm(large);
    return new CpuProgram(this, schedule);
  }

  private void compile(Task.Loop task, Set<LoopCode> large) {
    LoopCode code = compiler.compile(task.kernel());
    if (task.launch().size() * task.kernel().instructions().size() >= WORTH_WARMING) {
      large.add(code);
    }
  }

  LoopTask loop(Task.Loop task) {
    return new LoopTask(task, compiler.compile(task.kernel()), scratch);
  }
}
