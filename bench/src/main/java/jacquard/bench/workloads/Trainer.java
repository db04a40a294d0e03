package jacquard.bench.workloads;

import jacquard.tensor.CompiledStep;
import jacquard.tensor.Step;
import jacquard.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Trains a workload step by step.
interface Trainer {
  Workload workload();

  /// Trains step number `step`.
  ///
  /// @return the losses
  double[] step(int step);

  /// @param compiled traces the step once, otherwise its graph is built every time
  /// @param portable as in [Workload#batch]
  static Trainer of(Workload workload, boolean compiled, boolean portable) {
    return compiled ? new Compiled(workload, portable) : new Built(workload, portable);
  }

  /// Builds the graph of each step.
  record Built(Workload workload, boolean portable) implements Trainer {
    @Override
    public double[] step(int step) {
      Workload.Prepared prepared = workload.prepare(step, portable);
      Step.run(prepared.losses(), prepared.pass().updates());
      return items(prepared.losses());
    }
  }

  /// Runs one graph for all steps.
  final class Compiled implements Trainer {
    private final Workload workload;
    private final boolean portable;

    /// Traced in the first step, whose time so includes it.
    private @Nullable CompiledStep compiled;

    private int now;

    Compiled(Workload workload, boolean portable) {
      this.workload = workload;
      this.portable = portable;
    }

    @Override
    public Workload workload() {
      return workload;
    }

    @Override
    public double[] step(int step) {
      now = step;
      Tensor[] batch = workload.batch(step, portable).toArray(Tensor[]::new);
      CompiledStep traced = compiled;
      if (traced == null) {
        traced = CompiledStep.of(this::work, batch);
        compiled = traced;
      }
      return items(traced.run(batch));
    }

    private CompiledStep.Work work(List<Tensor> batch) {
      Workload.Prepared prepared = workload.trace(() -> now, batch);
      return new CompiledStep.Work(prepared.losses(), prepared.pass().updates());
    }
  }

  private static double[] items(List<Tensor> losses) {
    return losses.stream().mapToDouble(Tensor::item).toArray();
  }
}
