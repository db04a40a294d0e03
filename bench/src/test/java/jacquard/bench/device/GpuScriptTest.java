package jacquard.bench.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// `bench/gpu.sh` with a Java that only notes how it was called.
class GpuScriptTest {
  /// Prints what the real commands do, and fails in the one whose words contain `BREAKS`.
  private static final String JAVA =
      """
      #!/bin/sh
      echo "$*" >>"$CALLS"
      case "$* " in
        *" doctor "*) printf 'devices\\n  cuda  a pretended one  works\\nswitches\\n'; exit ;;
        *" $BREAKS "*) echo '{"peer": "jacquard", "workl'; echo 'it broke' >&2; exit 3 ;;
      esac
      while [ $# -gt 0 ]; do
        case $1 in
          --json) echo '{"peer": "jacquard", "workload": "copy"}' >"$2" ;;
          --numerics) echo '{"losses": [3.0, 2.0]}' ;;
          workloads) echo '{"peer": "jacquard", "workload": "W1-gpt-small"}' ;;
          targets) echo 'the table' ;;
        esac
        shift
      done
      """;

  @TempDir Path temp;

  private record Result(int exit, List<String> out) {
    String line(String start) {
      return out.stream()
          .filter(line -> line.startsWith(start))
          .findFirst()
          .orElseThrow(() -> new AssertionError(start + " is in none of " + out));
    }
  }

  private Path calls() {
    return temp.resolve("calls");
  }

  private Path results() {
    return temp.resolve("results");
  }

  /// The one call that holds all of these words.
  private String call(String... words) throws IOException {
    List<String> found =
        Files.readAllLines(calls()).stream()
            .filter(line -> Stream.of(words).allMatch(word -> line.contains(" " + word)))
            .toList();
    assertEquals(1, found.size(), () -> List.of(words) + " in " + found);
    return found.getFirst();
  }

  @BeforeEach
  void pack() throws IOException {
    if (!Files.isExecutable(Path.of("/bin/sh"))) {
      System.err.println("SKIPPED: no /bin/sh: bench/gpu.sh is not for this system");
    }
    assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "no /bin/sh");
    Files.copy(Path.of("gpu.sh"), temp.resolve("gpu.sh"));
    Path java = temp.resolve("runtime/bin/java");
    Files.createDirectories(java.getParent());
    Files.writeString(java, JAVA);
    Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Result run(List<String> shell, String breaks, String... options)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(shell);
    command.addAll(List.of(temp.resolve("gpu.sh").toString(), "--out", results().toString()));
    command.addAll(List.of(options));
    Path log = temp.resolve("log");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().putAll(Map.of("CALLS", calls().toString(), "BREAKS", breaks));
    int exit = builder.start().waitFor();
    return new Result(exit, Files.readAllLines(log));
  }

  /// The system's shell, and the one that keeps what is set in front of a function.
  static List<List<String>> shells() {
    List<List<String>> shells = new ArrayList<>(List.of(List.of("/bin/sh")));
    if (Files.isExecutable(Path.of("/bin/bash"))) {
      shells.add(List.of("/bin/bash", "--posix"));
    } else {
      System.err.println("SKIPPED: no /bin/bash: bench/gpu.sh runs in /bin/sh only");
    }
    return shells;
  }

  /// A word of the call that breaks, and the step that it belongs to.
  static Stream<Arguments> parts() {
    List<List<String>> broken =
        List.of(
            List.of("jacquard.tensor.testing.DeviceCheck cuda", "table"),
            List.of("device --device cuda", "device"),
            List.of("workloads --warm 5", "workloads"),
            List.of("--precision bf16 --warm", "workloads-bf16"),
            List.of("jacquard.bench.Main targets", "targets"));
    return shells().stream()
        .flatMap(shell -> broken.stream().map(b -> Arguments.of(shell, b.getFirst(), b.getLast())));
  }

  @ParameterizedTest
  @MethodSource("parts")
  void whatFailsIsNamedAndTheRestGoesOn(List<String> shell, String breaks, String step)
      throws Exception {
    Result result = run(shell, breaks);
    assertEquals(1, result.exit, result::toString);
    assertTrue(
        result.line(step + " ").matches(step + " +\\d+ s  FAILED: it broke"), result::toString);
    assertEquals(
        "1 failed: " + step + "; logs are in " + results(), result.out.getLast(), result::toString);
    assertTrue(result.line("parity-W5 ").endsWith(" ok"), result::toString);
    assertTrue(result.line("train-gan-f16 ").endsWith(" ok"), result::toString);
    call("targets");
  }

  @ParameterizedTest
  @MethodSource("shells")
  void onlyTheDevicesCallsNameIt(List<String> shell) throws Exception {
    Result result = run(shell, "nothing");
    assertEquals(0, result.exit, result::toString);
    assertEquals("0 failed; logs are in " + results(), result.out.getLast());
    assertTrue(result.out.contains("the table"), result::toString);
    for (String workload : List.of("W1", "W3", "W5")) {
      List<String> losses =
          Files.readAllLines(calls()).stream()
              .filter(line -> line.endsWith(" --numerics " + workload))
              .toList();
      assertEquals(2, losses.size(), losses::toString);
      assertFalse(losses.getFirst().contains("cuda"), losses::toString);
      assertTrue(losses.getLast().contains("cuda"), losses::toString);
    }
  }

  @Test
  void whatAnEarlierRunMeasuredIsNotTold() throws Exception {
    Files.createDirectories(results());
    for (String name : List.of("device.jsonl", "torch.log", "workloads.log", "table.log")) {
      Files.writeString(results().resolve(name), "{\"peer\": \"an earlier run\"}\n");
    }
    Result result = run(shells().getFirst(), "device --device cuda", "--skip", "parity,recipes");
    assertEquals(1, result.exit, result::toString);
    String targets = call("targets");
    assertTrue(targets.contains("/workloads.log "), targets);
    assertFalse(targets.contains("device.jsonl"), targets);
    assertFalse(targets.contains("--peer"), targets);
    assertTrue(result.out.stream().noneMatch(line -> line.contains("earlier")), result::toString);
  }

  @Test
  void aRunWithoutAnyTimeFailsByName() throws Exception {
    Result result = run(shells().getFirst(), "nothing", "--limit", "1", "--skip", "parity,recipes");
    assertEquals(1, result.exit, result::toString);
    assertTrue(
        result
            .out
            .getLast()
            .startsWith("4 failed: table device workloads workloads-bf16; logs are in "),
        result::toString);
    assertTrue(result.out.contains("the table"), result::toString);
  }
}
