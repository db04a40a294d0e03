package jacquard.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.examples.Shell.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DoctorTest {

  @AfterEach
  void putBack() {
    System.clearProperty("jacquard.device");
    System.clearProperty("jacquard.debug");
  }

  @Test
  void tellsWhatIsUsedAndThatItWorks() {
    Result result = Shell.jacquard("doctor");
    assertEquals(0, result.exit(), result::toString);
    assertEquals(List.of(), result.err());
    assertTrue(line(result, "java").contains(Runtime.version().toString()), result::toString);
    assertTrue(line(result, "vectors").matches(".*\\b(128|256|512) bits.*"), result::toString);
    assertTrue(line(result, "  cpu ").matches(".*; works \\(.*; standard"), result::toString);
    assertTrue(line(result, "  reference").contains("; works ("), result::toString);
    assertTrue(line(result, "  cuda").contains("none: "), result::toString);
    assertTrue(line(result, "  jacquard.fuse").endsWith("true"), result::toString);
    List<String> compilers =
        result.out().subList(result.out().indexOf("compilers of kernels"), result.out().size());
    assertTrue(
        compilers.get(1).matches("  (opencl +(the driver's|none: .*)|cuda .*)"), result::toString);
    assertTrue(
        compilers.get(2).matches("  (opencl .*|cuda +(nvcc|NVRTC|none:) .*)"), result::toString);
  }

  @Test
  void everySwitchIsTold() throws IOException {
    List<String> told =
        Shell.jacquard("doctor").out().stream()
            .map(String::strip)
            .filter(l -> l.startsWith("jacquard."))
            .map(l -> l.split(" ")[0])
            .sorted()
            .toList();
    Pattern row = Pattern.compile("^/// \\| `(jacquard\\.\\w+)`.*");
    Path source = Path.of("../tensor/src/main/java/jacquard/tensor/Switches.java");
    List<String> switches =
        Files.readAllLines(source).stream()
            .map(row::matcher)
            .filter(Matcher::matches)
            .map(m -> m.group(1))
            .sorted()
            .toList();
    assertEquals(switches, told);
  }

  @Test
  void aDeviceThatIsNotThereIsToldAndExitsWithOne() {
    System.setProperty("jacquard.device", "abacus");
    Result result = Shell.jacquard("doctor");
    assertEquals(1, result.exit());
    assertTrue(
        result.out().stream()
            .anyMatch(l -> l.contains("the standard device, abacus, does not work")),
        result::toString);
    assertTrue(line(result, "  jacquard.device").endsWith("abacus  (set)"), result::toString);
  }

  @Test
  void aBadSwitchIsToldInItsPlace() {
    System.setProperty("jacquard.debug", "loud");
    Result result = Shell.jacquard("doctor");
    assertTrue(line(result, "  jacquard.debug").contains("'loud', expected"), result::toString);
  }

  @Test
  void linuxTellsProcessors() {
    assertEquals(
        "AMD EPYC: sse4_2, fma, avx2",
        Processor.linux(
                "processor\t: 0\nmodel name\t: AMD EPYC\nflags\t: fpu sse4_2 fma avx2\n\nprocessor\t: 1\n")
            .toString());
    assertEquals(
        "implementer 0x41 part 0xd0c: asimd",
        Processor.linux("Features\t: fp asimd\nCPU implementer\t: 0x41\nCPU part\t: 0xd0c\n")
            .toString());
    assertEquals("of unknown model", Processor.linux("").toString());
  }

  private static String line(Result result, String start) {
    return result.out().stream()
        .filter(line -> line.startsWith(start))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no line " + start + ": " + result));
  }
}
