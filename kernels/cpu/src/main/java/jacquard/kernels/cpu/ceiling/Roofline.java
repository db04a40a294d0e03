package jacquard.kernels.cpu.ceiling;

import jacquard.kernels.cpu.machine.Caches;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/// The ceilings of a setting, and what they allow a kernel.
///
/// @param gflops multiply-adds in registers, in GFLOP/s
/// @param copies bandwidths, smallest memory first
public record Roofline(double gflops, List<Copies> copies) {

  /// Copies within a level of the memory.
  ///
  /// @param level `L1`, `L2`, `L3` or `memory`
  /// @param bytes that were filled
  /// @param gigabytes read and written per second, in 10^9 bytes
  public record Copies(String level, long bytes, double gigabytes) {}

  /// The ceiling that is nearest for a kernel.
  ///
  /// @param name `FMA`, or the level of memory that the kernel's data reach
  /// @param millis least time of a call
  public record Limit(String name, double millis) {}

  /// Copies the list.
  public Roofline {
    copies = copies.stream().sorted(Comparator.comparingLong(Copies::bytes)).toList();
    if (!(gflops > 0) || copies.isEmpty() || copies.stream().anyMatch(c -> !(c.gigabytes > 0))) {
      throw new IllegalArgumentException(
          "roofline: " + gflops + " GFLOP/s, " + copies + ", expected positive ceilings");
    }
  }

  /// Measures the ceilings of this process, in some seconds: on all of `threads` at once, each with
  /// the data that are named.
  ///
  /// @param threads how many measure at the same time
  /// @return the roofline; empty if a loop that measures was not compiled within some seconds, for
  ///   then nothing is known
  public static Optional<Roofline> measure(int threads) {
    double fma = 0;
    List<Copies> copies = new ArrayList<>();
    for (Ceiling ceiling : Ceiling.all(Caches.read())) {
      OptionalDouble one = ceiling.speed(threads);
      if (one.isEmpty()) {
        return Optional.empty();
      }
      double speed = threads * one.orElseThrow();
      switch (ceiling) {
        case Ceiling.Fma _ -> fma = speed;
        case Ceiling.Copy(String level, long bytes) ->
            copies.add(new Copies(level, bytes * threads, speed));
      }
    }
    return Optional.of(new Roofline(fma, copies));
  }

  /// {@return the bandwidth that data of a size get, in GB/s} Between two measured sizes it follows
  /// the line through both on logarithmic scales; outside, it is the nearest one's.
  ///
  /// @param bytes bytes that it reads and writes
  public double bandwidth(double bytes) {
    Copies below = copies.getFirst();
    for (Copies above : copies) {
      if (bytes <= above.bytes) {
        double part =
            above.bytes == below.bytes
                ? 1
                : Math.log(Math.max(1, bytes / below.bytes))
                    / Math.log((double) above.bytes / below.bytes);
        return below.gigabytes * Math.pow(above.gigabytes / below.gigabytes, part);
      }
      below = above;
    }
    return below.gigabytes;
  }

  /// {@return the ceiling that a call of so many operations on so much data meets first}
  ///
  /// @param flops floating-point operations
  /// @param bytes bytes that it reads and writes
  public Limit limit(double flops, double bytes) {
    double computing = flops / gflops * 1e-6;
    double moving = bytes / bandwidth(bytes) * 1e-6;
    return computing >= moving ? new Limit("FMA", computing) : new Limit(level(bytes), moving);
  }

  /// The smallest level that was measured with as much data, or the last.
  private String level(double bytes) {
    return copies.stream().filter(c -> bytes <= c.bytes).findFirst().orElse(copies.getLast()).level;
  }
}
