package jacquard.nn.data;

import jacquard.tensor.DType;
import jacquard.tensor.Shape;
import java.util.List;
import java.util.Objects;

/// Windows of a token sequence for language models: `x` is `context` tokens, `y` the same one
/// further on.
///
/// | field | shape       | dtype |
/// |-------|-------------|-------|
/// | x     | `[context]` | i32   |
/// | y     | `[context]` | i32   |
///
/// Windows run across the joints of documents: what {@link #join} puts between them tells the
/// model.
public final class TextWindows {
  private final int[] tokens;
  private final int context;
  private final List<Field> fields;

  /// Windows over a text.
  ///
  /// @param tokens not copied
  /// @param context tokens of a window
  /// @throws IllegalArgumentException if there isn't one window
  public TextWindows(int[] tokens, int context) {
    if (context < 1 || tokens.length <= context) {
      throw new IllegalArgumentException(
          "windows: %d tokens don't fill a context of %d and its next token; use more text or a smaller context"
              .formatted(tokens.length, context));
    }
    this.tokens = tokens;
    this.context = context;
    Shape shape = Shape.of(context);
    this.fields = List.of(new Field("x", DType.I32, shape), new Field("y", DType.I32, shape));
  }

  /// {@return the documents one after the other, each followed by `separator`}
  ///
  /// @param documents texts, in order
  /// @param separator token behind each document
  public static int[] join(List<int[]> documents, int separator) {
    long length = documents.stream().mapToLong(document -> document.length + 1L).sum();
    if (length > Integer.MAX_VALUE - 64) {
      throw new IllegalArgumentException(
          "windows: " + length + " tokens, expected at most 2147483583; train on a part");
    }
    int[] joined = new int[(int) length];
    int at = 0;
    for (int[] document : documents) {
      System.arraycopy(document, 0, joined, at, document.length);
      at += document.length;
      joined[at++] = separator;
    }
    return joined;
  }

  /// {@return number of places where a window can start}
  public int starts() {
    return tokens.length - context;
  }

  /// Endless batches of windows that start anywhere, with equal probability; each batch is drawn
  /// from `seed` and its step alone. An epoch is as many windows as the tokens fill.
  ///
  /// @param rows windows in a batch
  /// @param seed same seed, same numbers
  /// @return the batches
  public BatchSource random(int rows, long seed) {
    long perEpoch = Math.max(1, tokens.length / ((long) rows * context));
    return step -> {
      SplitMix random = SplitMix.of(seed, step);
      Batch batch = new Batch(step, step / perEpoch, rows, rows, fields);
      for (int row = 0; row < rows; row++) {
        copy(random.nextInt(starts()), batch, row);
      }
      return batch;
    };
  }

  /// {@return `count` windows at equal distances from the first to the last: a fixed sample for
  /// validation} Fewer, if there aren't so many different ones.
  ///
  /// @param count number of windows
  public Dataset spread(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("windows: count " + count + ", expected 1 or more");
    }
    int size = Math.min(count, starts());
    int last = starts() - 1;
    return new Windows(size, index -> size == 1 ? 0 : (int) ((long) index * last / (size - 1)));
  }

  /// {@return every token once as a target, except the first and what doesn't fill a last window}
  public Dataset all() {
    return new Windows((tokens.length - 1) / context, index -> index * context);
  }

  private void copy(int start, Batch batch, int row) {
    System.arraycopy(tokens, start, batch.ints(0), row * context, context);
    System.arraycopy(tokens, start + 1, batch.ints(1), row * context, context);
  }

  private interface Start {
    int of(int index);
  }

  private final class Windows implements Dataset {
    private final int size;
    private final Start start;

    Windows(int size, Start start) {
      this.size = size;
      this.start = start;
    }

    @Override
    public int size() {
      return size;
    }

    @Override
    public List<Field> fields() {
      return fields;
    }

    @Override
    public void read(int index, Batch batch, int row) {
      copy(start.of(Objects.checkIndex(index, size)), batch, row);
    }
  }
}
