package jacquard.examples.recipe;

import jacquard.examples.view.Text;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Notices when training goes wrong: exploding or vanishing gradients, dead ReLUs, over-fitting.
/// Each is said in a line, and again only if it went away in between.
final class Watch {
  /// Gradients explode if their norm is so many times the median of the looks before.
  private static final double EXPLODED = 100;

  /// ... of which there must be some, ...
  private static final int LEAST_LOOKS = 3;

  /// ... or if it is this, whatever it was before.
  private static final double EXPLODED_AT_ONCE = 1e6;

  /// The gradients of a matrix vanish if they are this part of the largest matrix' gradients, both
  /// by their root mean square. f32 rounds to 6e-8.
  private static final double VANISHED = 1e-6;

  /// Units are worth a line if so many of a layer's are dead.
  private static final double DEAD = 0.5;

  /// The loss on other data must be so much above its best, ...
  private static final double WORSE = 0.05;

  /// ... at this validation after the best one or later.
  private static final int PATIENCE = 2;

  private final List<Double> norms = new ArrayList<>();
  private final Set<String> said = new HashSet<>();

  private double sum;
  private int lines;
  private @Nullable Best best;

  /// @param validations since then
  private record Best(long step, double value, double training, int validations) {}

  /// What a look at weights and gradients shows.
  List<String> look(Look look) {
    List<String> warnings = new ArrayList<>();
    double norm = look.gradientNorm();
    String largest =
        look.gradients().keySet().stream()
            .max(Comparator.comparingDouble(look::gradientSize))
            .orElse("");
    double usual = norms.size() < LEAST_LOOKS ? Double.POSITIVE_INFINITY : median(norms);
    boolean exploded = norm > EXPLODED_AT_ONCE || norm > EXPLODED * usual;
    norms.add(norm);
    note(
        warnings,
        "exploding",
        exploded,
        () ->
            "exploding gradients? their norm is %.2g after step %d%s, most of it in %s; try a lower --lr"
                .formatted(
                    norm,
                    look.step(),
                    usual == Double.POSITIVE_INFINITY
                        ? ""
                        : ", %.0f times what it was".formatted(norm / usual),
                    largest));
    vanishing(look, warnings);
    look.relus()
        .forEach((layer, part) ->
            note(
                warnings,
                "dead " + layer,
                part > DEAD,
                () ->
                    "dead ReLUs? %.0f %% of the units of %s are 0 for a whole batch after step %d; try a lower --lr"
                        .formatted(100 * part, layer, look.step())));
    return warnings;
  }

  /// Matrices only: the gradient of a bias may well be 0, and that of a key's bias always is.
  private void vanishing(Look look, List<String> warnings) {
    List<String> matrices =
        look.ranks().entrySet().stream()
            .filter(e -> e.getValue() >= 2)
            .map(Map.Entry::getKey)
            .toList();
    if (matrices.isEmpty()) {
      return;
    }
    Comparator<String> bySize = Comparator.comparingDouble(look::gradientSize);
    String least = matrices.stream().min(bySize).orElseThrow();
    String most = matrices.stream().max(bySize).orElseThrow();
    double part = look.gradientSize(least) / look.gradientSize(most);
    note(
        warnings,
        "vanishing",
        !(part >= VANISHED), // no number if all are 0
        () ->
            (look.gradientSize(most) == 0
                    ? "vanishing gradients? those of all matrices are 0 after step %d: it learns nothing; "
                        .formatted(look.step())
                    : "vanishing gradients? those of %s are %.1g times those of %s after step %d: it hardly learns; "
                        .formatted(least, part, most, look.step()))
                + "try another activation or initialisation, or a normalisation");
  }

  /// What a line of the metrics shows; also of the lines that a resumed run begins with.
  ///
  /// @param loss on the data that is learned from, null if the line has none
  /// @param validated on other data, null if the line has none
  List<String> line(long step, @Nullable Double loss, @Nullable Double validated) {
    if (loss != null) {
      sum += loss;
      lines++;
    }
    if (validated == null || lines == 0) {
      return List.of();
    }
    double training = sum / lines;
    sum = 0;
    lines = 0;
    Best before = best;
    if (before == null || validated < before.value) {
      best = new Best(step, validated, training, 0);
      said.remove("over-fitting");
      return List.of();
    }
    int validations = before.validations + 1;
    best = new Best(before.step, before.value, before.training, validations);
    double above = (validated - before.value) / Math.abs(before.value);
    if (validations < PATIENCE || above < WORSE || training >= before.training) {
      return List.of();
    }
    List<String> warnings = new ArrayList<>();
    note(
        warnings,
        "over-fitting",
        true,
        () ->
            "over-fitting? val_loss %s after step %d is %.0f %% above its best, %s after step %d, while loss fell from %s to %s; checkpoints/best.safetensors has the best; try more data, a smaller model or --dropout"
                .formatted(
                    Text.number(validated),
                    step,
                    100 * above,
                    Text.number(before.value),
                    before.step,
                    Text.number(before.training),
                    Text.number(training)));
    return warnings;
  }

  private interface Line {
    String of();
  }

  private void note(List<String> warnings, String what, boolean is, Line text) {
    if (!is) {
      said.remove(what);
    } else if (said.add(what)) {
      warnings.add(text.of());
    }
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
  }
}
