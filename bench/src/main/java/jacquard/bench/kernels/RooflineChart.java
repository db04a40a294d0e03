package jacquard.bench.kernels;

import jacquard.examples.view.ChartFile;
import jacquard.kernels.cpu.ceiling.Roofline;
import jacquard.nn.io.FormatException;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.knowm.xchart.AnnotationText;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.ChartTheme;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/// Kernels under the roofline: operations per byte against GFLOP/s, both logarithmic.
///
/// Each level of memory is a roof that rises to the ceiling of multiply-adds. A kernel's dot
/// belongs under the roof of the level that its data reach.
final class RooflineChart {
  private static final int WIDTH = 1400;
  private static final int HEIGHT = 860;

  /// What titles and axes take of the width and of the height.
  private static final int BESIDE = 80;

  private static final int BELOW = 92;

  /// Kernels that hardly compute would squeeze the others.
  private static final double LEAST_INTENSITY = 0.05;

  private static final int LEGEND_WIDTH = 210;
  private static final int LEGEND_HEIGHT = 130;
  private static final Color INK = new Color(0x404040);
  private static final Color GRID = new Color(0xececec);
  private static final Color ROOF = new Color(0x909090);

  /// Kernels of a kind share a colour; distinct to colour-blind readers too (Okabe and Ito 2008).
  private enum Kind {
    PRODUCT("matrix products", 0x0072b2, "sgemm", "gemm"),
    CONVOLUTION("convolutions", 0xd55e00, "conv"),
    ATTENTION("attention", 0x009e73, "attention"),
    ROWS(
        "rows and channels",
        0xcc79a7,
        "softmax",
        "layernorm",
        "rmsnorm",
        "batchnorm",
        "crossentropy"),
    ELEMENTS("elements, optimiser", 0xe69f00, "");

    private final String label;
    private final Color color;
    private final List<String> prefixes;

    Kind(String label, int rgb, String... prefixes) {
      this.label = label;
      this.color = new Color(rgb);
      this.prefixes = List.of(prefixes);
    }

    static Kind of(String kernel) {
      for (Kind kind : values()) {
        if (kind.prefixes.stream().anyMatch(kernel::startsWith)) {
          return kind;
        }
      }
      return ELEMENTS;
    }
  }

  private RooflineChart() {}

  /// @throws FormatException if the file can't be written
  static void write(Report report, Setting setting, Path path) throws FormatException {
    ChartFile.write("roofline chart", path, chart(report, setting));
  }

  /// Kernels that declare operations enough, as the engine computes them.
  private static List<Measurement> dots(Report report, Setting setting) {
    String engine = new Form.Engine().label();
    return report.kernels().stream()
        .filter(m -> m.form().equals(engine) && m.setting().equals(setting))
        .filter(m -> m.flops() > LEAST_INTENSITY * m.bytes())
        .toList();
  }

  static XYChart chart(Report report, Setting setting) {
    Roofline roofline = report.ceilings().get(setting);
    if (roofline == null) {
      throw new IllegalArgumentException("roofline chart: no ceilings of " + setting);
    }
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title("Roofline: " + report.processor() + ", " + setting + " (" + report.date() + ")")
            .xAxisTitle("operations per byte")
            .yAxisTitle("GFLOP/s")
            .theme(ChartTheme.XChart)
            .build();
    List<Measurement> dots = dots(report, setting);
    ChartRange x = ChartRange.around(dots.stream().mapToDouble(RooflineChart::intensity), 0.3, 300);
    ChartRange y =
        ChartRange.around(
            dots.stream().mapToDouble(Measurement::gflops),
            roofline.gflops() / 30,
            roofline.gflops() * 1.5);
    style(chart, x, y);
    ChartLabels labels = new ChartLabels(x, y, WIDTH - BESIDE, HEIGHT - BELOW);
    labels.occupyCorner(LEGEND_WIDTH, LEGEND_HEIGHT);
    roofs(chart, roofline, x, y, labels);
    labels.corner(ceilings(roofline)).ifPresent(place -> annotate(chart, place));
    for (Kind kind : Kind.values()) {
      dots(chart, kind, dots.stream().filter(m -> Kind.of(m.kernel()) == kind).toList());
    }
    for (Measurement m : dots) {
      labels.occupy(intensity(m), m.gflops());
    }
    for (Measurement m : dots) {
      labels
          .beside(intensity(m), m.gflops(), shortened(m.kernel()))
          .ifPresent(place -> annotate(chart, place));
    }
    return chart;
  }

  private static double intensity(Measurement m) {
    return m.flops() / m.bytes();
  }

