package jacquard.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.examples.Shell.Result;
import jacquard.nn.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What `explain` tells of each recipe: what every operation is for, and which layer it and the
/// tasks belong to.
class ExplainRecipesTest {
  /// Code that makes new values of states.
  private static final String UPDATES =
      "(Adam|Clip|Constants|Ema)\\..*|LossScale\\.(guard|lambda.unscaled).*|BatchNorm\\.move.*";

  /// Code of layers, whose operations are forward, or what gradients are made of.
  private static final String LAYERS =
      "(Linear|Conv2d|LayerNorm|BatchNorm|Activation|LeakyRelu)\\.forward.*|Loss\\..*";

  @TempDir Path temp;

  @Test
  void aRunIsExplainedWithItsOwnOptions() throws IOException {
    Path run = temp.resolve("run");
    Path data = TinyData.mnist(temp.resolve("idx"), 64, 10);
    Shell.train("gan --latent 4 --batch 8 --loss wgan-gp --d-steps 3 --steps 2", data, run);
    List<String> before = files(run);
    Result result = ExplainTest.explain("explain", run.toString(), "--runs", "0");
    String list =
        "a step runs 3 plans, one after the other; --plan N explains another\n"
            + "   plans 1 to 2: N nodes, N tasks, N MFLOP; updates discriminator\n"
            + " * plan 3: N nodes, N tasks, N MFLOP; updates discriminator, generator\n\n";
    assertEquals(
        list + "a training step of " + run + ", plan 3 of 3 on cpu",
        String.join("\n", result.out().subList(0, 5))
            .replaceAll("[\\d.]+ (?=nodes|tasks|MFLOP)", "N "));
    assertTrue(result.out().stream().anyMatch(l -> l.contains(": generator.")), result::toString);
    assertEquals(before, files(run), "nothing is written into the run");
    assertThePlansOfAStepAreExplained(run);
  }

  private void assertThePlansOfAStepAreExplained(Path run) throws IOException {
    Path page = temp.resolve("plans.html");
    Path dot = temp.resolve("plans.dot");
    String[] files = {"--html", page.toString(), "--dot", dot.toString()};
    Result first =
        ExplainTest.explain(
            Shell.join(List.of("explain", run.toString(), "--runs", "0", "--plan", "1"), files));
    assertEquals("a training step of " + run + ", plan 1 of 3 on cpu", first.out().get(4));
    assertTrue(first.out().get(1).startsWith(" * plans 1 to 2: "), first::toString);
    assertTrue(first.out().stream().noneMatch(l -> l.contains(": generator.")), first::toString);
    Json data = ExplainTest.data(page);
    assertEquals(0, data.field("shown").asInt());
    assertEquals(
        List.of("plans 1 to 2: updates discriminator", "plan 3: updates discriminator, generator"),
        ExplainTest.names(data.field("plans").items()));
    String graphs = Files.readString(dot);
    for (Json plan : data.field("plans").items()) {
      assertTrue(graphs.contains("label=\"" + plan.field("name").asText() + "\";"), graphs);
      assertRolesAndLayersAreThoseOfTheCode(plan.field("step"));
    }
    ExplainCallsTest.assertRefused(
        "--plan is 4, expected a plan from 1 to 3", run.toString(), "--plan", "4");
  }

  private static List<String> files(Path run) throws IOException {
    try (var all = Files.walk(run)) {
      List<String> names = new ArrayList<>();
      all.forEach(path -> names.add(path + " " + path.toFile().lastModified()));
      names.sort(null);
      return names;
    }
  }

  /// A plan that returns nothing has a forward pass too, and what a later loss reads of a network
  /// that was just updated is an update all the same.
  private static void assertRolesAndLayersAreThoseOfTheCode(Json step) throws IOException {
    Set<String> roles = new TreeSet<>();
    List<Json> operations = step.field("operations").items();
    for (Json operation : operations) {
      List<Json> fields = operation.items();
      String layer = fields.get(2).asText();
      String line = fields.get(3).asText();
      String role = fields.get(5).asText();
      roles.add(role);
      if (line.matches(UPDATES)) {
        assertTrue(role.matches("update|input"), operation::toString);
      } else if (line.matches(LAYERS)) {
        assertTrue(role.matches("forward|gradient|input"), operation::toString);
      }
      if (line.matches("(Layer|Batch)Norm\\.forward.*") && !role.equals("input")) {
        assertTrue(layer.matches("(.*\\.)?norm\\d?"), operation::toString);
      }
    }
    assertEquals(Set.of("forward", "gradient", "input", "update"), roles);
    for (Json task : step.field("tasks").items()) {
      assertTaskIsOfTheLayerOfItsProduct(task, operations);
    }
  }

  /// Whatever else is computed on its result.
  private static void assertTaskIsOfTheLayerOfItsProduct(Json task, List<Json> operations)
      throws IOException {
    Map<Integer, String> layers = new TreeMap<>();
    for (Json number : task.field("operations").items()) {
      List<Json> operation = operations.get(number.asInt()).items();
      if (operation.getFirst().asText().matches("dot|conv.*")) {
        layers.put(number.asInt(), operation.get(2).asText());
      }
    }
    if (task.field("label").asText().matches("dot|conv")) {
      String first = layers.values().iterator().next();
      assertEquals(first, task.field("layer").asText(), task::toString);
    }
  }

  @Test
  void everyRecipeIsExplained() throws IOException {
    String data = " --batch 8 --data " + TinyData.mnist(temp.resolve("idx"), 64, 10);
    String tiny = " --layers 2 --heads 2 --dim 16 --context 16 --batch 4";
    for (String line :
        List.of(
            "vae -- --hidden 8" + data,
            "classifier -- --features 8" + data,
            "gan -- --latent 4 --spectral-norm --ema 0.9 --precision f16" + data,
            "mlm --" + tiny,
            "gpt -- --dropout 0.1 --precision f16" + tiny)) {
      Path page = temp.resolve("page.html");
      String call = "explain " + line.replace(" -- ", " --runs 0 --html " + page + " -- ");
      ExplainTest.explain(call.split(" "));
      assertRolesAndLayersAreThoseOfTheCode(ExplainTest.step(page));
    }
  }
}
