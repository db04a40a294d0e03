package jacquard.bench.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.bench.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeviceCommandTest {
  private static final String DEVICE = "jacquard.device";

  @TempDir Path temp;

  private final @Nullable String before = System.getProperty(DEVICE);

  @AfterEach
  void restore() {
    if (before == null) {
      System.clearProperty(DEVICE);
    } else {
      System.setProperty(DEVICE, before);
    }
  }

  /// On matrices too small to measure anything.
  @Test
  void ratesHaveADotInEveryLocale() {
    Locale locale = Locale.getDefault();
    Locale.setDefault(Locale.GERMANY);
    try {
      Shell.Result result =
          Shell.bench("device", "--elements", "1024", "--side", "8", "--seconds", "0.001");
      assertEquals(0, result.exit(), result::toString);
      List<String> lines = result.out();
      assertEquals(24, lines.size(), result::toString);
      assertTrue(lines.get(1).matches("copy +\\d+\\.\\d \\d+\\.\\d GB/s +1\\.00"));
      assertTrue(
          lines.get(9).matches("f32 product 8 +\\d+\\.\\d \\d+\\.\\d GFLOP/s"), lines.get(9));
      lines.forEach(line -> assertFalse(line.matches(".*\\d,\\d.*"), line));
    } finally {
      Locale.setDefault(locale);
    }
  }

  @Test
  void aDeviceThatFailsLeavesNothingOfAnEarlierRun() throws IOException {
    Path json = temp.resolve("device.jsonl");
    Files.writeString(json, "{\"peer\": \"an earlier run\", \"workload\": \"copy\"}\n");
    Shell.Result result = Shell.bench("device", "--device", "abacus", "--json", json.toString());
    assertEquals(2, result.exit(), result::toString);
    assertEquals(1, result.err().size(), result::toString);
    assertTrue(result.err().getFirst().contains("abacus"), result::toString);
    assertEquals("", Files.readString(json));
  }
}
