package jacquard.bench.kernels;

import jacquard.bench.rows.KernelRow;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/// The rows of the table as text: what `--list` prints.
final class Listing {
  private Listing() {}

  static void print(List<KernelRow> rows, PrintWriter out) {
    out.printf("%-40s %10s %10s %10s%n", "kernel", "MFLOP", "MB", "FLOP/byte");
    for (KernelRow row : rows) {
      out.printf(
          Locale.ROOT,
          "%-40s %10s %10s %10s%n",
          row.name(),
          number(row.flops() * 1e-6),
          number(row.bytes() * 1e-6),
          number(row.bytes() > 0 ? row.flops() / row.bytes() : 0));
    }
    out.flush();
  }

  private static String number(double value) {
    return value > 0 ? String.format(Locale.ROOT, value < 10 ? "%.2f" : "%.1f", value) : "-";
  }
}
