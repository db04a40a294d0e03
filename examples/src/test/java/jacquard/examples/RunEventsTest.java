package jacquard.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.examples.tensorboard.Events;
import jacquard.examples.tensorboard.Events.Shown;
import jacquard.examples.tensorboard.HistogramLog;
import jacquard.nn.io.Json;
import jacquard.nn.io.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.HistogramProto;
import org.tensorflow.proto.Summary;

/// What TensorBoard shows of a run is what the run's other files say.
class RunEventsTest {
  @TempDir Path temp;

  @Test
  void curvesAreTheMetrics() throws IOException {
    Path run = gpt("curves", "--steps 12");
    List<String> expected = new ArrayList<>();
    for (Json line : TrainTest.metrics(run)) {
      for (Map.Entry<String, Json> field : line.fields().entrySet()) {
        if (field.getValue() instanceof Json.Real real) {
          long step = line.field("step").asLong();
          expected.add(step + " " + field.getKey() + " " + (float) real.value());
        }
      }
    }
    List<String> found =
        Events.shown(run).stream()
            .filter(shown -> shown.value().getValueCase() == Summary.Value.ValueCase.SIMPLE_VALUE)
            .map(shown -> shown.step() + " " + shown.tag() + " " + shown.value().getSimpleValue())
            .toList();
    assertEquals(new TreeSet<>(expected), new TreeSet<>(found));
    assertTrue(found.size() > 12 * 3, found::toString);
  }

  @Test
  void everyParameterHasItsHistograms() throws IOException {
    Path run = gpt("histograms", "--steps 8");
    Set<String> expected = new HashSet<>();
    try (Safetensors model = Safetensors.open(run.resolve("model.safetensors"))) {
      for (String name : model.tensors().keySet()) {
        expected.add("weights/" + name);
        expected.add("gradients/" + name);
      }
      List<Shown> histograms = of(run, Summary.Value.ValueCase.HISTO);
      Set<Long> steps = histograms.stream().map(Shown::step).collect(Collectors.toSet());
      assertEquals(Set.of(2L, 4L, 6L, 8L), steps, "when there is a validation");
      for (long step : steps) {
        assertEquals(
            expected,
            histograms.stream()
                .filter(shown -> shown.step() == step)
                .map(Shown::tag)
                .collect(Collectors.toSet()));
      }
      for (Shown shown : histograms) {
        HistogramProto histogram = shown.value().getHisto();
        String name = shown.tag().substring(shown.tag().indexOf('/') + 1);
        float[] stored = model.tensors().get(name).toFloatArray();
        assertEquals(stored.length, histogram.getNum(), shown.tag());
        if (shown.step() == 8 && shown.tag().startsWith("weights/")) {
          double sum = 0;
          for (float x : stored) {
            sum += x;
          }
          assertEquals(sum, histogram.getSum(), 1e-9 * stored.length);
        }
        if (shown.tag().startsWith("gradients/") && name.endsWith("weight")) {
          assertTrue(histogram.getSumSquares() > 0, shown.tag());
        }
      }
    }
  }

  @Test
  void theLogOfHistogramsIsWhatTensorFlowReads() throws IOException {
    Path run = gpt("read", "--steps 16 --checkpoint-every 5 --keep 9");
    Shell.Result result = Shell.jacquard("resume", run.toString(), "--from", "step-000005");
    assertEquals(0, result.exit(), result::toString);
    Map<String, String> expected = new TreeMap<>();
    for (Shown shown : of(run, Summary.Value.ValueCase.HISTO)) {
      HistogramProto h = shown.value().getHisto();
      expected.put(
          shown.step() + " " + shown.tag(),
          List.of(h.getMin(), h.getMax(), h.getNum(), h.getSum(), h.getSumSquares())
              + " "
              + h.getBucketLimitList()
              + h.getBucketList());
    }
    Map<String, String> found = new TreeMap<>();
    HistogramLog.read(run, tag -> true, true)
        .forEach((tag, steps) ->
            steps.forEach((step, h) ->
                found.put(
                    step + " " + tag,
                    List.of(h.min(), h.max(), (double) h.count(), h.sum(), h.squares())
                        + " "
                        + Arrays.toString(h.limits())
                        + Arrays.toString(h.counts()))));
    assertFalse(expected.isEmpty());
    assertEquals(expected, found);

    Path last = Events.files(run).getLast();
    byte[] bytes = Files.readAllBytes(last);
    Files.write(last, Arrays.copyOf(bytes, bytes.length - 1));
    int left =
        HistogramLog.read(run, tag -> true, false).values().stream().mapToInt(Map::size).sum();
    assertEquals(expected.size(), left, "the last record, a sample, is not whole");
  }

  @Test
  void samplesAreTextsAndPictures() throws IOException {
    Path texts = gpt("texts", "--steps 4");
    List<Shown> text = of(texts, Summary.Value.ValueCase.TENSOR);
    assertEquals(List.of(1L, 2L, 3L, 4L), text.stream().map(Shown::step).toList());
    String shown = text.getLast().value().getTensor().getStringVal(0).toStringUtf8();
    assertEquals(
        Files.readString(texts.resolve("samples/step-4.txt")), shown.replaceAll("(?m)^ {4}", ""));

    Path pictures = temp.resolve("pictures");
    Path data = TinyData.mnist(temp.resolve("idx"), 64, 10);
    Shell.train("gan --latent 4 --batch 16 --steps 4", data, pictures);
    List<Shown> images = of(pictures, Summary.Value.ValueCase.IMAGE);
    assertEquals(List.of(1L, 2L, 3L, 4L), images.stream().map(Shown::step).toList());
    assertEquals(
        Files.size(pictures.resolve("samples/step-4.png")),
        images.getLast().value().getImage().getEncodedImageString().size());
    Set<String> networks =
        of(pictures, Summary.Value.ValueCase.HISTO).stream()
            .map(value -> value.tag().replaceAll("\\..*", ""))
            .collect(Collectors.toCollection(TreeSet::new));
    assertTrue(
        networks.containsAll(Set.of("gradients/discriminator", "gradients/generator")),
        networks::toString);
  }

  @Test
  void aResumedRunShowsWhatOneWithoutABreakShows() throws IOException {
    Path straight = gpt("straight", "--steps 16 --checkpoint-every 5 --keep 9");
    List<String> expected = told(straight);
    Path resumed = gpt("resumed", "--steps 16 --checkpoint-every 5 --keep 9");
    Shell.Result result = Shell.jacquard("resume", resumed.toString(), "--from", "step-000005");
    assertEquals(0, result.exit(), result::toString);
    assertEquals(2, Events.files(resumed).size(), "one for each process");
    assertEquals(expected, told(resumed));
  }

  /// Everything but times.
  private static List<String> told(Path run) throws IOException {
    return Events.shown(run).stream()
        .filter(shown -> !shown.tag().equals("ms") && !shown.tag().endsWith("_per_s"))
        .map(shown -> shown.step() + " " + shown.value())
        .sorted()
        .toList();
  }

  private static List<Shown> of(Path run, Summary.Value.ValueCase kind) throws IOException {
    return Events.shown(run).stream().filter(s -> s.value().getValueCase() == kind).toList();
  }

  private Path gpt(String name, String options) throws IOException {
    Path run = temp.resolve(name);
    Path data = TinyData.text(temp.resolve("letters.txt"), 3000);
    Shell.train(TrainTest.TINY + " " + options, data, run);
    return run;
  }
}
