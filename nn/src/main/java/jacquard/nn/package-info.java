/// Layers, losses and initial values.
///
/// ```
/// Part       ::= Module | Parameter | Statistic
/// Module     ::= a record that lists its Parts; Layer is one with Tensor -> Tensor
/// Init       what a new model starts from: seed, dtype, device and the path that names its states
/// Pass       one run through a model: training or evaluation, random key, values read, updates made
/// ```
///
/// A layer is made under a path and keeps no mode: whether it trains is an argument of `forward`.
///
/// ```
/// Init init = Init.of(1);
/// Sequential net = Sequential.of(
///     Linear.of(init.at("fc1"), 784, 400), Activation.RELU, Linear.of(init.at("fc2"), 400, 10));
/// Tensor logits = net.forward(images, Pass.evaluation());
/// ```
@NullMarked
package jacquard.nn;

import org.jspecify.annotations.NullMarked;
