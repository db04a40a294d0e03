package jacquard.kernels.cpu.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkerPoolTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5})
  void everyItemRunsOnceInContiguousParts(int threads) {
    try (WorkerPool pool = new WorkerPool(threads)) {
      assertEquals(threads, pool.threads());
      for (int items : new int[] {0, 1, 2, 3, 7, 64, 1001}) {
        AtomicIntegerArray runs = new AtomicIntegerArray(items);
        AtomicInteger parts = new AtomicInteger();
        pool.parallelFor(
            items,
            1,
            (from, to, worker) -> {
              assertTrue(from < to && worker >= 0 && worker < threads);
              parts.incrementAndGet();
              for (int i = from; i < to; i++) {
                runs.incrementAndGet(i);
              }
            });
        assertEquals(Math.min(items, threads), parts.get());
        for (int i = 0; i < items; i++) {
          assertEquals(1, runs.get(i), "item " + i);
        }
      }
    }
  }

  @Test
  void threadsTakeWholeItemsAndShareWhatIsLeft() {
    try (WorkerPool pool = new WorkerPool(3)) {
      for (int items : new int[] {0, 2, 3, 8}) {
        int whole = items - items % 3;
        Set<String> parts = ConcurrentHashMap.newKeySet();
        pool.parallelForWhole(
            items,
            1,
            (item, end, worker) -> {
              assertEquals(item + 1, end);
              assertEquals(item < whole ? item % 3 : 0, worker);
              pool.parallelFor(
                  6, 1, (from, to, own) -> assertTrue(parts.add(item + ": " + from + ".." + to)));
            });
        Set<String> expected = ConcurrentHashMap.newKeySet();
        for (int item = 0; item < items; item++) {
          for (int from = 0; from < 6; from += item < whole ? 6 : 2) {
            expected.add(item + ": " + from + ".." + (item < whole ? 6 : from + 2));
          }
        }
        assertEquals(expected, parts);
      }
      AtomicInteger shared = new AtomicInteger();
      pool.parallelForWhole(
          5, 2, (item, end, own) -> pool.parallelFor(3, 1, (f, t, w) -> shared.incrementAndGet()));
      assertEquals(15, shared.get(), "items so short that a thread should take two");
    }
  }

  @Test
  void grainLimitsTheNumberOfParts() {
    try (WorkerPool pool = new WorkerPool(4)) {
      AtomicInteger parts = new AtomicInteger();
      pool.parallelFor(20, 10, (from, to, worker) -> parts.incrementAndGet());
      assertEquals(2, parts.get());
      parts.set(0);
      pool.parallelFor(9, 10, (from, to, worker) -> parts.incrementAndGet());
      assertEquals(1, parts.get());
    }
  }

  @Test
  void manyLoopsWithinAStepAndAfterIt() {
    try (WorkerPool pool = new WorkerPool(3)) {
      AtomicInteger sum = new AtomicInteger();
      for (int step = 0; step < 20; step++) {
        pool.begin();
        for (int loop = 0; loop < 100; loop++) {
          pool.parallelFor(30, 1, (from, to, worker) -> sum.addAndGet(to - from));
        }
        pool.end();
        pool.parallelFor(30, 1, (from, to, worker) -> sum.addAndGet(to - from));
      }
      assertEquals(20 * 101 * 30, sum.get());
      assertThrows(IllegalStateException.class, pool::end);
    }
  }

  @Test
  void workersParkWhileTheCallerWaitsInTheMiddleOfAStep() {
    try (WorkerPool pool = new WorkerPool(2)) {
      Thread[] threads = new Thread[2];
      RangeBody body = (from, to, worker) -> threads[worker] = Thread.currentThread();
      pool.begin();
      pool.parallelFor(2, 1, body);
      Thread worker = threads[1];
      long end = System.nanoTime() + 10_000_000_000L;
      pool.rest(() -> {
        while (worker.getState() != Thread.State.WAITING && System.nanoTime() < end) {
          Thread.yield();
        }
      });
      assertTrue(System.nanoTime() < end, "it spins");
      threads[1] = Thread.currentThread();
      pool.parallelFor(2, 1, body);
      assertSame(worker, threads[1]);
      pool.end();
      AtomicInteger waited = new AtomicInteger();
      pool.rest(waited::incrementAndGet);
      pool.parallelFor(2, 1, (from, to, w) -> pool.rest(waited::incrementAndGet));
      assertEquals(3, waited.get());
      assertThrows(IllegalStateException.class, pool::end, "outside a step it stays so");
    }
  }

  @Test
  void aLoopInsideALoopRunsInlineUnderTheSameWorker() {
    try (WorkerPool pool = new WorkerPool(3)) {
      Set<Integer> workers = ConcurrentHashMap.newKeySet();
      pool.parallelFor(
          3,
          1,
          (from, to, worker) -> {
            Thread outer = Thread.currentThread();
            assertEquals(worker, pool.currentWorker());
            pool.parallelFor(
                10,
                1,
                (innerFrom, innerTo, innerWorker) -> {
                  assertSame(outer, Thread.currentThread());
                  assertEquals(worker, innerWorker);
                  assertEquals(10, innerTo - innerFrom);
                  workers.add(innerWorker);
                });
          });
      assertEquals(Set.of(0, 1, 2), workers);
      assertEquals(0, pool.currentWorker());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void whatAWorkerThrowsReachesTheCaller(int culprit) {
    try (WorkerPool pool = new WorkerPool(3)) {
      IllegalStateException thrown = new IllegalStateException("from worker " + culprit);
      AtomicInteger finished = new AtomicInteger();
      RangeBody body =
          (from, to, worker) -> {
            if (worker == culprit) {
              throw thrown;
            }
            finished.incrementAndGet();
          };
      assertSame(
          thrown, assertThrows(IllegalStateException.class, () -> pool.parallelFor(3, 1, body)));
      assertEquals(2, finished.get());
      pool.parallelFor(3, 1, (from, to, worker) -> finished.incrementAndGet());
      assertEquals(5, finished.get());
    }
  }

  @Test
  void severalFailuresAreAllReported() {
    try (WorkerPool pool = new WorkerPool(3)) {
      IllegalStateException thrown =
          assertThrows(
              IllegalStateException.class,
              () ->
                  pool.parallelFor(
                      3,
                      1,
                      (from, to, worker) -> {
                        throw new IllegalStateException("worker " + worker);
                      }));
      assertEquals("worker 0", thrown.getMessage());
      assertEquals(2, thrown.getSuppressed().length);
    }
  }

  @Test
  void callersFromSeveralThreadsTakeTurns() throws InterruptedException {
    try (WorkerPool pool = new WorkerPool(2)) {
      AtomicInteger running = new AtomicInteger();
      AtomicInteger sum = new AtomicInteger();
      AtomicInteger most = new AtomicInteger();
      Thread[] callers = new Thread[3];
      for (int i = 0; i < callers.length; i++) {
        callers[i] =
            Thread.ofPlatform()
                .start(() -> {
                  for (int loop = 0; loop < 200; loop++) {
                    pool.parallelFor(
                        2,
                        1,
                        (from, to, worker) -> {
                          most.accumulateAndGet(running.incrementAndGet(), Math::max);
                          sum.addAndGet(to - from);
                          running.decrementAndGet();
                        });
                  }
                });
      }
      for (Thread caller : callers) {
        caller.join();
      }
      assertEquals(3 * 200 * 2, sum.get());
      assertTrue(most.get() <= 2);
    }
  }

  @Test
  void badThreadCountIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> new WorkerPool(0));
  }

  @Test
  void aClosedPoolRefusesLoopsForSeveralThreads() {
    WorkerPool pool = new WorkerPool(2);
    pool.close();
    assertThrows(
        IllegalStateException.class, () -> pool.parallelFor(2, 1, (from, to, worker) -> {}));
  }
}
