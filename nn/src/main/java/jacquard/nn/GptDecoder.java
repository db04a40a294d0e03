package jacquard.nn;

import jacquard.tensor.CompiledStep;
import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import jacquard.tensor.TensorException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Decoding with cached keys and values: a few compiled steps for prompts and a few for single
/// tokens, whatever the position.
///
/// Rows of a batch are independent sequences, each with a length of its own. Up to [#SAME_BITS]
/// rows give each of them the same bits as a decoder of one row; with more, sums are added up in
/// another order. Parameters are read anew for every token.
public final class GptDecoder {
  /// Rows that share their weights' products without changing each other's rounding: with up to
  /// four rows, a product by a transposed matrix takes each row's dot products as for one row.
  public static final int SAME_BITS = 4;

  /// No token: the row keeps its position.
  public static final int REST = -1;

  /// Slots of the cache below which looking at fewer saves nothing.
  private static final int LEAST_SEEN = 32;

  private static final int LEAST_CHUNK = 8;

  /// Longer prompts are read in chunks of this many tokens.
  private static final int MOST_CHUNK = 128;

  private final Gpt model;
  private final int batch;
  private final int capacity;
  private final List<KeyValueCache> caches = new ArrayList<>();
  private final Map<Form, CompiledStep> steps = new HashMap<>();
  private final int[] positions;

  /// What a step is compiled for.
  ///
  /// @param length tokens of a row
  /// @param seen slots of the cache that it looks at
  /// @param all whether it has all rows; else one
  private record Form(int length, int seen, boolean all) {}

  /// With room for the model's context.
  ///
  /// @param model whose weights are read at each step
  /// @param batch rows that are decoded together
  public GptDecoder(Gpt model, int batch) {
    this(model, batch, model.config().context());
  }

  /// With room for `capacity` positions of a row.
  ///
  /// @param model whose weights are read at each step
  /// @param batch rows
  /// @param capacity positions of a row, at most the model's context: the caches take memory for
  ///   all
  /// @throws IllegalArgumentException if there are no rows or positions, or more than the context,
  ///   or the model is not causal
  public GptDecoder(Gpt model, int batch, int capacity) {
    int context = model.config().context();
    if (batch < 1 || capacity < 1 || capacity > context) {
      throw new IllegalArgumentException(
          "decoder: "
              + batch
              + " rows of "
              + capacity
              + " positions, expected at least 1 and positions up to the context of "
              + context);
    }
    if (!model.config().causal()) {
      throw new IllegalArgumentException(
          "decoder: the model is not causal, so what it computed of a token changes with later ones");
    }
    this.model = model;
    this.batch = batch;
    this.capacity = capacity;
    this.positions = new int[batch];
    for (int i = 0; i < model.blocks().size(); i++) {
      caches.add(
          KeyValueCache.of("cache." + i, model.blocks().get(i).attention(), batch, capacity));
    }
  }

  /// {@return positions of the first row decoded so far}
  public int position() {
    return positions[0];
  }

  /// {@return positions of a row decoded so far}
  ///
  /// @param row which row, from 0
  public int position(int row) {
    return positions[row];
  }

  /// {@return most positions of a row}
  public int capacity() {
    return capacity;
  }

  /// Starts anew with the same prompt in every row.
  ///
  /// @param prompt tokens to begin with, at least one
  /// @return logits `[B][vocabulary]` of what follows
  /// @throws TensorException unless the prompt has 1 to [#capacity] tokens, all in the vocabulary
  public float[][] prefill(int... prompt) {
    float[][] logits = new float[batch][];
    for (int row = 0; row < batch; row++) {
      logits[row] = read(row, prompt);
    }
    return logits;
  }

  /// Starts a row anew with a prompt; the others stay as they are.
  ///
  /// @param row which row, from 0
  /// @param prompt tokens to begin with, at least one
  /// @return logits `[vocabulary]` of what follows
  /// @throws TensorException unless the prompt has 1 to [#capacity] tokens, all in the vocabulary
  public float[] read(int row, int[] prompt) {
    if (prompt.length == 0 || prompt.length > capacity) {
      throw new TensorException("prefill: " + prompt.length + " tokens, expected 1 to " + capacity);
    }
    require(prompt);
    positions[row] = 0;
    float[] logits = {};
    for (int at = 0; at < prompt.length; ) {
      int count = Math.min(MOST_CHUNK, prompt.length - at);
      // Padded, so that few lengths are compiled; what the padding leaves in the cache lies in the
      // future and is written over in time.
      int length = Math.min(padded(count), capacity - at);
      int[] chunk = Arrays.copyOf(Arrays.copyOfRange(prompt, at, at + count), length);
      logits = run(chunk, length, new int[] {row}, count - 1);
      at += count;
      positions[row] = at;
    }
    return logits;
  }

