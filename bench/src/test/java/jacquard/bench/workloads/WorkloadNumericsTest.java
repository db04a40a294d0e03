package jacquard.bench.workloads;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The workloads that are timed compute what the peers compute: the first losses against PyTorch's
/// in f64.
class WorkloadNumericsTest {
  private static final double TOLERANCE = 1e-5;

  @ParameterizedTest
  @CsvSource({"W1-gpt-small, 20", "W3-vae, 20"})
  void lossesAreThoseOfThePeer(String name, int steps) throws FormatException {
    Path file = peerLosses();
    assumeTrue(Files.exists(file), "SKIPPED: the peers' losses are not here: " + file);
    List<Json> expected = Json.read(file).field(name).field("loss").field("f64").items();
    Trainer trainer = Trainer.of(WorkloadsCommand.workload(name), true, true);
    for (int s = 0; s < steps; s++) {
      double peer = expected.get(s).asDouble();
      double loss = trainer.step(s)[0];
      assertEquals(peer, loss, TOLERANCE * Math.abs(peer), name + " step " + s);
    }
  }

  /// `shared/peers/numerics.json` beside the checkout.
  private static Path peerLosses() {
    Path home = Path.of("").toAbsolutePath();
    while (home.getParent() != null && !Files.exists(home.resolve(".ci"))) {
      home = home.getParent();
    }
    return home.resolveSibling("shared/peers/numerics.json");
  }
}
