package jacquard.bench.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.bench.Shell;
import jacquard.nn.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
        "kernels --threads x | 'x' is not an int",
        "kernels --bits 100 | --bits is 100, expected 128, 256 or 512",
        "kernels --compare TEMP/none | no such file",
        "kernels --compare TEMP/empty | empty",
        "kernels --json TEMP/none/x.json | no such folder",
        "kernels --json TEMP | is a folder, expected a file",
        "kernels --chart TEMP/empty/x.png | no such folder",
        "workloads W8 | 'W8', expected the start of one of",
        "ratio | Missing required parameters: 'OURS', 'PEERS'",
        "ratio TEMP/none TEMP/empty | holds no timed workload",
        "paint | Unmatched argument at index 0: 'paint'",
      })
  void whatIsWrongIsOneLineAndTwo(String call, String expected) throws IOException {
    Files.createFile(temp.resolve("empty"));
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
    for (String command : List.of("workloads", "kernels", "ratio")) {
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
