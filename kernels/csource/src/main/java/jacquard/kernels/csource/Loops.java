package jacquard.kernels.csource;

import jacquard.kernels.BlockedReduction;
import jacquard.kernels.Kernel;
import jacquard.kernels.Launch;
import jacquard.kernels.Schedule;
import jacquard.kernels.Task;
import jacquard.tensor.DType;
import jacquard.tensor.DeviceException;
import jacquard.tensor.Ints;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/// Element-wise, reduce and row kernels. Long reductions to few results are cut into parts that
/// groups share: a second kernel combines the parts in their order.
final class Loops {
  /// What names of their kernels begin with.
  static final String KIND = "loop";

  /// Reduced indices of a part, at least: of a row, and of a column.
  private static final int LEAST_ROW = 2048;

  private static final int LEAST_COLUMN = 256;

  /// With fewer parts, what they save is less than another launch costs.
  private static final int FEWEST_PARTS = 4;

  /// Reduced indices that a part has a multiple of: whole vectors for all items.
  private static final int UNIT = 1024;

  private static final int MOST_PARTS = 256;

  /// Groups that keep a large GPU busy with columns: an item reads 4 bytes at a time, not 16 as one
  /// of a row.
  private static final int ENOUGH_OF_COLUMNS = 4 * Split.ENOUGH;

  /// So that an index that is too large by a step, of at most 65,536 groups of 1,024, is still an
  /// i32.
  private static final int LARGEST = Integer.MAX_VALUE - (1 << 27);

  /// Tasks that follow each other whose parts lie in different places, so that their calls can be
  /// one launch.
  private static final int PLACES = 16;

  private final Dialect dialect;
  private final Schedule schedule;
  private final Task.Loop task;

  private Loops(Dialect dialect, Schedule schedule, Task.Loop task) {
    this.dialect = dialect;
    this.schedule = schedule;
    this.task = task;
  }

  static List<Call> of(Dialect dialect, Schedule schedule, Task.Loop task) {
    return new Loops(dialect, schedule, task).calls();
  }

  private List<Call> calls() {
    Kernel kernel = task.kernel();
    Launch launch = task.launch();
    Arrangement arrangement = Arrangement.of(kernel, launch);
    int parts = parts(arrangement);
    BlockedReduction cut = parts < 2 ? null : BlockedReduction.of(kernel, launch, parts);
    if (cut == null || !hasRoom(cut)) {
      return List.of(call(kernel, launch, arrangement, 0, a -> a, 0, 0));
    }
    return inParts(arrangement, cut);
  }

  /// So many parts that all groups of a large device have something to do; 1 where there is enough,
  /// or an item has a result alone.
  private int parts(Arrangement arrangement) {
    Kernel kernel = task.kernel();
    Launch launch = task.launch();
    if (arrangement.team().isAlone() || Arrangement.kept(kernel, launch) == 0) {
      return 1;
    }
    boolean columns = arrangement.team().columns();
    long reduced = Arrangement.reduced(kernel, launch);
    int enough = columns ? ENOUGH_OF_COLUMNS : Split.ENOUGH;
    long wanted = enough / Math.max(1, arrangement.groups(kernel, launch));
    long most = reduced / (columns ? LEAST_COLUMN : LEAST_ROW);
    int parts = (int) Math.min(Math.min(wanted, most), MOST_PARTS);
    return parts < FEWEST_PARTS ? 1 : parts;
  }

  private boolean hasRoom(BlockedReduction cut) {
    long elements = (long) cut.blocks().size() * cut.results() * cut.between().size() * PLACES;
    return cut.between().stream().allMatch(dtype -> dtype == DType.F32)
        && CallBuilder.hasScratch(schedule, elements);
  }

  /// Where the parts of this task lie among those of its neighbours.
  private int place() {
    int number = 0;
    while (number < schedule.tasks().size() && schedule.tasks().get(number) != task) {
      number++;
    }
    return number % PLACES;
  }

