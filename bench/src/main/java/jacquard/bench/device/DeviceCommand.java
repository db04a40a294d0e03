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
      "a copy (that turns the signs) has, and products in GFLOP/s, those of bf16 and f16 (in and",
      "out, added in f32) at twice the side too. A time is the median of "
          + Rounds.COUNT
          + " rounds."
    })
public final class DeviceCommand implements Callable<Integer> {
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

  @Override
  public Integer call() throws FormatException {
    if (elements < DeviceRow.ROW || side < 1 || !(seconds > 0)) {
      throw new IllegalArgumentException(
          "device: --elements "
              + elements
              + ", --side "
              + side
              + ", --seconds "
              + seconds
              + ", expected at least "
              + DeviceRow.ROW
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
    Rounds rounds = new Rounds(seconds, System::nanoTime);
    for (DeviceRow row : DeviceRow.all(elements, side)) {
      // read in the order of the queue: waits for all that is in it
      double nanos = rounds.of(() -> row.result().get().realise(), end::toFloatArray);
      double rate = row.bytes() / nanos;
      lines.add(row.json(nanos));
      write(String.join("\n", lines) + "\n");
      copy = copy == 0 ? rate : copy;
      out.printf(
          Locale.ROOT,
          "%-24s %12.1f %s%n",
          row.name(),
          nanos * 1e-3,
          row.flops() > 0
              ? String.format(Locale.ROOT, "%.1f GFLOP/s", row.flops() / nanos)
              : String.format(Locale.ROOT, "%.1f GB/s %5.2f", rate, rate / copy));
    }
    return 0;
  }

  private void write(String lines) throws FormatException {
    if (json != null) {
      AtomicFile.write("--json", json, lines);
    }
  }
}
