package jacquard.kernels.csource;

import jacquard.kernels.Kernel.Instr;
import jacquard.tensor.DType;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/// The items of a group that share the reduced indices of one kept index. A group has several teams
/// if teams are smaller.
///
/// An item is a *lane* of its team. Parts of a reduction are combined by halves: lane `i` with lane
/// `i + size / 2`, and so on, which is an order of sizes only. A warp hands values from lane to
/// lane where the dialect can; else values go through memory that the group shares.
///
/// @param group items of a group
/// @param size items of a team
/// @param columns whether neighbouring items belong to different teams, and so to neighbouring kept
///   indices; if not, to the same
record Team(int group, int size, boolean columns) {
  /// Items that each reduce alone.
  static final Team ALONE = new Team(Calls.GROUP, 1, false);

  private static final int WARP = 32;

  /// Reductions that are combined between two barriers, at most: each has shared memory.
  private static final int TOGETHER = 4;

  /// Lanes whose values one item combines; with more of them that is done in two steps.
  private static final int FEW = 8;

  /// Kept indices of a group.
  int count() {
    return group / size;
  }

  boolean isAlone() {
    return size == 1;
  }

  private boolean shuffles(Dialect dialect) {
    return !dialect.shuffle().isEmpty() && !columns && size >= WARP;
  }

  /// Values that the last step combines; what is before is done by as many lanes.
  private int last(Dialect dialect) {
    if (shuffles(dialect)) {
      return WARP;
    }
    return size <= FEW ? 1 : 1 << (31 - Integer.numberOfLeadingZeros(size)) / 2;
  }

  private boolean shares(Dialect dialect) {
    return !isAlone() && last(dialect) < size;
  }

  /// Shared memory that [#declare] wants.
  int sharedBytes(Dialect dialect, Passes passes, IntFunction<Instr> instr) {
    int bytes = 0;
    for (Map.Entry<DType, Integer> e : slots(dialect, passes, instr).entrySet()) {
      bytes += e.getValue() * group * e.getKey().bytes();
    }
    return bytes * (twice(dialect) ? 2 : 1);
  }

  /// Whether lanes put away what they combined first.
  private boolean twice(Dialect dialect) {
    return !shuffles(dialect) && last(dialect) > 1;
  }

  private Map<DType, Integer> slots(Dialect dialect, Passes passes, IntFunction<Instr> instr) {
    Map<DType, Integer> slots = new EnumMap<>(DType.class);
    if (shares(dialect)) {
      for (Passes.Pass pass : passes.all()) {
        Map<DType, Integer> wanted = new EnumMap<>(DType.class);
        for (int r : pass.reductions()) {
          wanted.merge(computed(instr.apply(r).dtype()), 1, Integer::sum);
        }
        wanted.forEach((dtype, n) -> slots.merge(dtype, Math.min(n, TOGETHER), Math::max));
      }
    }
    return slots;
  }

  /// One dtype for those that are computed alike.
  private static DType computed(DType dtype) {
    return switch (dtype) {
      case F32, F16, BF16 -> DType.F32;
      case I32, U8, BOOL -> DType.I32;
      case F64 -> DType.F64;
      case I64 -> DType.I64;
    };
  }

  private static String slot(DType dtype, int slot) {
    return CText.suffix(dtype) + "_" + slot;
  }

  /// The memory that the group shares, and the place of an item.
  List<String> declare(Dialect dialect, Passes passes, IntFunction<Instr> instr) {
    List<String> lines = new ArrayList<>();
    slots(dialect, passes, instr)
        .forEach((dtype, n) -> {
          for (int slot = 0; slot < n; slot++) {
            String array = slot(dtype, slot) + "[" + group + "]";
            String halved = twice(dialect) ? ", half" + array : "";
            lines.add(dialect.local() + CText.value(dtype) + " part" + array + halved + ";");
          }
        });
    if (count() > 1 && !isAlone()) {
      lines.add(
          columns
              ? "const i32 lane = item / %d, team = item %% %d;".formatted(count(), count())
              : "const i32 lane = item %% %d, team = item / %d;".formatted(size, size));
    }
    return lines;
  }

  /// The number of an item in its team.
  String lane() {
    return count() > 1 ? "lane" : "item";
  }

