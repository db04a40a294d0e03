package jacquard.examples.recipe;

import jacquard.nn.io.Json;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Compares what two configurations say of a run's mathematics.
final class ConfigDifference {
  /// What may differ from one start of a run to the next. `options` are compared by
  /// [RecordedOptions#difference]; `data` is where the data lie, and `data_check` what they are.
  /// `features` is what pictures are compared by, which changes no step.
  private static final Set<String> MAY_DIFFER =
      Set.of("version", "created", "device", "threads", "data", "options", "until", "features");

  private static final int MOST_CHARACTERS = 60;

  private ConfigDifference() {}

  /// The first difference: `model.dim is 64, expected 128`; null if there is none.
  static @Nullable String of(Json actual, Json expected) {
    return of("", actual, expected);
  }

  private static @Nullable String of(String path, @Nullable Json actual, @Nullable Json expected) {
    if (actual instanceof Json.Fields(Map<String, Json> a)
        && expected instanceof Json.Fields(Map<String, Json> b)) {
      Set<String> names = new LinkedHashSet<>(b.keySet());
      names.addAll(a.keySet());
      for (String name : names) {
        if (!path.isEmpty() || !MAY_DIFFER.contains(name)) {
          String inner = path.isEmpty() ? name : path + "." + name;
          String difference = of(inner, a.get(name), b.get(name));
          if (difference != null) {
            return difference;
          }
        }
      }
      return null;
    }
    return java.util.Objects.equals(actual, expected)
        ? null
        : path + " is " + text(actual) + ", expected " + text(expected);
  }

  private static String text(@Nullable Json value) {
    String text = value == null ? "absent" : value.toString();
    return text.length() <= MOST_CHARACTERS ? text : text.substring(0, MOST_CHARACTERS) + "...";
  }
}
