package jacquard.bench.workloads;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import jacquard.nn.Precision;
import jacquard.tensor.spi.BackendProvider;
import jacquard.tensor.spi.Backends;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// The workloads lose on an OpenCL device what they lose on the processor.
class OpenClParityTest {
  private static final double TOLERANCE = 1e-4;

  @ParameterizedTest
  @CsvSource({"W1-gpt-small, 4", "W3-vae, 8", "W5-dcgan-freezeD, 2"})
  void lossesAreThoseOfTheProcessor(String name, int steps) {
    compare(name, () -> WorkloadsCommand.workload(name), steps, TOLERANCE);
  }

  /// A cast next to a tie may go the other way, so devices agree less than in f32.
  @ParameterizedTest
  @EnumSource(names = {"BF16", "F16"})
  void aSmallTransformerLosesInMixedPrecisionWhatItDoesOnTheProcessor(Precision precision) {
    compare("gpt " + precision, () -> new GptWorkload(1, 2, 16, 8, 2, precision), 4, 1e-3);
  }

  private static void compare(String name, Supplier<Workload> make, int steps, double tolerance) {
    BackendProvider provider =
        Backends.providers().stream()
            .filter(p -> p.kind().equals("opencl"))
            .findFirst()
            .orElseThrow();
    if (provider.devices().isEmpty()) {
      System.err.println("SKIPPED: no OpenCL device: " + provider.trouble());
    }
    assumeTrue(!provider.devices().isEmpty(), provider.trouble());
    List<double[]> expected = losses("cpu", make, steps);
    List<double[]> losses = losses("opencl", make, steps);
    for (int s = 0; s < steps; s++) {
      for (int i = 0; i < expected.get(s).length; i++) {
        double loss = expected.get(s)[i];
        assertEquals(
            loss,
            losses.get(s)[i],
            tolerance * Math.max(1, Math.abs(loss)),
            name + " step " + s + " loss " + i);
      }
    }
  }

  private static List<double[]> losses(String device, Supplier<Workload> make, int steps) {
    String before = System.getProperty("jacquard.device");
    System.setProperty("jacquard.device", device);
    try {
      Trainer trainer = Trainer.of(make.get(), true, true);
      List<double[]> losses = new ArrayList<>();
      for (int s = 0; s < steps; s++) {
        losses.add(trainer.step(s).clone());
      }
      return losses;
    } finally {
      if (before == null) {
        System.clearProperty("jacquard.device");
      } else {
        System.setProperty("jacquard.device", before);
      }
    }
  }
}
