package jacquard.nn.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import jacquard.nn.data.Batches.Position;
import jacquard.nn.data.Batches.Tail;
import jacquard.tensor.Device;
import jacquard.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BatchesTest {
  /// Example `i`: x = [i, i + 0.5], label = i.
  private static Dataset numbers(int size) {
    float[] x = new float[2 * size];
    for (int i = 0; i < x.length; i++) {
      x[i] = i / 2f;
    }
    return ArrayDataset.ofSize(size)
        .with("x", x, 2)
        .with("label", IntStream.range(0, size).toArray());
  }

  private static List<Integer> labels(Batch batch) {
    return Arrays.stream(batch.ints("label")).limit(batch.valid()).boxed().toList();
  }

  @Test
  void batchesInOrderCoverTheData() {
    Batches batches = Batches.of(numbers(7), 3, Tail.PAD);
    assertEquals(3, batches.batchesPerEpoch());
    assertEquals(List.of(0, 1, 2), labels(batches.batch(0)));
    assertArrayEquals(new float[] {3, 3.5f, 4, 4.5f, 5, 5.5f}, batches.batch(1).floats("x"));
    Batch last = batches.batch(2);
    assertEquals(1, last.valid());
    assertEquals(3, last.rows());
    assertArrayEquals(new float[] {6, 6.5f, 0, 0, 0, 0}, last.floats("x"));
    assertArrayEquals(new int[] {6, 0, 0}, last.ints("label"));
    assertArrayEquals(new float[] {1, 0, 0}, (float[]) last.mask(Device.REFERENCE).toArray());
    assertEquals(List.of(0, 1, 2), labels(batches.batch(3)));
    assertEquals(1, batches.batch(3).epoch());
  }

  @Test
  void droppedTailsGiveFullBatchesOnly() {
    Batches batches = Batches.of(numbers(7), 3, Tail.DROP);
    assertEquals(2, batches.batchesPerEpoch());
    for (Batch batch : batches.epoch(0)) {
      assertEquals(3, batch.valid());
    }
  }

  @Test
  void eachEpochHoldsEveryExampleOnceInItsOwnOrder() {
    Batches batches = Batches.shuffled(numbers(101), 10, Tail.PAD, 5);
    List<List<Integer>> epochs = new ArrayList<>();
    for (int epoch = 0; epoch < 3; epoch++) {
      List<Integer> seen = new ArrayList<>();
      for (Batch batch : batches.epoch(epoch)) {
        seen.addAll(labels(batch));
        assertEquals(epoch, batch.epoch());
      }
      assertEquals(IntStream.range(0, 101).boxed().toList(), seen.stream().sorted().toList());
      assertFalse(epochs.contains(seen));
      epochs.add(seen);
    }
  }

  @Test
  void aBatchDependsOnSeedAndStepAlone() {
    Batches one = Batches.shuffled(numbers(50), 8, Tail.DROP, 5);
    Batches two = Batches.shuffled(numbers(50), 8, Tail.DROP, 5);
    Batches other = Batches.shuffled(numbers(50), 8, Tail.DROP, 6);
    for (long step : new long[] {40, 0, 17, 3, 40}) {
      assertEquals(labels(one.batch(step)), labels(two.batch(step)));
      assertFalse(labels(one.batch(step)).equals(labels(other.batch(step))));
    }
  }

  @Test
  void positionsAndStepsConvert() {
    Batches batches = Batches.of(numbers(50), 8, Tail.DROP);
    for (long step : new long[] {0, 5, 6, 6_000_000_000L}) {
      assertEquals(step, batches.step(batches.position(step)));
    }
    assertEquals(new Position(1, 2), batches.position(8));
  }

  @Test
  void tensorsHaveTheBatchAxisFirst() {
    Batch batch = Batches.of(numbers(4), 2, Tail.DROP).batch(1);
    assertEquals(Shape.of(2, 2), batch.tensor("x", Device.REFERENCE).shape());
    assertEquals(Shape.of(2), batch.tensor("label", Device.REFERENCE).shape());
    assertArrayEquals(
        new float[] {2, 2.5f, 3, 3.5f}, (float[]) batch.tensor("x", Device.REFERENCE).toArray());
  }

  @Test
  void slicesAreRangesOfTheData() {
    Dataset slice = numbers(10).slice(4, 8).slice(1, 4);
    assertEquals(3, slice.size());
    assertEquals(List.of(5, 6, 7), labels(Batches.of(slice, 3, Tail.DROP).batch(0)));
    assertThrows(IndexOutOfBoundsException.class, () -> numbers(10).slice(4, 11));
    Batch batch = new Batch(0, 0, 1, 1, slice.fields());
    assertThrows(IndexOutOfBoundsException.class, () -> slice.read(3, batch, 0));
  }

  @Test
  void tensorsOfEveryDtypeAreDatasets() {
    jacquard.tensor.Tensor longs =
        jacquard.tensor.Tensor.stored(
            jacquard.tensor.DType.I64, new long[] {1, 2, 3, 4}, Shape.of(2, 2), Device.REFERENCE);
    Dataset data = ArrayDataset.ofSize(2).with("n", longs);
    Batch batch = Batches.of(data, 2, Tail.DROP).batch(0);
    assertArrayEquals(new long[] {1, 2, 3, 4}, (long[]) batch.array(0));
    assertEquals("[n i64[2]]", data.fields().toString());
  }

  @Test
  void wrongUseIsNamed() {
    assertEquals(
        "batches: 3 examples don't fill a batch of 4; use a smaller batch or Tail.PAD",
        assertThrows(IllegalArgumentException.class, () -> Batches.of(numbers(3), 4, Tail.DROP))
            .getMessage());
    assertThrows(IllegalArgumentException.class, () -> Batches.of(numbers(0), 4, Tail.PAD));
    assertThrows(IllegalArgumentException.class, () -> Batches.of(numbers(3), 0, Tail.PAD));
    assertEquals(
        "dataset: field y f32[3] has 4 elements, expected 6 for 2 examples",
        assertThrows(
                IllegalArgumentException.class,
                () -> ArrayDataset.ofSize(2).with("y", new float[4], 3))
            .getMessage());
    assertEquals(
        "dataset: two fields are called 'y'",
        assertThrows(
                IllegalArgumentException.class,
                () -> ArrayDataset.ofSize(2).with("y", new int[2]).with("y", new int[2]))
            .getMessage());
    Batch batch = Batches.of(numbers(3), 3, Tail.PAD).batch(0);
    assertEquals(
        "batch: no field 'z', expected one of x, label",
        assertThrows(IllegalArgumentException.class, () -> batch.ints("z")).getMessage());
    assertEquals(
        "batch: field x f32[2], expected dtype i32",
        assertThrows(IllegalArgumentException.class, () -> batch.ints("x")).getMessage());
  }
}
