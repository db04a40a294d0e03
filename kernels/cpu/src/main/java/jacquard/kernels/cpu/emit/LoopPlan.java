package jacquard.kernels.cpu.emit;

import jacquard.kernels.Kernel;
import jacquard.kernels.cpu.emit.Form.Operation;
import jacquard.kernels.cpu.emit.Lowering.Reduction;
import jacquard.kernels.cpu.emit.Lowering.Write;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/// Decides what a kernel's code computes where.
///
/// - A value is computed in the outermost place where its scope and its stage allow it; one that is
///   used elsewhere than where it is computed (the *frontier*) gets a local variable there, and a
///   broadcast one if it is a scalar used in lanes.
/// - Innermost values are computed again in each pass that needs them, except costly ones, which
///   are *kept*: written to scratch in their first pass and read in later ones.
/// - Writes to memory happen in the last pass, so that a kernel may write over what it has read at
///   the same index.
final class LoopPlan {
  /// Most vectors that a loop covers in an iteration.
  static final int MAX_VECTORS = 4;

  private final Nest nest;
  private final int vectorBits;
  private final int lanes;
  private final int passes;
  private final List<Reduction> reductions;
  private final List<Write> writes;
  private final List<Expr> live = new ArrayList<>();
  private final Set<Expr> frontier = new HashSet<>();
  private final Set<Expr> scalarUse = new HashSet<>();
  private final Set<Expr> vectorUse = new HashSet<>();
  private final List<List<Expr>> bodies = new ArrayList<>();
  private final Map<Expr, Integer> firstPass = new HashMap<>();
  private final Map<Expr, Integer> kept = new LinkedHashMap<>();
  private final Map<Lane, Integer> keptCount = new EnumMap<>(Lane.class);

  LoopPlan(Kernel kernel, Lowering lowering, int vectorBits) {
    this.vectorBits = vectorBits;
    nest = lowering.nest();
    reductions = lowering.reductions();
    writes = lowering.writes();
    int last = 0;
    for (Reduction r : reductions) {
      last = Math.max(last, r.pass());
    }
    for (Write w : writes) {
      if (isInnermostWrite(w)) {
        last = Math.max(last, w.value().stage());
      }
    }
    passes = last + 1;
    findLive(lowering.graph());
    lanes = vectorBits / 8 / widest();
    for (int pass = 0; pass < passes; pass++) {
      bodies.add(planBody(pass, lowering.costly()));
    }
    findUses();
  }

  Nest nest() {
    return nest;
  }

  /// Elements per vector: as many as fit of the widest lane type.
  int lanes() {
    return lanes;
  }

  /// Whether the processor has 32 vector registers, as those with vectors of 512 bits have, or 16.
  boolean hasManyRegisters() {
    return vectorBits == 512;
  }

  int passes() {
    return passes;
  }

  List<Reduction> reductions() {
    return reductions;
  }

  List<Reduction> reductions(int pass) {
    return reductions.stream().filter(r -> r.pass() == pass).toList();
  }

  /// Everything that is computed at all, arguments first.
  List<Expr> live() {
    return live;
  }

  /// Writes of the innermost loop in a pass: all of them in the last one.
  List<Write> innermostWrites(int pass) {
    return pass < passes - 1 ? List.of() : writes.stream().filter(this::isInnermostWrite).toList();
  }

  /// Writes done once per outer index, or in a column kernel once per kept index.
  List<Write> keptWrites() {
    return writes.stream().filter(w -> !isInnermostWrite(w)).toList();
  }

  /// A write that changes along the reduced axes only is done with the innermost ones too, again
  /// and again.
  private boolean isInnermostWrite(Write w) {
    return (w.scope() & Scope.REDUCED) != 0 || nest.isInnermost(w.scope());
  }

  /// Innermost expressions that `pass` computes or reads back, arguments first.
  List<Expr> body(int pass) {
    return bodies.get(pass);
  }

  /// Whether `pass` reads the value that an earlier pass has kept.
  boolean isReadBack(Expr e, int pass) {
    return kept.containsKey(e) && firstPass(e) < pass;
  }

  /// Whether `pass` must keep the value for later passes.
  boolean isKeptBy(Expr e, int pass) {
    return kept.containsKey(e) && firstPass(e) == pass;
  }

  private int firstPass(Expr e) {
    return Objects.requireNonNull(firstPass.get(e));
  }

  /// Which row of the scratch array of its lane type holds a kept value.
  int keptRow(Expr e) {
    return Objects.requireNonNull(kept.get(e));
  }

  /// Number of kept values of a lane type.
  int keptRows(Lane lane) {
    return keptCount.getOrDefault(lane, 0);
  }

  boolean usedAsScalar(Expr e) {
    return scalarUse.contains(e);
  }

  boolean usedAsVector(Expr e) {
    return vectorUse.contains(e);
  }

  /// What needs a local variable of its own among the values of exactly this scope and stage.
  List<Expr> frontier(int scope, int stage) {
    return live.stream()
        .filter(e -> e.scope() == scope && e.stage() == stage && frontier.contains(e))
        .toList();
  }

