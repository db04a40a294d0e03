package jacquard.nn;

import jacquard.tensor.Shape;
import jacquard.tensor.ShapeException;
import jacquard.tensor.Tensor;

/// Normalisation of each channel over the batch, for `[N, C]` and `[N, C, L]` (1d) and `[N, C, H,
/// W]` (2d) alike.
///
/// A training pass normalises with the batch's mean and population variance, and moves the running
/// statistics towards the batch's mean and unbiased variance (divided by the count less one) by
/// `momentum`; an evaluation pass normalises with the running ones.
///
/// @param weight `[C]`
/// @param bias `[C]`
/// @param runningMean `[C]`
/// @param runningVariance `[C]`
/// @param momentum how much of the running statistics a batch replaces
/// @param eps what keeps a division from being one by 0
/// @see <a href="https://arxiv.org/abs/1502.03167">Ioffe, Szegedy: Batch normalization</a>
public record BatchNorm(
    Parameter weight,
    Parameter bias,
    Statistic runningMean,
    Statistic runningVariance,
    double momentum,
    double eps)
    implements Layer {
  public static final double MOMENTUM = 0.1;
  public static final double EPS = 1e-5;

  /// {@return a layer of weights 1 and biases 0, with PyTorch's momentum and epsilon}
  ///
  /// @param init where the layer stands in the model: names and seed
  /// @param channels size of axis 1
  public static BatchNorm of(Init init, int channels) {
    return of(init, channels, Initialiser.ones());
  }

  /// {@return a layer with weights drawn by `weight`, otherwise as [#of(Init, int)]}
  ///
  /// @param init where the layer stands in the model: names and seed
  /// @param channels size of axis 1
  /// @param weight how the first values are drawn
  public static BatchNorm of(Init init, int channels, Initialiser weight) {
    return new BatchNorm(
        init.parameter("weight", weight, channels),
        init.parameter("bias", Initialiser.zeros(), channels),
        init.statistic("running_mean", Initialiser.zeros(), channels),
        init.statistic("running_var", Initialiser.ones(), channels),
        MOMENTUM,
        EPS);
  }

  /// @throws ShapeException if `x` has another rank or number of channels, or a training batch has
  ///   fewer than 2 values for each channel
  @Override
  public Tensor forward(Tensor x, Pass pass) {
    int channels = weight.shape().dim(0);
    if (x.rank() < 2 || x.rank() > 4 || x.dim(1) != channels) {
      throw new ShapeException(
          "batchNorm: shape "
              + x.shape()
              + ", expected [N, "
              + channels
              + "] and up to 2 more axes");
    }
    Shape along = Channels.shape(x.rank(), channels);
    Tensor scale;
    Tensor centred;
    if (pass.isTraining()) {
      int[] axes = Channels.others(x.rank());
      long count = x.size() / channels;
      if (count < 2) {
        throw new ShapeException(
            "batchNorm: shape "
                + x.shape()
                + " has "
                + count
                + " value for each channel, expected at least 2 to train on");
      }
      Tensor mean = x.meanKeepDims(axes);
      centred = x.sub(mean);
      Tensor variance = centred.square().meanKeepDims(axes);
      move(runningMean, mean, 1, pass);
      move(runningVariance, variance, (double) count / (count - 1), pass);
      scale = variance.add(eps).rsqrt();
    } else {
      centred = x.sub(pass.value(runningMean).reshape(along));
      scale = pass.value(runningVariance).reshape(along).add(eps).rsqrt();
    }
    return centred
        .mul(scale.mul(pass.value(weight).reshape(along)))
        .add(pass.value(bias).reshape(along));
  }

  private void move(Statistic running, Tensor batch, double correction, Pass pass) {
    Tensor target = batch.detach().reshape(running.shape()).mul(momentum * correction);
    pass.update(running, pass.value(running).mul(1 - momentum).add(target));
  }

  @Override
  public Parts parts() {
    return Parts.of(weight, bias, runningMean, runningVariance);
  }
}
