package jacquard.tensor.testing;

import jacquard.tensor.Shape;
import java.util.List;

/// Shapes that don't suit vector lanes: a scalar, one element, odd sizes, empty, just past a power
/// of two.
public final class Shapes {
  public static final List<Shape> ALL =
      List.of(
          Shape.scalar(),
          Shape.of(1),
          Shape.of(3, 5),
          Shape.of(2, 1, 17),
          Shape.of(0, 4),
          Shape.of(1, 1025),
          Shape.of(2, 3, 4, 5));

  /// Those with at least one axis.
  public static final List<Shape> RANKED = atLeast(1);

  /// Those with at least two axes.
  public static final List<Shape> MATRICES = atLeast(2);

  /// Those with at least one axis and no empty one.
  public static final List<Shape> FULL = RANKED.stream().filter(shape -> !shape.isEmpty()).toList();

  /// Pairs that broadcast, in both directions.
  public static final List<List<Shape>> BROADCAST =
      List.of(
          List.of(Shape.of(3, 5), Shape.of(5)),
          List.of(Shape.scalar(), Shape.of(2, 1, 17)),
          List.of(Shape.of(2, 1, 17), Shape.of(4, 1)),
          List.of(Shape.of(3, 1), Shape.of(0)));

  private Shapes() {}

  private static List<Shape> atLeast(int rank) {
    return ALL.stream().filter(shape -> shape.rank() >= rank).toList();
  }
}
