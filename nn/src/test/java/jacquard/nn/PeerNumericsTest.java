package jacquard.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import jacquard.nn.train.TrainStep;
import java.util.List;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Losses of the first steps in f64 against PyTorch's, which start from the same bits.
class PeerNumericsTest {

  private static void compare(
      String workload, TrainStep<Workloads.Batch> step, LongFunction<Workloads.Batch> batches, int steps)
      throws FormatException {
    double[] expected = losses(workload);
    for (int s = 0; s < steps; s++) {
      double loss = step.run(s, batches.apply(s)).loss().item();
      assertEquals(expected[s], loss, 1e-10 * Math.abs(expected[s]), workload + " step " + s);
    }
  }

  private static double[] losses(String workload) throws FormatException {
    Json file = Json.read(SharedData.path("../peers/numerics.json"));
    List<Json> losses = file.field(workload).field("loss").field("f64").items();
    double[] expected = new double[losses.size()];
    for (int i = 0; i < expected.length; i++) {
      expected[i] = losses.get(i).asDouble();
    }
    return expected;
  }

  @Test
  void vaeStartsLikePyTorch() throws FormatException {
    compare("W3-vae", Workloads.vae(Reference.init(0)), Workloads::images, 2);
  }

  @Test
  void transformerStartsLikePyTorch() throws FormatException {
    compare(
        "W1-gpt-small",
        Workloads.gpt(Reference.init(0), 4, 4, 128, 64),
        s -> Workloads.tokens(s, 12, 64),
        2);
  }

  @Test
  @Tag("long")
  void vaeFollowsPyTorchForTwentySteps() throws FormatException {
    compare("W3-vae", Workloads.vae(Reference.init(0)), Workloads::images, 20);
  }

  @Test
  @Tag("long")
  void transformerFollowsPyTorchForTwentySteps() throws FormatException {
    compare(
        "W1-gpt-small",
        Workloads.gpt(Reference.init(0), 4, 4, 128, 64),
        s -> Workloads.tokens(s, 12, 64),
        20);
  }
}
