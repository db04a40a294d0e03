package jacquard.examples.tour;

import static jacquard.examples.tour.Sections.section;
import static jacquard.examples.tour.Sections.with;

import jacquard.kernels.Explanation;
import jacquard.kernels.PlannedBackend;
import jacquard.kernels.Schedule;
import jacquard.kernels.ScheduleText;
import jacquard.kernels.Task;
import jacquard.tensor.spi.Backends;

/// Chapter 3: which operations share a kernel, and where a kernel ends.
public final class Fusing {
  private Fusing() {}

  static void main(String[] args) {
    SoftmaxStep step = new SoftmaxStep();
    Schedule schedule = step.schedule();

    section("schedule");
    System.out.println(ScheduleText.of(schedule));

    section("jacquard.fuse=false");
    with(
        "jacquard.fuse",
        "false",
        () -> {
          Schedule apart = step.schedule();
          System.out.println(
              apart.size() + " tasks, arena " + apart.arena().bytes() + " bytes; the first:");
          ScheduleText.of(apart).lines().limit(6).forEach(System.out::println);
        });

    PlannedBackend cpu = (PlannedBackend) Backends.of(step.x.device());
    Explanation explanation = cpu.explain(step.roots());
    section("passes");
    for (Explanation.Stage stage : explanation.stages()) {
      System.out.println(stage.name() + ": " + stage.before() + " -> " + stage.after());
      stage.notes().forEach(note -> System.out.println("  " + note));
    }

    section("ends");
    for (int t = 0; t < explanation.parts().size(); t++) {
      for (Explanation.End end : explanation.parts().get(t).ends()) {
        System.out.println(
            "task "
                + t
                + " ends at v"
                + end.value()
                + ": "
                + (end.reader() < 0
                    ? "a result"
                    : "task " + end.reader() + " reads it, " + end.why()));
      }
    }

    section("product");
    for (Task task : schedule.tasks()) {
      if (task instanceof Task.Dot dot) {
        System.out.println("a: v" + dot.a() + " " + dot.aView());
        System.out.println("b: v" + dot.b() + " " + dot.bView());
      }
    }
  }
}
