package jacquard.nn.data;

import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/// A dataset cut into batches, epoch after epoch; each epoch in its own order if a seed is given.
///
/// The order is a pure function of seed and epoch, so a position is nothing but a step number.
public final class Batches implements BatchSource {
  /// What happens to the examples that don't fill the last batch of an epoch.
  public enum Tail {
    /// They are left out (others in each epoch, if shuffled).
    DROP,
    /// They come in a batch of full size whose other rows are zero; {@link Batch#valid} counts
    /// them.
    PAD
  }

  /// A place in the data.
  ///
  /// @param epoch passes over the data before it
  /// @param index batches of this epoch before it
  public record Position(long epoch, int index) {}

  private final Dataset dataset;
  private final int rows;
  private final Tail tail;
  private final @Nullable Long seed;
  private final int batchesPerEpoch;
  // Guarded by this: the order of the epoch asked for last.
  private int @Nullable [] order;
  private long orderEpoch;

  private Batches(Dataset dataset, int rows, Tail tail, @Nullable Long seed) {
    int size = dataset.size();
    if (rows < 1) {
      throw new IllegalArgumentException("batches: " + rows + " rows, expected 1 or more");
    }
    if (size == 0) {
      throw new IllegalArgumentException("batches: the dataset is empty, expected examples");
    }
    if (tail == Tail.DROP && size < rows) {
      throw new IllegalArgumentException(
          "batches: %d examples don't fill a batch of %d; use a smaller batch or Tail.PAD"
              .formatted(size, rows));
    }
    this.dataset = dataset;
    this.rows = rows;
    this.tail = tail;
    this.seed = seed;
    this.batchesPerEpoch = tail == Tail.DROP ? size / rows : Math.ceilDiv(size, rows);
  }

  /// Batches in the dataset's order.
  ///
  /// @param dataset where examples come from
  /// @param rows examples in a batch
  /// @param tail what becomes of a last batch that is not full
  /// @return the batches
  /// @throws IllegalArgumentException if the dataset is empty or doesn't give one batch
  public static Batches of(Dataset dataset, int rows, Tail tail) {
    return new Batches(dataset, rows, tail, null);
  }

  /// Batches in an order drawn anew for each epoch from `seed`.
  ///
  /// @param dataset where examples come from
  /// @param rows examples in a batch
  /// @param tail what becomes of a last batch that is not full
  /// @param seed same seed, same numbers
  /// @return the batches
  /// @throws IllegalArgumentException if the dataset is empty or doesn't give one batch
  public static Batches shuffled(Dataset dataset, int rows, Tail tail, long seed) {
    return new Batches(dataset, rows, tail, seed);
  }

  /// {@return where the examples come from}
  public Dataset dataset() {
    return dataset;
  }

  /// {@return examples in a full batch}
  public int rows() {
    return rows;
  }

  /// {@return batches of one epoch}
  public int batchesPerEpoch() {
    return batchesPerEpoch;
  }

  /// {@return the epoch of a step's batch, and its place there}
  ///
  /// @param step number of the step, from 0
  public Position position(long step) {
    return new Position(step / batchesPerEpoch, (int) (step % batchesPerEpoch));
  }

  /// {@return the step that delivers the batch at `position`}
  ///
  /// @param position epoch and place within it
  public long step(Position position) {
    return position.epoch() * batchesPerEpoch + position.index();
  }

  @Override
  public Batch batch(long step) {
    if (step < 0) {
      throw new IllegalArgumentException("batches: step " + step + ", expected 0 or more");
    }
    Position position = position(step);
    int first = position.index() * rows;
    int valid = Math.min(rows, dataset.size() - first);
    int @Nullable [] indices = order(position.epoch());
    Batch batch = new Batch(step, position.epoch(), rows, valid, dataset.fields());
    for (int row = 0; row < valid; row++) {
      dataset.read(indices == null ? first + row : indices[first + row], batch, row);
    }
    return batch;
  }

  /// {@return the batches of one epoch, made on the calling thread}
  ///
  /// @param epoch which one, from 0
  public Iterable<Batch> epoch(long epoch) {
    long start = step(new Position(epoch, 0));
    return () ->
        new Iterator<>() {
          private int next;

          @Override
          public boolean hasNext() {
            return next < batchesPerEpoch;
          }

          @Override
          public Batch next() {
            if (!hasNext()) {
              throw new NoSuchElementException("batches: epoch " + epoch + " has no more");
            }
            return batch(start + next++);
          }
        };
  }

  private synchronized int @Nullable [] order(long epoch) {
    if (seed == null) {
      return null;
    }
    int[] current = order;
    if (current == null || orderEpoch != epoch) {
      current = SplitMix.of(seed, epoch).permutation(dataset.size());
      order = current;
      orderEpoch = epoch;
    }
    return current;
  }

  @Override
  public String toString() {
    return "%d batches of %d from %d examples, %s, %s"
        .formatted(
            batchesPerEpoch,
            rows,
            dataset.size(),
            tail,
            seed == null ? "in order" : "seed " + seed);
  }
}
