package jacquard.bench.device;

import jacquard.nn.io.AtomicFile;
import jacquard.nn.io.FormatException;
import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `jacquard bench device`: large kernels on one device, each timed to the end of its queue.
///
/// Several runs are put into the queue before it is waited for, so that what the host does counts
/// only where it is slower than the device.
@Command(
    name = "device",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = {
      "Times large kernels on one device: element-wise and row kernels in GB/s, as a part of what",
      "a copy (that turns the signs) has, and products in GFLOP/s, those of bf16 and f16 at twice",
      "the side too."
    })
public final class DeviceCommand implements Callable<Integer> {
  private static final int ROW = 1024;

  @Option(names = "--device", description = "Which one.", paramLabel = "D")
  private String device = "cpu";

  @Option(names = "--elements", description = "Elements of a vector.", paramLabel = "N")
  private int elements = 1 << 26;

  @Option(names = "--side", description = "Rows and columns of a matrix.", paramLabel = "N")
  private int side = 4096;

  @Option(names = "--seconds", description = "Time for each kernel.", paramLabel = "S")
  private double seconds = 1;

  @Option(
      names = "--json",
      description = "Also writes a line of JSON for each kernel.",
      paramLabel = "FILE")
  private @Nullable Path json;

  @Spec private CommandSpec spec;

  /// Picocli fills in the options.
  public DeviceCommand() {}

  /// @param bytes read and written
  /// @param flops of products, else 0
  private record Row(String name, double bytes, double flops, Supplier<Tensor> run) {
    String json(double nanos) {
      return String.format(
          Locale.ROOT,
          "{\"peer\": \"jacquard\", \"workload\": \"%s\", \"ms_per_step\": %.4f, \"%s\": %.1f}",
          name,
          nanos * 1e-6,
          flops > 0 ? "gflops" : "gb_per_s",
          (flops > 0 ? flops : bytes) / nanos);
    }
  }

  @Override
  public Integer call() throws FormatException {
    if (elements < ROW || side < 1 || !(seconds > 0)) {
      throw new IllegalArgumentException(
          "device: --elements "
              + elements
              + ", --side "
              + side
              + ", --seconds "
              + seconds
              + ", expected at least "
              + ROW
              + ", 1 and a positive time");
    }
    PrintWriter out = spec.commandLine().getOut();
    write(""); // a device that fails shall leave nothing of an earlier run
    Device on = Device.parse(device);
    System.setProperty("jacquard.device", device);
    Tensor end = Tensor.full(DType.F32, 0, Shape.of(1), on).realise();
    out.printf(Locale.ROOT, "%-24s %12s %10s %8s%n", "kernel on " + on, "us", "rate", "of copy");
    double copy = 0;
    List<String> lines = new ArrayList<>();
    for (Row row : rows()) {
      double nanos = time(row, end);
      double rate = row.bytes / nanos;
      lines.add(row.json(nanos));
      write(String.join("\n", lines) + "\n");
      copy = copy == 0 ? rate : copy;
      out.printf(
          Locale.ROOT,
          "%-24s %12.1f %s%n",
          row.name,
          nanos * 1e-3,
          row.flops > 0
              ? String.format(Locale.ROOT, "%.1f GFLOP/s", row.flops / nanos)
              : String.format(Locale.ROOT, "%.1f GB/s %5.2f", rate, rate / copy));
    }
    return 0;
  }

  private void write(String lines) throws FormatException {
    if (json != null) {
      AtomicFile.write("--json", json, lines);
    }
  }

  private List<Row> rows() {
    int count = elements / ROW;
    Tensor x = Tensor.linspace(-3, 3, count * ROW).reshape(count, ROW).realise();
    Tensor y = x.mul(0.5).realise();
    Tensor weight = Tensor.linspace(0, 1, ROW).realise();
    double once = 4.0 * count * ROW;
    List<Row> rows = new ArrayList<>();
    rows.add(new Row("copy", 2 * once, 0, x::neg));
    rows.add(new Row("add", 3 * once, 0, () -> x.add(y)));
    rows.add(new Row("gelu", 2 * once, 0, x::gelu));
    rows.add(new Row("bias+gelu+residual", 3 * once, 0, () -> x.add(weight).gelu().add(y)));
    rows.add(new Row("sum of rows", once, 0, () -> x.sum(-1)));
    rows.add(new Row("softmax of rows", 2 * once, 0, () -> x.softmax(-1)));
    rows.add(new Row("sum of all", once, 0, () -> x.sum()));
    rows.add(new Row("sum of columns", once, 0, () -> x.sum(0)));
    Tensor a = Tensor.linspace(-1, 1, side * side).reshape(side, side).realise();
    double flops = 2.0 * side * side * side;
    double three = 12.0 * side * side;
    String name = "f32 product " + side;
    rows.add(new Row(name, three, flops, () -> a.matmul(a)));
    rows.add(new Row(name + ", a b^T", three, flops, () -> a.matmul(a.t())));
    rows.add(new Row(name + ", a^T b", three, flops, () -> a.t().matmul(a)));
    for (DType dtype : List.of(DType.BF16, DType.F16)) {
      for (int size = side; size <= 2 * side; size *= 2) {
        rows.addAll(narrow(dtype, size));
      }
    }
    return rows;
  }

  /// Products of 16-bit numbers, added in f32.
  private static List<Row> narrow(DType dtype, int size) {
    Tensor a = Tensor.linspace(-1, 1, size * size).reshape(size, size).cast(dtype).realise();
    double flops = 2.0 * size * size * size;
    double bytes = 8.0 * size * size;
    String name = dtype + " product " + size;
    return List.of(
        new Row(name, bytes, flops, () -> a.matmulWide(a)),
        new Row(name + ", a b^T", bytes, flops, () -> a.matmulWide(a.t())),
        new Row(name + ", a^T b", bytes, flops, () -> a.t().matmulWide(a)));
  }

  /// Nanoseconds of one run: the best of several rounds.
  private double time(Row row, Tensor end) {
    row.run.get().realise();
    double best = round(row, 1, end);
    int runs = (int) Math.clamp(seconds * 1e9 / 5 / best, 1, 1000);
    for (int i = 0; i < 5; i++) {
      best = Math.min(best, round(row, runs, end));
    }
    return best;
  }

  private static double round(Row row, int runs, Tensor end) {
    end.toFloatArray();
    long start = System.nanoTime();
    for (int i = 0; i < runs; i++) {
      row.run.get().realise();
    }
    end.toFloatArray(); // in the order of the queue: waits for all of them
    return (double) (System.nanoTime() - start) / runs;
  }
}
