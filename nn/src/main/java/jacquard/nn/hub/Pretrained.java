package jacquard.nn.hub;

import jacquard.nn.Gpt;
import jacquard.nn.Init;
import jacquard.nn.io.AtomicFile;
import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import jacquard.nn.io.StoredTensor;
import jacquard.nn.io.StoredType;
import jacquard.tensor.TensorException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Transformers in the layout of Hugging Face's library: GPT-2 and Llama.
///
///     Gpt model = Pretrained.load(Path.of("gpt2"), Init.blank());
///     Pretrained.save(Path.of("mine"), model, Pretrained.Form.standard());
public final class Pretrained {
  private static final int MOST_NAMED = 5;

  private Pretrained() {}

  /// How a model is written.
  ///
  /// @param type of the stored numbers: F32, F16 or BF16
  /// @param mostBytes of a file; see [Shards#write]
  /// @param ends tokens that end a text
  public record Form(StoredType type, long mostBytes, Set<Integer> ends) {
    /// Refuses sizes below 1.
    ///
    /// @throws IllegalArgumentException if `type` is none of those three
    public Form {
      if (type != StoredType.F32 && type != StoredType.F16 && type != StoredType.BF16) {
        throw new IllegalArgumentException("export: type " + type + ", expected F32, F16 or BF16");
      }
      ends = Collections.unmodifiableSet(new TreeSet<>(ends));
    }

    /// F32 in files of at most 5 GB, the library's limit; no tokens that end a text.
    ///
    /// @return the form
    public static Form standard() {
      return new Form(StoredType.F32, 5_000_000_000L, Set.of());
    }

    /// {@return this with weights stored in another type}
    ///
    /// @param other F32, F16 or BF16
    public Form withType(StoredType other) {
      return new Form(other, mostBytes, ends);
    }

    /// {@return this with files of at most `most` bytes}
    ///
    /// @param most bytes of a file
    public Form withMostBytes(long most) {
      return new Form(type, most, ends);
    }

    /// {@return this with tokens that end a text}
    ///
    /// @param tokens tokens by number
    public Form withEnds(Set<Integer> tokens) {
      return new Form(type, mostBytes, tokens);
    }

    /// `eos_token_id`: a number, several, or null.
    private Json endsJson() {
      return switch (ends.size()) {
        case 0 -> new Json.Null();
        case 1 -> Json.of(ends.iterator().next());
        default -> Json.of(ends.stream().mapToLong(end -> end).toArray());
      };
    }
  }

  /// {@return whether a folder's `config.json` is one of Hugging Face's library}
  ///
  /// @param folder the folder
  public static boolean isFolder(Path folder) {
    try {
      return Files.exists(folder.resolve("config.json"))
          && Json.read(folder.resolve("config.json")).optional("model_type") != null;
    } catch (FormatException e) {
      return false;
    }
  }

  /// {@return the configuration that a folder's `config.json` describes} Dropout is 0, whatever the
  /// file says.
  ///
  /// @param folder the folder
  /// @throws FormatException if it can't be read, or the model is of another family
  public static Gpt.Config config(Path folder) throws FormatException {
    Json json = json(folder);
    return config(folder, json, layout(folder, json));
  }

  /// {@return tokens that end a text: `eos_token_id` of a folder's `config.json`, none if it names
  /// none}
  ///
  /// @param folder the folder
  /// @throws FormatException if it can't be read
  public static Set<Integer> ends(Path folder) throws FormatException {
    Json found = json(folder).optional("eos_token_id");
    Set<Integer> ends = new TreeSet<>();
    if (found instanceof Json.Int) {
      ends.add(found.asInt());
    } else if (found instanceof Json.Items(List<Json> several)) {
      for (Json end : several) {
        ends.add(end.asInt());
      }
    }
    return ends;
  }

  private static Json json(Path folder) throws FormatException {
    return Json.read(folder.resolve("config.json"));
  }

  private static Layout layout(Path folder, Json json) throws FormatException {
    Json type = json.optional("model_type");
    List<String> known = new ArrayList<>();
    for (Layout layout : Layout.ALL) {
      known.addAll(layout.types());
      if (type instanceof Json.Text(String text) && layout.types().contains(text)) {
        return layout;
      }
    }
    throw new FormatException(
        folder.resolve("config.json")
            + ": model_type is "
            + (type == null ? "missing" : type)
            + ", expected "
            + String.join(", ", known));
  }

  private static Gpt.Config config(Path folder, Json json, Layout layout) throws FormatException {
    try {
      return layout.read(json);
    } catch (FormatException | IllegalArgumentException | ArithmeticException e) {
      throw new FormatException(folder.resolve("config.json") + ": " + e.getMessage(), e);
    }
  }

