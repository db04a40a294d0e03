package jacquard.examples.view;

import jacquard.nn.io.FormatException;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.ChartTheme;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/// The losses of a run as a picture of 900 x 540 pixels.
///
/// A *noisy* series is drawn faintly as it is, with its moving mean on top; an *exact* one as a
/// line through its points. Colours follow the order in which the series were named. The first
/// picture of a process takes about a second, the next ones a fraction of it. Not for several
/// threads at once.
public final class LossChart {
  private static final int WIDTH = 900;
  private static final int HEIGHT = 540;
  private static final int MOST_POINTS = 700;

  // Distinct to colour-blind readers too: blue, vermilion, green, purple (Okabe and Ito 2008).
  private static final List<Color> COLORS =
      List.of(new Color(0x0072b2), new Color(0xd55e00), new Color(0x009e73), new Color(0xcc79a7));
  private static final Color INK = new Color(0x404040);
  private static final Color GRID = new Color(0xe4e4e4);

  private final String title;
  private final String quantity;
  private final Curve.Axis axis;
  private final Map<String, Series> series = new LinkedHashMap<>();

  private record Series(boolean noisy, Curve curve) {}

  private LossChart(String title, String quantity, Curve.Axis axis) {
    this.title = title;
    this.quantity = quantity;
    this.axis = axis;
  }

  /// A chart over steps; for losses that don't fall, such as a GAN's.
  ///
  /// @param title above the chart
  /// @param quantity the vertical axis: `loss in nats per character`
  /// @return a chart without series
  public static LossChart of(String title, String quantity) {
    return new LossChart(title, quantity, Curve.Axis.LINEAR);
  }

  /// A chart over the logarithm of steps: shows both the steep beginning and the slow end of a loss
  /// that falls.
  ///
  /// @param title above the chart
  /// @param quantity the vertical axis: `loss in nats per character`
  /// @return a chart without series
  public static LossChart logarithmic(String title, String quantity) {
    return new LossChart(title, quantity, Curve.Axis.LOGARITHMIC);
  }

  /// Announces a series that jumps about from step to step.
  ///
  /// @param name of the series
  /// @return this
  /// @throws IllegalArgumentException if there is one of that name
  public LossChart noisy(String name) {
    return named(name, true);
  }

  /// Announces a series of few, dependable points.
  ///
  /// @param name of the series
  /// @return this
  /// @throws IllegalArgumentException if there is one of that name
  public LossChart exact(String name) {
    return named(name, false);
  }

  /// {@return whether a series of that name was announced}
  ///
  /// @param name of the series
  public boolean has(String name) {
    return series.containsKey(name);
  }

  /// Adds a point to a series.
  ///
  /// @param name of the series
  /// @param step 1 or more, not below the step before
  /// @param value NaN and infinite are left out
  /// @throws IllegalArgumentException if no series has that name
  public void add(String name, long step, double value) {
    Series known = series.get(name);
    if (known == null) {
      throw new IllegalArgumentException(
          "loss chart: no series '" + name + "', expected one of " + series.keySet());
    }
    known.curve.add(step, value);
  }

  /// Writes the chart as a PNG, whole or not at all.
  ///
  /// @param path of the file
  /// @throws FormatException if the file can't be written, or the machine has no fonts to letter it
  public void write(Path path) throws FormatException {
    ChartFile.write("loss chart", path, chart());
  }

  private LossChart named(String name, boolean noisy) {
    if (series.putIfAbsent(name, new Series(noisy, new Curve())) != null) {
      throw new IllegalArgumentException("loss chart: there is a series '" + name + "' already");
    }
    return this;
  }

