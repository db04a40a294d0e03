package jacquard.examples.board;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.examples.recipe.RunFolder;
import jacquard.examples.tensorboard.EventFile;
import jacquard.examples.tensorboard.Histogram;
import jacquard.nn.data.SplitMix;
import jacquard.nn.io.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpreadsTest {
  @TempDir Path temp;

  @Test
  void binsHoldWhatTheValuesAre() {
    SplitMix random = new SplitMix(3);
    float[] values = new float[10_000];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (random.nextDouble() - 0.5);
    }
    double[] parts = Spreads.parts(Histogram.of(values), -0.5, 0.5);
    assertEquals(1, Arrays.stream(parts).sum(), 1e-9);
    double[] counted = new double[parts.length];
    for (float value : values) {
      counted[(int) Math.floor((value + 0.5) * parts.length)] += 1.0 / values.length;
    }
    for (int from = 0; from < parts.length; from += 8) { // buckets are a tenth wide
      double is = Arrays.stream(parts, from, from + 8).sum();
      assertEquals(Arrays.stream(counted, from, from + 8).sum(), is, 0.01, "from bin " + from);
    }
    double[] outside = Spreads.parts(Histogram.of(new float[] {-9, 0.1f, 9}), -0.5, 0.5);
    assertTrue(outside[0] >= 1 / 3.0 && outside[outside.length - 1] >= 1 / 3.0);
    assertEquals(1, Arrays.stream(outside).sum(), 1e-9);
  }

  @Test
  void figuresAreListedByParameterAndStep() throws IOException {
    try (EventFile events = EventFile.in(temp)) {
      events.histograms(
          1,
          Map.of(
              "weights/a.weight", Histogram.of(new float[] {1, 3}),
              "gradients/a.weight", Histogram.of(new float[] {0, 0})));
      events.histograms(2, Map.of("weights/a.weight", Histogram.of(new float[] {-1, 1})));
      events.scalars(2, Map.of("loss", 0.5));
    }
    RunFolder run = new RunFolder(temp);
    Json all = Spreads.figures(run);
    assertEquals(Json.of(1, 2), all.field("steps"));
    Json a = all.field("parameters").items().getFirst();
    assertEquals("a.weight", a.field("name").asText());
    assertEquals(2, a.field("count").asInt());
    assertEquals(numbers(2, 0), a.field("weights").field("mean"));
    assertEquals(numbers(1, 1), a.field("weights").field("deviation"));
    assertEquals(numbers(Math.sqrt(5), 1), a.field("weights").field("size"));
    assertEquals(
        Json.of(List.of(Json.of(0.0), new Json.Null())), a.field("gradients").field("mean"));
    Json bins = Spreads.bins(run, "weights/a.weight");
    assertEquals(-1, bins.field("low").asDouble());
    assertEquals(3, bins.field("high").asDouble());
    assertEquals(2, bins.field("parts").items().size());
    Json flat = Spreads.bins(run, "gradients/a.weight");
    assertTrue(flat.field("low").asDouble() < 0 && flat.field("high").asDouble() > 0);
  }

  private static Json numbers(double... values) {
    return Json.of(Arrays.stream(values).mapToObj(Json::of).toList());
  }
}
