package jacquard.examples.recipe;

import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/// A recipe's options as strings in `config.json`, from which the command line is made again when
/// the run is resumed. Options that a recipe adds need nothing here.
///
/// Defaults are recorded too, so that a run goes on with the values it began with when a later
/// version has other ones; a default that hangs on other options is the recipe's to record. Paths
/// are recorded as absolute ones.
///
/// @param values by the longest name of each option; those given more than once have several
record RecordedOptions(Map<String, List<String>> values) {
  /// Said anew on resuming, or recorded elsewhere.
  private static final Set<String> LEFT_OUT =
      Set.of("--out", "--steps", "--epochs", "--threads", "--debug");

  /// May be told anew on resuming: how to compute and what to keep, not what is computed.
  private static final Set<String> MAY_DIFFER =
      Set.of("--device", "--tune", "--checkpoint-every", "--keep");

  RecordedOptions {
    Map<String, List<String>> copy = new LinkedHashMap<>();
    values.forEach((name, strings) -> copy.put(name, List.copyOf(strings)));
    values = copy;
  }

  /// @param recipe whose arguments have been parsed
  static RecordedOptions of(CommandSpec recipe) {
    Map<String, List<String>> values = new LinkedHashMap<>();
    for (OptionSpec option : recipe.options()) {
      List<String> strings = strings(option);
      if (recorded(option) && !strings.isEmpty()) {
        values.put(
            option.longestName(),
            isPath(option)
                ? strings.stream().map(text -> Path.of(text).toAbsolutePath().toString()).toList()
                : strings);
      }
    }
    return new RecordedOptions(values);
  }

  private static boolean recorded(OptionSpec option) {
    return !option.usageHelp() && !option.versionHelp() && !LEFT_OUT.contains(option.longestName());
  }

  private static boolean isPath(OptionSpec option) {
    return option.type() == Path.class || List.of(option.auxiliaryTypes()).contains(Path.class);
  }

  private static List<String> strings(OptionSpec option) {
    if (!option.stringValues().isEmpty()) {
      return option.stringValues();
    }
    String otherwise = option.defaultValue();
    return otherwise == null ? List.of() : List.of(otherwise);
  }

  /// @throws FormatException if `options` doesn't look like [#toJson]
  static RecordedOptions of(Json options) throws FormatException {
    Map<String, List<String>> values = new LinkedHashMap<>();
    for (Map.Entry<String, Json> option : options.fields().entrySet()) {
      List<String> strings = new ArrayList<>();
      if (option.getValue() instanceof Json.Items(List<Json> items)) {
        for (Json item : items) {
          strings.add(item.asText());
        }
      } else {
        strings.add(option.getValue().asText());
      }
      values.put(option.getKey(), strings);
    }
    return new RecordedOptions(values);
  }

  /// The first difference in what is computed: `--loss is bce, expected hinge`; null if there is
  /// none. Paths may differ, and an option that isn't recorded, as by a version that did not have
  /// it yet, has its default value.
  ///
  /// @param recipe whose options these are
  static @Nullable String difference(
      RecordedOptions actual, RecordedOptions expected, CommandSpec recipe) {
    for (OptionSpec option : recipe.options()) {
      String name = option.longestName();
      if (recorded(option) && !isPath(option) && !MAY_DIFFER.contains(name)) {
        List<String> is = actual.orDefault(option);
        List<String> wanted = expected.orDefault(option);
        if (!is.equals(wanted)) {
          return name + " is " + text(is) + ", expected " + text(wanted);
        }
      }
    }
    return null;
  }

  /// The option that decides what is computed and that a complaint such as `--lr is 0.0, expected
  /// above 0` is about; null if it is about none of these.
  @Nullable String accused(String complaint, CommandSpec recipe) {
    for (OptionSpec option : recipe.options()) {
      String name = option.longestName();
      if (values.containsKey(name)
          && !isPath(option)
          && !MAY_DIFFER.contains(name)
          && (complaint.startsWith(name + " ") || complaint.startsWith(name + ":"))) {
        return name;
      }
    }
    return null;
  }

  private List<String> orDefault(OptionSpec option) {
    String otherwise = option.defaultValue();
    return values.getOrDefault(
        option.longestName(), otherwise == null ? List.of() : List.of(otherwise));
  }

  private static String text(List<String> strings) {
    return strings.isEmpty() ? "absent" : String.join(", ", strings);
  }

  /// `{"--batch": "12", "--lr": "1e-3"}`.
  Json toJson() {
    Map<String, Json> fields = new LinkedHashMap<>();
    values.forEach((name, strings) ->
        fields.put(
            name,
            strings.size() == 1
                ? Json.of(strings.getFirst())
                : Json.of(strings.stream().map(Json::of).toList())));
    return Json.of(fields);
  }

  /// These with another value of one.
  RecordedOptions with(String name, String value) {
    Map<String, List<String>> changed = new LinkedHashMap<>(values);
    changed.put(name, List.of(value));
    return new RecordedOptions(changed);
  }

  /// `--batch=12 --lr=1e-3`, for picocli.
  String[] arguments() {
    List<String> arguments = new ArrayList<>();
    values.forEach((name, strings) -> strings.forEach(text -> arguments.add(name + "=" + text)));
    return arguments.toArray(String[]::new);
  }
}
