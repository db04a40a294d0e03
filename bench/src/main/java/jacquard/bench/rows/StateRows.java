package jacquard.bench.rows;

import jacquard.nn.Parameter;
import jacquard.nn.Pass;
import jacquard.nn.optim.Adam;
import jacquard.tensor.Key;
import jacquard.tensor.Step;
import jacquard.tensor.Tensor;
import java.util.List;

/// What only streams through memory: the optimiser, and random numbers.
final class StateRows {
  private static final int PARAMETERS = 10_000_000;
  private static final int NUMBERS = 1 << 20;

  private StateRows() {}

  static List<KernelRow> rows() {
    return List.of(
        // mean 3, square 4, step 6; reads four arrays and writes three
        KernelRow.of("adam-10M", 13.0 * PARAMETERS, 28.0 * PARAMETERS, StateRows::adam)
            .withPlain(PlainAdam::new)
            .inBrief()
            .withPeers(),
        KernelRow.of(
            "rand-1M",
            0,
            4.0 * NUMBERS,
            () -> GraphBody.of(List.of(Tensor.rand(Key.of(1), NUMBERS)))),
        KernelRow.of(
                "randn-1M",
                0,
                4.0 * NUMBERS,
                () -> GraphBody.of(List.of(Tensor.randn(Key.of(1), NUMBERS))))
            .inBrief());
  }

  private static Body adam() {
    Parameter parameter = new Parameter("p", Data.of(1, PARAMETERS));
    Tensor gradient = Data.of(2, PARAMETERS);
    Adam optimiser = Adam.of(List.of(parameter), PlainAdam.RATE);
    return new Body() {
      private int step;

      @Override
      public void run() {
        Pass pass = Pass.training();
        optimiser.update(step++, List.of(gradient), pass);
        Step.run(List.of(), pass.updates());
      }

      @Override
      public float[] result() {
        return parameter.value().toFloatArray();
      }
    };
  }

  /// Adam by a plain loop.
  private static final class PlainAdam implements Body {
    static final double RATE = 1e-3;
    private static final float KEEP_MEAN = 0.9f;
    private static final float KEEP_SQUARE = 0.999f;

    private final float[] p = Data.array(1, PARAMETERS);
    private final float[] g = Data.array(2, PARAMETERS);
    private final float[] m = new float[PARAMETERS];
    private final float[] v = new float[PARAMETERS];
    private int step;

    @Override
    public void run() {
      step++;
      float rate = (float) (RATE / (1 - Math.pow(KEEP_MEAN, step)));
      float scale = (float) (1 / Math.sqrt(1 - Math.pow(KEEP_SQUARE, step)));
      for (int i = 0; i < p.length; i++) {
        m[i] = KEEP_MEAN * m[i] + (1 - KEEP_MEAN) * g[i];
        v[i] = KEEP_SQUARE * v[i] + (1 - KEEP_SQUARE) * g[i] * g[i];
        p[i] -= rate * m[i] / ((float) Math.sqrt(v[i]) * scale + 1e-8f);
      }
    }

    @Override
    public float[] result() {
      return p;
    }
  }
}
