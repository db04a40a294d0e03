package jacquard.examples.recipe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import sun.misc.Signal;
import sun.misc.SignalHandler;

class InterruptsTest {
  private static final Signal TERM = new Signal("TERM");

  /// More than `sizeof(struct sigaction)` on any Linux.
  private static final int ACTION_BYTES = 1024;

  @Test
  void aSignalAsksOnceAndItsOldHandlerComesBack() throws Exception {
    CountDownLatch older = new CountDownLatch(1);
    CountDownLatch told = new CountDownLatch(1);
    SignalHandler handler = _ -> older.countDown();
    SignalHandler original = Signal.handle(TERM, handler);
    try {
      try (Interrupts interrupts = new Interrupts(told::countDown)) {
        assertFalse(interrupts.asked());
        Signal.raise(TERM);
        assertTrue(told.await(20, TimeUnit.SECONDS), "the signal is heard");
        assertTrue(interrupts.asked());
      }
      assertEquals(1, older.getCount(), "the older handler is not asked meanwhile");
      Signal.raise(TERM);
      assertTrue(older.await(20, TimeUnit.SECONDS), "the older handler hears it again");
    } finally {
      Signal.handle(TERM, original);
    }
  }

  /// What LLVM does in a process that compiles OpenCL: a library notes the action of a signal, and
  /// sets it again after Java has dropped its handler. Ending a run failed with a
  /// `NullPointerException` then.
  @Test
  @EnabledOnOs(OS.LINUX)
  void aHandlerThatJavaForgotIsReplacedByLeaving() throws Throwable {
    Linker linker = Linker.nativeLinker();
    MethodHandle sigaction =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("sigaction"),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS));
    SignalHandler original = Signal.handle(TERM, _ -> {});
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment action = arena.allocate(ACTION_BYTES);
      assertEquals(0, (int) sigaction.invokeExact(TERM.getNumber(), MemorySegment.NULL, action));
      Signal.handle(TERM, SignalHandler.SIG_DFL);
      assertThrows(IllegalArgumentException.class, () -> Signal.raise(TERM), "Java forgot it");
      assertEquals(0, (int) sigaction.invokeExact(TERM.getNumber(), action, MemorySegment.NULL));
      new Interrupts(() -> {}).close();
      SignalHandler left = Signal.handle(TERM, original);
      assertTrue(left.toString().contains("Interrupts"), "one of ours: " + left);
    } finally {
      Signal.handle(TERM, original);
    }
  }
}
