package jacquard.examples.recipe;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Looks at what a generator draws while it learns.
interface GanWatch {
  /// Always of the same noise, so that changes come from the model.
  ///
  /// @param last whether training ends now
  /// @return what goes into the metrics, by name
  Map<String, Double> measure(boolean last);

  /// Of the last measurement; null if all is well.
  @Nullable String warning();
}