  private List<Call> inParts(Arrangement arrangement, BlockedReduction cut) {
    int count = cut.blocks().size();
    int reduced = counted(Arrangement.reduced(task.kernel(), task.launch()));
    int unit = arrangement.team().columns() ? 1 : UNIT;
    int terms = Math.ceilDiv(Math.ceilDiv(reduced, count), unit) * unit;
    Kernel part = cut.part().kernel();
    Kernel all =
        new Kernel(
            part.outerAxes() + 1,
            part.reducedAxes(),
            part.innerReduced(),
            part.accesses(),
            part.instructions());
    Launch first = cut.blocks().getFirst();
    List<Launch.Walk> walks = new ArrayList<>();
    for (int a = 0; a < first.walks().size(); a++) {
      Launch.Walk walk = first.walks().get(a);
      int step = cut.part().accesses().get(a) < 0 ? cut.results() : 0;
      walks.add(
          new Launch.Walk(walk.offset(), before(step, walk.outer()), walk.reduced(), walk.inner()));
    }
    Launch launch =
        new Launch(
            before(count, task.launch().outer()),
            task.launch().reduced(),
            task.launch().inner(),
            walks);
    int size = count * cut.results();
    int from = place() * size * cut.between().size();
    Call parts =
        call(
            all,
            launch,
            arrangement.ofParts(all, launch),
            terms,
            cut.part().accesses()::get,
            from,
            size);
    Kernel rest = cut.rest().kernel();
    Launch last = cut.restLaunch();
    Call sum =
        call(rest, last, Arrangement.of(rest, last), 0, cut.rest().accesses()::get, from, size);
    return List.of(parts, sum);
  }

  private static Ints before(int first, Ints rest) {
    return Ints.of(IntStream.concat(IntStream.of(first), IntStream.of(rest.toArray())).toArray());
  }

  /// @param terms of a part, if there are parts
  /// @param access which of the task's accesses one of this kernel is; `-1 - r` for the parts of
  ///   reduction `r`
  /// @param from first element of the parts of reduction 0
  /// @param size elements of all parts of a reduction
  private Call call(
      Kernel kernel,
      Launch launch,
      Arrangement arrangement,
      int terms,
      IntUnaryOperator access,
      int from,
      int size) {
    CallBuilder call = new CallBuilder(schedule);
    for (int a = 0; a < kernel.accesses().size(); a++) {
      if (kernel.accesses().get(a).memory()) {
        int of = access.applyAsInt(a);
        if (of < 0) {
          call.scratch(from + (-1 - of) * size, size);
        } else {
          call.buffer(task.values().get(of));
        }
      }
    }
    numbers(call, kernel, launch);
    if (arrangement.parts()) {
      call.number(terms);
    }
    Team team = arrangement.team();
    Passes passes = new Passes(kernel, arrangement.chunks() > 0);
    return call.groups(
        LoopText.of(dialect, kernel, arrangement),
        KIND,
        arrangement.groups(kernel, launch),
        team.group(),
        team.sharedBytes(dialect, passes, i -> kernel.instructions().get(i)));
  }

  /// Hands the numbers of a loop to a call: sizes, then walks.
  ///
  /// @throws DeviceException if a loop is too long to be counted
  static void numbers(CallBuilder call, Kernel kernel, Launch launch) {
    call.numbers(launch.outer())
        .numbers(launch.reduced())
        .number(
            launch.inner(),
            counted(Arrangement.kept(kernel, launch)),
            counted(Arrangement.reduced(kernel, launch)));
    for (Launch.Walk walk : launch.walks()) {
      call.number(walk.offset()).numbers(walk.outer()).numbers(walk.reduced()).number(walk.inner());
    }
  }

  private static int counted(long elements) {
    if (elements > LARGEST) {
      throw new DeviceException(
          "a loop over %d elements, expected at most %d on a GPU; slice the tensor, and combine the results"
              .formatted(elements, LARGEST));
    }
    return (int) elements;
  }
}
