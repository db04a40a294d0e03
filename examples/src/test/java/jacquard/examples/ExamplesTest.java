package jacquard.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/// The examples, for a few steps.
class ExamplesTest {
  @Test
  void theVaeLearns() {
    VaeExample vae = new VaeExample();
    double first = vae.step(0);
    double last = 0;
    for (int step = 1; step < 25; step++) {
      last = vae.step(step);
    }
    // Before it has learned, every pixel costs a bit.
    assertEquals(784 * Math.log(2), first, 40);
    assertTrue(last < 0.7 * first, first + " to " + last);
    assertEquals(15 * 15 * 784, vae.plane().length);
  }

  @Test
  void theGansDiscriminatorLearnsFirst() {
    GanExample gan = new GanExample();
    double first = gan.step(0)[0];
    double last = 0;
    for (int step = 1; step < 25; step++) {
      last = gan.step(step)[0];
    }
    assertEquals(2, first, 0.4, "it can't tell yet");
    assertTrue(last < first - 0.3, first + " to " + last);
    for (float value : gan.draw(3)) {
      assertTrue(value >= 0 && value <= 1);
    }
  }
}
