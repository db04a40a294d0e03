package jacquard.kernels.cpu.gemm;

import jacquard.kernels.cpu.machine.Allocation;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

/// Gets a method of the Vector API compiled: runs it on small arrays, every time with several
/// sizes, because a path or a trip count that the compiler has not seen costs a return to the
/// interpreter when it comes.
///
/// It is done when the method no longer allocates. One that takes long is tried again later: a busy
/// machine compiles late.
public final class MethodWarming implements KernelWarmer.Candidate {
  /// Rounds in a row without an allocation that tell a compiled method.
  private static final int CLEAN_ROUNDS = 300;

  /// Rounds move 50 to 100 vectors: 100 to 300 nanoseconds compiled, thousands before. A method
  /// that is as fast as this has been compiled, also if it allocates: it is better than plain
  /// loops.
  private static final long FAST_NANOS = 1000;

  /// Rounds after which the compiler has been asked, and going on only takes its processor time.
  private static final int ENOUGH_ROUNDS = 10_000;

  private static final int ROUNDS_BETWEEN_PAUSES = 50;

  /// Running time of an attempt.
  private static final long ATTEMPT_NANOS = 3_000_000_000L;

  private final String name;
  private final IntConsumer round;
  private final Runnable ready;
  private int rounds;
  private int clean;
  private int fast;
  private long nanos;
  private int failures;

  /// A candidate to be asked for with [KernelWarmer#request(KernelWarmer.Candidate)].
  ///
  /// @param name in the warning that it takes long
  /// @param round runs the method; is given a number that grows by one
  /// @param ready is called when the method is compiled
  public MethodWarming(String name, IntConsumer round, Runnable ready) {
    this.name = name;
    this.round = round;
    this.ready = ready;
  }

  @Override
  public boolean settled() {
    long start = System.nanoTime();
    long before = start;
    while (before - start < KernelWarmer.SLICE_NANOS) {
      long allocated = Allocation.bytes();
      round.accept(rounds++);
      clean = Allocation.bytes() == allocated ? clean + 1 : 0;
      long now = System.nanoTime();
      fast = now - before < FAST_NANOS ? fast + 1 : 0;
      before = now;
      if (clean > CLEAN_ROUNDS || fast > CLEAN_ROUNDS) {
        ready.run();
        return true;
      }
      if (rounds > ENOUGH_ROUNDS && rounds % ROUNDS_BETWEEN_PAUSES == 0) {
        LockSupport.parkNanos(1_000_000);
        break;
      }
    }
    nanos += before - start;
    if (nanos < ATTEMPT_NANOS) {
      return false;
    }
    nanos = 0;
    rounds = 0;
    KernelWarmer.later(this, name, failures++);
    return true;
  }
}
