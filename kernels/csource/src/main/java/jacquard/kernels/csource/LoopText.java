package jacquard.kernels.csource;

import jacquard.kernels.Kernel;
import jacquard.kernels.Kernel.Instr;
import jacquard.kernels.Kernel.Level;
import jacquard.tensor.graph.ReduceKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/*
 * Numbers of a loop kernel, after the buffers' starts: sizes of the outer and reduced axes and of the inner one, the number of
 * kept indices and of reduced ones, then for each access its offset and its strides along the outer, reduced and inner axes; with
 * parts, how many of the reduced indices a part has.
 */
/// Writes a loop kernel in C.
///
/// A *map* has an item per index, or per some vectors of them. In a reducing kernel an item or a
/// [Team] of them has a kept index and walks over the reduced ones, in [Passes].
final class LoopText {
  /// Terms after which a partial sum is put aside: long sums then lose as little as short ones.
  private static final int PART = 64;

  private final Dialect dialect;
  private final Kernel kernel;
  private final Arrangement arrangement;
  private final Team team;
  private final LoopValues values;
  private final Passes passes;
  private final Lines lines = new Lines();
  private final Gathered gathered;

  private LoopText(Dialect dialect, Kernel kernel, Arrangement arrangement, LoopValues values) {
    this.dialect = dialect;
    this.kernel = kernel;
    this.arrangement = arrangement;
    team = arrangement.team();
    this.values = values;
    passes = new Passes(kernel, arrangement.chunks() > 0);
    gathered = new Gathered(dialect, kernel, values, arrangement, passes, lines);
  }

  /// The kernel, without what it calls.
  static String of(Dialect dialect, Kernel kernel, Arrangement arrangement) {
    LoopValues values = new LoopValues(kernel, arrangement);
    return new LoopText(dialect, kernel, arrangement, values).write();
  }

  private String write() {
    String begin = dialect.begin(team.group(), values.buffers()) + values.sizes();
    level(Level.UNIFORM, 0);
    lines.add("const i32 item = " + dialect.item() + ";");
    if (values.reducing()) {
      reducing();
    } else if (arrangement.chunks() > 0) {
      gatheredMap();
    } else {
      map();
    }
    return begin + lines + "}\n";
  }

  private Instr instr(int i) {
    return kernel.instructions().get(i);
  }

  private void map() {
    lines.add(dialect.each("n", "kept", team.group()) + " {");
    lines.addAll(keptIndex(true));
    level(Level.KEPT, 0);
    level(Level.FULL, 0);
    stores(true);
    lines.add("}");
  }

  private void gatheredMap() {
    int vector = arrangement.vector();
    int chunks = arrangement.chunks();
    String times = vector == 1 ? "" : " * " + vector;
    lines.add("const i32 step = " + dialect.groups() + " * " + team.group() + ";");
    lines.add(
        "for (i32 first = %s * %d + item; first%s < kept; first += step * %d) {"
            .formatted(dialect.group(), team.group(), times, chunks));
    String at = vector == 1 ? "first + c * step" : "(first + c * step)" + times;
    String index = "const i32 at = " + at + ", n = at < kept ? at : kept - " + vector + ";";
    gathered.pass(
        passes.all().getFirst(),
        new Gathered.Indices(index, keptIndex(true), "at < kept"),
        List.of(),
        "");
    lines.add("}");
  }

  private void reducing() {
    lines.addAll(team.declare(dialect, passes, this::instr));
    lines.addAll(team.eachKept(dialect));
    lines.addAll(keptIndex(!kernel.innerReduced()));
    if (arrangement.parts()) {
      lines.add(
          "const i32 low = xo0 * terms, high = low + terms < reduced ? low + terms : reduced;");
    }
    level(Level.KEPT, 0);
    for (int p = 0; p < passes.all().size(); p++) {
      Passes.Pass pass = passes.all().get(p);
      if (!pass.reductions().isEmpty() || !pass.stores().isEmpty()) {
        pass(pass);
      }
      level(Level.KEPT, p + 1);
    }
    if (kernel.instructions().stream()
        .anyMatch(i -> i instanceof Instr.Store s && !Passes.isInnermost(kernel, s))) {
      lines.open(team.whenFirst());
      stores(false);
      lines.close(team.whenFirst());
    }
    lines.add("}");
  }

