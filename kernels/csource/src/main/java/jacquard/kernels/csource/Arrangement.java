package jacquard.kernels.csource;

import jacquard.kernels.Kernel;
import jacquard.kernels.Kernel.Access;
import jacquard.kernels.Kernel.Inner;
import jacquard.kernels.Kernel.Level;
import jacquard.kernels.Launch;
import jacquard.tensor.Ints;
import java.util.Set;
import java.util.TreeSet;

/// How items share the indices of a loop. Who adds which elements in which order follows from the
/// kernel and the sizes of the launch's axes alone; what lies side by side decides only how it is
/// read, and which axes of a tensor are one axis of the launch.
///
/// @param team who reduces together
/// @param vector neighbouring indices that an item takes at a time
/// @param chunks vectors that an item has in registers, all of a row's in a reducing kernel; 0 if
///   it takes them one after the other
/// @param wide accesses whose vectors are read and written in one go
/// @param parts whether the first outer index is that of a part of the reduced indices
record Arrangement(Team team, int vector, int chunks, Set<Integer> wide, boolean parts) {
  /// Reduced indices from which a team shares them.
  private static final int LONG_ROW = 32;

  private static final int LONG_COLUMN = 64;

  /// Kept indices from which there is enough to do for items that each reduce a column alone.
  private static final int MANY = 1 << 17;

  /// Items with 4 elements each that give most of a large GPU something to do.
  private static final int WIDE_MAP = 1 << 16;

  /// Indices from which an item of a map has several vectors: there are still enough items then.
  private static final int LARGE = 1 << 20;

  /// So that an index that is too large by several steps is still an i32.
  private static final int LARGEST = 1 << 30;

  /// Bytes that an item reads or writes in one go.
  private static final int WIDE = 16;

  private static final int VECTOR = 4;

  /// Elements of a row from which lanes take vectors of them.
  private static final int WIDE_ROW = 128;

  /// Elements of a row up to which a warp has it.
  private static final int WARP_ROW = 1024;

  /// Elements of a row in an item's registers.
  private static final int MOST_ELEMENTS = 32;

  /// Vectors of a row in an item's registers: each takes a position in memory, too.
  private static final int MOST_CHUNKS = 16;

  /// Registers for the position of a vector along several reduced axes.
  private static final int PLACE = 4;

  /// Registers for elements that are read, kept or to be written: two groups of 256 still share a
  /// multiprocessor with what else an item needs.
  private static final int REGISTERS = 64;

  private static final Team WARP = new Team(128, 32, false);
  private static final Team GROUP = new Team(256, 256, false);
  private static final Team COLUMNS = new Team(256, 8, true);
  private static final Team FEW_COLUMNS = new Team(256, 32, true);
  private static final Team LARGE_MAP = new Team(256, 1, false);

  /// One item, one index after the other.
  static final Arrangement ALONE = plain(Team.ALONE);

  /// Whether what changes with the index is read into arrays first.
  boolean gathers() {
    return vector > 1 || chunks > 0;
  }

  private static Arrangement plain(Team team) {
    return new Arrangement(team, 1, 0, Set.of(), false);
  }

  static Arrangement of(Kernel kernel, Launch launch) {
    if (kernel.reduces()) {
      return kernel.innerReduced() ? row(kernel, launch) : column(kernel, launch);
    }
    boolean map = !kernel.innerReduced() && kernel.reducedAxes() == 0;
    return map ? map(kernel, launch) : ALONE;
  }

  /// The arrangement of one part of a reduction whose parts are shared by groups.
  Arrangement ofParts(Kernel kernel, Launch launch) {
    return team.columns()
        ? new Arrangement(team, 1, 0, Set.of(), true)
        : new Arrangement(GROUP, vector, 0, wide(kernel, launch, vector), true);
  }

  /// Groups that the kernel has, each for some of the kept indices.
  long groups(Kernel kernel, Launch launch) {
    long each = (long) team.count() * (kernel.reduces() ? 1 : vector * Math.max(1, chunks));
    return Math.ceilDiv(kept(kernel, launch), each);
  }

  static long kept(Kernel kernel, Launch launch) {
    return (long) launch.outerSize() * (kernel.innerReduced() ? 1 : launch.inner());
  }

  static long reduced(Kernel kernel, Launch launch) {
    long reduced = kernel.innerReduced() ? launch.inner() : 1;
    for (int i = 0; i < kernel.reducedAxes(); i++) {
      reduced *= launch.reduced().get(i);
    }
    return reduced;
  }

