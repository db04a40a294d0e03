package jacquard.bench.workloads;

import jacquard.bench.rows.Body;
import jacquard.bench.rows.KernelRow;
import jacquard.bench.rows.KernelTable;
import java.util.List;
import java.util.Locale;

/// W7: a kernel that the peers' programs time too, under the name they give it.
record KernelWorkload(KernelRow row) {

  static List<KernelWorkload> all() {
    return KernelTable.rows().stream().filter(KernelRow::peered).map(KernelWorkload::new).toList();
  }

  String name() {
    return "W7-" + row.name();
  }

  /// A line like the peers': operations only where they are multiply-adds of products and
  /// convolutions.
  String time(Timing timing, int threads, Footprint footprint) {
    Body body = row.engine().get();
    Timing.Result result = timing.of(_ -> body.run(), () -> {});
    boolean products = row.product() != null || row.name().startsWith("conv");
    String more =
        products
            ? String.format(Locale.ROOT, ", \"gflops\": %.1f", row.flops() / result.median() * 1e-6)
            : "";
    int units = row.name().startsWith("adam") ? 10_000_000 : 1;
    return result.json(name(), threads, units, more + footprint.fields());
  }
}
