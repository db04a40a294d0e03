package jacquard.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.examples.Shell.Result;
import jacquard.nn.Conv2d;
import jacquard.nn.Flatten;
import jacquard.nn.Init;
import jacquard.nn.Linear;
import jacquard.nn.Sequential;
import jacquard.nn.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Pictures of 6 x 6 pixels compared by a network of others.
class EvalFeaturesTest {
  @TempDir Path temp;

  private void saveNetwork(long seed) throws IOException {
    Init init = Init.of(seed);
    Sequential.of(
            Conv2d.of(init.at("conv"), 1, 2, 3, 1, 1),
            new Flatten(),
            Linear.of(init.at("fc"), 2 * 6 * 6, 5))
        .save(temp.resolve("network.safetensors"));
  }

  /// A network of others, from its tensors and a list of its layers.
  @Test
  void picturesAreComparedByAnyNetworkThatAListDescribes() throws IOException {
    saveNetwork(3);
    String text =
        """
        {"weights": "network.safetensors", "picture": [1, 6, 6],
         "layers": [{"conv2d": "conv", "padding": 1}, "relu", "flatten", {"linear": "fc"}]}
        """;
    Path list = Files.writeString(temp.resolve("network.json"), text);
    Path idx = TinyData.mnist(temp.resolve("idx"), 300, 120);
    Path run = temp.resolve("run");
    String train = "train gan --latent 4 --batch 16 --steps 4 --fid-every 2 --features";
    Result trained =
        Shell.jacquard(
            Shell.join(
                List.of(train.split(" ")),
                list.toString(),
                "--data",
                idx.toString(),
                "--out",
                run.toString()));
    assertEquals(0, trained.exit(), trained::toString);
    Json last = TrainTest.metrics(run).getLast();
    assertTrue(last.field("fid").asDouble() > 0, last::toString);
    assertNull(last.optional("entropy"), "it names no classes");
    assertNull(last.optional("class/0"));

    Result result = EvalTest.eval(run, "--features", list.toString());
    assertTrue(result.out().getFirst().endsWith(", by " + list), result::toString);
    Json json = Json.read(run.resolve("eval.json"));
    assertTrue(json.field("fid").asDouble() > 3 * json.field("fid_floor").asDouble(), json::pretty);
    assertNull(json.optional("histogram"));
    Json features = json.field("features");
    assertEquals(list.toString(), features.field("path").asText());
    assertEquals(Json.read(run.resolve("config.json")).field("features"), features);
    saveNetwork(4);
    EvalTest.eval(run, "--features", list.toString());
    Json others = Json.read(run.resolve("eval.json")).field("features");
    assertNotEquals(features.field("crc32c"), others.field("crc32c"), "other weights");

    Files.writeString(list, text.replace("\"fc\"", "\"fc7\""));
    Result wrong = Shell.jacquard("eval", run.toString(), "--features", list.toString());
    assertEquals(2, wrong.exit(), wrong::toString);
    assertEquals(
        List.of(
            "jacquard eval: features: %s: %s holds no tensor 'fc7.weight'"
                .formatted(list, temp.resolve("network.safetensors"))),
        wrong.err());
  }
}