  private static Arrangement map(Kernel kernel, Launch launch) {
    long kept = kept(kernel, launch);
    if (kept < WIDE_MAP || kept > LARGEST) {
      return ALONE;
    }
    int vector = mapVector(kernel, launch);
    int registers = new Passes(kernel, false).registers();
    while (vector > 1 && registers * vector > REGISTERS) {
      vector = vector > VECTOR ? vector / 2 : 1;
    }
    int chunks = kept < LARGE ? 1 : vector > 1 ? 2 : VECTOR;
    while (chunks > 1 && registers * vector * chunks > REGISTERS) {
      chunks /= 2;
    }
    if (vector == 1 && chunks == 1) {
      return ALONE;
    }
    Team team = kept < LARGE ? Team.ALONE : LARGE_MAP;
    return new Arrangement(team, vector, chunks, wide(kernel, launch, vector), false);
  }

  /// 1 if anything is read or written that lies apart.
  private static int mapVector(Kernel kernel, Launch launch) {
    int bytes = 0;
    for (Access access : kernel.accesses()) {
      if (access.memory() && access.level() == Level.FULL && access.inner() != Inner.ZERO) {
        bytes = Math.max(bytes, access.inner() == Inner.ONE ? access.dtype().bytes() : WIDE);
      }
    }
    if (bytes == 0 || bytes == WIDE) {
      return 1;
    }
    for (int vector = bytes <= 2 ? 2 * VECTOR : VECTOR; vector > 1; vector /= 2) {
      boolean all = vector >= VECTOR && launch.inner() % vector == 0;
      Set<Integer> wide = wide(kernel, launch, vector);
      for (int a = 0; a < kernel.accesses().size(); a++) {
        Access access = kernel.accesses().get(a);
        all &=
            !access.memory()
                || access.level() != Level.FULL
                || access.inner() == Inner.ZERO
                || wide.contains(a);
      }
      if (all) {
        return vector;
      }
    }
    return 1;
  }

  /// What lies side by side along the inner axis, and begins at a multiple of `vector` everywhere.
  private static Set<Integer> wide(Kernel kernel, Launch launch, int vector) {
    Set<Integer> wide = new TreeSet<>();
    for (int a = 0; vector > 1 && a < kernel.accesses().size(); a++) {
      Access access = kernel.accesses().get(a);
      Launch.Walk walk = launch.walks().get(a);
      if (access.memory()
          && access.level() == Level.FULL
          && access.inner() == Inner.ONE
          && walk.offset() % vector == 0
          && areMultiples(walk.outer(), vector)
          && areMultiples(walk.reduced(), vector)) {
        wide.add(a);
      }
    }
    return wide;
  }

  private static boolean areMultiples(Ints strides, int vector) {
    boolean all = true;
    for (int i = 0; i < strides.length(); i++) {
      all &= strides.get(i) % vector == 0;
    }
    return all;
  }

  private static Arrangement row(Kernel kernel, Launch launch) {
    long reduced = reduced(kernel, launch);
    if (reduced < LONG_ROW) {
      return ALONE;
    }
    int vector = reduced >= WIDE_ROW && launch.inner() % VECTOR == 0 ? VECTOR : 1;
    Set<Integer> wide = wide(kernel, launch, vector);
    int registers = new Passes(kernel, true).registers();
    for (Team team : new Team[] {WARP, GROUP}) {
      boolean fits = team == GROUP || reduced <= WARP_ROW;
      long chunks = chunks(Math.ceilDiv(reduced, (long) team.size() * vector));
      long elements = chunks * vector;
      fits &= chunks <= MOST_CHUNKS && elements <= MOST_ELEMENTS;
      long places = chunks * PLACE * kernel.reducedAxes();
      if (fits && elements * registers + places <= REGISTERS) {
        return new Arrangement(team, vector, (int) chunks, wide, false);
      }
    }
    return new Arrangement(reduced <= WARP_ROW ? WARP : GROUP, vector, 0, wide, false);
  }

  /// A power of two, or three times one: few texts for many sizes.
  private static long chunks(long least) {
    long power = Math.max(1, Long.highestOneBit(least));
    return power == least ? power : 2 * least <= 3 * power ? 3 * power / 2 : 2 * power;
  }

  private static Arrangement column(Kernel kernel, Launch launch) {
    long kept = kept(kernel, launch);
    if (reduced(kernel, launch) < LONG_COLUMN || kept >= MANY) {
      return ALONE;
    }
    return plain(kept <= FEW_COLUMNS.count() ? FEW_COLUMNS : COLUMNS);
  }
}
