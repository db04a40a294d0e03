package jacquard.examples.board;

import jacquard.examples.recipe.RunFolder;
import jacquard.nn.io.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A run, or a model of others, as the board lists it.
///
/// @param id its folder, seen from the one that is listed; `.` for that itself
/// @param recipe that it was begun with; empty for a model of others
/// @param created when, as ISO 8601; empty if unknown
/// @param state whether somebody trains it
/// @param steps to make; 0 if unknown
/// @param last line of its metrics; null if it has none
/// @param sample the last step that left a sample; -1 if none did
/// @param saved when its weights were saved last, in milliseconds since 1970; 0 if they were not. A
///   look at weights and gradients comes just before
/// @param warnings the last that its training gave, each with `step` and `warning`
/// @param options it was begun with
/// @param problem why it can't be shown, in a line; null if it can
record Listed(
    String id,
    RunFolder folder,
    String recipe,
    String created,
    State state,
    long steps,
    @Nullable Json last,
    long sample,
    long saved,
    List<Json> warnings,
    Map<String, Json> options,
    @Nullable String problem) {

  enum State {
    TRAINING,
    ENDED,
    /// Ended before its last step.
    STOPPED,
    /// Made elsewhere.
    IMPORTED
  }

  /// What there is to see of it.
  List<String> screens() {
    return switch (recipe) {
      case "gpt", "mlm" -> List.of("curves", "samples", "weights", "prompt", "attention");
      case "vae" -> List.of("curves", "samples", "weights", "latent");
      case "" -> List.of("prompt", "attention");
      default -> List.of("curves", "samples", "weights");
    };
  }

  Json toJson() {
    Map<String, Json> fields = new LinkedHashMap<>();
    fields.put("id", Json.of(id));
    fields.put("recipe", Json.of(recipe));
    fields.put("created", Json.of(created));
    fields.put("state", Json.of(state.name().toLowerCase(java.util.Locale.ROOT)));
    fields.put("steps", Json.of(steps));
    fields.put("last", last == null ? new Json.Null() : last);
    fields.put("sample", Json.of(sample));
    fields.put("saved", Json.of(saved));
    fields.put("warnings", Json.of(warnings));
    fields.put("options", Json.of(options));
    fields.put("screens", Json.of(screens().stream().map(Json::of).toList()));
    fields.put("problem", problem == null ? new Json.Null() : Json.of(problem));
    return Json.of(fields);
  }
}
