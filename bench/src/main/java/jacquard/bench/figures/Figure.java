package jacquard.bench.figures;

import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;

/// What was measured of a workload or a kernel.
///
/// @param peer who computed it
/// @param workload a workload's or a kernel's name
/// @param threads that shared the work, 0 where that isn't told
/// @param millis median of a step or of a run, NaN where it isn't told
/// @param gflops of a product, else NaN
/// @param gigabytes read and written in a second, NaN where that isn't told
public record Figure(
    String peer, String workload, int threads, double millis, double gflops, double gigabytes) {

  /// @throws FormatException if a field is missing, of another type, or no positive number
  static Figure of(Json json) throws FormatException {
    Json threads = json.optional("threads");
    return new Figure(
        json.field("peer").asText(),
        json.field("workload").asText(),
        threads == null ? 0 : threads.asInt(),
        positive(json, "ms_per_step"),
        positive(json, "gflops"),
        positive(json, "gb_per_s"));
  }

  private static double positive(Json json, String field) throws FormatException {
    Json found = json.optional(field);
    if (found == null) {
      return Double.NaN;
    }
    double value = found.asDouble();
    if (!(value > 0)) {
      throw new FormatException(field + " is " + value + ", expected above 0");
    }
    return value;
  }
}
