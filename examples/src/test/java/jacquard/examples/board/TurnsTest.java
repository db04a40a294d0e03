package jacquard.examples.board;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.examples.board.Gate.RefusedException;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class TurnsTest {
  @Test
  @Timeout(60)
  void fewComputeSomeWaitOthersAreRefused() throws IOException, InterruptedException {
    Turns turns = new Turns(1, 2);
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    AtomicInteger done = new AtomicInteger();
    Thread first =
        start(
            turns,
            () -> {
              begun.countDown();
              await(end);
              done.incrementAndGet();
            });
    begun.await();
    Thread second = start(turns, done::incrementAndGet);
    while (second.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    assertEquals(0, done.get(), "one at a time");
    RefusedException why =
        assertThrows(RefusedException.class, () -> turns.run(done::incrementAndGet));
    assertEquals(503, why.status());
    assertTrue(why.getMessage().startsWith("2 requests compute or wait"), why::getMessage);
    end.countDown();
    first.join();
    second.join();
    assertEquals(2, done.get());
    for (int i = 0; i < 3; i++) {
      assertThrows(IOException.class, () -> turns.run(TurnsTest::fail), "gives its turn back");
    }
    turns.run(done::incrementAndGet);
    assertEquals(3, done.get());
  }

  private static void fail() throws IOException {
    throw new IOException("on purpose");
  }

  private static Thread start(Turns turns, Turns.Work work) {
    return Thread.ofPlatform()
        .start(() -> {
          try {
            turns.run(work);
          } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
