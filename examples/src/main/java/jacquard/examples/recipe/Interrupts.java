package jacquard.examples.recipe;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/// Turns the first Ctrl-C (or `kill`) into a question that the loop asks between steps; the second
/// one ends the process at once.
///
/// A signal that was ignored when Java started stays ignored, as `nohup` wants it. A shutdown hook
/// would not do: while hooks run, the JVM no longer hears a second signal.
public final class Interrupts implements AutoCloseable {
  /// Exit code of a process that SIGINT ended: 128 + 2.
  static final int EXIT_CODE = 130;

  private final Runnable first;
  private final Map<Signal, SignalHandler> before = new LinkedHashMap<>();
  private volatile boolean asked;

  /// Takes the signals.
  ///
  /// @param first told once, on the thread of the signal
  public Interrupts(Runnable first) {
    this.first = first;
    for (String name : List.of("INT", "TERM", "HUP")) {
      Signal signal = new Signal(name);
      try {
        before.put(signal, Signal.handle(signal, this::raised));
      } catch (IllegalArgumentException e) {
        continue; // not on this system, or Java was started with -Xrs: it ends the process as usual
      }
    }
  }

  private void raised(Signal signal) {
    if (asked) {
      Runtime.getRuntime().halt(EXIT_CODE);
    }
    asked = true;
    first.run();
  }

  /// Whether to stop.
  boolean asked() {
    return asked;
  }

  /// Gives the signals back.
  @Override
  public void close() {
    before.forEach(Interrupts::giveBack);
  }

  /// Puts the handler back that was there before, or where nobody knows it, one that does what Java
  /// does by itself: leave, through the shutdown hooks.
  ///
  /// Native libraries (LLVM in OpenCL's drivers) take the signals and give them back behind Java's
  /// back. If an older handler was given back in between, the signal reaches Java, and Java has
  /// forgotten for whom: it hands out a handler that holds none, which only shows in its use.
  private static void giveBack(Signal signal, SignalHandler handler) {
    try {
      Signal.handle(signal, handler);
    } catch (NullPointerException e) {
      Signal.handle(signal, raised -> System.exit(128 + raised.getNumber()));
    }
  }
}