  private XYChart chart() {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .xAxisTitle("step")
            .yAxisTitle(quantity)
            .theme(ChartTheme.XChart)
            .build();
    style(chart);
    int index = 0;
    List<double[]> seen = new ArrayList<>();
    List<Runnable> lines = new ArrayList<>();
    for (Map.Entry<String, Series> entry : series.entrySet()) {
      Color color = COLORS.get(index++ % COLORS.size());
      Curve curve = entry.getValue().curve;
      Curve.Points points = curve.thinned(MOST_POINTS, axis);
      if (points.steps().length == 0) {
        continue;
      }
      if (!entry.getValue().noisy) {
        seen.add(points.values());
        lines.add(() -> line(chart, entry.getKey(), points, color, 2.4f, true));
      } else if (points.steps().length < 8) {
        seen.add(points.values());
        lines.add(() -> line(chart, entry.getKey(), points, color, 2f, false));
      } else {
        // Faint ones first, below every line.
        line(chart, entry.getKey() + " of a step", points, faint(color), 1f, false)
            .setShowInLegend(false);
        Curve.Points smooth = curve.smoothed(MOST_POINTS, axis);
        seen.add(smooth.values());
        seen.add(middle(points.values()));
        lines.add(() -> line(chart, entry.getKey(), smooth, color, 2f, false));
      }
    }
    lines.forEach(Runnable::run);
    if (seen.isEmpty()) {
      // The library draws no axes without a series.
      chart.addSeries(" ", new double[] {1}, new double[] {0}).setMarker(SeriesMarkers.NONE);
      chart.getStyler().setLegendVisible(false);
    } else {
      limit(chart, seen);
    }
    return chart;
  }

  private static XYSeries line(
      XYChart chart, String name, Curve.Points points, Color color, float width, boolean marked) {
    XYSeries line = chart.addSeries(name, points.steps(), points.values());
    boolean dots = (marked && points.steps().length <= 60) || points.steps().length == 1;
    line.setMarker(dots ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE);
    line.setMarkerColor(color);
    line.setLineColor(color);
    line.setLineStyle(new BasicStroke(width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
    return line;
  }

  // The middle 98 %: a spike doesn't press the rest flat.
  private static double[] middle(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int cut = sorted.length / 100;
    return Arrays.copyOfRange(sorted, cut, sorted.length - cut);
  }

  private void limit(XYChart chart, List<double[]> seen) {
    double low = Double.MAX_VALUE;
    double high = -Double.MAX_VALUE;
    for (double[] values : seen) {
      for (double value : values) {
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
    }
    double margin = high > low ? (high - low) * 0.04 : Math.max(Math.abs(high) * 0.1, 1e-6);
    double span = high - low + 2 * margin;
    String decimals = span > 20 ? "#,##0" : span > 2 ? "0.0" : span > 0.2 ? "0.00" : "0.0000";
    chart.getStyler().setYAxisDecimalPattern(decimals);
    chart.getStyler().setYAxisMin(low - margin).setYAxisMax(high + margin);
    double first = Double.MAX_VALUE;
    double last = 2;
    for (Series one : series.values()) {
      if (one.curve.size() > 0) {
        first = Math.min(first, Math.max(one.curve.firstStep(), 1));
        last = Math.max(last, one.curve.lastStep());
      }
    }
    chart
        .getStyler()
        .setXAxisMin(
            switch (axis) {
              case LINEAR -> 0.0;
              case LOGARITHMIC -> Math.pow(10, Math.floor(Math.log10(first)));
            })
        .setXAxisMax(last);
  }

  private static Color faint(Color color) {
    return new Color(color.getRed(), color.getGreen(), color.getBlue(), 110);
  }

  private void style(XYChart chart) {
    var styler = chart.getStyler();
    styler.setXAxisLogarithmic(axis == Curve.Axis.LOGARITHMIC);
    styler.setXAxisTickLabelsFormattingFunction(step -> String.format(Locale.ROOT, "%,.0f", step));
    styler.setChartBackgroundColor(Color.WHITE);
    styler.setPlotBackgroundColor(Color.WHITE);
    styler.setPlotBorderVisible(false);
    styler.setPlotGridLinesColor(GRID);
    styler.setPlotGridLinesStroke(new BasicStroke(1f));
    styler.setPlotContentSize(1.0);
    styler.setChartFontColor(INK);
    styler.setAxisTickLabelsColor(INK);
    styler.setChartTitleBoxVisible(false);
    styler.setChartTitleFont(new Font(Font.SANS_SERIF, Font.BOLD, 17));
    styler.setAxisTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, 14));
    styler.setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 13));
    styler.setLegendFont(new Font(Font.SANS_SERIF, Font.PLAIN, 14));
    styler.setLegendPosition(LegendPosition.InsideNE);
    styler.setLegendBorderColor(GRID);
    styler.setMarkerSize(6);
  }
}
