package jacquard.kernels.cpu;

import jacquard.kernels.BlockedReduction;
import jacquard.kernels.Cost;
import jacquard.kernels.Schedule;
import jacquard.kernels.Target;
import jacquard.kernels.Task;
import jacquard.kernels.cpu.attention.Attention;
import jacquard.kernels.cpu.conv.Convolution;
import jacquard.kernels.cpu.emit.LoopCode;
import jacquard.kernels.cpu.emit.LoopCompiler;
import jacquard.kernels.cpu.emit.LoopScratch;
import jacquard.kernels.cpu.emit.Tiers;
import jacquard.kernels.cpu.gemm.Element;
import jacquard.kernels.cpu.gemm.Gemm;
import jacquard.kernels.cpu.gemm.KernelTable;
import jacquard.kernels.cpu.machine.Caches;
import jacquard.kernels.cpu.machine.Grain;
import jacquard.kernels.cpu.machine.VectorWidth;
import jacquard.kernels.cpu.machine.WorkerPool;
import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Shape;
import jacquard.tensor.Switches;
import jacquard.tensor.graph.Node;
import jacquard.tensor.graph.Op;
import jacquard.tensor.spi.Buffer;
import jacquard.tensor.spi.HostBuffer;
import java.nio.file.Path;
import java.time.Duration;

/// The processor: generated vector code for loops, packed matrix products and convolutions, a fixed
/// pool of threads.
public final class CpuTarget implements Target {
  /// Name of the file in the cache folder that holds how products are cut.
  private static final String CUTS = "cpu-products.txt";

  private final Device device;
  final WorkerPool pool;
  private final KernelTable kernels;
  final Slabs slabs = new Slabs();
  final Gemm gemm;
  final ByteGemm bytes;
  final Convolution convolution;
  final Attention attention;
  final LoopCompiler compiler;
  private final LoopScratch[] scratch;

  /// A target that starts with scalar code and goes on with vectors.
  ///
  /// @param device what the device is called
  /// @param threads threads that share the work, the caller's included
  /// @param width vector width of generated code
  public CpuTarget(Device device, int threads, VectorWidth width) {
    this(device, threads, width, Tiers.AS_COMPILED);
  }

  /// A target of which tests choose the form of its loops.
  ///
  /// @param device where it lives
  /// @param threads threads that share the work, the caller's included
  /// @param width vector width of generated code
  /// @param tiers which forms of their code generated loops run
  public CpuTarget(Device device, int threads, VectorWidth width, Tiers tiers) {
    this.device = device;
    pool = new WorkerPool(threads);
    Caches caches = Caches.read();
    kernels = new KernelTable(width, false);
    Path tuned = Switches.tune() ? Path.of(Switches.cacheDir(), CUTS) : null;
    gemm = new Gemm(pool, kernels, caches, tuned);
    bytes = new ByteGemm(pool);
    convolution = new Convolution(pool, kernels);
    attention = new Attention(pool, width, caches);
    compiler = new LoopCompiler(width, tiers, kernels::isAwaiting);
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
  public boolean hasKernel(Node fused) {
    return fused.op() instanceof Op.Fused op
        && switch (op) {
          case Op.Attention a -> AttentionTask.fits(fused);
          case Op.AttentionLogSum a -> AttentionTask.fits(fused);
          case Op.AttentionGradient a -> AttentionTask.fits(fused);
        };
  }

  @Override
  public void foresee(Node node) {
    if (!node.dtype().isFloat()) {
      return;
    }
    Element element = node.dtype() == DType.F64 ? Element.F64 : Element.F32;
    if (node.op() instanceof Op.Conv conv) {
      convolution.expect(ConvTask.form(conv.kind()), ConvTask.shape(conv.window()), element);
    } else if (node.op() instanceof Op.Dot) {
      int n = node.shape().dim(-1);
      int k = node.sources().getFirst().shape().dim(-1);
      Shape b = node.sources().getLast().shape();
      long rows = n == 0 ? 0 : node.shape().size() / n;
      boolean shared = b.size() == (long) n * k;
      int m = node.shape().dim(-2);
      long items = shared || m == 0 ? 1 : rows / m;
      // what is too large for an array is refused later, by its shape
      int all = (int) Math.min(shared ? rows : m, Integer.MAX_VALUE);
      gemm.expect(element, items, all, n, k);
    }
  }

  @Override
  public Program prepare(Schedule schedule) {
    slabs.require(schedule.arena());
    CpuProgram program = new CpuProgram(this, schedule);
    program.expect();
    return program;
  }

  @Override
  public String code(Schedule schedule, Task task) {
    return new CodeText(this, schedule).of(task);
  }

  /// Waits for generated loops and the kernels of matrix products; those that failed and are to be
  /// tried later are not waited for.
  @Override
  public boolean awaitWarm(Duration limit) throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    return compiler.awaitWarm(limit)
        && Gemm.awaitWarm(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
  }

  /// A loop of a schedule.
  LoopRun loop(Schedule schedule, Task.Loop task) {
    double nanos = nanos(schedule, task);
    BlockedReduction divided = BlockedTask.divide(task, nanos);
    return divided == null
        ? rows(schedule, task)
        : new BlockedTask(task, divided, compiler, scratch, nanos);
  }

  /// A loop whose outer indices may be run some at a time.
  LoopTask rows(Schedule schedule, Task.Loop task) {
    LoopCode code = compiler.compile(task.kernel());
    return new LoopTask(task, code, scratch, nanos(schedule, task), task.launch().inner());
  }

  static double nanos(Schedule schedule, Task.Loop task) {
    Cost cost = Cost.of(schedule, task);
    return Grain.nanos(cost.flops(), cost.bytes());
  }
}
