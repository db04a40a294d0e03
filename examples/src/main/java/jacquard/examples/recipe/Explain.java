package jacquard.examples.recipe;

import jacquard.examples.cli.Advises;
import jacquard.examples.explain.StepPlans;
import jacquard.examples.explain.Walkthrough;
import jacquard.nn.io.AtomicFile;
import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `jacquard explain MODEL|RUN`: a training step taken apart.
@Command(
    name = "explain",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Takes a training step apart: its graph, what each pass did, the kernels with the operations"
          + " they cover and why they end where they end, memory, and time against what this"
          + " machine could do.",
      "Without options it tells of the slowest kernels."
    },
    footer = {
      "",
      "Options of a recipe stand behind two dashes: jacquard explain gpt --html page.html --"
          + " --layers 2"
    })
public final class Explain implements Callable<Integer>, Advises {
  @Spec private CommandSpec spec;

  @Parameters(
      index = "0",
      paramLabel = "MODEL|RUN",
      description = "A recipe (gpt, mlm, vae, gan, classifier) or the folder of a run.")
  private String what;

  @Parameters(
      index = "1..*",
      paramLabel = "OPTION",
      description = "Options of the recipe, behind --.")
  private List<String> arguments = new ArrayList<>();

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description = "Writes a page with everything: graph, kernels, code, memory, timeline.")
  private @Nullable Path html;

  @Option(
      names = "--chrome-trace",
      paramLabel = "FILE",
      description = "Writes the timeline for Perfetto or chrome://tracing.")
  private @Nullable Path trace;

  @Option(
      names = "--dot",
      paramLabel = "FILE",
      description = "Writes the graph in Graphviz's language.")
  private @Nullable Path dot;

  @Option(
      names = "--code",
      paramLabel = "N",
      description = "Prints the code of task N for every kind of device.")
  private @Nullable Integer code;

  @Option(
      names = "--plan",
      paramLabel = "N",
      description =
          "Explains plan N of a step that has several, as a GAN's with --d-steps; without it the"
              + " one with the most operations. What is written to a file has all.")
  private @Nullable Integer plan;

  @Option(
      names = "--runs",
      paramLabel = "N",
      defaultValue = "20",
      description = "Runs to take the median time of; 0 runs nothing. Default: ${DEFAULT-VALUE}.")
  private int runs;

  /// Picocli fills in the options.
  public Explain() {}

  @Override
  public Integer call() throws Exception {
    Require.atLeast("--runs", runs, 0);
    if (trace != null && runs == 0) {
      throw new IllegalArgumentException(
          "--runs is 0, expected 1 or more: --chrome-trace shows times");
    }
    requireWritable("--html", html);
    requireWritable("--chrome-trace", trace);
    requireWritable("--dot", dot);
    requireApart("--html", html, "--chrome-trace", trace);
    requireApart("--html", html, "--dot", dot);
    requireApart("--chrome-trace", trace, "--dot", dot);
    RunFolder run = Files.exists(Path.of(what)) ? RunFolder.openToResume(Path.of(what)) : null;
    CommandLine recipe = run == null ? recipe(what, arguments) : recipe(run);
    Recipes.options(recipe).visitor = training -> explain(run, training);
    return recipe.getCommand() instanceof Callable<?> training
            && training.call() instanceof Integer exit
        ? exit
        : 0;
  }

  @Override
  public String onUnknownOption() {
    return "options of a recipe stand behind --, as in jacquard explain gan -- --d-steps 3";
  }

  private CommandLine recipe(RunFolder run) throws FormatException {
    if (!arguments.isEmpty()) {
      throw new IllegalArgumentException(
          arguments + ": a run has the options that it was begun with; leave them out");
    }
    Json config = run.readConfig();
    return run.configured(
        config,
        c ->
            recipe(
                c.field("recipe").asText(),
                List.of(RecordedOptions.of(c.field("options")).arguments())));
  }

  private CommandLine recipe(String name, List<String> options) throws FormatException {
    CommandLine recipe = Recipes.command(spec, name);
    try {
      recipe.parseArgs(options.toArray(String[]::new));
    } catch (CommandLine.ParameterException e) {
      throw new IllegalArgumentException(
          e.getMessage() + "; see jacquard train " + name + " --help", e);
    }
    return recipe;
  }

  private static void requireWritable(String option, @Nullable Path file) throws FormatException {
    if (file != null) {
      AtomicFile.requireWritable(option, file);
    }
  }

  private static void requireApart(
      String option, @Nullable Path file, String other, @Nullable Path second) {
    if (file != null && second != null && same(file, second)) {
      throw new IllegalArgumentException(
          option + " and " + other + " are both " + file + ": give each a file of its own");
    }
  }

  private static boolean same(Path file, Path second) {
    return file.toAbsolutePath().normalize().equals(second.toAbsolutePath().normalize());
  }

  private int explain(@Nullable RunFolder run, Training training) throws IOException {
    if (run != null && Files.exists(run.model())) {
      training.model().load(run.model());
    }
    boolean timed = code == null || html != null || trace != null;
    StepPlans plans =
        StepPlans.of("a training step of " + what, training.plans(0), timed ? runs : 0, this::say);
    int shown = plan == null ? plans.largest() : plan;
    Walkthrough walk = plans.plan(shown);
    if (code != null) {
      System.out.print(walk.code(code));
    } else {
      System.out.print(plans.list(shown) + walk.text());
    }
    if (html != null) {
      plans.writeHtml(html, shown);
      System.out.println("page: " + html);
    }
    if (trace != null) {
      plans.writeTrace(trace);
      System.out.println("timeline: " + trace);
    }
    if (dot != null) {
      plans.writeDot(dot);
      System.out.println("graph: " + dot);
    }
    return 0;
  }

  private void say(String line) {
    spec.commandLine().getErr().println(line);
    spec.commandLine().getErr().flush();
  }
}
