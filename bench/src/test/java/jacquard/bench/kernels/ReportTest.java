package jacquard.bench.kernels;

import static jacquard.bench.kernels.Reports.measured;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.kernels.cpu.ceiling.Roofline;
import jacquard.nn.io.FormatException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReportTest {
  @TempDir Path temp;

  @Test
  void aReportIsReadAsItWasWritten() throws IOException {
    Report report = Reports.of(measured("sgemm-512", 1.75, 0.25), measured("x \"y\" ü", 1e-3, 0));
    Path file = temp.resolve("report.json");
    ReportJson.write(report, file);
    assertEquals(report, ReportJson.read(file));
  }

  @Test
  void jsonTellsSpeedsForOtherPrograms() throws IOException {
    var kernel =
        ReportJson.text(Reports.of(measured("sgemm-512", 1.75, 0.1)))
            .field("kernels")
            .items()
            .getFirst();
    assertEquals(153.392, kernel.field("gflops").asDouble());
    assertEquals(1.79756, kernel.field("gb_per_s").asDouble());
    assertEquals(0.766958, kernel.field("roofline").asDouble());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{}",
        "{\"ceilings\": [], \"kernels\": [{}], \"date\": \"\", \"machine\": \"\"}",
        "{\"ceilings\": 1, \"kernels\": []}",
        "{\"ceilings\": [{\"threads\": 1, \"bits\": 512, \"fma_gflops\": 0, \"copies\": []}]}",
      })
  void whatIsNoReportIsRefusedInOneLine(String text) throws IOException {
    Path file = Files.writeString(temp.resolve("bad.json"), text);
    FormatException e = assertThrows(FormatException.class, () -> ReportJson.read(file));
    assertTrue(e.getMessage().contains("bad.json"), e::getMessage);
    assertEquals(1, e.getMessage().lines().count());
  }

  @Test
  void changesBeyondFivePercentAndTheSpreadCount() {
    Report before =
        Reports.of(
            measured("a", 1, 0.01),
            measured("b", 1, 0.01),
            measured("c", 1, 0.01),
            measured("d", 1, 0.2),
            measured("gone", 1, 0));
    Report after =
        Reports.of(
            measured("a", 1.06, 0.01),
            measured("b", 0.9, 0.01),
            measured("c", 1.04, 0.01),
            measured("d", 1.15, 0.01),
            measured("new", 1, 0));
    Comparison comparison = Comparison.of(before, after);
    assertEquals(
        List.of(
            Comparison.Verdict.SLOWER,
            Comparison.Verdict.FASTER,
            Comparison.Verdict.SAME,
            Comparison.Verdict.SAME),
        comparison.changes().stream().map(Comparison.Change::verdict).toList());
    assertEquals(
        List.of(
            "slower: a (jacquard, 1 thread, 512 bits): 1.060 ms, before 1.000 (+6 %)",
            "faster: b (jacquard, 1 thread, 512 bits): 0.9000 ms, before 1.000 (-10 %)",
            "than 2026-01-31: 1 slower, 1 faster, 2 the same within 5 % or their spread"),
        Table.summary(comparison, "2026-01-31"));
  }

  @Test
  void formsAndSettingsAreNotComparedWithOthers() {
    Report before = Reports.of(measured("a", "openblas", 1, 0));
    assertEquals(List.of(), Comparison.of(before, Reports.of(measured("a", 2, 0))).changes());
  }

  @Test
  void anotherMachineAndAnotherSpeedOfItAreTold() {
    Report before = Reports.of(measured("a", 1, 0));
    assertEquals(Optional.empty(), Comparison.otherMachine(before, "a machine"));
    assertEquals(
        Optional.of(
            "compared with another machine: a machine; what changed is not the code's alone"),
        Comparison.otherMachine(before, "this one"));
    assertEquals(List.of(), Comparison.otherSpeed(before, before));
    Report slow =
        new Report(
            "", "", Map.of(Reports.ONE, new Roofline(170, Reports.ROOFLINE.copies())), List.of());
    assertEquals(
        List.of(
            "the machine itself did 170 GFLOP/s of multiply-adds, before 200 (1 thread, 512 bits)"),
        Comparison.otherSpeed(before, slow));
  }

  @Test
  void aTableLinesUp() {
    Report before = Reports.of(measured("sgemm-512", 1.9, 0.01));
    Table table = new Table(11, List.of(new Form.Plain()), before);
    Measurement engine = measured("sgemm-512", 1.75, 0.1);
    Measurement host =
        new Measurement("w1-build", "jacquard", Reports.ONE, 0, 0, new Timing(0.2, 0.2, 0.2));
    assertEquals(
        """
        kernel             ms    +-  GFLOP/s    GB/s   limit of it     loops ms ratio before ms    now
        sgemm-512       1.750  10 %      153    1.80     FMA  77 %        43.00  0.04     1.900   -8 %
        w1-build       0.2000   0 %        -       -       -     -            -     -         -      -
        """,
        String.join(
            "\n",
            table.heading(),
            table.line(engine, List.of(measured("sgemm-512", "loops", 43, 0)), Reports.ROOFLINE),
            table.line(host, Arrays.asList((Measurement) null), Reports.ROOFLINE),
            ""));
    assertEquals(
        "1 thread, 512 bits: multiply-adds 200 GFLOP/s; copies in GB/s: L1 400 (16 KiB),"
            + " L2 100 (1 MiB), L3 30.0 (16 MiB), memory 10.0 (256 MiB)",
        Table.ceilings(Reports.ONE, Reports.ROOFLINE));
  }

  @Test
  void aChartIsAPicture() throws IOException {
    Path file = temp.resolve("roofline.png");
    RooflineChart.write(Reports.of(measured("sgemm-512", 1.75, 0.1)), Reports.ONE, file);
    BufferedImage image = ImageIO.read(file.toFile());
    assertEquals(1400, image.getWidth());
  }

  @Test
  void aChartWithoutDotsIsAPictureOfTheCeilings() throws IOException {
    Path file = temp.resolve("roofline.png");
    RooflineChart.write(Reports.of(), Reports.ONE, file);
    assertEquals(1400, ImageIO.read(file.toFile()).getWidth());
  }
}
