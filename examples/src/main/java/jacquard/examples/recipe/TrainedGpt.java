package jacquard.examples.recipe;

import jacquard.nn.Gpt;
import jacquard.nn.Init;
import jacquard.nn.Linear;
import jacquard.nn.Lora;
import jacquard.nn.hub.Pretrained;
import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import jacquard.nn.text.SubwordTokenizer;
import jacquard.nn.text.Tokenizer;
import jacquard.nn.train.CheckpointFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A transformer with its weights, from the folder of a run or one in Hugging Face's layout.
///
/// @param model the transformer
/// @param tokenizer null if the folder has none
/// @param names whether it learned the class names of a JDK
/// @param ends tokens that end a text
public record TrainedGpt(
    Gpt model, @Nullable Tokenizer tokenizer, boolean names, Set<Integer> ends) {
  /// What `export` writes beside the model, for [#open].
  public static final String TOKENIZER = "jacquard_tokenizer.json";

  /// @throws FormatException if the folder is neither, or what it holds can't be read
  static TrainedGpt open(Path folder) throws FormatException {
    if (Pretrained.isFolder(folder)) {
      return new TrainedGpt(
          Pretrained.load(folder, Init.blank()),
          readTokenizer(folder),
          false,
          Pretrained.ends(folder));
    }
    RunFolder run = RunFolder.open(folder);
    Json config = run.readConfig();
    String recipe = run.configured(config, c -> c.field("recipe").asText());
    if (!recipe.equals(GptRecipe.NAME)) {
      throw new FormatException(
          run.config() + ": recipe is '" + recipe + "', expected " + GptRecipe.NAME);
    }
    return of(run, config);
  }

  /// The model of a run of `train gpt`.
  static TrainedGpt of(RunFolder run, Json config) throws FormatException {
    TrainedGpt trained = run.configured(config, TrainedGpt::blank);
    trained.model.load(run.model());
    return trained;
  }

  /// The model of a run of `train gpt` or `train mlm`, as one of its checkpoints has it.
  ///
  /// @param checkpoint `best` or `step-000200`
  /// @throws FormatException if there is none, or it can't be read
  /// @throws IllegalArgumentException if no checkpoint has such a name
  static TrainedGpt of(RunFolder run, Json config, String checkpoint) throws FormatException {
    if (!checkpoint.matches("best|step-\\d{6,18}")) {
      throw new IllegalArgumentException(
          "checkpoint is '" + checkpoint + "', expected best or a name such as step-000200");
    }
    TrainedGpt trained = run.configured(config, TrainedGpt::blank);
    Path file = run.checkpoints().resolve(checkpoint + ".safetensors");
    try (CheckpointFile opened = CheckpointFile.open(file)) {
      opened.restorePart(trained.model.states());
    }
    return trained;
  }

  /// What a configuration describes, without its weights.
  static TrainedGpt blank(Json config) throws FormatException {
    Tokenizer tokenizer = Tokenizer.fromJson(config.field("tokenizer"));
    Map<String, Json> sizes = new LinkedHashMap<>(config.field("model").fields());
    sizes.putIfAbsent("vocabulary", Json.of(tokenizer.vocabularySize()));
    Gpt model = Gpt.of(Init.blank(), Gpt.Config.fromJson(Json.of(sizes)));
    Json lora = config.optional("lora");
    if (lora != null) {
      List<String> weights = new ArrayList<>();
      for (Json weight : lora.field("weights").items()) {
        weights.add(weight.asText());
      }
      model =
          model.withLora(
              Init.blank(),
              Set.copyOf(weights)::contains,
              new Lora.Config(lora.field("rank").asInt(), lora.field("alpha").asDouble()));
    }
    Set<Integer> ends = new LinkedHashSet<>();
    Json listed = config.optional("ends");
    for (Json end : listed == null ? List.<Json>of() : listed.items()) {
      ends.add(end.asInt());
    }
    return new TrainedGpt(model, tokenizer, config.field("names").asBoolean(), ends);
  }

  /// The part of a run's `config.json` from which [#of] makes the model again.
  static Map<String, Object> describe(
      Gpt model, Tokenizer tokenizer, boolean names, Set<Integer> ends) {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("model", model.config().toJson());
    List<Linear> adapted = model.linears().stream().filter(l -> l.lora() != null).toList();
    if (!adapted.isEmpty()) {
      Lora.Config kind = Objects.requireNonNull(adapted.getFirst().lora()).config();
      Map<String, Json> lora = new LinkedHashMap<>();
      lora.put("rank", Json.of(kind.rank()));
      lora.put("alpha", Json.of(kind.alpha()));
      lora.put("weights", Json.of(adapted.stream().map(l -> Json.of(l.weight().name())).toList()));
      config.put("lora", Json.of(lora));
    }
    config.put("names", names);
    if (!ends.isEmpty()) {
      config.put("ends", Json.of(ends.stream().mapToLong(end -> end).toArray()));
    }
    config.put("tokenizer", tokenizer.toJson());
    return config;
  }

  private static @Nullable Tokenizer readTokenizer(Path folder) throws FormatException {
    Path file = folder.resolve(TOKENIZER);
    if (Files.exists(file)) {
      return Tokenizer.fromJson(Json.read(file));
    }
    return SubwordTokenizer.isIn(folder) ? SubwordTokenizer.read(folder) : null;
  }

  /// What writes with this model.
  ///
  /// @throws IOException if the class names can't be read
  GptWriter writer(Path folder) throws IOException {
    return new GptWriter(
        model, tokenizer(folder), names ? Corpus.Known.of(Corpus.split()) : null, ends);
  }

  /// The tokenizer.
  ///
  /// @throws FormatException if `folder`, from which this is, has none
  Tokenizer tokenizer(Path folder) throws FormatException {
    if (tokenizer == null) {
      throw new FormatException(
          folder
              + ": holds no tokenizer, expected "
              + TOKENIZER
              + ", tokenizer.json, or vocab.json with merges.txt; copy there what lies beside the"
              + " model where it comes from");
    }
    return tokenizer;
  }
}
