package jacquard.nn;

import jacquard.nn.optim.Adam;
import jacquard.nn.optim.Group;
import jacquard.nn.optim.Schedule;
import jacquard.nn.train.TrainStep;
import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Key;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import java.util.List;
import java.util.function.ToDoubleFunction;

/// The transformer and the VAE of the peers' workloads, from their portable random numbers: initial
/// values rounded to f32, arithmetic in the dtype of `init`.
final class Workloads {
  private Workloads() {}

  record Batch(Tensor x, Tensor y) {}

  record Vae(Linear fc1, Linear mu, Linear logVariance, Linear fc3, Linear fc4) implements Module {
    static Vae of(Init init) {
      return new Vae(
          Linear.of(init.at("fc1"), 784, 400),
          Linear.of(init.at("mu"), 400, 20),
          Linear.of(init.at("logvar"), 400, 20),
          Linear.of(init.at("fc3"), 20, 400),
          Linear.of(init.at("fc4"), 400, 784));
    }

    @Override
    public Parts parts() {
      return Parts.of(fc1, mu, logVariance, fc3, fc4);
    }

    Tensor loss(Tensor x, Tensor noise, Pass pass) {
      Tensor h = fc1.forward(x, pass).relu();
      Tensor m = mu.forward(h, pass);
      Tensor v = logVariance.forward(h, pass);
      Tensor z = m.add(noise.mul(v.mul(0.5).exp()));
      Tensor logits = fc4.forward(fc3.forward(z, pass).relu(), pass);
      return Loss.binaryCrossEntropy(logits, x, Reduction.SUM)
          .add(Loss.gaussianDivergence(m, v, Reduction.SUM));
    }
  }

  static double uniform(long seed, long i) {
    long z = ((seed << 32) + i + 1) * 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    z ^= z >>> 31;
    return (z >>> 40) * 0x1p-24;
  }

  /// Parameter `k` from seed `k`, uniform within the bound; a bound of 0 leaves it.
  static void fill(List<Parameter> parameters, ToDoubleFunction<Parameter> bound) {
    for (int k = 0; k < parameters.size(); k++) {
      Parameter p = parameters.get(k);
      double a = bound.applyAsDouble(p);
      if (a != 0) {
        double[] values = new double[p.shape().arraySize()];
        for (int i = 0; i < values.length; i++) {
          values[i] = (float) (a * (2 * uniform(k, i) - 1));
        }
        p.load(array(p.dtype(), values));
      }
    }
  }

  static TrainStep<Batch> gpt(Init init, int layers, int heads, int dim, int context) {
    Gpt model = Gpt.of(init, Gpt.Config.of(65, context, dim, heads, layers));
    double a = 0.02 * Math.sqrt(3);
    fill(
        model.parameters(),
        p ->
            p.shape().rank() == 1
                ? 0
                : p.name().contains("projection") ? a / Math.sqrt(2.0 * layers) : a);
    Adam adam =
        new Adam(
            Group.byRank(model.parameters(), Schedule.constant(1e-3), 0.1),
            Adam.Settings.ADAM_W.withBetas(0.9, 0.99));
    return TrainStep.<Batch>of(
            (batch, pass) -> Loss.crossEntropy(model.forward(batch.x, pass), batch.y),
            adam,
            Key.of(0, init.device()))
        .withClipNorm(1);
  }

  static Batch tokens(Device device, long step, int batch, int context) {
    int[] x = new int[batch * context];
    int[] y = new int[batch * context];
    for (int b = 0; b < batch; b++) {
      for (int t = 0; t <= context; t++) {
        double u = uniform(1000 + step % 4, (long) b * (context + 1) + t);
        int token = (int) Math.floor(65 * u * u);
        if (t < context) {
          x[b * context + t] = token;
        }
        if (t > 0) {
          y[b * context + t - 1] = token;
        }
      }
    }
    Shape shape = Shape.of(batch, context);
    return new Batch(
        Tensor.stored(DType.I32, x, shape, device), Tensor.stored(DType.I32, y, shape, device));
  }

  static TrainStep<Batch> vae(Init init) {
    Vae model = Vae.of(init);
    List<Parameter> all = model.parameters();
    fill(all, p -> 1 / Math.sqrt(weightOf(p, all).shape().dim(1)));
    return TrainStep.of(
        (batch, pass) -> model.loss(batch.x, batch.y, pass),
        Adam.of(all, 1e-3),
        Key.of(0, init.device()));
  }

  private static Parameter weightOf(Parameter p, List<Parameter> all) {
    return p.shape().rank() == 2 ? p : all.get(all.indexOf(p) - 1);
  }

  /// Images and noise.
  static Batch images(Init init, long step) {
    double[] x = new double[128 * 784];
    for (int i = 0; i < x.length; i++) {
      double u = uniform(1000 + step % 4, i);
      x[i] = (float) (u * u);
    }
    double[] noise = new double[128 * 20];
    for (int i = 0; i < noise.length; i++) {
      double sum = -6;
      for (int k = 0; k < 12; k++) {
        sum += uniform(2000 + step, 12L * i + k);
      }
      noise[i] = (float) sum;
    }
    return new Batch(stored(init, x, 128, 784), stored(init, noise, 128, 20));
  }

  private static Tensor stored(Init init, double[] values, int... dims) {
    return Tensor.stored(init.dtype(), array(init.dtype(), values), Shape.of(dims), init.device());
  }

  private static Object array(DType dtype, double[] values) {
    if (dtype == DType.F64) {
      return values;
    }
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }
}
