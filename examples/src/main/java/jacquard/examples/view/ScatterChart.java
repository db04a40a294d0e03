package jacquard.examples.view;

import jacquard.nn.io.FormatException;
import java.awt.Color;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Path;
import java.util.List;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.ChartTheme;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/// Points of several classes in a plane, a colour each, as a picture of 900 x 800 pixels.
public final class ScatterChart {
  // Ten hues that stay apart beside each other (Tableau 10); more classes begin again.
  private static final List<Color> COLORS =
      List.of(
          new Color(0x4e79a7),
          new Color(0xf28e2b),
          new Color(0xe15759),
          new Color(0x76b7b2),
          new Color(0x59a14f),
          new Color(0xedc948),
          new Color(0xb07aa1),
          new Color(0xff9da7),
          new Color(0x9c755f),
          new Color(0x777777));

  private final XYChart chart;
  private int series;

  /// A chart without points.
  ///
  /// @param title above the chart
  /// @param x the horizontal axis
  /// @param y the vertical axis
  public ScatterChart(String title, String x, String y) {
    chart =
        new XYChartBuilder()
            .width(900)
            .height(800)
            .title(title)
            .xAxisTitle(x)
            .yAxisTitle(y)
            .theme(ChartTheme.XChart)
            .build();
    chart.getStyler().setDefaultSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter);
    chart.getStyler().setMarkerSize(5);
    chart.getStyler().setLegendPosition(LegendPosition.OutsideE);
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    chart.getStyler().setPlotGridLinesColor(new Color(0xe4e4e4));
    chart.getStyler().setXAxisTickLabelsFormattingFunction(ScatterChart::tick);
    chart.getStyler().setYAxisTickLabelsFormattingFunction(ScatterChart::tick);
  }

  /// A number of an axis with as many digits as it needs; the library leaves out the 0 of 0.08.
  static String tick(double value) {
    BigDecimal number = BigDecimal.valueOf(value).round(new MathContext(6));
    return Math.abs(value) < 1e-12 ? "0" : number.stripTrailingZeros().toPlainString();
  }

  /// Adds the points of a class; nothing if there are none.
  ///
  /// @param name of the class, in the legend
  /// @param x a coordinate of each point
  /// @param y the other coordinate of each
  /// @throws IllegalArgumentException if there are more of one coordinate than of the other
  public void add(String name, double[] x, double[] y) {
    Color color = COLORS.get(series++ % COLORS.size());
    if (x.length == 0) {
      return;
    }
    XYSeries points = chart.addSeries(name, x, y);
    points.setMarker(SeriesMarkers.CIRCLE);
    points.setMarkerColor(new Color(color.getRed(), color.getGreen(), color.getBlue(), 150));
  }

  /// Writes the chart as a PNG, whole or not at all.
  ///
  /// @param path of the file
  /// @throws FormatException if the file can't be written, or the machine has no fonts to letter it
  public void write(Path path) throws FormatException {
    ChartFile.write("scatter chart", path, chart);
  }
}
