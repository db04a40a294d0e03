package jacquard.kernels.cpu.ceiling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.OptionalDouble;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;

class CompiledTimeTest {
  private static final long FAST = 500_000;
  private static final long SLOW = 50_000_000;

  private long nanos;
  private long bytes;
  private int runs;

  /// Times a loop that takes a hundred times as long, and allocates, in runs that are not compiled.
  private OptionalDouble time(IntPredicate isCompiled) {
    CompiledTime time = new CompiledTime(() -> nanos, () -> bytes);
    return time.nanos(() -> {
      boolean compiled = isCompiled.test(runs);
      nanos += compiled ? FAST : SLOW;
      bytes += compiled ? 0 : 64;
      runs++;
    });
  }

  @Test
  void aLoopIsMeasuredOnceItIsCompiled() {
    int last = 40; // two seconds later
    assertEquals(OptionalDouble.of(FAST), time(run -> run >= last));
    assertTrue(nanos >= last * SLOW + CompiledTime.WINDOW_NANOS);
  }

  @Test
  void codeThatIsThrownAwayInBetweenDoesntCount() {
    assertEquals(OptionalDouble.of(FAST), time(run -> run % 4 == 3));
  }

  @Test
  void whatIsNeverCompiledHasNoSpeed() {
    assertEquals(OptionalDouble.empty(), time(run -> false));
    assertTrue(nanos <= CompiledTime.MOST_NANOS + SLOW, "and isn't waited for any longer");
  }

  @Test
  void multiplyAddsAreThoseOfCompiledCode() {
    OptionalDouble gflops = new Ceiling.Fma().speed(1);
    // others reach a fifth of this; compiled ones tens of GFLOP/s
    assertTrue(gflops.isEmpty() || gflops.orElseThrow() > 1, gflops::toString);
  }
}
