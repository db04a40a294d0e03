package jacquard.examples.score;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.nn.Activation;
import jacquard.nn.BatchNorm;
import jacquard.nn.Conv2d;
import jacquard.nn.Flatten;
import jacquard.nn.Init;
import jacquard.nn.Initialiser;
import jacquard.nn.LeakyRelu;
import jacquard.nn.Linear;
import jacquard.nn.MaxPool2d;
import jacquard.nn.Pass;
import jacquard.nn.Sequential;
import jacquard.nn.io.FormatException;
import jacquard.nn.metrics.Features;
import jacquard.tensor.Key;
import jacquard.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A network by its description gives what the network itself gives.
class LayerListFeaturesTest {
  @TempDir Path temp;
  private Sequential network;

  @BeforeEach
  void save() throws FormatException {
    Init init = Init.of(3);
    network =
        Sequential.of(
            Conv2d.of(init.at("conv"), 1, 4, 3, 2, 1),
            BatchNorm.of(init.at("bn"), 4, Initialiser.normal(1)),
            new LeakyRelu(0.1),
            MaxPool2d.of(2),
            new Flatten(),
            Linear.of(init.at("fc"), 16, 5, Initialiser.normal(1)),
            Activation.TANH);
    network.save(temp.resolve("net.safetensors"));
  }

  private Path description(String layers) throws IOException {
    return Files.writeString(
        temp.resolve("net.json"),
        """
        {"weights": "net.safetensors", "picture": [1, 8, 8], "mean": 0.5, "deviation": 0.25,
         "layers": [%s]}
        """
            .formatted(layers));
  }

  @Test
  void aDescriptionGivesTheNetworksOwnFeatures() throws IOException {
    Path path =
        description(
            """
            {"conv2d": "conv", "stride": 2, "padding": 1}, {"batch_norm": "bn"},
            {"leaky_relu": 0.1}, {"max_pool": 2}, "flatten", {"linear": "fc"}, "tanh"
            """);
    ImageJudge judge = LayerListFeatures.read(path);
    Tensor pictures = Tensor.rand(Key.of(1), 3, 1, 8, 8);
    Features features = judge.features(pictures.toFloatArray(), 3);
    float[] expected =
        network.forward(pictures.sub(0.5).div(0.25), Pass.evaluation()).toFloatArray();
    assertArrayEquals(expected, features.values(), 1e-5f);
    assertEquals(5, features.dim());
    assertNull(judge.classes(features), "it names no classes");
    assertEquals(path.toString(), judge.network().name());
  }

  @Test
  void whatIsWrongIsOneLine() throws IOException {
    assertFails("\"relu6\"", "layer 'relu6', expected flatten or one of [relu, gelu");
    assertFails("{\"dropout\": 0.5}", "layer 'dropout', expected conv2d, linear");
    assertFails("{\"linear\": \"fc2\"}", "holds no tensor 'fc2.weight'");
    assertFails("{\"linear\": \"fc\"}", "matmul");
  }

  private void assertFails(String layers, String expected) throws IOException {
    Path path = description(layers);
    FormatException e = assertThrows(FormatException.class, () -> LayerListFeatures.read(path));
    String message = String.valueOf(e.getMessage());
    assertTrue(message.startsWith("features: " + path + ": "), message);
    assertTrue(message.contains(expected), message);
  }
}