  /// Outer and, if it is kept, inner index from the number `n` of a kept one.
  private List<String> keptIndex(boolean inner) {
    List<String> index = new ArrayList<>();
    if (inner && kernel.outerAxes() == 0) {
      index.add("const i32 xi = n;");
    } else {
      index.add("i32 rest = n;");
      if (inner) {
        index.add("const i32 xi = rest % ni; rest /= ni;");
      }
    }
    for (int i = kernel.outerAxes() - 1; i >= 0; i--) {
      index.add(
          i == 0
              ? "const i32 xo0 = rest;"
              : "const i32 xo" + i + " = rest % no" + i + "; rest /= no" + i + ";");
    }
    for (int a = 0; a < kernel.accesses().size(); a++) {
      StringBuilder at = new StringBuilder("const i32 k" + a + " = f" + a);
      for (int i = 0; i < kernel.outerAxes(); i++) {
        at.append(" + xo").append(i).append(" * s").append(a).append('o').append(i);
      }
      if (inner) {
        at.append(" + xi * s").append(a).append('i');
      }
      index.add(at + ";");
    }
    return index;
  }

  private void pass(Passes.Pass pass) {
    boolean counts = arrangement.chunks() == 0;
    List<String> combine = new ArrayList<>();
    List<String> putAside = new ArrayList<>();
    for (int r : pass.reductions()) {
      Instr.Reduce reduce = (Instr.Reduce) instr(r);
      boolean isLong = counts && isLongSum(reduce);
      lines.add(
          CText.value(reduce.dtype())
              + " a"
              + r
              + " = "
              + LoopValues.identity(reduce)
              + (isLong ? ", t" + r + " = 0; i32 c" + r + " = 0;" : ";"));
      combine.add("a" + r + " = " + LoopValues.combine(reduce, "a" + r, "v" + reduce.x()) + ";");
      if (isLong) {
        String count =
            arrangement.vector() == 1 ? "++c" + r : "(c" + r + " += " + arrangement.vector() + ")";
        putAside.add(
            "if (" + count + " == " + PART + ") { t" + r + " += a" + r + "; a" + r + " = 0; c" + r
                + " = 0; }");
      }
    }
    if (counts) {
      walk(pass, combine, putAside);
    } else {
      int vector = arrangement.vector();
      String times = vector == 1 ? "" : " * " + vector;
      String at = "c * " + team.size() + " + " + team.lane();
      String index =
          "const i32 at = %s, r = at < reduced ? at : reduced - %d;"
              .formatted(vector == 1 ? at : "(" + at + ")" + times, vector);
      gathered.pass(
          pass,
          new Gathered.Indices(index, reducedIndex(), "at < reduced"),
          combine,
          team.whenInside());
    }
    for (int r : pass.reductions()) {
      if (counts && isLongSum((Instr.Reduce) instr(r))) {
        lines.add("a" + r + " += t" + r + ";");
      }
    }
    lines.addAll(team.combine(dialect, pass.reductions(), this::instr));
  }

  /// A pass over the reduced indices, one vector after the other.
  private void walk(Passes.Pass pass, List<String> combine, List<String> putAside) {
    int vector = arrangement.vector();
    String times = vector == 1 ? "" : " * " + vector;
    String lane = team.isAlone() ? "0" : team.lane() + times;
    boolean parts = arrangement.parts();
    lines.add(
        "for (i32 r = %s; r < %s; r += %d) {"
            .formatted(
                parts ? "low + " + lane : lane, parts ? "high" : "reduced", team.size() * vector));
    if (arrangement.gathers()) {
      Gathered.Indices indices = new Gathered.Indices("", reducedIndex(), "");
      gathered.pass(pass, indices, combine, team.whenInside());
      lines.addAll(putAside);
    } else {
      lines.addAll(reducedIndex());
      pass.values().forEach(this::value);
      for (int i = 0, aside = 0; i < combine.size(); i++) {
        lines.add(combine.get(i));
        if (isLongSum((Instr.Reduce) instr(pass.reductions().get(i)))) {
          lines.add(putAside.get(aside++));
        }
      }
      if (!pass.stores().isEmpty()) {
        lines.open(team.whenInside());
        stores(true);
        lines.close(team.whenInside());
      }
    }
    lines.add("}");
  }

