package jacquard.bench.kernels;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Finds places for labels on a logarithmic chart so that they cover neither lines nor dots nor
/// each other; a label without a place is left out.
final class ChartLabels {
  static final int FONT_SIZE = 11;
  private static final double LETTER_WIDTH = 0.62 * FONT_SIZE;
  private static final double LINE_HEIGHT = 1.3 * FONT_SIZE;
  private static final double DOT = 9;

  /// Between the pieces that a line is kept clear by.
  private static final double STRIDE = 3;

  /// @param x middle of the text, in the chart's values as `y` is
  record Place(String text, double x, double y) {}

  /// In pixels from the lower left corner of the plot.
  private record Box(double left, double bottom, double right, double top) {
    static Box around(double x, double y, double width, double height) {
      return new Box(x - width / 2, y - height / 2, x + width / 2, y + height / 2);
    }

    boolean meets(Box other) {
      return left < other.right && other.left < right && bottom < other.top && other.bottom < top;
    }
  }

  private final ChartRange x;
  private final ChartRange y;
  private final double width;
  private final double height;
  private final List<Box> taken = new ArrayList<>();

  /// @param width of the plot in pixels, roughly
  ChartLabels(ChartRange x, ChartRange y, double width, double height) {
    this.x = x;
    this.y = y;
    this.width = width;
    this.height = height;
  }

  /// Keeps a dot clear.
  void occupy(double atX, double atY) {
    taken.add(Box.around(x.part(atX) * width, y.part(atY) * height, DOT, DOT));
  }

  /// Keeps a straight line clear.
  void occupy(double fromX, double fromY, double toX, double toY) {
    double left = x.part(fromX) * width;
    double bottom = y.part(fromY) * height;
    double dx = x.part(toX) * width - left;
    double dy = y.part(toY) * height - bottom;
    int pieces = (int) Math.ceil(Math.hypot(dx, dy) / STRIDE);
    for (int i = 0; i <= pieces; i++) {
      double part = (double) i / Math.max(1, pieces);
      taken.add(Box.around(left + part * dx, bottom + part * dy, STRIDE, STRIDE));
    }
  }

  /// Keeps the lower right corner clear.
  void occupyCorner(double boxWidth, double boxHeight) {
    taken.add(new Box(width - boxWidth, 0, width, boxHeight));
  }

  /// Next to a dot: right, left, above or below.
  Optional<Place> beside(double atX, double atY, String text) {
    double px = x.part(atX) * width;
    double py = y.part(atY) * height;
    double aside = size(text) / 2 + DOT;
    double away = (LINE_HEIGHT + DOT) / 2;
    return first(
        text,
        new double[][] {
          {px + aside, py},
          {px - aside, py},
          {px, py + away},
          {px, py - away},
          {px + aside, py + away},
          {px + aside, py - away},
          {px - aside, py + away},
          {px - aside, py - away},
          {px + aside / 2, py + away},
          {px + aside / 2, py - away},
          {px - aside / 2, py + away},
          {px - aside / 2, py - away}
        });
  }

  /// In the upper left corner.
  Optional<Place> corner(String text) {
    return first(text, new double[][] {{DOT + size(text) / 2, height - LINE_HEIGHT}});
  }

  /// Above the end of a line that ends at the right.
  Optional<Place> above(double atX, double atY, String text) {
    double px = x.part(atX) * width - size(text) / 2 - DOT;
    return first(text, new double[][] {{px, y.part(atY) * height + LINE_HEIGHT}});
  }

  /// Beside a roof `y = slope x` that begins at `left` and ends at `top`: left above it, or right
  /// below.
  Optional<Place> along(double left, double slope, double top, String text) {
    List<double[]> places = new ArrayList<>();
    double from = y.part(left * slope);
    double to = y.part(top);
    double aside = size(text) / 2 + STRIDE;
    double away = LINE_HEIGHT / 2 + STRIDE;
    for (double part = 0.12; part < 0.9; part += 0.04) {
      double at = y.at(from + part * (to - from));
      double px = x.part(at / slope) * width;
      double py = y.part(at) * height;
      places.add(new double[] {px - aside, py + away});
      places.add(new double[] {px + aside, py - away});
    }
    return first(text, places.toArray(double[][]::new));
  }

  private Optional<Place> first(String text, double[][] places) {
    for (double[] place : places) {
      Box box = Box.around(place[0], place[1], size(text), LINE_HEIGHT);
      boolean inside = box.left >= 0 && box.right <= width && box.bottom >= 0 && box.top <= height;
      if (inside && taken.stream().noneMatch(box::meets)) {
        taken.add(box);
        return Optional.of(new Place(text, x.at(place[0] / width), y.at(place[1] / height)));
      }
    }
    return Optional.empty();
  }

  private static double size(String text) {
    return LETTER_WIDTH * text.length();
  }
}
