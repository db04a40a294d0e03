package jacquard.bench.workloads;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import jacquard.tensor.spi.BackendProvider;
import jacquard.tensor.spi.Backends;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The workloads lose on an OpenCL device what they lose on the processor.
class OpenClParityTest {
  private static final double TOLERANCE = 1e-4;

  @Tag("long")
  @ParameterizedTest
  @CsvSource({"W1-gpt-small, 4", "W3-vae, 8", "W5-dcgan-freezeD, 2"})
  void lossesAreThoseOfTheProcessor(String name, int steps) {
    BackendProvider provider =
        Backends.providers().stream()
            .filter(p -> p.kind().equals("opencl"))
            .findFirst()
            .orElseThrow();
    if (provider.devices().isEmpty()) {
      System.err.println("SKIPPED: no OpenCL device: " + provider.trouble());
    }
    assumeTrue(!provider.devices().isEmpty(), provider.trouble());
    List<double[]> expected = losses("cpu", name, steps);
    List<double[]> losses = losses("opencl", name, steps);
    for (int s = 0; s < steps; s++) {
      for (int i = 0; i < expected.get(s).length; i++) {
        double loss = expected.get(s)[i];
        assertEquals(
            loss,
            losses.get(s)[i],
            TOLERANCE * Math.max(1, Math.abs(loss)),
            name + " step " + s + " loss " + i);
      }
    }
  }

  private static List<double[]> losses(String device, String name, int steps) {
    String before = System.getProperty("jacquard.device");
    System.setProperty("jacquard.device", device);
    try {
      Trainer trainer = Trainer.of(WorkloadsCommand.workload(name), true, true);
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
