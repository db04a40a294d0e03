package jacquard.nn;

import jacquard.tensor.Key;
import jacquard.tensor.State;
import jacquard.tensor.StateException;
import jacquard.tensor.Tensor;
import jacquard.tensor.Update;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One run through a model: whether it trains, where random numbers come from, which values its
/// states have, and which updates it makes.
///
/// Layers read their states with [#value] and leave new values with [#update]; what was left is
/// what later reads of the same pass see, as a constant for the gradient. So a whole GAN step fits
/// one plan: the generator's loss reads the discriminator that its own update just made. At the end
/// `Step.run(outputs, pass.updates())` writes everything.
///
/// The random key is a dynamic scalar: passes with other keys share the plan.
public final class Pass {
  private final boolean training;
  private final @Nullable Key key;
  private final Precision precision;
  private final Map<State, Tensor> values = new HashMap<>();
  private final Map<State, Update> updates = new LinkedHashMap<>();
  private int draws;

  /// What attention layers weigh by; null if nobody asks.
  private @Nullable List<Tensor> attention;

  private Pass(boolean training, @Nullable Key key, Precision precision) {
    this.training = training;
    this.key = key;
    this.precision = precision;
  }

  /// No dropout, running statistics instead of the batch's, no random numbers.
  ///
  /// @return the pass
  public static Pass evaluation() {
    return new Pass(false, null, Precision.F32);
  }

  /// What [#evaluation] is, for models that draw random numbers nevertheless, such as a VAE's
  /// latent.
  ///
  /// @param key to draw with; the same one gives the same numbers
  /// @return the pass
  public static Pass evaluation(Key key) {
    return evaluation(key, Precision.F32);
  }

  /// What [#evaluation(Key)] is, with products in another precision.
  ///
  /// @param key to draw with; the same one gives the same numbers
  /// @param precision of products
  /// @return the pass
  public static Pass evaluation(Key key, Precision precision) {
    return new Pass(false, key.dynamic(), precision);
  }

  /// What [#evaluation] is, and keeps the weights of all attention layers for [#attention]. They
  /// are computed for that, as they are where a device has no kernel for attention.
  ///
  /// @return the pass
  public static Pass watching() {
    Pass pass = evaluation();
    pass.attention = new ArrayList<>();
    return pass;
  }

  /// Dropout, statistics of the batch, and updates.
  ///
  /// @param key what random numbers depend on; a different one every step, such as
  ///   `root.fold(step)`
  /// @return the pass
  public static Pass training(Key key) {
    return training(key, Precision.F32);
  }

  /// What [#training(Key)] is, with products in another precision.
  ///
  /// @param key to draw with; the same one gives the same numbers
  /// @param precision of products
  /// @return the pass
  public static Pass training(Key key, Precision precision) {
    return new Pass(true, key.dynamic(), precision);
  }

  /// What [#training] is, but nothing may draw random numbers.
  ///
  /// @return the pass
  public static Pass training() {
    return training(Precision.F32);
  }

  /// What [#training()] is, with products in another precision.
  ///
  /// @param precision of products
  /// @return the pass
  public static Pass training(Precision precision) {
    return new Pass(true, null, precision);
  }

  /// {@return whether dropout drops and statistics are of the batch}
  public boolean isTraining() {
    return training;
  }

  /// {@return a key of its own for every call, dynamic; the n-th of one pass is the n-th of another
  /// with the same key}
  ///
  /// @throws StateException if this pass was made without a key
  public Key key() {
    if (key == null) {
      throw new StateException(
          "pass: random numbers are drawn, but this pass has no key; make it with Pass.training(key)");
    }
    return key.fold(draws++);
  }

  /// For each attention layer that was called, in that order, the part of each position that each
  /// head takes up: `[B, H, T, S]`, rows of which sum to 1.
  ///
  /// @return a tensor for each call
  /// @throws StateException unless this pass is [#watching]
  public List<Tensor> attention() {
    if (attention == null) {
      throw new StateException("pass: attention was not kept; make the pass with Pass.watching()");
    }
    return List.copyOf(attention);
  }

  boolean isWatching() {
    return attention != null;
  }

  /// Keeps the weights of an attention layer if somebody asks for them.
  void attended(Tensor weights) {
    if (attention != null) {
      attention.add(weights);
    }
  }

  /// {@return `x` as products of this pass multiply it: f32 rounded to the pass's [Precision], for
  /// [Tensor#matmulWide]}
  ///
  /// @param x an operand
  public Tensor operand(Tensor x) {
    return precision.operand(x);
  }

  /// {@return the value of a state in this pass}
  ///
  /// @param state of the model
  public Tensor value(State state) {
    Tensor value = values.get(state);
    return value == null ? state.value() : value;
  }

  /// {@return the values of states in this pass, to differentiate by}
  ///
  /// @param states of the model
  public List<Tensor> values(List<? extends State> states) {
    return states.stream().map(this::value).toList();
  }

  /// Reads `state` as `value` from here on, without writing it: another set of weights, such as an
  /// average.
  ///
  /// @param state of the model
  /// @param value the value it has from here on
  public void assume(State state, Tensor value) {
    values.put(state, new Update(state, value).value());
  }

  /// Gives `state` a new value: later reads of this pass see it, as a constant for the gradient,
  /// and [#updates] holds it. The last of several wins.
  ///
  /// @param state of the model
  /// @param value the value it has from here on
  public void update(State state, Tensor value) {
    update(new Update(state, value));
  }

  /// As [#update(State, Tensor)], for several.
  ///
  /// @param updates states and their new values
  public void update(List<Update> updates) {
    updates.forEach(this::update);
  }

  private void update(Update update) {
    updates.put(update.state(), update);
    values.put(update.state(), update.value().detach());
  }

  /// {@return what this pass writes, to be run with its results}
  public List<Update> updates() {
    return List.copyOf(updates.values());
  }
}
