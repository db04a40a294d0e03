package jacquard.bench.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import jacquard.kernels.cpu.ceiling.Roofline;
import java.util.List;
import org.junit.jupiter.api.Test;

class RooflineTest {
  private static final Roofline ROOFLINE =
      new Roofline(
          200,
          List.of(
              new Roofline.Copies("memory", 1 << 28, 10),
              new Roofline.Copies("L1", 1 << 14, 400),
              new Roofline.Copies("L2", 1 << 20, 100)));

  @Test
  void bandwidthIsWhatWasMeasuredAtASize() {
    assertEquals(400, ROOFLINE.bandwidth(1 << 14), 1e-9);
    assertEquals(100, ROOFLINE.bandwidth(1 << 20), 1e-9);
    assertEquals(10, ROOFLINE.bandwidth(1 << 28), 1e-9);
  }

  @Test
  void bandwidthLiesBetweenAndDoesNotLeaveTheMeasured() {
    assertEquals(200, ROOFLINE.bandwidth(1 << 17), 1e-9); // half way from 2^14 to 2^20
    assertEquals(Math.sqrt(1000), ROOFLINE.bandwidth(1 << 24), 1e-9);
    assertEquals(400, ROOFLINE.bandwidth(0), 1e-9);
    assertEquals(400, ROOFLINE.bandwidth(100), 1e-9);
    assertEquals(10, ROOFLINE.bandwidth(1e12), 1e-9);
  }

  @Test
  void theCeilingThatTakesLongestLimits() {
    // 2 GFLOP take 10 ms, 1 MiB takes 0.01
    assertEquals(new Roofline.Limit("FMA", 10), ROOFLINE.limit(2e9, 1 << 20));
    Roofline.Limit moving = ROOFLINE.limit(1e6, 1 << 28);
    assertEquals("memory", moving.name());
    assertEquals((1 << 28) / 10e6, moving.millis(), 1e-9);
    assertEquals("L2", ROOFLINE.limit(0, 1 << 19).name());
    assertEquals("L1", ROOFLINE.limit(0, 1 << 10).name());
    assertEquals("memory", ROOFLINE.limit(0, 1e12).name());
  }

  @Test
  void aShareIsTheLeastTimeOverTheMeasured() {
    Measurement m =
        new Measurement(
            "k", "jacquard", new Setting(1, 512), 2e9, 1 << 20, new Timing(12.5, 12, 13));
    assertEquals(0.8, m.share(ROOFLINE), 1e-9);
    assertEquals(160, m.gflops(), 1e-9);
    assertEquals((1 << 20) / 12.5e6, m.gigabytes(), 1e-9);
    assertEquals(0.04, m.timing().spread(), 1e-9);
  }

  @Test
  void ceilingsArePositive() {
    List<Roofline.Copies> none = List.of();
    assertThrows(IllegalArgumentException.class, () -> new Roofline(200, none));
    List<Roofline.Copies> zero = List.of(new Roofline.Copies("L1", 1, 0));
    assertThrows(IllegalArgumentException.class, () -> new Roofline(200, zero));
    assertThrows(IllegalArgumentException.class, () -> new Roofline(Double.NaN, ROOFLINE.copies()));
  }
}
