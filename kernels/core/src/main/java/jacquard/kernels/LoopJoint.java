package jacquard.kernels;

import jacquard.tensor.Ints;
import jacquard.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Two loops as one, whatever other units there are: whether their spaces fit, every value is read
/// where it is computed, and the whole is short enough.
final class LoopJoint {
  /// Limits on a joined kernel, so that its code stays within what the JIT compiles well.
  private static final int MOST_OPERATIONS = 96;

  private static final int MOST_TRANSCENDENTALS = 6;
  private static final int MOST_ACCESSES = 20;

  /// Elements of a row that is walked more than once.
  private static final int LONGEST_ROW = 1 << 14;

  private final Map<Expression, Expression.Cost> costs = new IdentityHashMap<>();

  /// Both loops as one, one of them rewritten for the other's shape if need be; null if they don't
  /// fit.
  @Nullable Unit of(Unit a, Unit b) {
    Unit both = checked(combined(a, b));
    if (both != null || a.space.equals(b.space)) {
      return both;
    }
    for (Unit form : rewritten(a, b)) {
      if (checked(form) != null) {
        return form;
      }
    }
    return null;
  }

  /// Both loops as one, with one of them rewritten for the other's shape: the ways there are.
  private static List<Unit> rewritten(Unit a, Unit b) {
    List<@Nullable Unit> forms = new ArrayList<>();
    if (a.space.size() == b.space.size()) {
      boolean first = a.space.rank() < b.space.rank();
      Unit low = first ? a : b;
      Unit high = first ? b : a;
      forms.add(combined(low.rebased(high.space), high));
      forms.add(combined(low, high.rebased(low.space)));
    } else if (b.reduced.length() > 0 && a.space.size() == b.keptShape().size()) {
      forms.add(combined(a.rebased(b.keptShape()), b));
    } else if (a.reduced.length() > 0 && b.space.size() == a.keptShape().size()) {
      forms.add(combined(a, b.rebased(a.keptShape())));
    }
    List<Unit> found = new ArrayList<>();
    for (Unit form : forms) {
      if (form != null) {
        found.add(form);
      }
    }
    return found;
  }

  /// Why two loops, with nothing between them, are not one.
  String obstacle(Unit writer, Unit reader) {
    List<Unit> forms = rewritten(writer, reader);
    Unit both = combined(writer, reader);
    if (both == null && forms.isEmpty()) {
      return writer.space.equals(reader.space)
          ? "they reduce axes " + writer.reduced + " and " + reader.reduced + " of " + reader.space
          : "they walk other spaces: " + form(writer) + " and " + form(reader);
    }
    return limit(both == null ? forms.getFirst() : both);
  }

  private static String form(Unit unit) {
    return unit.space + (unit.reduced.length() == 0 ? "" : " reducing axes " + unit.reduced);
  }

  /// What forbids a joined loop.
  private String limit(Unit both) {
    if (!aligned(both)) {
      return "elements are read at another index than the one they are computed at";
    }
    if (!walksOnce(both)) {
      return "rows of more than " + LONGEST_ROW + " elements would be walked again";
    }
    return fits(both)
        ? "a third task has to run in between"
        : "one kernel may have %d operations, %d transcendental ones and %d values in memory"
            .formatted(MOST_OPERATIONS, MOST_TRANSCENDENTALS, MOST_ACCESSES);
  }

  /// The loop, or null if it is too long or reads what it computes elsewhere.
  @Nullable Unit checked(@Nullable Unit both) {
    return both != null && fits(both) && aligned(both) && walksOnce(both) ? both : null;
  }

  /// Both loops as one, if their spaces fit; whether their reads do is not looked at here.
  static @Nullable Unit combined(@Nullable Unit a, @Nullable Unit b) {
    if (a == null || b == null) {
      return null;
    }
    Shape space;
    Ints reduced;
    if (a.space.equals(b.space)) {
      space = a.space;
      if (a.reduced.length() == 0 || b.reduced.length() == 0) {
        reduced = a.reduced.length() == 0 ? b.reduced : a.reduced;
        boolean mixed = a.reduced.length() != b.reduced.length();
        if (mixed && !(a.reduced.length() == 0 ? b : a).walksRows()) {
          return null;
        }
      } else if (a.reduced.equals(b.reduced)) {
        reduced = a.reduced;
      } else {
        return null;
      }
    } else if (a.reduced.length() > 0 && b.reduced.length() == 0 && b.space.equals(a.keptShape())) {
      space = a.space;
      reduced = a.reduced;
    } else if (b.reduced.length() > 0 && a.reduced.length() == 0 && a.space.equals(b.keptShape())) {
      space = b.space;
      reduced = b.reduced;
    } else {
      return null;
    }
    return Unit.joined(a, b, space, reduced);
  }

  private boolean fits(Unit unit) {
    int operations = 0;
    int transcendentals = 0;
    Set<Vertex> touched = new HashSet<>(unit.results());
    for (Unit.Root root : unit.roots) {
      Expression.Cost cost = costs.computeIfAbsent(root.definition(), Expression::cost);
      operations += cost.operations();
      transcendentals += cost.transcendentals();
      touched.addAll(cost.reads());
    }
    return operations <= MOST_OPERATIONS
        && transcendentals <= MOST_TRANSCENDENTALS
        && touched.size() <= MOST_ACCESSES;
  }

  /// Whether rows are short, or nothing needs a second walk over them.
  private static boolean walksOnce(Unit unit) {
    long kept = unit.keptShape().size();
    if (unit.reduced.length() == 0 || unit.space.size() <= kept * LONGEST_ROW) {
      return true;
    }
    Set<Vertex> reductions = new HashSet<>();
    for (Unit.Root root : unit.roots) {
      if (root.reduction() != null) {
        reductions.add(root.vertex());
      } else if (unit.isFull(root)) {
        return false;
      }
    }
    for (Unit.Access access : unit.accesses()) {
      if (!access.kept() && reductions.contains(access.vertex())) {
        return false;
      }
    }
    return true;
  }

  /// Whether every value computed in the unit is read, within it, where it was computed.
  private static boolean aligned(Unit unit) {
    Map<Vertex, Boolean> inside = new HashMap<>();
    for (Unit.Root root : unit.roots) {
      inside.put(root.vertex(), unit.isFull(root));
    }
    View full = View.contiguous(unit.space);
    View kept = View.contiguous(unit.keptShape());
    View spread = kept.expand(unit.space);
    for (Unit.Access access : unit.accesses()) {
      Boolean isFull = inside.get(access.vertex());
      if (isFull != null) {
        boolean fits =
            access.kept()
                ? !isFull && access.view().equals(kept)
                : access.view().equals(isFull ? full : spread);
        if (!fits) {
          return false;
        }
      }
    }
    return true;
  }
}
