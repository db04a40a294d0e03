package jacquard.kernels;

import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Switches;
import jacquard.tensor.graph.Node;
import jacquard.tensor.graph.Origin;
import jacquard.tensor.spi.Backend;
import jacquard.tensor.spi.Buffer;
import jacquard.tensor.spi.HostBuffer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A back end that plans: a graph's structure is looked up in a bounded cache of plans, and only
/// the first run of a structure schedules and compiles.
public final class PlannedBackend implements Backend {
  /// Plans kept; the least recently used goes first.
  private static final int MOST_PLANS = 64;

  /// After so many plans in a row that were not in the cache, a warning tells where they come from.
  private static final int MISSES_TO_WARN = 8;

  /// The same as long as no plan has ever been found again: a program that evaluates some different
  /// graphs once each is in order, until they don't fit the cache.
  private static final int FIRST_MISSES_TO_WARN = MOST_PLANS;

  private final Target target;
  private final Map<PlanKey, Plan> plans =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<PlanKey, Plan> eldest) {
          return size() > MOST_PLANS;
        }
      };

  /// Read anew for every run.
  private final PlanKey key = new PlanKey();

  private long hits;
  private long misses;
  private long runNanos;
  private int missesInRow;
  private boolean warned;

  /// A schedule made executable.
  ///
  /// @param schedule what it does
  /// @param program the schedule made executable
  /// @param planNanos time spent on the passes
  /// @param compileNanos time spent on code and memory
  public record Plan(
      Schedule schedule, Target.Program program, long planNanos, long compileNanos) {}

  /// How often plans were found or made.
  ///
  /// @param hits plans found
  /// @param misses plans made
  /// @param plans plans kept now
  /// @param runNanos time spent in programs, as opposed to building and looking up
  public record Statistics(long hits, long misses, int plans, long runNanos) {}

  /// A back end without plans yet.
  ///
  /// @param target allocates memory and makes programs
  public PlannedBackend(Target target) {
    this.target = target;
  }

  @Override
  public Device device() {
    return target.device();
  }

  @Override
  public Buffer place(HostBuffer host) {
    return target.place(host);
  }

  @Override
  public Buffer allocate(DType dtype, int size) {
    return target.allocate(dtype, size);
  }

  @Override
  public synchronized List<Buffer> run(List<Root> roots) {
    CompiledPlan compiled = compile(roots);
    compiled.requireNoArguments();
    return compiled.run(List.of());
  }

  @Override
  public synchronized List<Buffer> runOnce(List<Root> roots) {
    try {
      key.read(roots, Switches.fuse());
      Target.Program program = make(roots.stream().map(Root::node).toList()).program();
      CompiledPlan compiled = new CompiledPlan(this, program, key, roots);
      compiled.requireNoArguments();
      return compiled.run(List.of());
    } finally {
      key.clear();
    }
  }

  @Override
  public synchronized CompiledPlan compile(List<Root> roots) {
    try {
      key.read(roots, Switches.fuse());
      return new CompiledPlan(this, plan(roots).program(), key, roots);
    } finally {
      key.clear();
    }
  }

  /// Runs a program on its own: arenas are shared.
  synchronized void run(Target.Program program, Buffer[] externals, long[] dynamics) {
    long start = System.nanoTime();
    program.run(externals, dynamics);
    runNanos += System.nanoTime() - start;
  }

  private Plan plan(List<Root> roots) {
    Plan plan = plans.get(key);
    if (plan == null) {
      misses++;
      warnOfMisses();
      plan = make(roots.stream().map(Root::node).toList());
      plans.put(key.detached(), plan);
    } else {
      hits++;
      missesInRow = 0;
    }
    return plan;
  }

  private Plan make(List<Node> roots) {
    long t0 = System.nanoTime();
    for (int i = 0; i < key.size(); i++) {
      target.foresee(key.node(i));
    }
    Schedule schedule = Scheduler.schedule(key, target::hasKernel, target.rematerialiseAbove());
    long t1 = System.nanoTime();
    Report.of(roots, schedule, misses);
    Target.Program program = target.prepare(schedule);
    return new Plan(schedule, program, t1 - t0, System.nanoTime() - t1);
  }

  /// {@return the schedule of a graph, without running it; for people and tests} Not kept in the
  /// cache. Fused operations are lowered, as for a device that has no kernel for them.
  ///
  /// @param roots nodes, and buffers for the values of states
  public static Schedule schedule(List<Root> roots) {
    return schedule(roots, fused -> false);
  }

  /// As [#schedule(List)], for a device that has kernels for some fused operations.
  ///
  /// @param roots nodes, and buffers for the values of states
  /// @param hasKernel as [Target#hasKernel]
  /// @return the schedule
  public static Schedule schedule(List<Root> roots, Predicate<Node> hasKernel) {
    return Scheduler.schedule(PlanKey.of(roots, Switches.fuse()), hasKernel, Target.LARGE_ARENA);
  }

  /// {@return the schedule of a graph on this device, without running it; for people and tests} Not
  /// kept in the cache.
  ///
  /// @param roots nodes, and buffers for the values of states
  public Schedule scheduleHere(List<Root> roots) {
    return Scheduler.schedule(
        PlanKey.of(roots, Switches.fuse()), target::hasKernel, target.rematerialiseAbove());
  }

  /// {@return the plan of a graph on this device and how the passes came to it, without running it}
  /// Not kept in the cache.
  ///
  /// @param roots nodes, and buffers for the values of states
  public Explanation explain(List<Root> roots) {
    return Scheduler.explain(
        PlanKey.of(roots, Switches.fuse()), target::hasKernel, target.rematerialiseAbove());
  }

  /// {@return the code that runs for a task, as text for people; empty if there is nothing to read}
  ///
  /// @param schedule whose values the task names
  /// @param task a task of the schedule
  public String code(Schedule schedule, Task task) {
    return target.code(schedule, task);
  }

  /// Runs a graph and tells how long each task of its plan took. States get their new values.
  ///
  /// @param roots nodes, and buffers for the values of states
  /// @return the time of each task; null if this device can't tell
  public synchronized @Nullable Timing time(List<Root> roots) {
    try {
      key.read(roots, Switches.fuse());
      Plan plan = plan(roots);
      Timing timing = new Timing(plan.schedule.size());
      CompiledPlan compiled = new CompiledPlan(this, plan.program, key, roots);
      return compiled.time(timing) ? timing : null;
    } finally {
      key.clear();
    }
  }

  /// Waits until everything that was asked to be compiled in the background is, see
  /// [Target#awaitWarm].
  ///
  /// @param limit longest time to wait
  /// @return false if `limit` passed first
  /// @throws InterruptedException if the thread is interrupted
  public boolean awaitWarm(Duration limit) throws InterruptedException {
    return target.awaitWarm(limit);
  }

  private void warnOfMisses() {
    missesInRow++;
    if (missesInRow >= (hits > 0 ? MISSES_TO_WARN : FIRST_MISSES_TO_WARN) && !warned) {
      warned = true;
      String where =
          StackWalker.getInstance()
              .walk(frames ->
                  frames
                      .filter(f -> !Origin.isLibrary(f.getClassName()))
                      .findFirst()
                      .map(StackWalker.StackFrame::toString)
                      .orElse("an unknown place"));
      System.err.println(
          "plan: "
              + missesInRow
              + " graphs in a row (the last of "
              + key.size()
              + " nodes) were new and had to be compiled, called from "
              + where
              + "; keep shapes and constants equal from step to step, and pass changing numbers as"
              + " Scalar");
    }
  }

  /// {@return how often plans were found and made so far}
  public synchronized Statistics statistics() {
    return new Statistics(hits, misses, plans.size(), runNanos);
  }

  /// {@return plans in the cache, least recently used first}
  public synchronized List<Plan> plans() {
    return List.copyOf(plans.values());
  }
}
