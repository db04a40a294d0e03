package jacquard.nn.train;

import jacquard.autograd.Gradients;
import jacquard.nn.Parameter;
import jacquard.nn.Pass;
import jacquard.nn.Precision;
import jacquard.nn.optim.Accumulator;
import jacquard.nn.optim.Clip;
import jacquard.nn.optim.Ema;
import jacquard.nn.optim.Optimiser;
import jacquard.tensor.CompiledStep.Work;
import jacquard.tensor.Device;
import jacquard.tensor.Key;
import jacquard.tensor.State;
import jacquard.tensor.Step;
import jacquard.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// One step of training as a function of its number and its batch: forward, backward, clipping,
/// update and average in one plan.
///
/// @param <B> what a batch is
/// @param objective gives the loss of a batch
/// @param optimiser gives the updates
/// @param key what random numbers depend on, together with the step's number
/// @param clipNorm largest global norm of the gradients; infinite for any
/// @param ema averages to be moved along, or null
/// @param accumulator sums for steps over several batches, or null
/// @param precision of products, when training and when evaluating
/// @param scale of the loss, or null for none; f16 wants one
public record TrainStep<B>(
    Objective<B> objective,
    Optimiser optimiser,
    Key key,
    double clipNorm,
    @Nullable Ema ema,
    @Nullable Accumulator accumulator,
    Precision precision,
    @Nullable LossScale scale) {

  /// {@return a step without clipping, averages and accumulation}
  ///
  /// @param <B> type of a batch
  /// @param objective gives the loss of a batch
  /// @param optimiser gives the updates
  /// @param key to draw with; the same one gives the same numbers
  public static <B> TrainStep<B> of(Objective<B> objective, Optimiser optimiser, Key key) {
    return new TrainStep<>(
        objective, optimiser, key, Double.POSITIVE_INFINITY, null, null, Precision.F32, null);
  }

  /// {@return this with gradients of at most this norm, all together}
  ///
  /// @param max above 0
  public TrainStep<B> withClipNorm(double max) {
    return new TrainStep<>(objective, optimiser, key, max, ema, accumulator, precision, scale);
  }

  /// {@return this with averages of the parameters, which evaluation uses}
  ///
  /// @param averages averages of the same parameters
  public TrainStep<B> withEma(Ema averages) {
    return new TrainStep<>(
        objective, optimiser, key, clipNorm, averages, accumulator, precision, scale);
  }

  /// Able to run a step over several batches.
  ///
  /// @return the step
  public TrainStep<B> withAccumulation() {
    Accumulator sums = new Accumulator(optimiser.parameters());
    return new TrainStep<>(objective, optimiser, key, clipNorm, ema, sums, precision, scale);
  }

  /// With products in another precision; with f16, the loss is scaled.
  ///
  /// @param other of matrix products and convolutions
  /// @return the step
  public TrainStep<B> withPrecision(Precision other) {
    Device device = parameters().getFirst().device();
    return withPrecision(other, other == Precision.F16 ? LossScale.standard(device) : null);
  }

  /// With products in another precision and a scale of one's own.
  ///
  /// @param other of matrix products and convolutions
  /// @param lossScale null to leave the loss as it is
  /// @return the step
  public TrainStep<B> withPrecision(Precision other, @Nullable LossScale lossScale) {
    return new TrainStep<>(objective, optimiser, key, clipNorm, ema, accumulator, other, lossScale);
  }

  /// Runs step number `step` on a batch.
  ///
  /// @param step number of the step, from 0
  /// @param batch the examples of the step
  /// @return what the step gave
  public StepResult run(long step, B batch) {
    Work work = work(step, batch);
    Step.run(work.outputs(), work.updates());
    return result(step, work.outputs());
  }

  /// {@return what [#run] would do: forward, backward and updates, to be looked at or run with
  /// [Step#run]}
  ///
  /// @param step number of the step, from 0
  /// @param batch the examples of the step
  public Work work(long step, B batch) {
    return work(() -> step, batch);
  }

  /// Looks at a batch with the keys of step number `step`, in f32; nothing is written.
  ///
  /// @param step number of the step, from 0
  /// @param batch the examples of the step
  /// @return what was seen
  public Inspection inspect(long step, B batch) {
    Pass pass = Pass.training(stepKey(step));
    Tensor loss = objective.loss(batch, pass);
    return Inspection.of(List.of(new Inspection.Target(loss, parameters())), pass);
  }

  /// Forward, backward and updates; the number is asked for whenever the plan runs.
  Work work(LongSupplier step, B batch) {
    Pass pass = Pass.training(key.fold(() -> Math.toIntExact(step.getAsLong())), precision);
    Tensor loss = objective.loss(batch, pass);
    return update(step, loss, gradients(loss, pass), pass);
  }

  /// Runs step number `step` on several batches of one size, as if on all of them at once: two
  /// plans, one for all but the last.
  ///
  /// The loss must be a mean over the batch.
  ///
  /// @param step number of the step, from 0
  /// @param batches the batches, all of one size
  /// @return what the step gave
  /// @throws IllegalStateException without [#withAccumulation]
  /// @throws IllegalArgumentException if there are no batches
  public StepResult run(long step, List<B> batches) {
    Accumulator sums = accumulator;
    if (sums == null) {
      throw new IllegalStateException(
          "train: " + batches.size() + " batches in one step; make it withAccumulation()");
    }
    if (batches.isEmpty()) {
      throw new IllegalArgumentException(
          "train: no batches in step " + step + ", expected one or more");
    }
    double share = 1.0 / batches.size();
    List<Tensor> losses = new ArrayList<>();
    for (int i = 0; i < batches.size() - 1; i++) {
      Pass pass = Pass.training(stepKey(step).fold(i), precision);
      Tensor loss = objective.loss(batches.get(i), pass);
      sums.add(gradients(loss, pass), share, pass);
      Step.run(List.of(loss), pass.updates());
      losses.add(loss);
    }
    Pass pass = Pass.training(stepKey(step).fold(batches.size() - 1), precision);
    Tensor last = objective.loss(batches.getLast(), pass);
    List<Tensor> total = sums.take(gradients(last, pass), share, pass);
    Tensor mean = losses.stream().reduce(last, Tensor::add).mul(share);
    Work work = update(() -> step, mean, total, pass);
    Step.run(work.outputs(), work.updates());
    return result(step, work.outputs());
  }

  /// The dynamic key of step number `step`.
  private Key stepKey(long step) {
    return key.dynamic().fold(Math.toIntExact(step));
  }

  private List<Tensor> gradients(Tensor loss, Pass pass) {
    List<Tensor> parameters = pass.values(optimiser.parameters());
    return scale == null
        ? Gradients.of(loss, parameters)
        : scale.unscaled(Gradients.of(scale.scaled(loss, pass), parameters), pass);
  }

  private Work update(LongSupplier step, Tensor loss, List<Tensor> gradients, Pass pass) {
    List<Tensor> outputs = new ArrayList<>(List.of(loss));
    List<Tensor> used = gradients;
    if (clipNorm < Double.POSITIVE_INFINITY) {
      Clip.Clipped clipped = Clip.byGlobalNorm(gradients, clipNorm);
      used = clipped.gradients();
      outputs.add(clipped.norm());
    }
    optimiser.update(step, used, pass);
    if (ema != null) {
      ema.update(pass);
    }
    if (scale != null) {
      scale.guard(gradients, changed(), pass);
    }
    return new Work(outputs, pass.updates());
  }

  /// What a step gives new values, but for its scale.
  private List<State> changed() {
    List<State> all = new ArrayList<>(optimiser.parameters());
    all.addAll(optimiser.states());
    if (ema != null) {
      all.addAll(ema.states());
    }
    return all;
  }

  /// @param outputs of [#work]: the loss, and the norm if gradients are clipped by it
  StepResult result(long step, List<Tensor> outputs) {
    Tensor norm = outputs.size() > 1 ? outputs.get(1) : null;
    return new StepResult(step, outputs.get(0), norm, optimiser.learningRate(step));
  }

  /// {@return mean loss over batches in evaluation passes, all weighing the same; with the averages
  /// in place of the parameters if there are any}
  ///
  /// The same batches give the same loss: random numbers, where the objective draws any, depend on
  /// the batch's place only.
  ///
  /// @param batches the batches, all of one size
  /// @throws IllegalArgumentException if there are no batches
  public double evaluate(Iterable<B> batches) {
    double sum = 0;
    int count = 0;
    for (B batch : batches) {
      Pass pass = Pass.evaluation(key.dynamic().fold(-1).fold(count), precision);
      sum += objective.loss(batch, ema == null ? pass : ema.assume(pass)).item();
      count++;
    }
    if (count == 0) {
      throw new IllegalArgumentException("evaluate: no batches, expected one or more");
    }
    return sum / count;
  }

  /// {@return everything but the model that a checkpoint needs to go on from: the states of the
  /// optimiser, of averages and of the loss's scale}
  public List<State> states() {
    List<State> all = new ArrayList<>(optimiser.states());
    if (ema != null) {
      all.addAll(ema.states());
    }
    if (scale != null) {
      all.addAll(scale.states());
    }
    return all;
  }

  /// {@return what to tell people of the loss's scale now; null where it has none}
  public @Nullable String note() {
    return scale == null ? null : scale.toString();
  }

  /// {@return what is trained}
  public List<Parameter> parameters() {
    return optimiser.parameters();
  }
}
