package jacquard.kernels.cpu.ceiling;

import jacquard.kernels.cpu.gemm.Element;
import jacquard.kernels.cpu.gemm.FmaPeak;
import jacquard.kernels.cpu.machine.Allocation;
import jacquard.kernels.cpu.machine.Caches;
import jacquard.kernels.cpu.machine.CopyPeak;
import jacquard.kernels.cpu.machine.VectorWidth;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Something that a kernel can't exceed, to be measured: multiply-adds in registers, or copies
/// within a level of the memory.
///
///     Ceiling = Fma | Copy level bytes
public sealed interface Ceiling {
  /// Multiply-adds in registers and nothing else.
  record Fma() implements Ceiling {}

  /// Copies from one array to another.
  ///
  /// @param level `L1`, `L2`, `L3` or `memory`
  /// @param bytes that a thread's two arrays fill
  record Copy(String level, long bytes) implements Ceiling {}

  /// All that are measured, smallest memory first.
  ///
  /// Half of a cache is surely inside it; twice L2 and eight times L2 are outside. What is called
  /// memory is 256 MiB, or eight times an L3 that is told to be smaller: a virtual machine is often
  /// told of a whole socket's cache, of which it gets a part.
  ///
  /// @param caches sizes of this machine's caches
  /// @return the ceilings
  static List<Ceiling> all(Caches caches) {
    List<Ceiling> all = new ArrayList<>(List.of(new Fma()));
    all.add(new Copy("L1", caches.first() / 2));
    all.add(new Copy("L2", caches.second() / 2));
    long last = Math.max(caches.second(), caches.third());
    if (caches.third() > caches.second()) {
      all.add(new Copy("L3", Math.min(2 * caches.second(), caches.third() / 2)));
      all.add(new Copy("L3", Math.min(8 * caches.second(), caches.third() / 2)));
    }
    all.add(new Copy("memory", Math.min(8 * last, 256L << 20)));
    return all;
  }

  /// Ready to run, at the vector width of this process.
  ///
  /// @return what measures when it is run
  default Runnable body() {
    return switch (this) {
      case Fma _ -> new FmaPeak(Element.F32, VectorWidth.preferred())::sample;
      case Copy(_, long bytes) -> new CopyPeak(bytes)::run;
    };
  }

  /// 10^9 operations or bytes a second on each of some threads that all do this, each once its loop
  /// is compiled.
  ///
  /// @param threads how many measure at the same time
  /// @return the speed of one thread; empty if a loop was not compiled within some seconds, as with
  ///   -Xint or on a busy machine
  default OptionalDouble speed(int threads) {
    double work = work(VectorWidth.preferred().bits());
    CompiledTime time = new CompiledTime(System::nanoTime, Allocation::bytes);
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      List<Callable<OptionalDouble>> all = Collections.nCopies(threads, () -> time.nanos(body()));
      List<OptionalDouble> nanos = pool.invokeAll(all).stream().map(Future::resultNow).toList();
      return nanos.stream().allMatch(OptionalDouble::isPresent)
          ? nanos.stream().mapToDouble(one -> work / one.orElseThrow()).average()
          : OptionalDouble.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("ceiling: interrupted while " + this + " was measured", e);
    }
  }

  /// {@return operations or bytes of a run}
  ///
  /// @param bits width of the vectors
  default double work(int bits) {
    return switch (this) {
      case Fma _ -> FmaPeak.sampleFlops(Element.F32, VectorWidth.valueOf("BITS_" + bits));
      case Copy(_, long bytes) -> CopyPeak.moved(bytes);
    };
  }

  /// As a word, for the process that measures.
  ///
  /// @return the word
  default String word() {
    return switch (this) {
      case Fma _ -> "fma";
      case Copy(String level, long bytes) -> level + "=" + bytes;
    };
  }

  /// {@return the opposite of [#word]}
  ///
  /// @param word what [#word] gave
  static Ceiling ofWord(String word) {
    int at = word.indexOf('=');
    return at < 0
        ? new Fma()
        : new Copy(word.substring(0, at), Long.parseLong(word.substring(at + 1)));
  }
}
