package jacquard.bench.kernels;

import jacquard.kernels.cpu.ceiling.Roofline;
import java.util.List;
import java.util.Map;

/// Small reports for tests.
final class Reports {
  static final Setting ONE = new Setting(1, 512);
  static final Roofline ROOFLINE =
      new Roofline(
          200,
          List.of(
              new Roofline.Copies("L1", 1 << 14, 400),
              new Roofline.Copies("L2", 1 << 20, 100),
              new Roofline.Copies("L3", 1 << 24, 30),
              new Roofline.Copies("memory", 1 << 28, 10)));

  private Reports() {}

  static Measurement measured(String kernel, double millis, double spread) {
    return measured(kernel, "jacquard", millis, spread);
  }

  static Measurement measured(String kernel, String form, double millis, double spread) {
    return new Measurement(
        kernel,
        form,
        ONE,
        268_435_456,
        3_145_728,
        new Timing(millis, millis * (1 - spread), millis * (1 + spread)));
  }

  static Report of(Measurement... kernels) {
    return new Report("2026-01-31", "a machine", Map.of(ONE, ROOFLINE), List.of(kernels));
  }
}
