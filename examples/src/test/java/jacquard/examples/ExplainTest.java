package jacquard.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.examples.Shell.Result;
import jacquard.examples.web.Fetches;
import jacquard.nn.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExplainTest {
  static final String[] TINY = "-- --layers 2 --heads 2 --dim 16 --context 16 --batch 4".split(" ");

  /// Tasks without generated code on the CPU.
  private static final Set<String> BY_HAND = Set.of("gather", "scatterAdd", "argmax", "cumsum");

  private static final Pattern METHOD =
      Pattern.compile("(jacquard[.a-z0-9]+\\.[A-Z]\\w*)\\.(\\w+)");

  @TempDir Path temp;

  static Result explain(String... line) {
    Result result = Shell.jacquard(line);
    assertEquals(0, result.exit(), result::toString);
    boolean runs = !String.join(" ", line).contains("--runs 0");
    assertEquals(runs, !result.err().isEmpty(), result::toString);
    for (String said : result.err()) {
      assertTrue(said.matches("explain: (runs the step until|times|measures what) .*"), said);
    }
    return result;
  }

  private static String explained() {
    Result result = explain(Shell.join(List.of("explain", "gpt", "--runs", "2"), TINY));
    return String.join("\n", result.out());
  }

  @Test
  void theStepIsToldPassByPassAndKernelByKernel() {
    String text = explained();
    if (text.contains("were still waiting for the compiler")) {
      text = explained(); // the machine was busy, and by now they are compiled
    }
    assertTrue(text.startsWith("a training step of gpt on cpu"), text);
    for (String pass : List.of("canonical", "partition", "fusion", "schedule", "memory")) {
      assertTrue(text.contains("\n  " + pass), pass);
    }
    assertTrue(text.contains("blocks.0."), "layers are named");
    assertTrue(text.matches("(?s).*\\(Linear\\.java:\\d+\\).*"), "lines are named");
    assertTrue(text.contains("ends: v"), "and why kernels end");
    assertTrue(text.matches("(?s).*\\d % (FMA|L1|L2|L3|memory).*"), text);
    Matcher shares = Pattern.compile("(\\d+) % (FMA|L1|L2|L3|memory)").matcher(text);
    while (shares.find()) {
      assertTrue(Integer.parseInt(shares.group(1)) <= 150, shares.group() + " in " + text);
    }
    assertTrue(text.matches("(?s).*memory: an arena of [\\d.]+ MB.*\n  [.#]+#[.#]*\n.*"), text);
  }

  @Test
  void thePageHoldsEverything() throws IOException {
    Path page = temp.resolve("page.html");
    Path trace = temp.resolve("trace.json");
    Path dot = temp.resolve("graph.dot");
    explain(
        Shell.join(
            List.of(
                "explain",
                "gpt",
                "--runs",
                "1",
                "--html",
                page.toString(),
                "--chrome-trace",
                trace.toString(),
                "--dot",
                dot.toString()),
            TINY));
    Json data = step(page);
    List<Json> operations = data.field("operations").items();
    List<Json> tasks = data.field("tasks").items();
    assertTrue(operations.size() > 300, operations.size() + " operations");
    Set<String> layers = new TreeSet<>();
    Set<String> roles = new TreeSet<>();
    for (Json operation : operations) {
      List<Json> fields = operation.items();
      layers.add(fields.get(2).asText());
      roles.add(fields.get(5).asText());
      boolean computes = fields.get(0).asText().equals("dot");
      assertTrue(!computes || !fields.get(7).items().isEmpty(), operation + " is in no task");
      if (!fields.get(5).asText().equals("input")) {
        assertTrue(
            fields.get(3).asText().matches("[\\w.$<>]+\\(\\w+\\.java:\\d+\\)"),
            operation::toString);
      }
    }
    assertEquals(Set.of("forward", "gradient", "input", "update"), roles);
    assertTrue(layers.stream().anyMatch(l -> l.startsWith("blocks.1.")), layers::toString);
    assertUpdatesAreOfTheirLayers(operations);
    Set<String> codes = new TreeSet<>();
    for (Json task : tasks) {
      assertTrue(task.field("us").asDouble() >= 0);
      assertFalse(task.field("ends").items().isEmpty(), task::toString);
      assertTrue(task.field("bytes").asDouble() > 0);
      for (Json code : task.field("code").items()) {
        codes.add(data.field("codes").items().get(code.asInt()).asText());
      }
    }
    assertTrue(codes.stream().anyMatch(c -> c.contains("FloatVector.fromArray(")), "bytecode");
    assertTrue(codes.stream().anyMatch(c -> c.contains("__kernel void")), "OpenCL C");
    assertTrue(codes.stream().anyMatch(c -> c.contains("__global__")), "CUDA C");
    assertMemoryIsAPlan(data);
    assertEquals(
        List.of("canonical", "partition", "fusion", "schedule", "memory"),
        names(data.field("stages").items()));
    assertEquals(List.of(), Fetches.in(Files.readString(page)));

    List<Json> events = Json.read(trace).field("traceEvents").items();
    assertEquals(tasks.size() + 3, events.size(), "and a plan, and names of two rows");
    double end = 0;
    for (Json event : events.subList(2, events.size() - 1)) {
      assertEquals("X", event.field("ph").asText());
      assertEquals(end, event.field("ts").asDouble(), 1e-6, "one after the other");
      end += event.field("dur").asDouble();
    }
    String graph = Files.readString(dot);
    assertTrue(graph.startsWith("digraph {"));
    assertTrue(graph.contains("label=\"blocks.0.") && graph.contains(" -> "), "layers are boxes");
  }

  /// Blocks lie within the arena, and two meet at most while one takes over from the other.
  private static void assertMemoryIsAPlan(Json data) throws IOException {
    long arena = data.field("arena").asLong();
    int tasks = data.field("tasks").items().size();
    List<long[]> blocks = new ArrayList<>();
    for (Json block : data.field("blocks").items()) {
      // value, dtype, offset, size, first and last task
      long[] numbers = new long[6];
      for (int i = 0; i < 6; i++) {
        numbers[i] = i == 1 ? 0 : block.items().get(i).asLong();
      }
      blocks.add(numbers);
    }
    assertTrue(blocks.size() > 20, blocks.size() + " blocks");
    for (long[] a : blocks) {
      String text = Arrays.toString(a);
      assertTrue(a[2] >= 0 && a[3] > 0 && a[2] + a[3] <= arena, text + " of " + arena);
      assertTrue(0 <= a[4] && a[4] <= a[5] && a[5] < tasks, text + " of " + tasks);
      for (long[] b : blocks) {
        boolean meet = a[2] < b[2] + b[3] && b[2] < a[2] + a[3];
        assertTrue(
            a == b || !meet || a[5] <= b[4] || b[5] <= a[4], text + " and " + Arrays.toString(b));
      }
    }
  }

  /// Gradients are clipped by the norm of all; the last layer norm has one weight of 16, by which
  /// the factor, as one of 1, is expanded.
  private static void assertUpdatesAreOfTheirLayers(List<Json> operations) throws IOException {
    Set<String> layers = new TreeSet<>();
    for (Json operation : operations) {
      String type = operation.items().get(1).asText();
      String layer = operation.items().get(2).asText();
      if (operation.items().get(5).asText().equals("update")) {
        layers.add(layer);
        assertTrue(
            !layer.equals("norm") || type.matches("(f32|bool)\\[(16?)?]"), operation::toString);
      }
    }
    for (String layer : List.of("norm", "tokens", "head", "blocks.0.norm1", "update")) {
      assertTrue(layers.contains(layer), layer + " of " + layers);
    }
  }

  @Test
  void everyTaskShowsTheCodeThatRuns() throws Exception {
    assertEveryTaskHasCode(
        Set.of("loop", "dot", "attention", "attentionGradient", "gather", "scatterAdd"),
        "gpt",
        TINY);
    Path data = TinyData.mnist(temp.resolve("idx"), 64, 10, 12);
    assertEveryTaskHasCode(
        Set.of("loop", "dot", "conv"),
        "classifier",
        ("-- --features 8 --batch 8 --data " + data).split(" "));
  }

  private void assertEveryTaskHasCode(Set<String> expected, String recipe, String[] options)
      throws Exception {
    Path page = temp.resolve(recipe + ".html");
    List<String> line = List.of("explain", recipe, "--runs", "0", "--html", page.toString());
    explain(Shell.join(line, options));
    Json data = step(page);
    Set<String> labels = new TreeSet<>();
    for (Json task : data.field("tasks").items()) {
      String label = task.field("label").asText();
      labels.add(label);
      List<String> codes = new ArrayList<>();
      for (Json code : task.field("code").items()) {
        codes.add(data.field("codes").items().get(code.asInt()).asText());
      }
      String here = codes.getFirst();
      if (BY_HAND.contains(label)) {
        assertTrue(here.startsWith("// written by hand, not generated: "), here);
      } else {
        assertTrue(
            here.lines().anyMatch(l -> !l.isBlank() && !l.startsWith("//")), label + ": " + here);
      }
      Matcher names = METHOD.matcher(here);
      while (names.find()) {
        String method = names.group(2);
        assertTrue(
            Stream.of(Class.forName(names.group(1)).getDeclaredMethods())
                .anyMatch(m -> m.getName().equals(method)),
            names.group());
      }
      assertTrue(codes.get(1).contains("__kernel void"), label + ": " + codes.get(1));
      assertTrue(codes.get(2).contains("__global__"), label + ": " + codes.get(2));
    }
    assertTrue(labels.containsAll(expected), labels::toString);
  }

  /// The only plan of a page.
  static Json step(Path page) throws IOException {
    List<Json> plans = data(page).field("plans").items();
    assertEquals(1, plans.size());
    return plans.getFirst().field("step");
  }

  static Json data(Path page) throws IOException {
    String html = Files.readString(page);
    String mark = "<script type=\"application/json\" id=\"data\">";
    int from = html.indexOf(mark) + mark.length();
    return Json.parse(html.substring(from, html.indexOf("</script>", from)), "page");
  }

  static List<String> names(List<Json> plans) throws IOException {
    List<String> names = new ArrayList<>();
    for (Json plan : plans) {
      names.add(plan.field("name").asText());
    }
    return names;
  }

  @Test
  void codeIsShownForEachKindOfDevice() {
    Result result =
        explain(Shell.join(List.of("explain", "gpt", "--runs", "0", "--code", "3"), TINY));
    String text = String.join("\n", result.out());
    assertTrue(text.startsWith("// task 3: "), text);
    assertTrue(text.contains("\n// OpenCL C\n") && text.contains("\n// CUDA C\n"), text);
  }
}