  /// 1, or a power of two that is at least `count` and [#LEAST_CHUNK].
  private static int padded(int count) {
    return count == 1 ? 1 : Math.max(LEAST_CHUNK, Integer.highestOneBit(count - 1) << 1);
  }

  /// Decodes one more token in each row.
  ///
  /// @param tokens one for each row, or [#REST]
  /// @return logits `[B][vocabulary]` of what follows; those of resting rows mean nothing
  /// @throws TensorException if there is no room, or not one token of the vocabulary for each row
  public float[][] next(int... tokens) {
    int[] rows = new int[batch];
    for (int row = 0; row < batch; row++) {
      rows[row] = row;
      boolean full = positions[row] == capacity;
      if (tokens.length != batch || (full && tokens[row] != REST)) {
        throw new TensorException(
            "decode: "
                + tokens.length
                + " tokens at position "
                + positions[row]
                + ", expected "
                + batch
                + " and a position below "
                + capacity
                + "; prefill again to go on");
      }
    }
    // A resting row gets a token that its next one replaces.
    int[] given = Arrays.stream(tokens).map(token -> token == REST ? 0 : token).toArray();
    require(given);
    float[] flat = run(given, 1, rows, 0);
    int vocabulary = model.config().vocabulary();
    float[][] logits = new float[batch][];
    for (int row = 0; row < batch; row++) {
      logits[row] = Arrays.copyOfRange(flat, row * vocabulary, (row + 1) * vocabulary);
      positions[row] += tokens[row] == REST ? 0 : 1;
    }
    return logits;
  }

  private void require(int[] tokens) {
    int vocabulary = model.config().vocabulary();
    for (int token : tokens) {
      if (token < 0 || token >= vocabulary) {
        throw new TensorException("decode: token " + token + ", expected 0 to " + (vocabulary - 1));
      }
    }
  }

  /// Takes up a chunk in all rows or in one.
  ///
  /// @param tokens `[R * length]`
  /// @param rows of the caches
  /// @param last position in the chunk whose logits are asked for
  /// @return logits `[R * vocabulary]`
  private float[] run(int[] tokens, int length, int[] rows, int last) {
    int[] starts = new int[4 * rows.length];
    int end = 0;
    for (int i = 0; i < rows.length; i++) {
      starts[4 * i] = rows[i];
      // A full row that rests writes into its last slot; it must start anew before it is read
      // again.
      starts[4 * i + 2] = Math.min(positions[rows[i]], capacity - length);
      end = Math.max(end, starts[4 * i + 2] + length);
    }
    Tensor index = i32(tokens, rows.length, length);
    Tensor start = i32(starts, rows.length, 4);
    Tensor at = i32(new int[] {0, last, 0}, 3);
    Form form = new Form(length, seen(end), rows.length == batch);
    Tensor[] arguments =
        length == 1 ? new Tensor[] {index, start} : new Tensor[] {index, start, at};
    CompiledStep step = steps.computeIfAbsent(form, f -> traced(f, arguments));
    return step.run(arguments).get(0).toFloatArray();
  }

  /// Early tokens look at the beginning of the cache only: at [#LEAST_SEEN] slots doubled until all
  /// that are filled are among them.
  private int seen(int end) {
    int seen = LEAST_SEEN;
    while (seen < end) {
      seen *= 2;
    }
    return Math.min(seen, capacity);
  }

  private CompiledStep traced(Form form, Tensor[] like) {
    return CompiledStep.of(
        a -> {
          Pass pass = Pass.evaluation();
          Chunk chunk = Chunk.of(a.get(1), form.length, form.seen, form.all, model.rotary());
          Tensor rows = model.decode(a.get(0), caches, chunk, pass);
          if (form.length > 1) {
            rows = rows.dynamicSlice(a.get(2), rows.dim(0), 1, rows.dim(2));
          }
          Tensor row = rows.reshape(rows.dim(0), rows.dim(2));
          Tensor logits = model.head().forward(row, pass).cast(DType.F32);
          return new CompiledStep.Work(List.of(logits), pass.updates());
        },
        like);
  }

  private Tensor i32(int[] values, int... dims) {
    Device device = caches.get(0).keys().device();
    return Tensor.stored(DType.I32, values, Shape.of(dims), device);
  }
}
