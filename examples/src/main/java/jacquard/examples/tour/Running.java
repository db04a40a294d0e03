package jacquard.examples.tour;

import static jacquard.examples.tour.Sections.section;
import static jacquard.examples.tour.Sections.with;

import jacquard.kernels.PlannedBackend;
import jacquard.kernels.cpu.CpuTarget;
import jacquard.kernels.cpu.machine.VectorWidth;
import jacquard.tensor.Device;
import jacquard.tensor.Step;
import jacquard.tensor.Tensor;
import jacquard.tensor.TensorException;
import jacquard.tensor.spi.Backend;
import jacquard.tensor.spi.Backends;
import jacquard.tensor.spi.Buffer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// Chapter 9: plans are found again, states have versions, threads change no bit.
public final class Running {
  private final SoftmaxStep step = new SoftmaxStep();

  private Running() {}

  static void main(String[] args) {
    // switches report to the standard error
    var before = System.err;
    System.setErr(System.out);
    try {
      new Running().print();
    } finally {
      System.setErr(before);
    }
  }

  private double run(double rate) {
    Tensor loss = step.loss();
    Step.run(List.of(loss), step.updates(loss, rate));
    return loss.item();
  }

  private void print() {
    section("jacquard.debug=1");
    double[] loss = new double[1];
    with("jacquard.debug", "1", () -> loss[0] = run(0.5));

    section("loss");
    // sums depend on the number of lanes: a few digits are the same on every machine
    System.out.println(String.format(Locale.ROOT, "%.6f", loss[0]));

    section("cache");
    PlannedBackend backend = (PlannedBackend) Backends.of(step.x.device());
    for (double rate : new double[] {0.5, 0.25}) {
      PlannedBackend.Statistics before = backend.statistics();
      run(rate);
      PlannedBackend.Statistics after = backend.statistics();
      long hits = after.hits() - before.hits();
      long misses = after.misses() - before.misses();
      System.out.println("rate " + rate + ": " + hits + " hit, " + misses + " missed");
    }

    section("versions");
    Tensor old = step.loss();
    run(0.5);
    try {
      System.out.println(old.item());
    } catch (TensorException e) {
      System.out.println(e.getMessage());
    }

    section("threads");
    float[] one = product(1, VectorWidth.BITS_128);
    float[] four = product(4, VectorWidth.BITS_128);
    System.out.println("1 and 4 threads, the same bits: " + Arrays.equals(one, four));

    section("jacquard.validate=true");
    with("jacquard.validate", "true", () -> run(0.5));
    System.out.println("every task agrees with its reference");

    section("jacquard.debug=2");
    with("jacquard.debug", "2", () -> run(0.5));
  }

  /// A softmax of a product that is large enough to be shared out, on a device of its own.
  private static float[] product(int threads, VectorWidth width) {
    PlannedBackend backend = new PlannedBackend(new CpuTarget(Device.CPU, threads, width));
    Tensor x = SoftmaxStep.wave(200, 100).realise();
    Tensor y = x.matmul(x.t()).softmax(-1).sum(0);
    Buffer result = backend.run(List.of(new Backend.Root(y.node(), null))).getFirst();
    float[] values = new float[200];
    result.read(0, values, 0, values.length);
    return values;
  }
}
