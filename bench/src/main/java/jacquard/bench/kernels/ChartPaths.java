package jacquard.bench.kernels;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Where the roofline charts of a report go.
final class ChartPaths {
  private static final String PNG = ".png";

  private ChartPaths() {}

  /// A file for each setting: `chart` or, beside `report.json`, `report.png`; of several settings
  /// `report-2-threads-512-bits.png` and so on.
  ///
  /// @param json the report's file, or null
  /// @param chart what the user chose instead, or null
  /// @return empty if neither is given
  /// @throws IllegalArgumentException if a chart would replace the report
  static Map<Setting, Path> of(List<Setting> settings, @Nullable Path json, @Nullable Path chart) {
    Path base = chart != null ? chart : json == null ? null : beside(json);
    Map<Setting, Path> paths = new LinkedHashMap<>();
    if (base == null) {
      return paths;
    }
    for (Setting setting : settings) {
      Path path = settings.size() == 1 ? base : of(setting, base);
      if (json != null && path.toAbsolutePath().equals(json.toAbsolutePath())) {
        throw new IllegalArgumentException(
            "--json: " + json + ": the chart would have the same name; choose another, or --chart");
      }
      paths.put(setting, path);
    }
    return paths;
  }

  private static Path beside(Path json) {
    return json.resolveSibling(stem(json) + PNG);
  }

  private static Path of(Setting setting, Path base) {
    String name = String.valueOf(base.getFileName());
    String stem = stem(base);
    String suffix = setting.toString().replace(",", "").replace(' ', '-');
    return base.resolveSibling(stem + "-" + suffix + name.substring(stem.length()));
  }

  /// The name without what follows its last dot, if that isn't its first character.
  private static String stem(Path file) {
    String name = String.valueOf(file.getFileName());
    int dot = name.lastIndexOf('.');
    return dot > 0 ? name.substring(0, dot) : name;
  }
}