  /// Without the sizes, which the table tells: `gemm-w1-up-nt-768x512x128` is `w1-up-nt`.
  static String shortened(String kernel) {
    return kernel.replaceAll("^gemm-", "").replaceAll("-\\d+(x\\d+)+(to\\d+)?", "");
  }

  /// Lines first, so that no name lies on one.
  private static void roofs(
      XYChart chart, Roofline roofline, ChartRange x, ChartRange y, ChartLabels labels) {
    double top = roofline.gflops();
    List<Roofline.Copies> levels = levels(roofline);
    for (Roofline.Copies copy : levels) {
      double left = begin(copy, x, y);
      line(chart, labels, copy.level(), left, left * copy.gigabytes(), top / copy.gigabytes(), top);
    }
    double first = Math.max(top / levels.getFirst().gigabytes(), x.low());
    line(chart, labels, "multiply-adds", first, top, x.high(), top);
    for (Roofline.Copies copy : levels) {
      labels
          .along(begin(copy, x, y), copy.gigabytes(), top, copy.level())
          .ifPresent(place -> annotate(chart, place));
    }
    labels.above(x.high(), top, "multiply-adds").ifPresent(place -> annotate(chart, place));
  }

  /// Where a roof enters the plot.
  private static double begin(Roofline.Copies copy, ChartRange x, ChartRange y) {
    return Math.max(x.low(), y.low() / copy.gigabytes());
  }

  private static String ceilings(Roofline roofline) {
    StringBuilder text =
        new StringBuilder(
            String.format(Locale.ROOT, "multiply-adds %.0f GFLOP/s; GB/s:", roofline.gflops()));
    String separator = " ";
    for (Roofline.Copies copy : levels(roofline)) {
      text.append(
          String.format(
              Locale.ROOT,
              copy.gigabytes() < 100 ? "%s%s %.1f" : "%s%s %.0f",
              separator,
              copy.level(),
              copy.gigabytes()));
      separator = ", ";
    }
    return text.toString();
  }

  /// One of each name, the last: L3 is measured twice.
  private static List<Roofline.Copies> levels(Roofline roofline) {
    List<Roofline.Copies> levels = new ArrayList<>();
    for (Roofline.Copies copy : roofline.copies()) {
      levels.removeIf(level -> level.level().equals(copy.level()));
      levels.add(copy);
    }
    return levels;
  }

  private static void line(
      XYChart chart,
      ChartLabels labels,
      String name,
      double fromX,
      double fromY,
      double toX,
      double toY) {
    labels.occupy(fromX, fromY, toX, toY);
    XYSeries line = chart.addSeries(name, new double[] {fromX, toX}, new double[] {fromY, toY});
    line.setMarker(SeriesMarkers.NONE);
    line.setLineColor(ROOF);
    line.setLineStyle(new BasicStroke(1.6f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
    line.setShowInLegend(false);
  }

  private static void dots(XYChart chart, Kind kind, List<Measurement> all) {
    if (all.isEmpty()) {
      return;
    }
    XYSeries series =
        chart.addSeries(
            kind.label,
            all.stream().mapToDouble(RooflineChart::intensity).toArray(),
            all.stream().mapToDouble(Measurement::gflops).toArray());
    series.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter);
    series.setMarker(SeriesMarkers.CIRCLE);
    series.setMarkerColor(kind.color);
  }

  private static void annotate(XYChart chart, ChartLabels.Place place) {
    chart.addAnnotation(new AnnotationText(place.text(), place.x(), place.y(), false));
  }

  private static void style(XYChart chart, ChartRange x, ChartRange y) {
    var styler = chart.getStyler();
    styler.setXAxisLogarithmic(true).setYAxisLogarithmic(true);
    styler.setXAxisMin(x.low()).setXAxisMax(x.high()).setYAxisMin(y.low()).setYAxisMax(y.high());
    styler.setXAxisTickLabelsFormattingFunction(RooflineChart::tick);
    styler.setYAxisTickLabelsFormattingFunction(RooflineChart::tick);
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
    styler.setLegendPosition(LegendPosition.InsideSE);
    styler.setLegendBorderColor(GRID);
    styler.setMarkerSize(8);
    styler.setAnnotationTextFont(new Font(Font.SANS_SERIF, Font.PLAIN, ChartLabels.FONT_SIZE));
    styler.setAnnotationTextFontColor(INK);
  }

  private static String tick(double value) {
    return value >= 1
        ? String.format(Locale.ROOT, "%,.0f", value)
        : String.format(Locale.ROOT, "%.2g", value);
  }
}
