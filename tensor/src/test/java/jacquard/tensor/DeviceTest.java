package jacquard.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.tensor.spi.Backends;
import jacquard.tensor.testing.OnReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Devices by name, and the switches that choose and change how they run.
@ExtendWith(OnReference.class)
class DeviceTest {

  @Test
  void namesParseAndPrint() {
    assertEquals(Device.CPU, Device.parse("cpu"));
    assertEquals(new Device("cuda", 1), Device.parse("cuda:1"));
    assertEquals("cuda:1", new Device("cuda", 1).toString());
    assertEquals("opencl", Device.parse("opencl:0").toString());
    assertEquals(Device.REFERENCE, Device.standard());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ":1", "cpu:", "cpu:-1", "cpu:x", "cpu:1:2"})
  void otherNamesAreErrors(String text) {
    String message = assertThrows(DeviceException.class, () -> Device.parse(text)).getMessage();
    assertTrue(
        message.startsWith("device: '" + text + "', expected a back end and an optional number"),
        message);
  }

  @Test
  void missingBackEndsAreNamedWithThoseThatAreThere() {
    String message =
        assertThrows(DeviceException.class, () -> Backends.of(new Device("abacus", 0)))
            .getMessage();
    assertTrue(
        message.startsWith("device: no back end 'abacus' on the class path, found ["), message);
    assertTrue(message.contains("reference"), message);
  }

  private static void with(String name, String value, Runnable action) {
    String before = System.getProperty(name);
    System.setProperty(name, value);
    try {
      action.run();
    } finally {
      if (before == null) {
        System.clearProperty(name);
      } else {
        System.setProperty(name, before);
      }
    }
  }

  @Test
  void eagerModeFailsAtTheFaultyLine() {
    Tensor x = Tensor.zeros(3).realise();
    Tensor index = Tensor.of(new int[] {3}, 1);
    Tensor lazy = x.gather(index);
    assertThrows(IndexException.class, lazy::realise);
    with(
        "jacquard.eager",
        "true",
        () -> {
          assertThrows(IndexException.class, () -> x.gather(index));
          // the graph stays, so gradients still work
          assertEquals(1, x.exp().node().sources().size());
        });
  }

  @Test
  void switchesRefuseOtherValues() {
    with(
        "jacquard.threads",
        "0",
        () ->
            assertEquals(
                "jacquard.threads: '0', expected a whole number from 1 to 1024",
                assertThrows(IllegalArgumentException.class, Switches::threads).getMessage()));
    with(
        "jacquard.debug",
        "verbose",
        () ->
            assertEquals(
                "jacquard.debug: 'verbose', expected a whole number from 0 to 4",
                assertThrows(IllegalArgumentException.class, Switches::debug).getMessage()));
    with(
        "jacquard.vectorBits",
        "100",
        () ->
            assertEquals(
                "jacquard.vectorBits: 100, expected 128, 256 or 512",
                assertThrows(IllegalArgumentException.class, Switches::vectorBits).getMessage()));
    with(
        "jacquard.eager",
        "maybe",
        () ->
            assertEquals(
                "jacquard.eager: 'maybe', expected true or false",
                assertThrows(IllegalArgumentException.class, Switches::eager).getMessage()));
    with("jacquard.threads", " 3 ", () -> assertEquals(3, Switches.threads()));
  }
}