  private static boolean isLongSum(Instr.Reduce r) {
    return r.kind() == ReduceKind.SUM && r.dtype().isFloat();
  }

  private List<String> reducedIndex() {
    List<String> index = new ArrayList<>();
    index.add("i32 left = r;");
    if (kernel.innerReduced()) {
      index.add(
          kernel.reducedAxes() == 0
              ? "const i32 xi = left;"
              : "const i32 xi = left % ni; left /= ni;");
    }
    for (int i = kernel.reducedAxes() - 1; i >= 0; i--) {
      index.add(
          i == 0
              ? "const i32 xr0 = left;"
              : "const i32 xr" + i + " = left % nr" + i + "; left /= nr" + i + ";");
    }
    return index;
  }

  /// All values of a level that are known after `stage` passes and not before.
  private void level(Level level, int stage) {
    for (int i = 0; i < kernel.instructions().size(); i++) {
      if (instr(i).level() == level
          && passes.depth(i) == stage
          && !(instr(i) instanceof Instr.Reduce)
          && !(instr(i) instanceof Instr.Store)) {
        value(i);
      }
    }
  }

  private void stores(boolean innermost) {
    for (Instr instr : kernel.instructions()) {
      if (instr instanceof Instr.Store s && Passes.isInnermost(kernel, s) == innermost) {
        lines.add(values.store(s.access(), "(" + kept(s) + ")v" + s.value()));
      }
    }
  }

  private void value(int i) {
    String expression = values.expression(instr(i));
    if (expression != null) {
      lines.add("const " + CText.value(instr(i).dtype()) + " v" + i + " = " + expression + ";");
    }
  }

  /// A map as statements of another kernel, which computes some of what the map reads.
  ///
  /// @param head numbers and what is the same everywhere
  /// @param results declares an array of [Epilogue#AT_ONCE] elements for each result
  /// @param compute element `x` of the results from index `n` and, where the map reads what the
  ///   other kernel has computed, `computed`
  /// @param store stores element `x` of the results at index `n`
  record Inlined(String head, String results, String compute, String store) {
    /// Statements for the one element that `n` and `computed` are for.
    String single() {
      return """
      {
        const i32 x = 0;
        RESULTS{
          COMPUTE}
        {
          STORE}
      }
      """
          .replace("RESULTS", results.strip() + "\n")
          .replace("COMPUTE", compute.strip() + "\n")
          .replace("STORE", store.strip() + "\n");
    }
  }

  /// @param computed accesses whose element is `computed`
  /// @param firstBuffer number of the first buffer that is the map's own
  /// @param firstNumber place of its first number
  static Inlined inlined(
      Dialect dialect, Kernel kernel, Set<Integer> computed, int firstBuffer, int firstNumber) {
    LoopValues values = new LoopValues(kernel, computed, firstBuffer, firstNumber);
    LoopText map = new LoopText(dialect, kernel, Arrangement.ALONE, values);
    map.level(Level.UNIFORM, 0);
    String head = values.sizes() + map.lines.take();
    List<Instr.Store> stores = map.passes.all().getLast().stores();
    for (Instr.Store s : stores) {
      map.lines.add(map.kept(s) + " o" + s.access() + "[" + Epilogue.AT_ONCE + "];");
    }
    String results = map.lines.take();
    map.lines.addAll(map.keptIndex(true));
    map.level(Level.KEPT, 0);
    map.level(Level.FULL, 0);
    for (Instr.Store s : stores) {
      map.lines.add("o" + s.access() + "[x] = (" + map.kept(s) + ")v" + s.value() + ";");
    }
    String compute = map.lines.take();
    map.lines.addAll(map.keptIndex(true));
    for (Instr.Store s : stores) {
      map.lines.add(values.store(s.access(), "o" + s.access() + "[x]"));
    }
    return new Inlined(head, results, compute, map.lines.take());
  }

  private String kept(Instr.Store s) {
    return CText.kept(kernel.accesses().get(s.access()).dtype());
  }
}
