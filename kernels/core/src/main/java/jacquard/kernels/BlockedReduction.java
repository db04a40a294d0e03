package jacquard.kernels;

import jacquard.kernels.Kernel.Access;
import jacquard.kernels.Kernel.Inner;
import jacquard.kernels.Kernel.Instr;
import jacquard.kernels.Kernel.Level;
import jacquard.tensor.DType;
import jacquard.tensor.Ints;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A reduction to few results, cut so that threads can share it: a loop that reduces each of some
/// *blocks* of what is reduced, and one that combines the blocks' results, in the order of the
/// blocks, and does what is to be done with them.
///
/// Blocks are equal parts of one reduced axis. Where they are cut follows from the launch and the
/// number of blocks alone, so results don't depend on who reduces which block.
///
/// @param part reduces a block, does everything else that changes along the reduced axes, and
///   writes the block's results
/// @param blocks sizes, strides and offsets of `part`, block by block
/// @param rest combines the blocks' results, and does what needs them
/// @param restLaunch sizes, strides and offsets of `rest`
/// @param between dtypes of the results of each reduction, as blocks leave them
/// @param results elements that a block leaves of each reduction, after those of the block before
public record BlockedReduction(
    Part part,
    List<Launch> blocks,
    Part rest,
    Launch restLaunch,
    List<DType> between,
    int results) {

  /// A block of the inner axis begins at a multiple of so many elements, so that all but the last
  /// are whole vectors in every loop of every width.
  private static final int INNER_UNIT = 64;

  /// Copies the lists.
  public BlockedReduction {
    blocks = List.copyOf(blocks);
    between = List.copyOf(between);
  }

  /// One of the two loops.
  ///
  /// @param kernel what it computes
  /// @param accesses for each of its accesses, which access of the undivided kernel it is; or `-1 -
  ///   r` for the results that blocks leave of reduction `r`
  public record Part(Kernel kernel, Ints accesses) {}

  /// {@return the two loops, or null if there is nothing to divide or a row needs more than one
  /// pass}
  ///
  /// @param kernel a loop
  /// @param launch its sizes, strides and offsets
  /// @param most number of blocks, if the axes are long enough
  public static @Nullable BlockedReduction of(Kernel kernel, Launch launch, int most) {
    if (!kernel.reduces() || isReadByRow(kernel)) {
      return null;
    }
    int axis = 0;
    for (int other = 0; other <= kernel.reducedAxes(); other++) {
      // the outermost that is long enough, or the longest
      if (Math.min(most, units(kernel, launch, other)) > units(kernel, launch, axis)) {
        axis = other;
      }
    }
    int count = Math.min(most, units(kernel, launch, axis));
    return count < 2 ? null : new Builder(kernel, launch).build(axis, count);
  }

  /// Whether a value of a single reduced index needs a reduction, which must be complete then.
  private static boolean isReadByRow(Kernel kernel) {
    List<Instr> instructions = kernel.instructions();
    boolean[] late = new boolean[instructions.size()];
    for (int i = 0; i < late.length; i++) {
      Instr instr = instructions.get(i);
      boolean reads = instr.operands().stream().anyMatch(x -> late[x]);
      boolean everywhere =
          instr instanceof Instr.Store s ? isFull(kernel, s) : instr.level() == Level.FULL;
      if (reads && (everywhere || instr instanceof Instr.Reduce)) {
        return true;
      }
      late[i] = reads || instr instanceof Instr.Reduce;
    }
    return false;
  }

  private static boolean isFull(Kernel kernel, Instr.Store store) {
    return kernel.accesses().get(store.access()).level() == Level.FULL;
  }

  /// Smallest pieces of a reduced axis; axis `reducedAxes` is the inner one.
  private static int units(Kernel kernel, Launch launch, int axis) {
    if (axis < kernel.reducedAxes()) {
      return launch.reduced().get(axis);
    }
    return kernel.innerReduced() ? launch.inner() / INNER_UNIT : 0;
  }

  /// Makes the two loops of one kernel.
  private static final class Builder {
    private final Kernel kernel;
    private final Launch launch;
    private final int results;
    private final Ints outerStrides;
    private final List<DType> between = new ArrayList<>();

    /// Of the loop that is being made.
    private List<Access> accesses = new ArrayList<>();

    private List<Integer> numbers = new ArrayList<>();
    private List<Launch.Walk> walks = new ArrayList<>();
    private List<Instr> instructions = new ArrayList<>();
    private int[] copies = {};
    private boolean isPart;

    /// Strides along the reduced axes of what doesn't change along them.
    private Ints stay = Ints.of();

    Builder(Kernel kernel, Launch launch) {
      this.kernel = kernel;
      this.launch = launch;
      int stride = kernel.innerReduced() ? 1 : launch.inner();
      int[] strides = new int[launch.outer().length()];
      for (int i = strides.length - 1; i >= 0; i--) {
        strides[i] = stride;
        stride *= launch.outer().get(i);
      }
      results = stride;
      outerStrides = Ints.of(strides);
    }

    BlockedReduction build(int axis, int count) {
      boolean row = kernel.innerReduced();
      reduceBlock();
      Part part = finish(kernel.reducedAxes());
      List<Launch> blocks = new ArrayList<>();
      for (int b = 0; b < count; b++) {
        blocks.add(block(axis, b, count));
      }
      combine(row ? Ints.of() : Ints.of(0));
      Part rest = finish(row ? 0 : 1);
      Ints reduced = row ? Ints.of() : Ints.of(count);
      Launch whole = new Launch(launch.outer(), reduced, row ? count : launch.inner(), walks);
      return new BlockedReduction(part, blocks, rest, whole, between, results);
    }

    private Part finish(int reducedAxes) {
      Kernel loop =
          new Kernel(
              kernel.outerAxes(), reducedAxes, kernel.innerReduced(), accesses, instructions);
      return new Part(loop, Ints.of(numbers.stream().mapToInt(n -> n).toArray()));
    }

    private void start(boolean ofPart, Ints reducedStrides) {
      isPart = ofPart;
      stay = reducedStrides;
      accesses = new ArrayList<>();
      numbers = new ArrayList<>();
      walks = new ArrayList<>();
      instructions = new ArrayList<>();
      copies = new int[kernel.instructions().size()];
    }

    private int emit(Instr instr) {
      instructions.add(instr);
      return instructions.size() - 1;
    }

    private int access(int number, Access access, Launch.Walk walk) {
      int known = number < 0 ? -1 : numbers.indexOf(number);
      if (known >= 0) {
        return known;
      }
      accesses.add(access);
      numbers.add(number);
      walks.add(walk);
      return numbers.size() - 1;
    }

    /// Which instructions the loop that is being made has.
    private boolean[] needed() {
      List<Instr> all = kernel.instructions();
      boolean[] needed = new boolean[all.size()];
      for (int i = all.size() - 1; i >= 0; i--) {
        Instr instr = all.get(i);
        boolean root =
            isPart
                ? instr instanceof Instr.Reduce
                    || (instr instanceof Instr.Store s && isFull(kernel, s))
                : instr instanceof Instr.Store s && !isFull(kernel, s);
        needed[i] |= root;
        if (needed[i] && (isPart || !(instr instanceof Instr.Reduce))) {
          instr.operands().forEach(x -> needed[x] = true);
        }
      }
      return needed;
    }

    private void reduceBlock() {
      start(true, Ints.filled(launch.reduced().length(), 0));
      boolean[] needed = needed();
      List<Integer> reductions = new ArrayList<>();
      for (int i = 0; i < needed.length; i++) {
        if (!needed[i]) {
          continue;
        }
        if (kernel.instructions().get(i) instanceof Instr.Reduce r) {
          DType sum = sum(r.dtype());
          int x = copies[r.x()];
          if (sum != r.dtype()) {
            x = emit(new Instr.Cast(sum, instructions.get(x).level(), x));
          }
          between.add(sum);
          reductions.add(emit(new Instr.Reduce(sum, r.kind(), x)));
        } else {
          copy(i);
        }
      }
      boolean row = kernel.innerReduced();
      for (int r = 0; r < reductions.size(); r++) {
        Access access = new Access(between.get(r), true, row ? Inner.ZERO : Inner.ONE, Level.KEPT);
        Launch.Walk walk = new Launch.Walk(0, outerStrides, stay, row ? 0 : 1);
        emit(new Instr.Store(access(-1 - r, access, walk), reductions.get(r)));
      }
    }

    /// Halves are summed as f32, and so are the sums of blocks.
    private static DType sum(DType dtype) {
      return switch (dtype) {
        case F16, BF16 -> DType.F32;
        case F32, F64, I32, I64, U8, BOOL -> dtype;
      };
    }

    private void combine(Ints reducedStrides) {
      start(false, reducedStrides);
      boolean[] needed = needed();
      int r = 0;
      for (int i = 0; i < needed.length; i++) {
        boolean reduces = kernel.instructions().get(i) instanceof Instr.Reduce;
        if (needed[i]) {
          if (kernel.instructions().get(i) instanceof Instr.Reduce whole) {
            copies[i] = combined(whole, r);
          } else {
            copy(i);
          }
        }
        r += reduces ? 1 : 0;
      }
    }

    private int combined(Instr.Reduce whole, int r) {
      boolean row = kernel.innerReduced();
      DType dtype = between.get(r);
      Inner inner = !row || results == 1 ? Inner.ONE : Inner.ANY;
      Ints reduced = row ? Ints.of() : Ints.of(results);
      int access =
          access(
              -1 - r,
              new Access(dtype, true, inner, Level.FULL),
              new Launch.Walk(0, outerStrides, reduced, row ? results : 1));
      int x = emit(new Instr.Load(dtype, Level.FULL, access));
      int value = emit(new Instr.Reduce(dtype, whole.kind(), x));
      return dtype == whole.dtype()
          ? value
          : emit(new Instr.Cast(whole.dtype(), Level.KEPT, value));
    }

    private void copy(int i) {
      Instr instr = kernel.instructions().get(i);
      copies[i] =
          emit(
              switch (instr) {
                case Instr.Constant c -> c;
                case Instr.Dynamic d -> d;
                case Instr.DynamicWord w -> w;
                case Instr.Load l -> new Instr.Load(l.dtype(), l.level(), access(l.access()));
                case Instr.LoadWord w -> new Instr.LoadWord(access(w.access()), w.high());
                case Instr.Index x -> new Instr.Index(x.dtype(), x.level(), access(x.access()));
                case Instr.Random r ->
                    new Instr.Random(
                        r.level(), access(r.access()), copies[r.low()], copies[r.high()], r.salt());
                case Instr.Unary u ->
                    new Instr.Unary(u.dtype(), u.level(), u.kind(), copies[u.x()]);
                case Instr.Binary b ->
                    new Instr.Binary(b.dtype(), b.level(), b.kind(), copies[b.x()], copies[b.y()]);
                case Instr.Where w ->
                    new Instr.Where(
                        w.dtype(), w.level(), copies[w.condition()], copies[w.x()], copies[w.y()]);
                case Instr.Cast c -> new Instr.Cast(c.dtype(), c.level(), copies[c.x()]);
                case Instr.Store s -> new Instr.Store(access(s.access()), copies[s.value()]);
                case Instr.Reduce r -> throw new AssertionError("a reduction is divided: " + r);
              });
    }

    private int access(int number) {
      Launch.Walk walk = launch.walks().get(number);
      Launch.Walk moved = new Launch.Walk(walk.offset(), walk.outer(), stay, walk.inner());
      return access(number, kernel.accesses().get(number), isPart ? walk : moved);
    }

    /// Sizes, strides and offsets of block `b` of `count` along `axis`.
    private Launch block(int axis, int b, int count) {
      boolean inner = axis == launch.reduced().length();
      int unit = inner ? INNER_UNIT : 1;
      int size = inner ? launch.inner() : launch.reduced().get(axis);
      int from = (int) ((long) (size / unit) * b / count) * unit;
      int to = b == count - 1 ? size : (int) ((long) (size / unit) * (b + 1) / count) * unit;
      int[] reduced = launch.reduced().toArray();
      if (!inner) {
        reduced[axis] = to - from;
      }
      List<Launch.Walk> moved = new ArrayList<>();
      for (int a = 0; a < walks.size(); a++) {
        Launch.Walk w = walks.get(a);
        int stride = inner ? w.inner() : w.reduced().get(axis);
        // what is left between blocks stands block by block
        int step = numbers.get(a) < 0 ? b * results : from * stride;
        moved.add(new Launch.Walk(w.offset() + step, w.outer(), w.reduced(), w.inner()));
      }
      return new Launch(
          launch.outer(), Ints.of(reduced), inner ? to - from : launch.inner(), moved);
    }
  }
}