  /// Reads a model.
  ///
  /// @param folder the folder
  /// @param init [Init#blank], perhaps with a device; f32
  /// @return the model
  /// @throws FormatException if a file can't be read, the configuration asks for what there isn't,
  ///   or tensors are missing, left over, or of another shape or type
  public static Gpt load(Path folder, Init init) throws FormatException {
    Json json = json(folder);
    Layout layout = layout(folder, json);
    Gpt.Config config = config(folder, json, layout);
    try (Shards shards = Shards.open(folder)) {
      Gpt model = Gpt.of(init, config);
      load(folder, layout, model, shards.tensors());
      return model;
    } catch (IllegalArgumentException | TensorException e) {
      throw new FormatException(folder + ": " + e.getMessage(), e);
    }
  }

  private static void load(Path folder, Layout layout, Gpt model, Map<String, StoredTensor> tensors)
      throws FormatException {
    boolean prefixed = tensors.keySet().stream().anyMatch(n -> n.startsWith(layout.prefix()));
    List<Slot> slots = layout.slots(model, prefixed ? layout.prefix() : "");
    List<String> missing = new ArrayList<>();
    List<String> wrong = new ArrayList<>();
    Set<String> left = new LinkedHashSet<>(tensors.keySet());
    left.removeIf(name ->
        layout.ignores(
            prefixed && name.startsWith(layout.prefix())
                ? name.substring(layout.prefix().length())
                : name,
            model.config()));
    for (Slot slot : slots) {
      for (Slot.Piece piece : slot.pieces()) {
        StoredTensor stored = tensors.get(piece.name());
        if (stored == null) {
          missing.add(piece.name());
        } else {
          wrong.addAll(slot.problems(piece, stored));
        }
        left.remove(piece.name());
      }
    }
    List<String> problems = new ArrayList<>(wrong);
    name(problems, "missing", missing);
    name(problems, "unexpected", List.copyOf(left));
    if (!problems.isEmpty()) {
      int most = MOST_NAMED + 2;
      throw new FormatException(
          "load: "
              + folder
              + ": "
              + String.join("; ", problems.subList(0, Math.min(problems.size(), most)))
              + (problems.size() > most ? "; and " + (problems.size() - most) + " more" : ""));
    }
    for (Slot slot : slots) {
      slot.load(tensors);
    }
  }

  private static void name(List<String> problems, String what, List<String> names) {
    if (!names.isEmpty()) {
      problems.add(
          what
              + (names.size() == 1 ? " tensor " : " " + names.size() + " tensors: ")
              + String.join(", ", names.subList(0, Math.min(names.size(), MOST_NAMED)))
              + (names.size() > MOST_NAMED ? ", ..." : ""));
    }
  }

  /// Writes a model: the weights first, then `config.json`. A [jacquard.nn.Lora] must be merged
  /// before.
  ///
  /// Biases that the layout wants and the model lacks are written as zeros.
  ///
  /// @param folder is made if there is none
  /// @param model what to write
  /// @param form type and size of the files
  /// @throws FormatException if a file can't be written
  /// @throws IllegalArgumentException if no layout has all that the model's configuration says, or
  ///   the model has a Lora
  public static void save(Path folder, Gpt model, Form form) throws FormatException {
    Layout layout = layout(model.config());
    List<Slot> slots = layout.slots(model, layout.prefix());
    if (slots.size() != model.states().size()) {
      throw new IllegalArgumentException(
          "export: the model has states beside its weights; merge its lora first");
    }
    List<StoredTensor> tensors = new ArrayList<>();
    for (Slot slot : slots) {
      tensors.addAll(slot.stored(form.type));
    }
    tensors.addAll(layout.zeros(model.config(), form.type));
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw FormatException.unreadable("export", folder, e);
    }
    Shards.write(folder, tensors, form.mostBytes);
    Map<String, Json> fields = new LinkedHashMap<>();
    fields.put("model_type", Json.of(layout.types().getFirst()));
    fields.put("architectures", Json.of(List.of(Json.of(layout.architecture()))));
    fields.putAll(layout.write(model.config()));
    fields.put("eos_token_id", form.endsJson());
    fields.put("torch_dtype", Json.of(name(form.type)));
    AtomicFile.write("export", folder.resolve("config.json"), Json.of(fields).pretty() + "\n");
  }

  /// The first layout that has all that a configuration says.
  private static Layout layout(Gpt.Config config) {
    List<String> obstacles = new ArrayList<>();
    for (Layout layout : Layout.ALL) {
      String obstacle = layout.obstacle(config);
      if (obstacle == null) {
        return layout;
      }
      obstacles.add(layout.types().getFirst() + " has no place for " + obstacle);
    }
    throw new IllegalArgumentException(
        "export: no layout fits this model: " + String.join(", ", obstacles));
  }

  private static String name(StoredType type) {
    return type == StoredType.F16 ? "float16" : type == StoredType.BF16 ? "bfloat16" : "float32";
  }
}
