package jacquard.bench.workloads;

import jacquard.autograd.Gradients;
import jacquard.nn.Gpt;
import jacquard.nn.GptDecoder;
import jacquard.nn.Init;
import jacquard.nn.Loss;
import jacquard.nn.Parameter;
import jacquard.nn.Pass;
import jacquard.nn.Precision;
import jacquard.nn.Sampler;
import jacquard.nn.data.SplitMix;
import jacquard.nn.optim.Adam;
import jacquard.nn.optim.Clip;
import jacquard.nn.optim.Group;
import jacquard.nn.optim.Schedule;
import jacquard.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;

/// W1 and W2: a GPT without biases on random tokens; gradients clipped to norm 1, AdamW.
final class GptWorkload implements Workload {
  private static final int VOCABULARY = 65;
  private static final double DEVIATION = 0.02;

  private final Gpt model;
  private final List<Parameter> parameters;
  private final Adam optimiser;
  private final List<Tensor> inputs = new ArrayList<>();
  private final List<Tensor> targets = new ArrayList<>();
  private final int units;
  private final GptDecoder decoder;
  private final Precision precision;

  GptWorkload(int layers, int heads, int dim, int context, int batch) {
    this(layers, heads, dim, context, batch, Precision.F32);
  }

  GptWorkload(int layers, int heads, int dim, int context, int batch, Precision precision) {
    this.precision = precision;
    model = Gpt.of(Init.of(0), Gpt.Config.of(VOCABULARY, context, dim, heads, layers));
    double bound = DEVIATION * Math.sqrt(3);
    Workload.initialise(
        model.parameters(),
        0,
        p ->
            p.shape().rank() == 1
                ? 0
                : p.name().contains("projection") ? bound / Math.sqrt(2.0 * layers) : bound);
    optimiser =
        new Adam(
            Group.byRank(model.parameters(), Schedule.constant(1e-3), 0.1),
            Adam.Settings.ADAM_W.withBetas(0.9, 0.99));
    parameters = optimiser.parameters();
    units = batch * context;
    decoder = new GptDecoder(model, 1);
    for (int b = 0; b < BATCHES; b++) {
      int[] drawn = PortableRandom.tokens(DATA_SEED + b, VOCABULARY, batch * (context + 1));
      int[] x = new int[units];
      int[] y = new int[units];
      for (int row = 0; row < batch; row++) {
        System.arraycopy(drawn, row * (context + 1), x, row * context, context);
        System.arraycopy(drawn, row * (context + 1) + 1, y, row * context, context);
      }
      inputs.add(Tensor.of(x, batch, context));
      targets.add(Tensor.of(y, batch, context));
    }
  }

  @Override
  public int units() {
    return units;
  }

  @Override
  public List<Tensor> batch(int step, boolean portable) {
    return List.of(inputs.get(step % BATCHES), targets.get(step % BATCHES));
  }

  @Override
  public Prepared trace(IntSupplier step, List<Tensor> batch) {
    Pass pass = Pass.training(precision);
    Tensor loss = Loss.crossEntropy(model.forward(batch.get(0), pass), batch.get(1));
    List<Tensor> gradients = Gradients.of(loss, pass.values(parameters));
    optimiser.update(step::getAsInt, Clip.byGlobalNorm(gradients, 1).gradients(), pass);
    return new Prepared(List.of(loss), pass);
  }

  /// Generates `count` tokens one by one, starting again from token 0 when the context is full.
  void sample(int count, SplitMix random) {
    Sampler sampler = new Sampler(1, 0);
    float[] logits = decoder.prefill(0)[0];
    for (int i = 1; i < count; i++) {
      int token = sampler.choose(logits, random);
      boolean full = decoder.position() == decoder.capacity();
      logits = (full ? decoder.prefill(0) : decoder.next(token))[0];
    }
    sampler.choose(logits, random);
  }
}
