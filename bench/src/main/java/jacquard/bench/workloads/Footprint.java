package jacquard.bench.workloads;

import jacquard.kernels.PlannedBackend;
import jacquard.tensor.Device;
import jacquard.tensor.spi.Backend;
import jacquard.tensor.spi.Backends;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// What a workload costs beside its steps: memory of the process, and the making of its plans.
///
/// The peak is what Linux counted since [#begin]. It holds what the JVM kept of the workload
/// before, so a figure that counts comes from a process of its own.
final class Footprint {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final Path CLEAR = Path.of("/proc/self/clear_refs");

  /// Makes Linux count the peak anew.
  private static final String PEAK_OF_MEMORY = "5";

  private final Set<PlannedBackend.Plan> before =
      Collections.newSetFromMap(new IdentityHashMap<>());

  private Footprint() {
    before.addAll(plans());
  }

  /// Begins to count.
  static Footprint begin() {
    try {
      Files.writeString(CLEAR, PEAK_OF_MEMORY);
    } catch (IOException e) {
      // not Linux, or not allowed: the peak is that of the whole process then
      return new Footprint();
    }
    return new Footprint();
  }

  /// `, "peak_rss_mb": 463, "plan_ms": 12.0, "compile_ms": 80.5`: the last two are what all plans
  /// made since then took, in passes and in code and memory, plans for inputs and initial values
  /// included.
  String fields() {
    double plan = 0;
    double compile = 0;
    for (PlannedBackend.Plan made : plans()) {
      if (!before.contains(made)) {
        plan += made.planNanos() * 1e-6;
        compile += made.compileNanos() * 1e-6;
      }
    }
    return String.format(
        Locale.ROOT,
        ", \"peak_rss_mb\": %d, \"plan_ms\": %.1f, \"compile_ms\": %.1f",
        peakMebibytes(),
        plan,
        compile);
  }

  private static List<PlannedBackend.Plan> plans() {
    Backend backend = Backends.of(Device.standard());
    return backend instanceof PlannedBackend planned ? planned.plans() : List.of();
  }

  /// Most memory the process held since the peak was counted anew, from Linux; 0 elsewhere.
  static long peakMebibytes() {
    try {
      return Files.readAllLines(STATUS).stream()
          .filter(line -> line.startsWith("VmHWM"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      return 0;
    }
  }
}
