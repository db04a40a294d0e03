/// Optimisers, schedules, clipping, accumulation and averages.
///
/// Everything here adds to a {@link jacquard.nn.Pass}: it reads states through it and leaves their
/// new values in it, so that forward, backward and update are one plan. Step numbers are arguments,
/// and all that follows from them (learning rate, bias correction) is computed on the host in
/// double precision and enters the graph as a dynamic scalar.
///
/// ```
/// Adam adam = Adam.of(model.parameters(), 1e-3);
/// Pass pass = Pass.training(key.fold(step));
/// Tensor loss = Loss.crossEntropy(model.forward(x, pass), y);
/// adam.update(step, Gradients.of(loss, pass.values(adam.parameters())), pass);
/// Step.run(List.of(loss), pass.updates());
/// ```
@NullMarked
package jacquard.nn.optim;

import org.jspecify.annotations.NullMarked;
