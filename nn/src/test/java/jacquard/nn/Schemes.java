package jacquard.nn;

import java.util.LinkedHashMap;
import java.util.Map;

/// Small transformers of every kind, by name.
final class Schemes {
  static final int VOCABULARY = 11;
  static final int CONTEXT = 24;

  private Schemes() {}

  /// Each choice alone and all of Llama's together.
  static Map<String, Gpt.Config> all() {
    Gpt.Config plain = Gpt.Config.of(VOCABULARY, CONTEXT, 16, 4, 2);
    Map<String, Gpt.Config> all = new LinkedHashMap<>();
    all.put("plain", plain);
    all.put("bias", plain.withBias(true));
    all.put("tied", plain.withTied(true));
    all.put("rms", plain.withNorm(Normalisation.rms()));
    all.put("swiglu", plain.withMlp(FeedForward.swiglu(16)));
    all.put("rotary", plain.withPositions(new Positions.Rotary(10000)));
    all.put("grouped", plain.withKvHeads(2));
    all.put("one head of keys", plain.withKvHeads(1));
    all.put("gpt2", plain.withBias(true).withTied(true));
    all.put("llama", llama(plain));
    return all;
  }

  static Gpt.Config llama(Gpt.Config plain) {
    return plain
        .withNorm(Normalisation.rms())
        .withMlp(FeedForward.swiglu(plain.dim()))
        .withPositions(new Positions.Rotary(500))
        .withKvHeads(plain.heads() / 2);
  }

  /// With weights so large that tokens and positions matter.
  static Gpt model(Init init, Gpt.Config config) {
    Gpt model = Gpt.of(init, config);
    for (Parameter p : model.parameters()) {
      Initialiser spread =
          p.shape().rank() == 1 ? Initialiser.uniform(0.5) : Initialiser.normal(0.3);
      double[] values =
          spread.values(p.shape(), jacquard.nn.data.SplitMix.of(7, p.name().hashCode()));
      if (p.name().contains("norm") && p.name().endsWith("weight")) {
        java.util.Arrays.setAll(values, i -> 1 + values[i]);
      }
      p.load(Init.stored(p.dtype(), values, p.shape(), p.device()).toArray());
    }
    return model;
  }
}
