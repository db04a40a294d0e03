package jacquard.examples.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.nn.io.Json;
import jacquard.tensor.CompiledStep.Work;
import jacquard.tensor.Device;
import jacquard.tensor.DeviceException;
import jacquard.tensor.State;
import jacquard.tensor.Tensor;
import jacquard.tensor.Update;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is written of a step that runs several plans: twice the one that improves `judge`, then the
/// one that improves `pen`.
class StepPlansTest {
  private static final List<String> NAMES =
      List.of("plan 1: updates judge", "plan 2: updates judge", "plan 3: updates pen");

  @TempDir Path temp;

  private final State judge = state("judge.weight", 4, 8);
  private final State pen = state("pen.weight", 8, 2);

  private static State state(String name, int rows, int columns) {
    return new State(name, Tensor.ones(rows, columns).to(Device.CPU).realise());
  }

  private static Supplier<Work> halving(State state) {
    return () -> new Work(List.of(), List.of(new Update(state, state.value().mul(0.5))));
  }

  /// Normalised, too: more tasks than the judge's.
  private Work improvedPen() {
    Tensor weights = pen.value().softmax(0).matmul(Tensor.ones(2, 2).to(Device.CPU).realise());
    return new Work(List.of(), List.of(new Update(pen, weights)));
  }

  /// Each task takes 1.5 microseconds.
  private static Walkthrough timed(Walkthrough walk) {
    List<Stopwatch.Time> times =
        walk.report().tasks().stream().map(task -> new Stopwatch.Time(1500, false)).toList();
    return walk.timed(1, (roots, runs) -> times, Optional::empty, line -> {});
  }

  private StepPlans plans() {
    return StepPlans.of(
        "a test", List.of(halving(judge), halving(judge), this::improvedPen), StepPlansTest::timed);
  }

  @Test
  void theTimelineHasAllPlansOneAfterTheOther() throws IOException {
    Path file = temp.resolve("trace.json");
    StepPlans plans = plans();
    plans.writeTrace(file);
    int judged = plans.plan(1).report().tasks().size();
    int drawn = plans.plan(3).report().tasks().size();
    assertTrue(drawn > judged, drawn + " and " + judged);
    List<Json> names = new ArrayList<>();
    List<Json> slices = new ArrayList<>();
    List<Json> tasks = new ArrayList<>();
    for (Json event : Json.read(file).field("traceEvents").items()) {
      boolean isName = event.field("ph").asText().equals("M");
      (isName ? names : event.field("tid").asInt() == 1 ? slices : tasks).add(event);
    }
    assertEquals(2, names.size());
    for (Json name : names) {
      assertEquals("thread_name", name.field("name").asText());
      assertEquals(
          name.field("tid").asInt() == 1 ? "plans" : "tasks",
          name.field("args").field("name").asText());
    }
    assertEquals(NAMES, texts(slices, "name"));
    double at = 0;
    List<Integer> sizes = List.of(judged, judged, drawn);
    for (int i = 0; i < 3; i++) {
      assertEquals(at, slices.get(i).field("ts").asDouble(), 1e-9);
      assertEquals(1.5 * sizes.get(i), slices.get(i).field("dur").asDouble(), 1e-9);
      for (int t = 0; t < sizes.get(i); t++) {
        Json task = tasks.removeFirst();
        assertEquals(at, task.field("ts").asDouble(), 1e-9, "one after the other");
        assertEquals(1.5, task.field("dur").asDouble());
        assertEquals(t, task.field("args").field("task").asInt());
        assertEquals(NAMES.get(i), task.field("args").field("plan").asText());
        at += 1.5;
      }
    }
    assertEquals(List.of(), tasks);
  }

  private static List<String> texts(List<Json> events, String field) throws IOException {
    List<String> texts = new ArrayList<>();
    for (Json event : events) {
      texts.add(event.field(field).asText());
    }
    return texts;
  }

  @Test
  void theGraphHasABoxForEachPlanThatDiffers() throws IOException {
    Path file = temp.resolve("graph.dot");
    StepPlans plans = plans();
    plans.writeDot(file);
    String text = Files.readString(file);
    List<String> labels =
        all(text, "subgraph (cluster_\\d+) \\{\n +label=(\".*?\");").map(m -> m.group(2)).toList();
    assertEquals(
        List.of(
            "\"plans 1 to 2: updates judge\"", "\"judge\"", "\"plan 3: updates pen\"", "\"pen\""),
        labels);
    assertEquals(4, all(text, "cluster_\\d+").map(MatchResult::group).distinct().count());
    List<Integer> nodes =
        all(text, "\n +n(\\d+) \\[").map(m -> Integer.valueOf(m.group(1))).toList();
    int judged = plans.plan(1).report().operations().size();
    int drawn = plans.plan(3).report().operations().size();
    assertEquals(judged + drawn, nodes.size());
    assertEquals(nodes.size(), nodes.stream().distinct().count(), "each has a name of its own");
    List<String> links = all(text, "n\\d+ -> n\\d+").map(MatchResult::group).toList();
    assertFalse(links.isEmpty());
    for (String link : links) {
      int[] ends =
          Stream.of(link.replace("n", "").split(" -> ")).mapToInt(Integer::parseInt).toArray();
      assertEquals(ends[0] < judged, ends[1] < judged, link + " leads into another plan");
      assertTrue(nodes.contains(ends[0]) && nodes.contains(ends[1]), link);
    }
    assertEquals(
        all(text, "\\{").count(), all(text, "\\}").count(), "every box that opens is closed");
  }

  private static Stream<MatchResult> all(String text, String pattern) {
    return Pattern.compile(pattern).matcher(text).results();
  }

  @Test
  void aSinglePlanHasNoBoxOfItsOwn() throws IOException {
    Path file = temp.resolve("graph.dot");
    StepPlans.of("a test", List.of(halving(judge)), StepPlansTest::timed).writeDot(file);
    String text = Files.readString(file);
    assertFalse(text.contains("plan 1"), text);
    assertTrue(text.contains("label=\"judge\";"), text);
  }

  @Test
  void withoutTimesThereIsNoTimeline() {
    StepPlans plans = StepPlans.of("a test", List.of(halving(judge)), 0, line -> {});
    DeviceException e =
        assertThrows(DeviceException.class, () -> plans.writeTrace(temp.resolve("trace.json")));
    assertEquals("--chrome-trace: times were not measured: --runs is 0", e.getMessage());
  }
}
