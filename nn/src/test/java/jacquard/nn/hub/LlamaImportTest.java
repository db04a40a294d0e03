package jacquard.nn.hub;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.nn.Gpt;
import jacquard.nn.GptDecoder;
import jacquard.nn.Init;
import jacquard.nn.Pass;
import jacquard.nn.data.SplitMix;
import jacquard.nn.io.FormatException;
import jacquard.nn.io.StoredTensor;
import jacquard.nn.io.StoredType;
import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A small Llama in Hugging Face's layout, read from files that this test writes tensor by tensor,
/// against a forward pass in plain double precision that knows nothing of Jacquard's layers.
class LlamaImportTest {
  private static final int VOCABULARY = 13;
  private static final int DIM = 24;
  private static final int HIDDEN = 20;
  private static final int LAYERS = 2;
  private static final int HEADS = 4;
  private static final int KEYS = 2;
  private static final int SIZE = DIM / HEADS;
  private static final double THETA = 50;
  private static final double EPS = 1e-5;
  private static final int[] TOKENS = {3, 12, 0, 7, 7, 1, 9, 4, 11, 2};

  private static final String CONFIG =
      """
      {"model_type": "llama", "architectures": ["LlamaForCausalLM"], "hidden_size": 24,
       "intermediate_size": 20, "num_hidden_layers": 2, "num_attention_heads": 4,
       "num_key_value_heads": 2, "rms_norm_eps": 1e-5, "hidden_act": "silu",
       "max_position_embeddings": 16, "vocab_size": 13, "tie_word_embeddings": %s%s}
      """;

  private static final String ROTATION = ", \"rope_theta\": 50";

  /// Which columns of a head are a point that is turned.
  private enum Pairs {
    /// `i` and `i + SIZE / 2`, as in Hugging Face's files.
    HALVES,
    /// `2 i` and `2 i + 1`, as in the paper.
    NEIGHBOURS
  }

  /// Stored tensors in the library's names and shapes, rounded to a type.
  private static List<StoredTensor> tensors(StoredType type, boolean tied) {
    List<StoredTensor> all = new ArrayList<>();
    SplitMix random = new SplitMix(8);
    add(all, type, random, "model.embed_tokens.weight", VOCABULARY, DIM);
    for (int i = 0; i < LAYERS; i++) {
      String at = "model.layers." + i + ".";
      add(all, type, random, at + "input_layernorm.weight", DIM);
      add(all, type, random, at + "self_attn.q_proj.weight", DIM, DIM);
      add(all, type, random, at + "self_attn.k_proj.weight", KEYS * SIZE, DIM);
      add(all, type, random, at + "self_attn.v_proj.weight", KEYS * SIZE, DIM);
      add(all, type, random, at + "self_attn.o_proj.weight", DIM, DIM);
      add(all, type, random, at + "self_attn.rotary_emb.inv_freq", SIZE / 2);
      add(all, type, random, at + "post_attention_layernorm.weight", DIM);
      add(all, type, random, at + "mlp.gate_proj.weight", HIDDEN, DIM);
      add(all, type, random, at + "mlp.up_proj.weight", HIDDEN, DIM);
      add(all, type, random, at + "mlp.down_proj.weight", DIM, HIDDEN);
    }
    add(all, type, random, "model.norm.weight", DIM);
    if (!tied) {
      add(all, type, random, "lm_head.weight", VOCABULARY, DIM);
    }
    return all;
  }

  private static void add(
      List<StoredTensor> all, StoredType type, SplitMix random, String name, long... dims) {
    float[] values = new float[(int) Arrays.stream(dims).reduce(1, (a, b) -> a * b)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (random.nextDouble() - 0.5) + (dims.length == 1 ? 1 : 0);
    }
    all.add(StoredTensor.of(name, type, values, dims));
  }

  private static void write(Path folder, StoredType type, boolean tied, long mostBytes)
      throws IOException {
    Shards.write(folder, tensors(type, tied), mostBytes);
    Files.writeString(folder.resolve("config.json"), CONFIG.formatted(tied, ROTATION));
  }

