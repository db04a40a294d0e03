package jacquard.nn.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.nn.FeedForward;
import jacquard.nn.Gpt;
import jacquard.nn.Init;
import jacquard.nn.Lora;
import jacquard.nn.Normalisation;
import jacquard.nn.Pass;
import jacquard.nn.Positions;
import jacquard.nn.io.FormatException;
import jacquard.nn.io.StoredTensor;
import jacquard.nn.io.StoredType;
import jacquard.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whatever is wrong with a folder is one line that names it.
class PretrainedErrorsTest {
  private static final Gpt.Config SMALL =
      Gpt.Config.of(7, 5, 4, 2, 1).withBias(true).withTied(true);

  @TempDir private Path folder;

  private void write(Gpt.Config config) throws FormatException {
    Pretrained.save(folder, Gpt.of(Init.of(1), config), Pretrained.Form.standard());
  }

  /// Writes the tensors of a folder anew, changed.
  private void change(java.util.function.UnaryOperator<List<StoredTensor>> change)
      throws FormatException {
    try (Shards shards = Shards.open(folder)) {
      List<StoredTensor> copies = new ArrayList<>();
      for (StoredTensor t : shards.tensors().values()) {
        copies.add(StoredTensor.of(t.name(), t.toFloatArray(), t.dims()));
      }
      Shards.write(folder, change.apply(copies), Long.MAX_VALUE);
    }
  }

  private void config(String from, String to) throws IOException {
    Path file = folder.resolve("config.json");
    String text = Files.readString(file);
    assertTrue(text.contains(from), text);
    Files.writeString(file, text.replace(from, to));
  }

  private String refusal() {
    FormatException e =
        assertThrows(FormatException.class, () -> Pretrained.load(folder, Init.blank()));
    return String.valueOf(e.getMessage()).replace(folder.toString(), "F");
  }

  @Test
  void missingTensorsAreNamed() throws FormatException {
    write(SMALL);
    change(all -> all.stream().filter(t -> !t.name().endsWith("attn.c_proj.bias")).toList());
    assertEquals("load: F: missing tensor transformer.h.0.attn.c_proj.bias", refusal());
  }

  @Test
  void unexpectedTensorsAreNamed() throws FormatException {
    write(SMALL);
    change(all -> and(all, StoredTensor.of("transformer.h.1.ln_1.bias", new float[4], 4)));
    assertEquals("load: F: unexpected tensor transformer.h.1.ln_1.bias", refusal());
  }

  @Test
  void misshapenTensorsAreNamed() throws FormatException {
    write(SMALL);
    change(all ->
        and(
            all.stream().filter(t -> !t.name().endsWith("mlp.c_fc.weight")).toList(),
            StoredTensor.of("transformer.h.0.mlp.c_fc.weight", new float[64], 16, 4)));
    assertEquals(
        "load: F: transformer.h.0.mlp.c_fc.weight F32[16, 4], expected [4, 16]", refusal());
  }

  @Test
  void tensorsOfAnotherTypeAreNamed() throws FormatException {
    write(SMALL);
    change(all ->
        and(
            all.stream().filter(t -> !t.name().endsWith("ln_f.bias")).toList(),
            StoredTensor.of("transformer.ln_f.bias", new double[4], 4)));
    assertEquals("load: F: transformer.ln_f.bias F64[4], expected F32, F16 or BF16", refusal());
  }

  private static List<StoredTensor> and(List<StoredTensor> all, StoredTensor more) {
    List<StoredTensor> result = new ArrayList<>(all);
    result.add(more);
    return result;
  }

  @Test
  void masksOfOldVersionsAndACopyOfATiedHeadAreIgnored() throws FormatException {
    write(SMALL);
    change(all ->
        and(
            and(all, StoredTensor.of("transformer.h.0.attn.bias", new float[25], 1, 1, 5, 5)),
            StoredTensor.of("lm_head.weight", new float[28], 7, 4)));
    assertEquals(SMALL, Pretrained.load(folder, Init.blank()).config());
  }

  @Test
  void unknownFamiliesAndSettingsAreNamed() throws IOException {
    write(SMALL);
    config("\"gpt2\"", "\"bert\"");
    assertEquals("F/config.json: model_type is \"bert\", expected gpt2, llama, mistral", refusal());
    config("\"bert\"", "\"gpt2\", \"scale_attn_by_inverse_layer_idx\": true");
    assertEquals(
        "F/config.json: scale_attn_by_inverse_layer_idx is true, expected false or none",
        refusal());
    config("\"scale_attn_by_inverse_layer_idx\": true", "\"x\": 1");
    config("\"gelu_new\"", "\"quick\"");
    assertTrue(
        refusal().startsWith("F/config.json: activation_function is 'quick', expected one of "),
        refusal());
    config("\"quick\"", "\"gelu_new\"");
    config("\"n_head\": 2", "\"n_head\": 3");
    assertEquals(
        "F/config.json: gpt: dim 4, heads 3, heads of keys 3, expected each to be a multiple of the next",
        refusal());
  }

