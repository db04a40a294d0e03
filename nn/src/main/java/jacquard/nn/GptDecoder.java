package jacquard.nn;

import jacquard.tensor.DType;
import jacquard.tensor.Shape;
import jacquard.tensor.Step;
import jacquard.tensor.Tensor;
import jacquard.tensor.TensorException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Decoding with cached keys and values: two plans in all, one for prompts and one for single
/// tokens, whatever the position.
///
/// Rows of a batch are independent sequences of equal length. Parameters are read anew for every
/// token.
public final class GptDecoder {
  private final Gpt model;
  private final int batch;
  private final List<KeyValueCache> caches = new ArrayList<>();
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
    Pass pass = Pass.evaluation();
    Tensor start = index(0, 0, position, 0);
    Tensor rows =
        model.decode(
            Tensor.stored(
                DType.I32, tokens.clone(), Shape.of(batch, chunk), caches.get(0).keys().device()),
            caches,
            start,
            pass);
    Tensor row = chunk == 1 ? rows : rows.dynamicSlice(index(0, last, 0), batch, 1, rows.dim(2));
    Tensor logits = model.head().forward(row.reshape(batch, row.dim(2)), pass).cast(DType.F32);
    Step.run(List.of(logits), pass.updates());
    float[] flat = logits.toFloatArray();
    float[][] result = new float[batch][];
    for (int b = 0; b < batch; b++) {
      result[b] = Arrays.copyOfRange(flat, b * vocabulary, (b + 1) * vocabulary);
    }
    return result;
  }

  private Tensor index(int... values) {
    return Tensor.stored(DType.I32, values, Shape.of(values.length), caches.get(0).keys().device());
  }
}
