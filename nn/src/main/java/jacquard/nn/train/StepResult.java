package jacquard.nn.train;

import jacquard.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// What a training step gave. The tensors are realised; reading one copies a number, and nothing is
/// copied that isn't read.
///
/// @param step number of the step, from 0
/// @param loss a scalar, from before the update; over several small batches their mean
/// @param gradientNorm global norm before clipping, a scalar; null when nothing is clipped by it
/// @param learningRate of the optimiser's first group
public record StepResult(
    long step, Tensor loss, @Nullable Tensor gradientNorm, double learningRate) {}