  @Test
  void rotaryScalingAndSlidingWindowsAreRefused() throws IOException {
    write(
        SMALL
            .withBias(false)
            .withPositions(new Positions.Rotary(10))
            .withNorm(Normalisation.rms())
            .withMlp(FeedForward.swiglu(4)));
    config("\"head_dim\": 2", "\"rope_scaling\": {\"rope_type\": \"yarn\"}");
    assertEquals("F/config.json: rope_type is \"yarn\", expected \"default\" or none", refusal());
    config("\"rope_scaling\": {\"rope_type\": \"yarn\"}", "\"sliding_window\": 2");
    assertEquals(
        "F/config.json: sliding_window is 2, expected none or at least max_position_embeddings, 5",
        refusal());
    config("\"sliding_window\": 2", "\"head_dim\": 3");
    assertEquals("F/config.json: head_dim is 3, expected 2 or null or none", refusal());
  }

  @Test
  void indexAndFilesMustAgree() throws IOException {
    Pretrained.save(
        folder, Gpt.of(Init.of(1), SMALL), Pretrained.Form.standard().withMostBytes(300));
    Path index = folder.resolve(Shards.INDEX);
    String text = Files.readString(index);
    Files.writeString(index, text.replace("transformer.wpe.weight", "transformer.wpx.weight"));
    assertTrue(refusal().contains("holds tensor 'transformer.wpe.weight', which"), refusal());
    Files.writeString(
        index,
        text.replace("\"weight_map\": {", "\"weight_map\": {\n\"x\": \"../model.safetensors\","));
    assertEquals(
        "F/" + Shards.INDEX + ": names file '../model.safetensors', expected one beside the index",
        refusal());
    Files.writeString(
        index,
        text.replace(
            "\"weight_map\": {",
            "\"weight_map\": {\n\"x\": \"model-00001-of-%s.safetensors\","
                .formatted(text.replaceAll("(?s).*?model-00001-of-(\\d{5}).*", "$1"))));
    assertTrue(refusal().contains("lists tensor 'x' in model-00001-of-"), refusal());
    Files.writeString(index, "{}");
    assertEquals(
        "F/" + Shards.INDEX + ": json: has no field 'weight_map', expected it beside []",
        refusal());
    Files.delete(index);
    assertEquals("safetensors: F/model.safetensors: no such file or folder", refusal());
  }

  @Test
  void modelsWithoutALayoutAreNotExported() {
    Gpt mixed = Gpt.of(Init.of(1), SMALL.withPositions(new Positions.Rotary(10)));
    assertEquals(
        "export: no layout fits this model: gpt2 has no place for rotary positions, llama has no place for layer norms",
        assertThrows(
                IllegalArgumentException.class,
                () -> Pretrained.save(folder, mixed, Pretrained.Form.standard()))
            .getMessage());
    Gpt adapted = Gpt.of(Init.of(1), SMALL);
    Gpt lora = adapted.withLora(Init.of(1), name -> name.contains("qkv"), new Lora.Config(1, 1));
    assertTrue(
        String.valueOf(
                assertThrows(
                        IllegalArgumentException.class,
                        () -> Pretrained.save(folder, lora, Pretrained.Form.standard()))
                    .getMessage())
            .contains("merge its lora first"));
  }

  @Test
  void tokensThatEndATextAreStored() throws IOException {
    Gpt model = Gpt.of(Init.of(1), SMALL);
    Pretrained.save(folder, model, Pretrained.Form.standard());
    assertEquals(Set.of(), Pretrained.ends(folder));
    for (Set<Integer> ends : List.of(Set.of(6), Set.of(2, 5))) {
      Pretrained.save(folder, model, Pretrained.Form.standard().withEnds(ends));
      assertEquals(ends, Pretrained.ends(folder));
    }
  }

  @Test
  void modelsWithoutBiasesGetZerosAndComputeTheSame() throws FormatException {
    Gpt model = Gpt.of(Init.of(3), SMALL.withBias(false).withTied(false));
    Pretrained.save(folder, model, Pretrained.Form.standard().withType(StoredType.F32));
    Gpt read = Pretrained.load(folder, Init.blank());
    assertEquals(SMALL.withTied(false), read.config());
    Tensor tokens = Tensor.of(new int[] {1, 6, 2}, 1, 3);
    org.junit.jupiter.api.Assertions.assertArrayEquals(
        model.forward(tokens, Pass.evaluation()).toFloatArray(),
        read.forward(tokens, Pass.evaluation()).toFloatArray(),
        1e-6f);
  }
}
