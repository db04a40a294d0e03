package jacquard.examples.explain;

import jacquard.kernels.ScheduleText;
import jacquard.kernels.cpu.ceiling.Roofline;
import jacquard.nn.io.AtomicFile;
import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import jacquard.tensor.CompiledStep.Work;
import jacquard.tensor.DeviceException;
import jacquard.tensor.Switches;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// The plans of a step, one after the other: most steps are a single one, a GAN's with several
/// rounds of its discriminator has one for each. Those that are alike are taken apart once.
public final class StepPlans {
  private final List<Group> groups = new ArrayList<>();
  private final int size;
  private final UnaryOperator<Walkthrough> timing;

  /// A plan as it is shown beside others.
  ///
  /// @param name such as `plan 3: updates generator`
  record Named(String name, StepReport report) {}

  /// Plans that are alike.
  ///
  /// @param numbers from 1
  private record Group(List<Integer> numbers, String schedule, Walkthrough walk) {
    boolean isLike(Walkthrough other, String otherSchedule) {
      return schedule.equals(otherSchedule)
          && walk.report().operations().size() == other.report().operations().size();
    }

    String name() {
      int first = numbers.getFirst();
      int last = numbers.getLast();
      return first == last ? "plan " + first : "plans " + first + " to " + last;
    }

    String updates() {
      return "updates " + String.join(", ", walk.report().updates());
    }

    String title() {
      return name() + ": " + updates();
    }
  }

  /// What this machine can do at most, measured when it is asked for, once.
  private static final class Ceilings implements Supplier<Optional<Roofline>> {
    private final Consumer<String> say;
    private @Nullable Optional<Roofline> found;

    Ceilings(Consumer<String> say) {
      this.say = say;
    }

    @Override
    public Optional<Roofline> get() {
      Optional<Roofline> roofline = found;
      if (roofline == null) {
        say.accept("explain: measures what this machine can do at most");
        roofline = Roofline.measure(Switches.threads());
        found = roofline;
      }
      return roofline;
    }
  }

  private StepPlans(int size, UnaryOperator<Walkthrough> timing) {
    this.size = size;
    this.timing = timing;
  }

  /// Plans a step; nothing is run.
  ///
  /// @param title what the step is of
  /// @param plans make the graphs, in the order in which the step runs them
  /// @param runs to be timed of a plan that is asked for; 0 for none, then nothing is ever run
  /// @param say is told what is being waited for, a line each
  /// @return the plans
  /// @throws DeviceException if the device makes no plans
  public static StepPlans of(
      String title, List<Supplier<Work>> plans, int runs, Consumer<String> say) {
    Ceilings ceilings = new Ceilings(say);
    return of(title, plans, walk -> runs == 0 ? walk : walk.timed(runs, ceilings, say));
  }

  /// The same with plans that are timed by `timing` when they are asked for.
  static StepPlans of(String title, List<Supplier<Work>> plans, UnaryOperator<Walkthrough> timing) {
    StepPlans all = new StepPlans(plans.size(), timing);
    for (int i = 0; i < plans.size(); i++) {
      String which = plans.size() == 1 ? "" : ", plan %d of %d".formatted(i + 1, plans.size());
      all.add(i + 1, Walkthrough.of(title + which, plans.get(i)));
    }
    return all;
  }

  private void add(int number, Walkthrough walk) {
    String schedule = ScheduleText.of(walk.report().explanation().schedule());
    for (Group group : groups) {
      if (group.isLike(walk, schedule)) {
        group.numbers.add(number);
        return;
      }
    }
    groups.add(new Group(new ArrayList<>(List.of(number)), schedule, walk));
  }

  /// {@return the number of the plan with the most operations}
  public int largest() {
    Group largest = groups.getFirst();
    for (Group group : groups) {
      if (group.walk.report().flops() > largest.walk.report().flops()) {
        largest = group;
      }
    }
    return largest.numbers.getFirst();
  }

  /// A plan, timed.
  ///
  /// @param number from 1
  /// @return what there is to show of it
  /// @throws IllegalArgumentException if there is no such plan
  public Walkthrough plan(int number) {
    int g = groupOf(number);
    Group group = groups.get(g);
    if (group.walk.report().measured().runs() == 0) {
      groups.set(g, new Group(group.numbers, group.schedule, timing.apply(group.walk)));
    }
    return groups.get(g).walk;
  }

  private int groupOf(int number) {
    for (int g = 0; g < groups.size(); g++) {
      if (groups.get(g).numbers.contains(number)) {
        return g;
      }
    }
    throw new IllegalArgumentException(
        "--plan is "
            + number
            + ", expected "
            + (size == 1 ? "1: the step is one plan" : "a plan from 1 to " + size));
  }

  /// What the plans are; empty for a single one.
  ///
  /// @param shown the number of the one that is explained
  /// @return a line for each plan
  public String list(int shown) {
    if (size == 1) {
      return "";
    }
    StringBuilder text =
        new StringBuilder(
            "a step runs %d plans, one after the other; --plan N explains another%n"
                .formatted(size));
    for (Group group : groups) {
      StepReport report = group.walk.report();
      text.append(
          "%s %s: %d nodes, %d tasks, %s; %s%n"
              .formatted(
                  group.numbers.contains(shown) ? " *" : "  ",
                  group.name(),
                  report.operations().size(),
                  report.tasks().size(),
                  ReportText.operations(report.flops()),
                  group.updates()));
    }
    return text.append('\n').toString();
  }

  /// Writes one page that needs nothing beside it, with all plans.
  ///
  /// @param path of the file
  /// @param shown the number of the plan that is open at first
  /// @throws FormatException if the file can't be written
  public void writeHtml(Path path, int shown) throws FormatException {
    List<Json> plans = new ArrayList<>();
    for (Group group : List.copyOf(groups)) {
      plans.add(
          Json.of(
              Map.of(
                  "name", Json.of(group.title()),
                  "step", plan(group.numbers.getFirst()).toJson())));
    }
    Json data = Json.of(Map.of("shown", Json.of((long) groupOf(shown)), "plans", Json.of(plans)));
    AtomicFile.write("--html", path, Page.of(data.toString()));
  }

  /// Writes a timeline of the step for Perfetto or Chrome: all plans, one after the other.
  ///
  /// @param path of the file
  /// @throws FormatException if the file can't be written
  /// @throws DeviceException if the device can't time tasks
  public void writeTrace(Path path) throws FormatException {
    List<Named> plans = new ArrayList<>();
    for (int number = 1; number <= size; number++) {
      StepReport report = plan(number).report();
      if (report.measured().times() == null) {
        throw new DeviceException("--chrome-trace: " + report.notes().getFirst());
      }
      plans.add(new Named("plan " + number + ": " + groups.get(groupOf(number)).updates(), report));
    }
    AtomicFile.write("--chrome-trace", path, TraceJson.of(plans).toString());
  }

  /// Writes the graphs of all plans in Graphviz's language.
  ///
  /// @param path of the file
  /// @throws FormatException if the file can't be written
  public void writeDot(Path path) throws FormatException {
    List<Named> plans =
        groups.stream().map(group -> new Named(group.title(), group.walk.report())).toList();
    AtomicFile.write("--dot", path, Dot.of(plans));
  }
}
