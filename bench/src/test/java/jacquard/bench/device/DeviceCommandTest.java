package jacquard.bench.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.bench.Shell;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class DeviceCommandTest {
  private static final String DEVICE = "jacquard.device";

  /// On matrices too small to measure anything.
  @Test
  void ratesHaveADotInEveryLocale() {
    Locale locale = Locale.getDefault();
    String device = System.getProperty(DEVICE);
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
      if (device == null) {
        System.clearProperty(DEVICE);
      } else {
        System.setProperty(DEVICE, device);
      }
    }
  }
}