  /// Scalars that change along the reduced axes and that `pass` needs.
  List<Expr> reducedScalars(int pass) {
    Set<Expr> needed = new HashSet<>();
    List<Expr> open = new ArrayList<>(roots(pass));
    open.addAll(bodies.get(pass));
    for (Expr e : bodies.get(pass)) {
      if (!isReadBack(e, pass)) {
        open.addAll(e.args());
      }
    }
    for (Expr e : open) {
      if (isReducedScalar(e)) {
        needed.add(e);
      }
    }
    return live.stream().filter(needed::contains).toList();
  }

  private static boolean isReducedScalar(Expr e) {
    return (e.scope() & Scope.REDUCED) != 0 && !e.isVector();
  }

  /// Vectors that an iteration of a row's pass covers, each with accumulators of its own: more for
  /// short bodies, whose additions would wait for each other. A body of nine operations takes as
  /// long as the addition that it waits for; more vectors would only be more code to compile.
  int unroll(int pass) {
    if (reductions(pass).isEmpty()) {
      return 1;
    }
    int size = bodies.get(pass).size();
    return size <= 4 ? 4 : size <= 8 ? 2 : 1;
  }

  /// Vectors of the inner axis that a column kernel takes at once.
  int columnBlock() {
    int size = 0;
    for (List<Expr> body : bodies) {
      size += body.size();
    }
    return size <= 10 ? MAX_VECTORS : size <= 45 ? 2 : 1;
  }

  /// Elements of the inner axis that the largest of its loops covers in an iteration, a power of
  /// two: of a multiple nothing is left over by any loop.
  int block() {
    int vectors = 1;
    switch (nest) {
      case MAP -> {}
      case ROW -> {
        for (int pass = 0; pass < passes; pass++) {
          vectors = Math.max(vectors, unroll(pass));
        }
      }
      case COLUMN -> vectors = columnBlock();
    }
    return vectors * lanes;
  }

  private List<Expr> roots(int pass) {
    List<Expr> roots = new ArrayList<>();
    for (Reduction r : reductions(pass)) {
      roots.add(r.operand());
    }
    for (Write w : innermostWrites(pass)) {
      roots.add(w.value());
    }
    return roots;
  }

  private void findLive(ExprGraph graph) {
    Set<Expr> reached = new HashSet<>();
    for (Reduction r : reductions) {
      reached.add(r.operand());
      reached.add(r.identity());
      reached.add(r.result());
    }
    for (Write w : writes) {
      reached.add(w.value());
    }
    for (Expr e : graph.all().reversed()) {
      if (reached.contains(e)) {
        reached.addAll(e.args());
      }
    }
    for (Expr e : graph.all()) {
      if (reached.contains(e)) {
        live.add(e);
      }
    }
  }

  private int widest() {
    int bytes = 4;
    for (Expr e : live) {
      if (e.isVector()) {
        bytes = Math.max(bytes, e.lane().bytes());
        for (Expr arg : e.args()) {
          bytes = Math.max(bytes, arg.lane().bytes());
        }
      }
    }
    for (Reduction r : reductions) {
      bytes = Math.max(bytes, r.operand().lane().bytes());
    }
    for (Write w : writes) {
      if ((w.scope() & Scope.INNER) != 0 || isInnermostWrite(w)) {
        bytes = Math.max(bytes, w.value().lane().bytes());
      }
    }
    return bytes;
  }

  private List<Expr> planBody(int pass, Set<Expr> costly) {
    Set<Expr> reached = new HashSet<>(roots(pass));
    for (Expr e : live.reversed()) {
      if (!reached.contains(e) || !nest.isInnermost(e.scope())) {
        continue;
      }
      Integer first = firstPass.putIfAbsent(e, pass);
      if (first != null && costly.contains(e)) {
        if (!kept.containsKey(e)) {
          kept.put(e, keptCount.merge(e.lane(), 1, Integer::sum) - 1);
        }
      } else {
        reached.addAll(e.args());
      }
    }
    return live.stream().filter(e -> reached.contains(e) && nest.isInnermost(e.scope())).toList();
  }

  private void findUses() {
    for (Expr user : live) {
      for (Expr arg : user.args()) {
        if (isImmediate(user, arg)) {
          continue;
        }
        boolean samePlace =
            nest.isInnermost(user.scope())
                ? nest.isInnermost(arg.scope())
                : user.scope() == arg.scope() && user.stage() == arg.stage();
        use(arg, user.isVector(), !samePlace);
      }
    }
    for (Reduction r : reductions) {
      use(r.operand(), true, true);
      use(r.identity(), true, true);
      use(r.identity(), false, true);
    }
    for (Write w : writes) {
      use(w.value(), (w.scope() & Scope.INNER) != 0 || isInnermostWrite(w), true);
    }
  }

  /// Whether an argument is part of the instruction: the count of a shift.
  static boolean isImmediate(Expr user, Expr arg) {
    return arg.isConst()
        && arg == user.args().getLast()
        && (user.form() == Operation.SHL
            || user.form() == Operation.SHR
            || user.form() == Operation.SAR);
  }

  private void use(Expr e, boolean asVector, boolean elsewhere) {
    if (elsewhere) {
      frontier.add(e);
    }
    if (!e.isVector()) {
      (asVector ? vectorUse : scalarUse).add(e);
    }
  }
}
