package jacquard.nn.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class ScheduleTest {

  @Test
  void constantAndLinear() {
    assertEquals(0.5, Schedule.constant(0.5).at(1_000_000));
    Schedule down = Schedule.linear(1, 0.2, 4);
    assertEquals(1, down.at(0));
    assertEquals(0.6, down.at(2), 1e-15);
    assertEquals(0.2, down.at(4));
    assertEquals(0.2, down.at(400));
  }

  @Test
  void steppedMultipliesEvery() {
    Schedule schedule = Schedule.stepped(1, 10, 0.1);
    assertEquals(1, schedule.at(9));
    assertEquals(0.1, schedule.at(10), 1e-15);
    assertEquals(0.01, schedule.at(29), 1e-15);
  }

  @Test
  void warmupRisesThenCosineFalls() {
    Schedule schedule = Schedule.warmupCosine(1, 0.1, 9, 109);
    assertEquals(0.1, schedule.at(0), 1e-15);
    assertEquals(0.9, schedule.at(8), 1e-15);
    assertEquals(1, schedule.at(9));
    assertEquals(0.55, schedule.at(59), 1e-15);
    assertEquals(0.1 + 0.45 * (1 + Math.sqrt(0.5)), schedule.at(34), 1e-12);
    assertEquals(0.1, schedule.at(109), 1e-15);
    assertEquals(0.1, schedule.at(10_000), 1e-15);
  }

  @Test
  void warmedUpReachesAnySchedule() {
    Schedule schedule = Schedule.linear(1, 0, 100).warmedUp(4);
    assertEquals(0.2, schedule.at(0), 1e-15);
    assertEquals(0.97 * 0.8, schedule.at(3), 1e-15);
    assertEquals(0.96, schedule.at(4), 1e-15);
  }

  @Test
  void badLengthsAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> Schedule.linear(1, 0, 0));
    assertThrows(IllegalArgumentException.class, () -> Schedule.stepped(1, 0, 1));
    assertThrows(IllegalArgumentException.class, () -> Schedule.warmupCosine(1, 0, 5, 5));
  }
}
