package jacquard.nn;

import jacquard.tensor.CompiledStep;
import jacquard.tensor.DType;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import jacquard.tensor.TensorException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Decoding with cached keys and values: one compiled step for prompts and a few for single tokens,
/// whatever the position.
///
/// Rows of a batch are independent sequences of equal length. Parameters are read anew for every
/// token.
public final class GptDecoder {
  /// Slots of the cache below which looking at fewer saves nothing.
  private static final int LEAST_SEEN = 32;

  private final Gpt model;
  private final int batch;
  private final List<KeyValueCache> caches = new ArrayList<>();

  /// For prompts; traced when first needed.
  private @Nullable CompiledStep prompts;

  /// For single tokens, by how much of the cache they look at.
  private final Map<Integer, CompiledStep> singles = new HashMap<>();

  private int position;

  public GptDecoder(Gpt model, int batch) {
    this.model = model;
    this.batch = batch;
    for (int i = 0; i < model.blocks().size(); i++) {
      caches.add(
          KeyValueCache.of("cache." + i, model.blocks().get(i).attention(), batch, capacity()));
    }
  }

  /// Positions decoded so far.
  public int position() {
    return position;
  }

  /// Most positions: the model's context.
  public int capacity() {
    return model.config().context();
  }

  /// Starts anew with the same prompt in every row.
  ///
  /// @return logits `[B][vocabulary]` of what follows
  /// @throws TensorException unless the prompt has 1 to [#capacity] tokens, all in the vocabulary
  public float[][] prefill(int... prompt) {
    if (prompt.length == 0 || prompt.length > capacity()) {
      throw new TensorException(
          "prefill: " + prompt.length + " tokens, expected 1 to " + capacity());
    }
    position = 0;
    if (prompt.length == 1) {
      int[] same = new int[batch];
      Arrays.fill(same, prompt[0]);
      return next(same);
    }
    // Padded to one length for all prompts; what the padding leaves in the cache lies in the future
    // and is written over in time.
    int[] padded = new int[batch * capacity()];
    for (int row = 0; row < batch; row++) {
      System.arraycopy(prompt, 0, padded, row * capacity(), prompt.length);
    }
    float[][] logits = run(padded, capacity(), prompt.length - 1);
    position = prompt.length;
    return logits;
  }

  /// Decodes one more token in each row.
  ///
  /// @return logits `[B][vocabulary]` of what follows
  /// @throws TensorException if there is no room, or not one token of the vocabulary for each row
  public float[][] next(int... tokens) {
    if (tokens.length != batch || position == capacity()) {
      throw new TensorException(
          "decode: "
              + tokens.length
              + " tokens at position "
              + position
              + ", expected "
              + batch
              + " and a position below "
              + capacity()
              + "; prefill again to go on");
    }
    float[][] logits = run(tokens, 1, 0);
    position++;
    return logits;
  }

  private float[][] run(int[] tokens, int chunk, int last) {
    int vocabulary = model.config().vocabulary();
    for (int token : tokens) {
      if (token < 0 || token >= vocabulary) {
        throw new TensorException("decode: token " + token + ", expected 0 to " + (vocabulary - 1));
      }
    }
    Tensor index = i32(Shape.of(batch, chunk), tokens.clone());
    Tensor start = i32(Shape.of(4), 0, 0, position, 0);
    Tensor logits =
        chunk == 1 ? single(index, start).run(index, start).get(0) : prompt(index, start, last);
    float[] flat = logits.toFloatArray();
    float[][] result = new float[batch][];
    for (int b = 0; b < batch; b++) {
      result[b] = Arrays.copyOfRange(flat, b * vocabulary, (b + 1) * vocabulary);
    }
    return result;
  }

  /// Early tokens look at the beginning of the cache only: at [#LEAST_SEEN] slots doubled until all
  /// that are filled are among them.
  private CompiledStep single(Tensor index, Tensor start) {
    int seen = LEAST_SEEN;
    while (seen <= position) {
      seen *= 2;
    }
    return singles.computeIfAbsent(Math.min(seen, capacity()), s -> traced(s, index, start));
  }

  private CompiledStep traced(int seen, Tensor index, Tensor start) {
    return CompiledStep.of(
        a -> {
          Pass pass = Pass.evaluation();
          return work(model.decode(a.get(0), caches, a.get(1), seen, pass), pass);
        },
        index,
        start);
  }

  private Tensor prompt(Tensor index, Tensor start, int last) {
    Tensor at = i32(Shape.of(3), 0, last, 0);
    CompiledStep step = prompts;
    if (step == null) {
      step =
          CompiledStep.of(
              a -> {
                Pass pass = Pass.evaluation();
                Tensor rows = model.decode(a.get(0), caches, a.get(1), capacity(), pass);
                return work(rows.dynamicSlice(a.get(2), batch, 1, rows.dim(2)), pass);
              },
              index,
              start,
              at);
      prompts = step;
    }
    return step.run(index, start, at).get(0);
  }

  /// Logits of one row `[B, 1, D]`, and the new caches.
  private CompiledStep.Work work(Tensor row, Pass pass) {
    Tensor logits = model.head().forward(row.reshape(batch, row.dim(2)), pass).cast(DType.F32);
    return new CompiledStep.Work(List.of(logits), pass.updates());
  }

  private Tensor i32(Shape shape, int... values) {
    return Tensor.stored(DType.I32, values, shape, caches.get(0).keys().device());
  }
}