  /// The loop over kept indices `n`. Teams of a group take turns together, because they meet: one
  /// that is left over does the last index once more, and stores nothing.
  List<String> eachKept(Dialect dialect) {
    if (isAlone()) {
      return List.of(dialect.each("n", "kept", group) + " {");
    }
    if (count() == 1) {
      return List.of(
          "for (i32 n = " + dialect.group() + "; n < kept; n += " + dialect.groups() + ") {");
    }
    return List.of(
        "for (i32 base = %s * %d; base < kept; base += %s * %d) {"
            .formatted(dialect.group(), count(), dialect.groups(), count()),
        "const i32 n = base + team < kept ? base + team : kept - 1;");
  }

  /// When an item stores what there is one of for each reduced index; empty for always.
  String whenInside() {
    return count() > 1 && !isAlone() ? "base + team < kept" : "";
  }

  /// When an item stores what there is one of for each kept index; empty for always.
  String whenFirst() {
    String inside = whenInside();
    return isAlone() ? "" : lane() + " == 0" + (inside.isEmpty() ? "" : " && " + inside);
  }

  /// Statements that combine the lanes' `aR` into `vR`, which every lane has.
  List<String> combine(Dialect dialect, List<Integer> reductions, IntFunction<Instr> instr) {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < reductions.size(); i += TOGETHER) {
      List<Integer> some = reductions.subList(i, Math.min(reductions.size(), i + TOGETHER));
      if (shares(dialect)) {
        share(dialect, some, instr, lines);
      }
      for (int r : some) {
        Instr.Reduce reduce = (Instr.Reduce) instr.apply(r);
        if (shuffles(dialect)) {
          String other = dialect.shuffle().replace("X", "a" + r).replace("H", "h");
          lines.add(
              "for (i32 h = %d; h > 0; h >>= 1) a%d = %s;"
                  .formatted(WARP / 2, r, LoopValues.combine(reduce, "a" + r, other)));
        }
        lines.add(
            "const %s v%d = %s;"
                .formatted(CText.value(reduce.dtype()), r, CText.wrapped(reduce.dtype(), "a" + r)));
      }
    }
    return lines;
  }

  private void share(
      Dialect dialect, List<Integer> reductions, IntFunction<Instr> instr, List<String> lines) {
    int last = last(dialect);
    List<String> names = new ArrayList<>();
    Map<DType, Integer> used = new EnumMap<>(DType.class);
    for (int r : reductions) {
      DType dtype = computed(instr.apply(r).dtype());
      names.add(slot(dtype, used.merge(dtype, 1, Integer::sum) - 1));
    }
    for (int i = 0; i < names.size(); i++) {
      lines.add("part" + names.get(i) + "[item] = a" + reductions.get(i) + ";");
    }
    lines.add(dialect.barrier() + ";");
    String mine = last == 1 ? "" : lane() + " % " + last;
    for (int i = 0; i < names.size(); i++) {
      Instr.Reduce reduce = (Instr.Reduce) instr.apply(reductions.get(i));
      String sum = halves(reduce, "part" + names.get(i), mine, last, size);
      lines.add(
          (twice(dialect) ? "half" + names.get(i) + "[item]" : "a" + reductions.get(i))
              + " = "
              + sum
              + ";");
    }
    lines.add(dialect.barrier() + ";");
    for (int i = 0; twice(dialect) && i < names.size(); i++) {
      Instr.Reduce reduce = (Instr.Reduce) instr.apply(reductions.get(i));
      String sum = halves(reduce, "half" + names.get(i), "", 1, last);
      lines.add("a" + reductions.get(i) + " = " + sum + ";");
    }
  }

  /// What lane `lane` has after halvings of `end` lanes down to `step`.
  private String halves(Instr.Reduce r, String array, String lane, int step, int end) {
    return halves(r, array, lane, 0, step, end);
  }

  private String halves(Instr.Reduce r, String array, String lane, int from, int step, int end) {
    if (step == end) {
      return array + "[" + place(lane, from) + "]";
    }
    return LoopValues.combine(
        r,
        halves(r, array, lane, from, 2 * step, end),
        halves(r, array, lane, from + step, 2 * step, end));
  }

  /// The item that is lane `lane + from` of the team.
  private String place(String lane, int from) {
    String first = count() == 1 ? "" : columns ? "team" : "team * " + size;
    String own = lane.isEmpty() ? "" : columns ? lane + " * " + count() : lane;
    int step = from * (columns ? count() : 1);
    List<String> terms = new ArrayList<>(List.of(first, own, step == 0 ? "" : "" + step));
    terms.removeIf(String::isEmpty);
    return terms.isEmpty() ? "0" : String.join(" + ", terms);
  }
}
