package jacquard.nn.hub;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import jacquard.nn.Activation;
import jacquard.nn.Gpt;
import jacquard.nn.GptDecoder;
import jacquard.nn.Init;
import jacquard.nn.Loss;
import jacquard.nn.Pass;
import jacquard.nn.Sampler;
import jacquard.nn.SharedData;
import jacquard.nn.data.SplitMix;
import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import jacquard.nn.io.StoredTensor;
import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A small GPT-2 with random weights against what PyTorch computed in double precision.
class Gpt2ImportTest {
  /// Looked up in each test, which is then the one that is skipped.
  private static Path folder() {
    return SharedData.path("gpt2-tiny");
  }

  private static Gpt model() throws FormatException {
    return Pretrained.load(folder(), Init.blank().withDevice(Device.CPU));
  }

  private static List<Json> expected(String name) throws FormatException {
    return Json.read(folder().resolve("expected.json")).field(name).items();
  }

  private static int[] ints(List<Json> items) throws FormatException {
    int[] ints = new int[items.size()];
    for (int i = 0; i < ints.length; i++) {
      ints[i] = items.get(i).asInt();
    }
    return ints;
  }

  @Test
  void configurationIsGpt2s() throws FormatException {
    Gpt.Config config = Pretrained.config(folder());
    assertEquals(Gpt.Config.of(512, 64, 32, 2, 2).withBias(true).withTied(true), config);
    assertEquals(Activation.GELU, config.mlp().activation());
  }

  @Test
  void logitsAndLossAreThoseOfPyTorch() throws FormatException {
    Gpt model = model();
    int[] prompt = ints(expected("prompt"));
    Tensor index = Tensor.stored(DType.I32, prompt, Shape.of(1, prompt.length), Device.CPU);
    Tensor logits = model.forward(index, Pass.evaluation());
    double[] last = logits.select(1, prompt.length - 1).cast(DType.F64).flatten(0).toDoubleArray();
    List<Json> first = expected("last_logits_first16");
    for (int i = 0; i < first.size(); i++) {
      assertEquals(first.get(i).asDouble(), last[i], 1e-4, "logit " + i);
    }
    Json json = Json.read(folder().resolve("expected.json"));
    assertEquals(json.field("last_logits_sum").asDouble(), Arrays.stream(last).sum(), 512 * 1e-5);
    Tensor next =
        Tensor.stored(
            DType.I32,
            Arrays.copyOfRange(prompt, 1, prompt.length),
            Shape.of(1, prompt.length - 1),
            Device.CPU);
    assertEquals(
        json.field("mean_cross_entropy_of_next_token").asDouble(),
        Loss.crossEntropy(logits.slice(1, 0, prompt.length - 1), next).item(),
        1e-5);
  }

  @Test
  void greedyTokensAreThoseOfPyTorch() throws FormatException {
    GptDecoder decoder = new GptDecoder(model(), 1);
    float[] logits = decoder.prefill(ints(expected("prompt")))[0];
    int[] tokens = new int[24];
    for (int i = 0; i < tokens.length; i++) {
      tokens[i] = Sampler.greedy().choose(logits, new SplitMix(1));
      logits = decoder.next(tokens[i])[0];
    }
    assertArrayEquals(ints(expected("greedy_24")), tokens);
  }

  @Test
  void exportHasTheSameTensors(@TempDir Path folder) throws FormatException {
    Pretrained.save(folder, model(), Pretrained.Form.standard());
    try (Shards before = Shards.open(folder());
        Shards after = Shards.open(folder)) {
      assertEquals(
          new TreeSet<>(before.tensors().keySet().stream().map(n -> "transformer." + n).toList()),
          new TreeSet<>(after.tensors().keySet()));
      for (Map.Entry<String, StoredTensor> entry : before.tensors().entrySet()) {
        StoredTensor other = after.tensors().get("transformer." + entry.getKey());
        assertEquals(-1, entry.getValue().bytes().mismatch(other.bytes()), entry.getKey());
        assertArrayEquals(entry.getValue().dims(), other.dims(), entry.getKey());
      }
    }
    assertEquals(Pretrained.config(folder()), Pretrained.config(folder));
    Json json = Json.read(folder.resolve("config.json"));
    assertEquals("gpt2", json.field("model_type").asText());
    assertEquals("gelu_new", json.field("activation_function").asText());
  }
}