  /// Logits `[T][V]` by the definition of Llama, with loops over doubles.
  private static double[][] reference(
      Map<String, double[]> w, boolean tied, double theta, Pairs pairs) {
    double[][] x = new double[TOKENS.length][];
    for (int t = 0; t < x.length; t++) {
      int from = TOKENS[t] * DIM;
      x[t] = Arrays.copyOfRange(w.get("model.embed_tokens.weight"), from, from + DIM);
    }
    for (int layer = 0; layer < LAYERS; layer++) {
      String at = "model.layers." + layer + ".";
      double[][] q = new double[x.length][];
      double[][] k = new double[x.length][];
      double[][] v = new double[x.length][];
      for (int t = 0; t < x.length; t++) {
        double[] n = rms(x[t], w.get(at + "input_layernorm.weight"));
        q[t] = rotated(times(w.get(at + "self_attn.q_proj.weight"), n), t, theta, pairs);
        k[t] = rotated(times(w.get(at + "self_attn.k_proj.weight"), n), t, theta, pairs);
        v[t] = times(w.get(at + "self_attn.v_proj.weight"), n);
      }
      for (int t = 0; t < x.length; t++) {
        double[] mixed = new double[DIM];
        for (int h = 0; h < HEADS; h++) {
          int shared = h / (HEADS / KEYS);
          double[] weight = new double[t + 1];
          double total = 0;
          for (int s = 0; s <= t; s++) {
            double dot = 0;
            for (int e = 0; e < SIZE; e++) {
              dot += q[t][h * SIZE + e] * k[s][shared * SIZE + e];
            }
            weight[s] = Math.exp(dot / Math.sqrt(SIZE));
            total += weight[s];
          }
          for (int s = 0; s <= t; s++) {
            for (int e = 0; e < SIZE; e++) {
              mixed[h * SIZE + e] += weight[s] / total * v[s][shared * SIZE + e];
            }
          }
        }
        add(x[t], times(w.get(at + "self_attn.o_proj.weight"), mixed));
        double[] n = rms(x[t], w.get(at + "post_attention_layernorm.weight"));
        double[] gate = times(w.get(at + "mlp.gate_proj.weight"), n);
        double[] up = times(w.get(at + "mlp.up_proj.weight"), n);
        for (int i = 0; i < HIDDEN; i++) {
          up[i] *= gate[i] / (1 + Math.exp(-gate[i]));
        }
        add(x[t], times(w.get(at + "mlp.down_proj.weight"), up));
      }
    }
    double[][] logits = new double[x.length][];
    for (int t = 0; t < x.length; t++) {
      double[] head = w.get(tied ? "model.embed_tokens.weight" : "lm_head.weight");
      logits[t] = times(head, rms(x[t], w.get("model.norm.weight")));
    }
    return logits;
  }

  private static double[] rms(double[] x, double[] weight) {
    double square = Arrays.stream(x).map(v -> v * v).sum() / x.length;
    double[] y = new double[x.length];
    Arrays.setAll(y, i -> x[i] / Math.sqrt(square + EPS) * weight[i]);
    return y;
  }

  /// Turns each point of each head by `position theta^(-2 i / SIZE)`.
  private static double[] rotated(double[] x, int position, double theta, Pairs pairs) {
    double[] y = new double[x.length];
    for (int head = 0; head < x.length; head += SIZE) {
      for (int i = 0; i < SIZE / 2; i++) {
        int a = head + (pairs == Pairs.HALVES ? i : 2 * i);
        int b = head + (pairs == Pairs.HALVES ? i + SIZE / 2 : 2 * i + 1);
        double angle = position * Math.pow(theta, -2.0 * i / SIZE);
        y[a] = x[a] * Math.cos(angle) - x[b] * Math.sin(angle);
        y[b] = x[a] * Math.sin(angle) + x[b] * Math.cos(angle);
      }
    }
    return y;
  }

  private static double[] times(double[] matrix, double[] x) {
    double[] y = new double[matrix.length / x.length];
    for (int i = 0; i < matrix.length; i++) {
      y[i / x.length] += matrix[i] * x[i % x.length];
    }
    return y;
  }

  private static void add(double[] to, double[] x) {
    for (int i = 0; i < to.length; i++) {
      to[i] += x[i];
    }
  }

  private static Map<String, double[]> weights(StoredType type, boolean tied)
      throws FormatException {
    Map<String, double[]> weights = new HashMap<>();
    for (StoredTensor tensor : tensors(type, tied)) {
      float[] values = tensor.toFloatArray();
      double[] wide = new double[values.length];
      Arrays.setAll(wide, i -> values[i]);
      weights.put(tensor.name(), wide);
    }
    return weights;
  }

  private static void compare(Path folder, StoredType type, boolean tied) throws FormatException {
    compare(folder, reference(weights(type, tied), tied, THETA, Pairs.HALVES));
  }

