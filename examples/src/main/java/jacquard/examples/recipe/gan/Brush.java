package jacquard.examples.recipe.gan;

import jacquard.nn.Pass;
import jacquard.nn.Statistic;
import jacquard.nn.optim.Ema;
import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Key;
import jacquard.tensor.Shape;
import jacquard.tensor.Step;
import jacquard.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Draws with a generator as it is now, by its averaged parameters if it keeps an average.
///
/// Batch norm's running statistics belong to the parameters that were trained. Those of the average
/// are found by drawing some batches with it (standing statistics).
///
/// @param model whose generator draws
/// @param statistics the generator's under the average; empty where there is none
/// @see <a href="https://arxiv.org/abs/1809.11096">Brock et al.: Large scale GAN training</a>,
///   appendix D
public record Brush(GanModel model, Map<Statistic, Tensor> statistics) {
  /// Enough for a running mean that keeps nine tenths to forget where it began: 0.9^60 is 0.002.
  private static final int SETTLING = 60;

  private static final int ROWS = 64;

  static Brush of(GanModel model) {
    List<Statistic> all = new ArrayList<>();
    model
        .generator()
        .states()
        .forEach(state -> {
          if (state instanceof Statistic statistic) {
            all.add(statistic);
          }
        });
    Map<Statistic, Tensor> settled = new LinkedHashMap<>();
    Ema average = model.average();
    if (average == null || all.isEmpty()) {
      return new Brush(model, settled);
    }
    all.forEach(statistic -> settled.put(statistic, statistic.value()));
    Key key = Key.of(0);
    for (int i = 0; i < SETTLING; i++) {
      Pass pass = average.assume(Pass.training(key.fold(i)));
      settled.forEach(pass::assume);
      model
          .generator()
          .draw(pass.key(), ROWS, everyClass(model), pass); // leaves the statistics in the pass
      Tensor[] moved = all.stream().map(pass::value).toArray(Tensor[]::new);
      Step.realise(moved);
      for (int k = 0; k < moved.length; k++) {
        settled.put(all.get(k), moved[k]);
      }
    }
    return new Brush(model, settled);
  }

  private static @Nullable Tensor everyClass(GanModel model) {
    int classes = model.sizes().classes();
    if (classes == 0) {
      return null;
    }
    int[] labels = new int[ROWS];
    Arrays.setAll(labels, i -> i % classes);
    return Tensor.stored(DType.I32, labels, Shape.of(ROWS), Device.standard());
  }

  /// {@return pictures `[count, 1, height, width]`, -1 to 1}
  ///
  /// @param key of the noise
  /// @param count number of pictures
  /// @param labels i32 `[count]`; null for a model without classes
  public Tensor draw(Key key, int count, @Nullable Tensor labels) {
    Pass pass = Pass.evaluation();
    if (model.average() != null) {
      model.average().assume(pass);
    }
    statistics.forEach(pass::assume);
    return model.generator().draw(key, count, labels, pass);
  }
}
