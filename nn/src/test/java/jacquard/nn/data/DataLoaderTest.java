package jacquard.nn.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.tensor.DType;
import jacquard.tensor.Shape;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class DataLoaderTest {
  private static final List<Field> FIELDS = List.of(new Field("n", DType.I32, Shape.scalar()));

  private static Batch numbered(long step) {
    Batch batch = new Batch(step, 0, 1, 1, FIELDS);
    batch.ints(0)[0] = (int) (step * step);
    return batch;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 100})
  void batchesComeInOrderFromAnyStep(int prefetch) {
    try (DataLoader loader = new DataLoader(DataLoaderTest::numbered, 5, 40, prefetch)) {
      for (int step = 5; step < 40; step++) {
        assertEquals(step, loader.step());
        assertTrue(loader.hasNext());
        Batch batch = loader.next();
        assertEquals(step, batch.step());
        assertEquals(step * step, batch.ints("n")[0]);
      }
      assertFalse(loader.hasNext());
      assertThrows(NoSuchElementException.class, loader::next);
    }
  }

  @Test
  void noMoreThanPrefetchAreMadeAhead() throws Exception {
    AtomicInteger made = new AtomicInteger();
    CountDownLatch three = new CountDownLatch(3);
    try (DataLoader loader =
        new DataLoader(
            step -> {
              made.incrementAndGet();
              three.countDown();
              return numbered(step);
            },
            0,
            1000,
            3)) {
      three.await();
      for (int taken = 1; taken <= 50; taken++) {
        loader.next();
        assertTrue(made.get() <= taken + 3, made + " made, " + taken + " taken");
      }
    }
  }

  @Test
  void oneThreadMakesAllBatchesAndIsADaemon() {
    Set<Thread> threads = ConcurrentHashMap.newKeySet();
    try (DataLoader loader =
        new DataLoader(
            step -> {
              threads.add(Thread.currentThread());
              return numbered(step);
            },
            0,
            20,
            2)) {
      loader.forEachRemaining(batch -> {});
    }
    assertEquals(1, threads.size());
    Thread thread = threads.iterator().next();
    assertTrue(thread.isDaemon());
    assertFalse(thread.isAlive(), "still alive after close");
  }

  @Test
  void severalThreadsMakeBatchesAtOnceAndTheyComeInOrder() {
    int threads = 3;
    CountDownLatch together = new CountDownLatch(threads);
    AtomicInteger made = new AtomicInteger();
    try (DataLoader loader =
        new DataLoader(
            step -> {
              together.countDown();
              try {
                together.await(); // ends only if all threads make a batch at the same time
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
              made.incrementAndGet();
              return numbered(step);
            },
            7,
            200,
            4,
            threads)) {
      for (int step = 7; step < 200; step++) {
        assertEquals(step * step, loader.next().ints("n")[0]);
        assertTrue(made.get() <= step - 7 + 1 + 4, "no more than 4 ahead");
      }
      assertFalse(loader.hasNext());
    }
    assertEquals(193, made.get(), "each once");
  }

  @Test
  void theFirstOfSeveralFailuresIsThrownAfterTheBatchesBeforeIt() throws Exception {
    CountDownLatch later = new CountDownLatch(1);
    ArithmeticException first = new ArithmeticException("batch 2 is bad");
    try (DataLoader loader =
        new DataLoader(
            step -> {
              if (step == 3) {
                later.countDown();
                throw new IllegalStateException("batch 3 is bad");
              }
              try {
                later.await(); // the others end after it
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
              if (step == 2) {
                throw first;
              }
              return numbered(step);
            },
            0,
            10,
            4,
            4)) {
      assertEquals(0, loader.next().step());
      assertEquals(1, loader.next().step());
      Throwable thrown = assertThrows(RuntimeException.class, loader::next);
      assertSame(first, thrown);
      assertSame(first, assertThrows(ArithmeticException.class, loader::next));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2})
  void failuresReachTheConsumerAtTheirPlace(int prefetch) {
    ArithmeticException failure = new ArithmeticException("batch 3 is bad");
    try (DataLoader loader =
        new DataLoader(
            step -> {
              if (step == 3) {
                throw failure;
              }
              return numbered(step);
            },
            0,
            10,
            prefetch)) {
      for (int step = 0; step < 3; step++) {
        assertEquals(step, loader.next().step());
      }
      assertSame(failure, assertThrows(ArithmeticException.class, loader::next));
      assertSame(failure, assertThrows(ArithmeticException.class, loader::next));
      assertEquals(3, loader.step());
    }
  }

  @Test
  void errorsReachTheConsumerToo() {
    try (DataLoader loader =
        new DataLoader(
            step -> {
              throw new StackOverflowError("deep");
            },
            0,
            10,
            2)) {
      assertThrows(StackOverflowError.class, loader::next);
    }
  }

  @Test
  void closingReleasesAProducerThatWaitsForRoom() {
    AtomicReference<Thread> producer = new AtomicReference<>();
    DataLoader loader =
        new DataLoader(
            step -> {
              producer.set(Thread.currentThread());
              return numbered(step);
            },
            0,
            Long.MAX_VALUE,
            2);
    loader.next();
    loader.close();
    loader.close();
    assertFalse(producer.get().isAlive());
    assertFalse(loader.hasNext());
    assertEquals(
        "loader: closed before batch 1 was delivered",
        assertThrows(IllegalStateException.class, loader::next).getMessage());
  }

  @Test
  void closingReleasesAConsumerThatWaits() throws Exception {
    CountDownLatch making = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    DataLoader loader =
        new DataLoader(
            step -> {
              making.countDown();
              try {
                release.await();
              } catch (InterruptedException e) {
                throw new AssertionError("the producer was interrupted", e);
              }
              return numbered(step);
            },
            0,
            10,
            1);
    making.await();
    AtomicReference<Throwable> seen = new AtomicReference<>();
    Thread consumer =
        Thread.ofPlatform()
            .start(() -> {
              try {
                loader.next();
              } catch (IllegalStateException e) {
                seen.set(e);
              }
            });
    Thread closer = Thread.ofPlatform().start(loader::close);
    consumer.join();
    assertTrue(seen.get().getMessage().startsWith("loader: closed"), seen.get().getMessage());
    assertTrue(closer.isAlive(), "close must wait for the batch in the making");
    release.countDown();
    closer.join();
  }

  @Test
  void interruptedConsumersGetAnErrorAndKeepTheFlag() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    DataLoader loader =
        new DataLoader(
            step -> {
              try {
                release.await();
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
              return numbered(step);
            },
            0,
            10,
            1);
    AtomicReference<Boolean> flag = new AtomicReference<>();
    Thread consumer =
        Thread.ofPlatform()
            .start(() -> {
              Thread.currentThread().interrupt();
              try {
                loader.next();
              } catch (IllegalStateException e) {
                flag.set(Thread.currentThread().isInterrupted());
              }
            });
    consumer.join();
    assertEquals(true, flag.get());
    release.countDown();
    loader.close();
  }

  /// Step by step the same as without a stop, whatever was prefetched.
  @Test
  void resumedLoadersContinueBitForBit() {
    Dataset data =
        ArrayDataset.ofSize(23).with("n", java.util.stream.IntStream.range(0, 23).toArray());
    java.util.function.Supplier<Batches> batches =
        () -> Batches.shuffled(data, 4, Batches.Tail.PAD, 77);
    int[][] whole = new int[30][];
    try (DataLoader loader = new DataLoader(batches.get(), 0, 30, 2)) {
      while (loader.hasNext()) {
        Batch batch = loader.next();
        whole[(int) batch.step()] = batch.ints("n");
      }
    }
    long step = 0;
    while (step < 30) {
      try (DataLoader loader = new DataLoader(batches.get(), step, 30, 4)) {
        for (int i = 0; i < 7 && loader.hasNext(); i++) {
          Batch batch = loader.next();
          org.junit.jupiter.api.Assertions.assertArrayEquals(
              whole[(int) batch.step()], batch.ints("n"));
        }
        step = loader.step();
      }
    }
  }
}
