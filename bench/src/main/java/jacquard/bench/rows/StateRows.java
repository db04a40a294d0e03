package jacquard.bench.rows;

import jacquard.nn.Parameter;
import jacquard.nn.Pass;
import jacquard.nn.optim.Adam;
import jacquard.nn.optim.Clip;
import jacquard.nn.optim.Group;
import jacquard.nn.optim.Schedule;
import jacquard.tensor.CompiledStep;
import jacquard.tensor.Shape;
import jacquard.tensor.Step;
import jacquard.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The optimiser, which only streams through memory.
final class StateRows {
  private static final int PARAMETERS = 10_000_000;

  /// Parameters of W1 in the order of the optimiser: matrices, whose weights decay, then vectors.
  private static final List<Shape> W1 = w1();

  private static final int W1_SIZE = W1.stream().mapToInt(Shape::arraySize).sum();

  private static List<Shape> w1() {
    List<Shape> shapes = new ArrayList<>(List.of(Shape.of(65, 128), Shape.of(64, 128)));
    for (int layer = 0; layer < 4; layer++) {
      shapes.add(Shape.of(384, 128));
      shapes.add(Shape.of(128, 128));
      shapes.add(Shape.of(512, 128));
      shapes.add(Shape.of(128, 512));
    }
    shapes.add(Shape.of(65, 128));
    for (int norm = 0; norm < 9; norm++) {
      shapes.add(Shape.of(128));
    }
    return shapes;
  }

  private StateRows() {}

  /// Numbers for each parameter of [#W1].
  private static List<float[]> parts(int index) {
    float[] all = Data.array(index, W1_SIZE);
    List<float[]> parts = new ArrayList<>();
    int at = 0;
    for (Shape shape : W1) {
      parts.add(Arrays.copyOfRange(all, at, at + shape.arraySize()));
      at += shape.arraySize();
    }
    return parts;
  }

  static List<KernelRow> rows() {
    return List.of(
        // mean 3, square 4, step 6; reads four arrays and writes three
        KernelRow.of("adam-10M", 13.0 * PARAMETERS, 28.0 * PARAMETERS, StateRows::adam)
            .withPlain(PlainAdam::new)
            .inBrief()
            .withPeers(),
        // the norm 2, clipping 1, mean 3, square 4, decay 1, step 6
        KernelRow.of("adamw-w1-clipped", 17.0 * W1_SIZE, 28.0 * W1_SIZE, ClippedAdamW::new)
            .withPlain(PlainClippedAdamW::new));
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

    private final float[] p;
    private final float[] g;
    private final float[] m;
    private final float[] v;
    private int step;

    PlainAdam() {
      this(Data.array(1, PARAMETERS), Data.array(2, PARAMETERS));
    }

    PlainAdam(float[] parameter, float[] gradient) {
      p = parameter;
      g = gradient;
      m = new float[p.length];
      v = new float[p.length];
    }

    /// Sum of the squares of the gradient.
    double squares() {
      double sum = 0;
      for (float gradient : g) {
        sum += (double) gradient * gradient;
      }
      return sum;
    }

    @Override
    public void run() {
      step(1, 1);
    }

    /// @param factor of the gradient
    /// @param left what decay leaves of a parameter
    void step(float factor, float left) {
      step++;
      float rate = (float) (RATE / (1 - Math.pow(KEEP_MEAN, step)));
      float scale = (float) (1 / Math.sqrt(1 - Math.pow(KEEP_SQUARE, step)));
      for (int i = 0; i < p.length; i++) {
        float gradient = factor * g[i];
        m[i] = KEEP_MEAN * m[i] + (1 - KEEP_MEAN) * gradient;
        v[i] = KEEP_SQUARE * v[i] + (1 - KEEP_SQUARE) * gradient * gradient;
        p[i] = left * p[i] - rate * m[i] / ((float) Math.sqrt(v[i]) * scale + 1e-8f);
      }
    }

    @Override
    public float[] result() {
      return p;
    }
  }

  /// All parameters of W1 by AdamW, their gradients clipped by their common norm: the end of its
  /// step.
  private static final class ClippedAdamW implements Body {
    private final List<Parameter> parameters = new ArrayList<>();
    private final CompiledStep compiled;
    private int step;

    ClippedAdamW() {
      List<Tensor> gradients = new ArrayList<>();
      List<float[]> values = parts(1);
      List<float[]> slopes = parts(2);
      for (int i = 0; i < W1.size(); i++) {
        int[] dims = W1.get(i).toArray();
        parameters.add(new Parameter("p" + i, Tensor.of(values.get(i), dims)));
        gradients.add(Tensor.of(slopes.get(i), dims));
      }
      Schedule rate = Schedule.constant(PlainAdam.RATE);
      Adam optimiser =
          new Adam(Group.byRank(parameters, rate, PlainClippedAdamW.DECAY), Adam.Settings.ADAM_W);
      compiled =
          CompiledStep.of(_ -> {
            Pass pass = Pass.training();
            List<Tensor> clipped = Clip.byGlobalNorm(gradients, 1).gradients();
            optimiser.update(() -> step, clipped, pass);
            return new CompiledStep.Work(List.of(), pass.updates());
          });
    }

    @Override
    public void run() {
      compiled.run();
      step++;
    }

    @Override
    public float[] result() {
      return parameters.getFirst().value().toFloatArray();
    }
  }

  /// The same by plain loops.
  private static final class PlainClippedAdamW implements Body {
    static final double DECAY = 0.1;

    private final List<PlainAdam> parameters = new ArrayList<>();

    PlainClippedAdamW() {
      List<float[]> gradients = parts(2);
      for (float[] values : parts(1)) {
        parameters.add(new PlainAdam(values, gradients.get(parameters.size())));
      }
    }

    @Override
    public void run() {
      double squares = 0;
      for (PlainAdam parameter : parameters) {
        squares += parameter.squares();
      }
      float factor = (float) Math.min(1, 1 / (Math.sqrt(squares) + 1e-6));
      for (int i = 0; i < parameters.size(); i++) {
        double decay = W1.get(i).rank() > 1 ? DECAY : 0;
        parameters.get(i).step(factor, (float) (1 - PlainAdam.RATE * decay));
      }
    }

    @Override
    public float[] result() {
      return parameters.getFirst().result();
    }
  }
}
