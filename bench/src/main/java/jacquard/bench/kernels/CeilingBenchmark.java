package jacquard.bench.kernels;

import jacquard.kernels.cpu.ceiling.Ceiling;
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

/// A ceiling on as many threads as the kernels get, each with memory of its own.
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CeilingBenchmark {
  /// A [Ceiling] as a word.
  @Param("fma")
  public String ceiling = "";

  /// Longest warm-up.
  @Param("2")
  public double settleSeconds;

  private Runnable body = () -> {};

  /// JMH fills in the parameters.
  public CeilingBenchmark() {}

  /// Makes the memory and warms up.
  @Setup(Level.Trial)
  public void prepare() {
    body = Ceiling.ofWord(ceiling).body();
    Settling.of(body, settleSeconds);
  }

  /// One sample.
  @Benchmark
  public void run() {
    body.run();
  }
}
