package jacquard.bench.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.bench.Shell;
import jacquard.kernels.cpu.ceiling.Roofline;
import jacquard.kernels.cpu.machine.VectorWidth;
import jacquard.nn.io.Json;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class KernelsCommandTest {
  @TempDir Path temp;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "kernels sgemm-( | 'sgemm-(' is no regular expression: Unclosed group",
        "kernels nosuch | 'nosuch' matches no kernel; --list shows them",
        "kernels a b | Unmatched argument at index 2: 'b'",
        "kernels --peer blis | expected one of [openblas, mkl]",
        "kernels --peer-library x.so | --peer-library needs --peer",
        "kernels --peer mkl --peer-library TEMP/none.so | --peer-library: TEMP/none.so",
        "kernels --threads 0 | --threads is 0, expected 1 or more",
        "kernels --threads 9999 | --threads is 9999, expected at most ",
        "kernels --threads x | 'x' is not an int",
        "kernels --bits 100 | --bits is 100, expected 128, 256 or 512",
        "kernels --compare TEMP/none | no such file",
        "kernels --compare TEMP/empty | empty",
        "kernels --compare TEMP | is a folder, expected a file",
        "kernels gelu-1M-fwd --compare TEMP/other.json | other.json: holds none of these kernels",
        "kernels --json TEMP/none/x.json | --json: TEMP/none/x.json: no such folder",
        "kernels --json TEMP/empty/x.json | --json: TEMP/empty/x.json: not a folder",
        "kernels --json /proc/x.json | --json: /proc/x.json: ",
        "kernels --json TEMP | is a folder, expected a file",
        "kernels --json TEMP/x.png | the chart would have the same name",
        "kernels --json TEMP/x.json --chart TEMP/x.json | the chart would have the same name",
        "kernels --chart TEMP/empty/x.png | --chart: TEMP/empty/x.png: not a folder",
        "workloads W8 | 'W8', expected the start of one of",
        "ratio | Missing required parameters: 'OURS', 'PEERS'",
        "ratio TEMP/none TEMP/empty | holds no timed workload",
        "paint | Unmatched argument at index 0: 'paint'",
      })
  void whatIsWrongIsOneLineAndTwo(String call, String expected) throws IOException {
    Files.createFile(temp.resolve("empty"));
    ReportJson.write(
        Reports.of(Reports.measured("gelu-1M-fwdbwd", 1, 0)), temp.resolve("other.json"));
    String[] words =
        Arrays.stream(call.strip().split(" "))
            .map(word -> word.replace("TEMP", temp.toString()))
            .toArray(String[]::new);
    Shell.Result result = Shell.bench(words);
    assertEquals(2, result.exit(), result::toString);
    assertEquals(1, result.err().size(), result::toString);
    assertTrue(
        result.err().getFirst().contains(expected.strip().replace("TEMP", temp.toString())),
        result::toString);
    assertEquals(List.of(), result.out());
  }

  @Test
  void everyCommandHelps() {
    for (String command : List.of("workloads", "kernels", "device", "ratio")) {
      Shell.Result result = Shell.bench(command, "--help");
      assertEquals(0, result.exit());
      assertTrue(result.out().getFirst().startsWith("Usage: jacquard bench " + command));
    }
  }

  @Test
  void listNamesWhatAnExpressionFinds() {
    Shell.Result result = Shell.bench("kernels", "--list", "^gelu.*fwd$");
    assertEquals(0, result.exit());
    assertEquals(
        List.of(
            "kernel                                        MFLOP         MB  FLOP/byte",
            "gelu-1M-fwd                                    8.39       8.39       1.00"),
        result.out());
  }

  @Test
  void whatAProcessSaysOfItsMeasurementIsTold() {
    assertEquals(
        List.of("rand-1M: not compiled within 60.0 s, plain loops are measured"),
        Jmh.remarks("# Warmup\n rand-1M: not compiled within 60.0 s, plain loops are measured\nx"));
  }

  /// In this process, and too short to measure anything.
  @Test
  void aMeasurementIsReportedDrawnAndCompared() throws IOException {
    System.setProperty("jmh.ignoreLock", "true");
    String row = "gemm-w1-decode-up-nt-1x512x128";
    Setting setting = new Setting(1, VectorWidth.preferred().bits());
    Measurement slow = new Measurement(row, "jacquard", setting, 1, 1, new Timing(1e6, 1e6, 1e6));
    Path before = temp.resolve("before.json");
    ReportJson.write(
        new Report("2026-01-31", "a machine", Map.of(setting, Reports.ROOFLINE), List.of(slow)),
        before);
    Path json = temp.resolve("report.json");
    StringWriter text = new StringWriter();
    int exit =
        new CommandLine(new KernelsCommand(new Effort(0.02, 0, 1, 20, 0)))
            .setOut(new PrintWriter(text, true))
            .execute("^" + row + "$", "--scalar", "--json=" + json, "--compare=" + before);
    List<String> out = text.toString().lines().toList();
    assertEquals(0, exit, text::toString);
    assertTrue(
        out.stream().anyMatch(line -> line.startsWith("faster: " + row + " (jacquard, " + setting)),
        text::toString);
    assertTrue(
        out.contains("than 2026-01-31: 0 slower, 1 faster, 0 the same within 5 % or their spread"),
        text::toString);
    assertEquals(
        "compared with another machine: a machine; what changed is not the code's alone",
        out.getFirst());
    assertReported(ReportJson.read(json), row, setting);
    assertDrawn(ImageIO.read(temp.resolve("report.png").toFile()));
  }

  private static void assertReported(Report report, String row, Setting setting) {
    assertEquals(
        List.of("jacquard", "loops"), report.kernels().stream().map(Measurement::form).toList());
    for (Measurement m : report.kernels()) {
      assertEquals(row, m.kernel());
      assertEquals(setting, m.setting());
      Timing t = m.timing();
      assertTrue(0 < t.p10() && t.p10() <= t.median() && t.median() <= t.p90(), t::toString);
    }
    assertEquals(List.of(setting), List.copyOf(report.ceilings().keySet()));
    Roofline roofline = report.ceilings().get(setting);
    assertTrue(roofline.gflops() > 0, roofline::toString);
    assertEquals("L1", roofline.copies().getFirst().level());
    assertEquals("memory", roofline.copies().getLast().level());
    for (Roofline.Copies copies : roofline.copies()) {
      assertTrue(copies.gigabytes() > 0, copies::toString);
    }
  }

  /// Of its size, with a dot in the colour of products.
  private static void assertDrawn(BufferedImage image) {
    assertEquals(1400, image.getWidth());
    assertEquals(860, image.getHeight());
    int[] pixels = image.getRGB(0, 0, 1400, 860, null, 0, 1400);
    long dot = Arrays.stream(pixels).filter(rgb -> (rgb & 0xffffff) == 0x0072b2).count();
    assertTrue(dot > 20, dot + " pixels");
    long white = Arrays.stream(pixels).filter(rgb -> (rgb & 0xffffff) == 0xffffff).count();
    assertTrue(white > pixels.length / 2 && white < pixels.length - 3000, white + " white pixels");
  }

  /// JMH's own processes, some ten seconds.
  @Test
  @Tag("long")
  void aKernelIsMeasuredAndReported() throws IOException {
    Path json = temp.resolve("report.json");
    Path chart = temp.resolve("chart.png");
    Shell.Result result =
        Shell.bench(
            "kernels",
            "--quick",
            "^sgemm-256$",
            "--scalar",
            "--json",
            json.toString(),
            "--chart",
            chart.toString());
    assertEquals(0, result.exit(), result::toString);
    assertTrue(result.out().getLast().startsWith("sgemm-256"), result::toString);
    assertEquals(2, Json.read(json).field("kernels").items().size());
    assertTrue(Files.size(chart) > 1000);
    assertEquals(
        1, ReportJson.read(json).ceilings().size(), "ceilings are measured in the same run");
  }
}