  private static void compare(Path folder, double[][] expected) throws FormatException {
    Gpt model = Pretrained.load(folder, Init.blank().withDevice(Device.CPU));
    Tensor index = Tensor.stored(DType.I32, TOKENS, Shape.of(1, TOKENS.length), Device.CPU);
    double[] logits = model.forward(index, Pass.evaluation()).cast(DType.F64).toDoubleArray();
    for (int t = 0; t < TOKENS.length; t++) {
      double[] row = Arrays.copyOfRange(logits, t * VOCABULARY, (t + 1) * VOCABULARY);
      assertArrayEquals(expected[t], row, 1e-5, "position " + t);
    }
    GptDecoder decoder = new GptDecoder(model, 1);
    float[] last = decoder.prefill(Arrays.copyOf(TOKENS, 4))[0];
    for (int t = 4; t <= TOKENS.length; t++) {
      for (int i = 0; i < VOCABULARY; i++) {
        assertEquals(expected[t - 1][i], last[i], 1e-5, "decoded position " + t);
      }
      last = t == TOKENS.length ? last : decoder.next(TOKENS[t])[0];
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F16", "BF16"})
  void logitsEqualPlainLoops(StoredType type, @TempDir Path folder) throws IOException {
    write(folder, type, false, 1 << 20);
    compare(folder, type, false);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shardedLogitsEqualPlainLoopsWithATiedHeadAndWithItsOwn(boolean tied, @TempDir Path folder)
      throws IOException {
    write(folder, StoredType.F32, tied, 3000);
    assertTrue(files(folder, "model-\\d{5}-of-\\d{5}.safetensors") > 2);
    assertTrue(Files.exists(folder.resolve(Shards.INDEX)));
    compare(folder, StoredType.F32, tied);
  }

  /// With the rows of queries and keys in the paper's order, in which the columns of a point are
  /// neighbours, the paper's rotation gives what the library's gives of its own order.
  @Test
  void theFilesHaveTheColumnsOfAPointHalfAHeadApart(@TempDir Path folder) throws IOException {
    write(folder, StoredType.F32, false, 1 << 20);
    Map<String, double[]> paper = weights(StoredType.F32, false);
    paper.replaceAll((name, w) -> name.matches(".*[qk]_proj.weight") ? neighbours(w) : w);
    compare(folder, reference(paper, false, THETA, Pairs.NEIGHBOURS));
    double[][] halves = reference(weights(StoredType.F32, false), false, THETA, Pairs.HALVES);
    double[][] mistaken = reference(weights(StoredType.F32, false), false, THETA, Pairs.NEIGHBOURS);
    assertTrue(furthest(halves, mistaken) > 0.01, "the order matters");
  }

  /// Rows `i` and `i + SIZE / 2` of each head become `2 i` and `2 i + 1`.
  private static double[] neighbours(double[] weight) {
    double[] moved = new double[weight.length];
    for (int row = 0; row < weight.length / DIM; row++) {
      int in = row % SIZE;
      int to = row - in + (in < SIZE / 2 ? 2 * in : 2 * (in - SIZE / 2) + 1);
      System.arraycopy(weight, row * DIM, moved, to * DIM, DIM);
    }
    return moved;
  }

  private static double furthest(double[][] a, double[][] b) {
    double furthest = 0;
    for (int t = 0; t < a.length; t++) {
      for (int i = 0; i < a[t].length; i++) {
        furthest = Math.max(furthest, Math.abs(a[t][i] - b[t][i]));
      }
    }
    return furthest;
  }

  @Test
  void theBaseOfTheAnglesIsWhereTheLibraryHasIt(@TempDir Path folder) throws IOException {
    write(folder, StoredType.F32, false, 1 << 20);
    Map<String, double[]> weights = weights(StoredType.F32, false);
    String nested = ", \"rope_parameters\": {\"rope_type\": \"default\", \"rope_theta\": 7}";
    Map<String, Double> bases = Map.of("", 10_000.0, ROTATION, THETA, nested, 7.0);
    double[][] usual = reference(weights, false, 10_000, Pairs.HALVES);
    for (Map.Entry<String, Double> base : bases.entrySet()) {
      Files.writeString(folder.resolve("config.json"), CONFIG.formatted(false, base.getKey()));
      double[][] expected = reference(weights, false, base.getValue(), Pairs.HALVES);
      compare(folder, expected);
      assertEquals(base.getValue() == 10_000, furthest(usual, expected) < 1e-3, "it matters");
    }
  }

  private static long files(Path folder, String pattern) throws IOException {
    try (var files = Files.list(folder)) {
      return files.filter(f -> f.getFileName().toString().matches(pattern)).count();
    }
  }

  /// bf16 values are f32 values, so nothing is lost on the way through the model.
  @ParameterizedTest
  @EnumSource(names = {"F32", "F16", "BF16"})
  void exportHasTheSameBytes(StoredType type, @TempDir Path folder) throws IOException {
    Path from = Files.createDirectory(folder.resolve("from"));
    Path to = folder.resolve("to");
    write(from, type, false, 1 << 20);
    Gpt model = Pretrained.load(from, Init.blank());
    Pretrained.save(to, model, Pretrained.Form.standard().withType(type).withMostBytes(2000));
    try (Shards before = Shards.open(from);
        Shards after = Shards.open(to)) {
      Map<String, StoredTensor> left = new HashMap<>(before.tensors());
      left.keySet().removeIf(name -> name.endsWith("inv_freq"));
      assertEquals(left.keySet(), after.tensors().keySet());
      for (StoredTensor tensor : left.values()) {
        StoredTensor other = after.tensors().get(tensor.name());
        assertEquals(tensor.toString(), other.toString());
        assertEquals(-1, tensor.bytes().mismatch(other.bytes()), tensor.name());
      }
    }
    assertEquals(Pretrained.config(from), Pretrained.config(to));
  }
}
