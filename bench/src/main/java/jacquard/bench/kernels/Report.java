package jacquard.bench.kernels;

import jacquard.kernels.cpu.ceiling.Roofline;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a run of `bench kernels` found.
///
/// @param date `2026-01-31`
/// @param machine processor and Java, for people
/// @param ceilings by setting, in the order of measuring
/// @param kernels likewise
record Report(
    String date, String machine, Map<Setting, Roofline> ceilings, List<Measurement> kernels) {
  Report {
    ceilings = new LinkedHashMap<>(ceilings);
    kernels = List.copyOf(kernels);
  }

  /// The machine without what it runs.
  String processor() {
    int comma = machine.indexOf(',');
    return comma < 0 ? machine : machine.substring(0, comma);
  }

  Optional<Measurement> find(Measurement.Id id) {
    return kernels.stream().filter(m -> m.id().equals(id)).findFirst();
  }

  boolean holds(String kernel, String form, Setting setting) {
    return find(new Measurement.Id(kernel, form, setting)).isPresent();
  }

  /// The share of its setting's roofline, 0 if that wasn't measured.
  double share(Measurement measurement) {
    Roofline roofline = ceilings.get(measurement.setting());
    return roofline == null ? 0 : measurement.share(roofline);
  }
}
