package jacquard.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import jacquard.nn.train.TrainStep;
import jacquard.tensor.Device;
import java.util.List;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Losses against those of PyTorch in f64, which start from the same bits: in f64 on the reference
/// device, in f32 on the processor.
class PeerNumericsTest {
  private static final double F64 = 1e-10;
  private static final double F32 = 1e-5;

  private static void transformer(Init init, int steps, double tolerance) throws FormatException {
    compare(
        "W1-gpt-small",
        Workloads.gpt(init, 4, 4, 128, 64),
        step -> Workloads.tokens(init.device(), step, 12, 64),
        steps,
        tolerance);
  }

  private static void vae(Init init, int steps, double tolerance) throws FormatException {
    compare("W3-vae", Workloads.vae(init), step -> Workloads.images(init, step), steps, tolerance);
  }

  private static void compare(
      String workload,
      TrainStep<Workloads.Batch> step,
      LongFunction<Workloads.Batch> batches,
      int steps,
      double tolerance)
      throws FormatException {
    List<Json> expected =
        Json.read(SharedData.path("../peers/numerics.json"))
            .field(workload)
            .field("loss")
            .field("f64")
            .items();
    for (int s = 0; s < steps; s++) {
      double loss = step.run(s, batches.apply(s)).loss().item();
      double peer = expected.get(s).asDouble();
      assertEquals(peer, loss, tolerance * Math.abs(peer), workload + " step " + s);
    }
  }

  @Test
  void vaeStartsLikePyTorch() throws FormatException {
    vae(Reference.init(0), 2, F64);
  }

  @Test
  void vaeFollowsPyTorchOnTheProcessor() throws FormatException {
    vae(Init.of(0).withDevice(Device.CPU), 20, F32);
  }

  @Test
  void transformerFollowsPyTorchOnTheProcessor() throws FormatException {
    transformer(Init.of(0).withDevice(Device.CPU), 20, F32);
  }

  @Test
  @Tag("long")
  void vaeFollowsPyTorchForTwentySteps() throws FormatException {
    vae(Reference.init(0), 20, F64);
  }

  @Test
  @Tag("long")
  void transformerFollowsPyTorchForTwentySteps() throws FormatException {
    transformer(Reference.init(0), 20, F64);
  }
}
