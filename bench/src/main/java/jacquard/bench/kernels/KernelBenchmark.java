package jacquard.bench.kernels;

import jacquard.bench.rows.Body;
import jacquard.bench.rows.KernelRow;
import jacquard.kernels.PlannedBackend;
import jacquard.tensor.Device;
import jacquard.tensor.spi.Backends;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/// A row of the table in a form, in a process of its own.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class KernelBenchmark {
  /// Name of a row.
  @Param("sgemm-512")
  public String row = "";

  /// A [Form] as a word.
  @Param("engine")
  public String form = "";

  /// Longest warm-up.
  @Param("8")
  public double settleSeconds;

  /// Longest wait for compilers. Within a minute kernels are compiled on one core and a busy
  /// machine too; while others have the core they stay slow for seconds, which [Settling] takes for
  /// settled.
  @Param("60")
  public double compiledSeconds;

  private Body body = new Nothing();

  /// JMH fills in the parameters.
  public KernelBenchmark() {}

  /// Makes the operands, and waits until the row's kernels are compiled.
  ///
  /// @throws InterruptedException if the thread is interrupted
  @Setup(Level.Trial)
  public void prepare() throws InterruptedException {
    KernelRow found = Selection.named(row);
    body = Form.ofWord(form).of(found).orElseThrow().get();
    body.run(); // asks for its kernels
    boolean warm = awaitWarm();
    Settling.of(body::run, settleSeconds);
    // loops with little work are asked for when they have run often enough
    if (compiledSeconds > 0 && !(warm && awaitWarm())) {
      System.err.println(row + Jmh.NOT_COMPILED + compiledSeconds + " s, plain loops are measured");
    }
  }

  /// Rows that call kernels themselves wait too: those of products are the same for all.
  private boolean awaitWarm() throws InterruptedException {
    return !(Backends.of(Device.standard()) instanceof PlannedBackend planned)
        || planned.awaitWarm(Duration.ofMillis((long) (1e3 * compiledSeconds)));
  }

  /// One sample.
  @Benchmark
  public void run() {
    body.run();
  }

  private static final class Nothing implements Body {
    @Override
    public void run() {}

    @Override
    public float[] result() {
      return new float[0];
    }
  }
}
